"""A refined person's animation on the armature of a character."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import bpy

from ..retarget import Options, RetargetError, carry
from ..retarget.bones import Bones, target_of
from .character import check_character, floor_of, rest_of
from .errors import SceneError
from .person_motion import person_in_world
from .retarget_keys import write_retargeted
from .rigify_controls import Controls, controls_of, with_ik
from .rollback import all_or_nothing
from .rotation_keys import CHANNELS
from .told_places import told_of_places
from .workshop import evaluated, object_mode

_SCALED = 1e-2
"""By how much a bone's scale must differ from 1 to be told of."""


@dataclass(frozen=True)
class Retargeted:
    """What a retargeting has come to.

    bones: how many of the character's got keys. frames: how many. told: sentences about what was left out or
    changes what the keys say.
    """

    action: bpy.types.Action
    bones: int
    frames: int
    told: tuple[str, ...]


def retarget(
    person: bpy.types.Object,
    character: bpy.types.Object,
    bones: Bones,
    options: Options | None = None,
    *,
    ik: bool = False,
) -> Retargeted:
    """Write a person's animation on a character, whose bones are matched by their names, into an action of
    its own. Raises SceneError, and leaves nothing behind then.

    ik: on a Rigify rig, key the IK controls of arms and legs beside the FK ones, and let IK play.
    """
    check_character(character, person)
    scene = bpy.context.scene
    controls = controls_of(character)
    bones = bones if controls is None else controls.bones
    _check_bones(character, bones)
    with object_mode(), all_or_nothing(scene), evaluated(scene, (person, character)):
        check_character(character, person)
        motion, frames = person_in_world(person, scene)
        rest = rest_of(character)
        try:
            carried = carry(motion, target_of(rest, bones, floor_of(character, rest, bones)), options)
        except RetargetError as error:
            raise SceneError(f"{character.name}: {error}") from error
        settings: Mapping[str, float] = {}
        resting: tuple[str, ...] = ()
        if controls is not None:
            settings, resting = controls.settings(ik), controls.resting
            carried = with_ik(carried, controls, rest) if ik else carried
        action = write_retargeted(character, carried, frames, person, settings, resting)
    keyed = [carried.pose.target.names[bone] for bone in carried.bones]
    told = (*_told(character, keyed, controls), *told_of_places(person, character))
    scene.frame_set(scene.frame_current, subframe=scene.frame_subframe)
    return Retargeted(action, len(carried.bones), len(frames), told)


def _check_bones(character: bpy.types.Object, bones: Bones) -> None:
    missing = [name for name in bones.names if name not in character.data.bones]
    if missing:
        raise SceneError(
            f"{character.name} has no bone {missing[0]}; match the bones again or correct the table."
        )
    hips = bones.joints.get("pelvis", "")
    if hips and character.data.bones[hips].use_connect:
        raise SceneError(
            f"{hips} is connected to its parent and can't be moved; disconnect it in Edit Mode (Alt+P)."
        )


def _told(character: bpy.types.Object, keyed: list[str], controls: Controls | None) -> tuple[str, ...]:
    told = []
    driven = [name for name in keyed if _is_driven(character, name)]
    if driven:
        told.append(
            f"Drivers move {_listed(driven)} whatever the keys say; mute them to see the retargeted motion."
        )
    held = [name for name in keyed if controls is None and _is_constrained(character.pose.bones[name])]
    if held:
        told.append(f"Constraints change what the keys of {_listed(held)} say; mute them to see the motion.")
    scaled = [name for name in keyed if any(abs(x - 1) > _SCALED for x in character.pose.bones[name].scale)]
    if scaled:
        told.append(f"{_listed(scaled)} are scaled, which limbs were worked out without; clear it (Alt+S).")
    return tuple(told)


def _is_driven(character: bpy.types.Object, bone: str) -> bool:
    drivers = character.animation_data.drivers if character.animation_data is not None else ()
    start = f"{character.pose.bones[bone].path_from_id()}."
    return any(
        driver.data_path.startswith(start)
        and driver.data_path.removeprefix(start) in ("location", *CHANNELS)
        and not driver.mute
        for driver in drivers
    )


def _is_constrained(bone: bpy.types.PoseBone) -> bool:
    return any(not constraint.mute and constraint.influence > 0 for constraint in bone.constraints)


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
