# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""The table of an armature's bones: what was matched, and what a person puts right."""

from __future__ import annotations

import json
from collections.abc import Iterable

import bpy

from .. import rigs
from ..body.skeleton import JOINT_NAMES
from ..safe_read import FormatError
from ..scene import sample_rigs
from .language import BoolProperty, CollectionProperty, StringProperty

KEY = "spr_bone_maps"
"""The scene's property with corrected bone maps, as JSON by name of the armature."""
SHOWN = tuple(joint for joint in JOINT_NAMES if not joint.endswith("_hand"))
_LABELS = {"spine1": "Lower Spine", "spine2": "Middle Spine", "spine3": "Chest"}


class SPR_PG_bone_row(bpy.types.PropertyGroup):
    """One line: a joint of an armature's, and its bone."""

    armature: StringProperty(name="Armature")
    joint: StringProperty(name="Joint")
    bone: StringProperty(name="Bone", description="The bone that is this joint; empty where there is none")
    needed: BoolProperty(name="Needed", description="Whether nobody can be read without it")


def label_of(joint: str) -> str:
    """ "Left Elbow" of left_elbow."""
    return _LABELS.get(joint, joint.replace("_", " ").title())


def kept_maps(scene: bpy.types.Scene) -> dict[str, rigs.BoneMap]:
    """Corrected bone maps by name of the armature; what is damaged is as if it were not there."""
    try:
        texts = json.loads(scene.get(KEY, "{}"))
        return {str(name): rigs.map_of_text(text) for name, text in texts.items()}
    except (ValueError, TypeError, AttributeError, FormatError):
        return {}


def keep_maps(scene: bpy.types.Scene, maps: dict[str, rigs.BoneMap]) -> None:
    """Remember corrected maps beside those of other armatures."""
    scene[KEY] = json.dumps({name: rigs.text_of_map(one) for name, one in (kept_maps(scene) | maps).items()})


def map_for(scene: bpy.types.Scene, armature: bpy.types.Object) -> tuple[rigs.BoneMap, str]:
    """The armature's map, as corrected or as matched, empty where nothing was found; a sentence on that."""
    kept = kept_maps(scene).get(armature.name)
    if kept is not None and kept.bones <= set(armature.data.bones.keys()):
        return kept, ""
    try:
        return rigs.match(sample_rigs.rig_of(armature)), ""
    except rigs.NoHumanoid as error:
        return rigs.BoneMap(confidence=0.0), str(error)


def bone_of(bone_map: rigs.BoneMap, slot: str) -> str:
    """The bone of a joint or a finger's joint, "" for none."""
    return bone_map.joints.get(slot, "") or bone_map.fingers.get(slot, "")


def fill(rows: bpy.types.bpy_prop_collection, armature: str, bone_map: rigs.BoneMap) -> None:
    """Add the lines of an armature."""
    for joint in SHOWN:
        row = rows.add()
        row.armature, row.joint, row.bone = armature, joint, bone_map.joints.get(joint, "")
        row.needed = joint in rigs.NEEDED


def corrected(rows: Iterable[SPR_PG_bone_row], armature: str, bone_map: rigs.BoneMap) -> rigs.BoneMap:
    """The map with what the lines say of this armature."""
    for row in rows:
        if row.armature == armature and row.bone != bone_of(bone_map, row.joint):
            bone_map = bone_map.with_bone(row.joint, row.bone)
    return bone_map


CLASSES = (SPR_PG_bone_row,)


def attach() -> None:
    """The lines that a dialog shows: an operator's own would outlive their class."""
    bpy.types.WindowManager.spr_bone_rows = CollectionProperty(type=SPR_PG_bone_row)


def detach() -> None:
    """Take them away."""
    del bpy.types.WindowManager.spr_bone_rows
