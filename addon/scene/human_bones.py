"""VRM's human bones of any armature: a person of ours has them by name, a character as it was retargeted to,
any other is matched."""

from __future__ import annotations

import bpy

from ..body.skeleton import JOINT_NAMES
from ..rigs import FINGER_SLOTS, BoneMap, match
from ..safe_read import FormatError
from ..writers.names import BONE_NAMES, FINGER_BONES
from ..writers.presets import VRM_BONES
from .errors import SceneError
from .retarget_keys import remembered_map
from .sample_rigs import rig_of

_OF_JOINTS = {
    joint: VRM_BONES[bone] for joint, bone in zip(JOINT_NAMES, BONE_NAMES, strict=True) if bone in VRM_BONES
}
_OF_FINGERS = {slot: VRM_BONES[bone] for slot, bone in zip(FINGER_SLOTS, FINGER_BONES, strict=True)}
_SPINE = ("spine", "chest", "upperChest")


def human_bones_of(armature: bpy.types.Object) -> dict[str, str]:
    """VRM's human bones by the bones' names. Raises SceneError where the armature is no body."""
    if set(BONE_NAMES) <= set(armature.data.bones.keys()):
        return dict(VRM_BONES)
    known = remembered_map(armature)
    try:
        return _human_bones(match(rig_of(armature)) if known is None else known)
    except FormatError as error:
        raise SceneError(f"{armature.name} can't become a VRM animation. {error}") from error


def _human_bones(found: BoneMap) -> dict[str, str]:
    """VRM's human bones by the names of bones whose parts are known.

    VRM asks for a spine and takes a chest and an upper chest only above it; longer spines skip bones.
    """
    apart = ("spine1", "spine2", "spine3")
    human = {bone: _OF_JOINTS[joint] for joint, bone in found.joints.items()
             if joint in _OF_JOINTS and joint not in apart}  # fmt: skip
    rows = [found.joints[joint] for joint in apart if joint in found.joints]
    human |= dict(zip(dict.fromkeys(rows), _SPINE, strict=False))
    return human | {bone: _OF_FINGERS[slot] for slot, bone in found.fingers.items()}
