"""A refined person's animation on the armature of a character."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import bpy

from ..motion import Motion
from ..retarget import Carried, Options, RetargetError, carry
from ..retarget.bones import Bones, Rest, target_of
from ..retarget.goals import goals_of
from ..retarget.target import Target
from ..rigs import BoneMap
from ..steps import Progress, Stepped, Steps, as_part
from .character import bones_for, check_character, floor_of, rest_of
from .connections import connected, disconnect
from .errors import SceneError
from .person_motion import person_in_world
from .retarget_keys import remember_map, write_retargeted
from .rigify_controls import controls_of, with_ik
from .rollback import all_or_nothing
from .takes import READING, WRITTEN
from .told_bones import told_of_bones, told_of_solver
from .told_places import told_of_places
from .workshop import evaluated, object_mode, take_in_edits

_READ = 0.4
"""How far the work is when the person's motion is read."""


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


@Stepped
def retarget_mapped(
    person: bpy.types.Object,
    character: bpy.types.Object,
    found: BoneMap,
    options: Options | None = None,
    *,
    ik: bool = False,
) -> Steps[Retargeted]:
    """`retarget` by a map, which stays with the action: what is exported later goes by it. SceneError."""
    done = yield from retarget.steps(person, character, bones_for(character, found), options, ik=ik)
    remember_map(done.action, found)
    return done


@Stepped
def retarget(
    person: bpy.types.Object,
    character: bpy.types.Object,
    bones: Bones,
    options: Options | None = None,
    *,
    ik: bool = False,
) -> Steps[Retargeted]:
    """Write a person's animation on a character, whose bones are matched by their names, into an action of
    its own. Raises SceneError, and leaves nothing behind then. The character stays as it is until all is
    worked out; what changes it is one step.

    ik: on a Rigify rig, key the IK controls of arms and legs beside the FK ones, and let IK play.
    """
    check_character(character, person)
    take_in_edits(character)
    scene = bpy.context.scene
    controls = controls_of(character)
    bones = bones if controls is None else controls.bones
    if controls is not None and controls.missing:
        raise SceneError(
            f"{character.name} has no {controls.missing[0]} any more; generate the rig anew (Rigify)."
        )
    _check_bones(character, bones)
    with object_mode(), evaluated(scene, [character]):
        check_character(character, person)
        rest = rest_of(character)
        bones = replace(bones, goals=goals_of(rest, bones)) if controls is None else bones
        target = _target(character, rest, bones)
    motion, frames = yield from as_part(person_in_world.steps(person, scene), 0.0, _READ)
    carried = yield from as_part(_carried(character, motion, target, options), _READ, READING - _READ)
    settings: Mapping[str, float] = {}
    resting: tuple[str, ...] = ()
    shown_by: Mapping[str, str] | None = None
    if controls is not None:
        settings, resting, shown_by = controls.settings(ik), controls.resting, controls.shown_by(ik)
        carried = with_ik(carried, rest) if ik else carried
    yield Progress(READING, "Writing the keys")
    freed = _free(character, carried)
    with object_mode(), all_or_nothing(scene), evaluated(scene, [person, character]):
        action = write_retargeted(character, carried, frames, person, settings, resting)
    yield Progress(WRITTEN, "Looking at the result")
    with object_mode(), evaluated(scene, [person, character]):
        told = freed + told_of_bones(character, carried, frames, shown_by)
        told += told_of_places(person, character)
        told += told_of_solver(character) if controls is not None and ik else ()
    scene.frame_set(scene.frame_current, subframe=scene.frame_subframe)
    return Retargeted(action, len(carried.bones), len(frames), told)


def _target(character: bpy.types.Object, rest: Rest, bones: Bones) -> Target:
    try:
        return target_of(rest, bones, floor_of(character, rest, bones))
    except RetargetError as error:
        raise SceneError(f"{character.name}: {error}") from error


def _carried(
    character: bpy.types.Object, motion: Motion, target: Target, options: Options | None
) -> Steps[Carried]:
    try:
        return (yield from carry.steps(motion, target, options))
    except RetargetError as error:
        raise SceneError(f"{character.name}: {error}") from error


def _check_bones(character: bpy.types.Object, bones: Bones) -> None:
    missing = [name for name in bones.names if name not in character.data.bones]
    if missing:
        raise SceneError(
            f"{character.name} has no bone {missing[0]}; match the bones again or correct the table."
        )


def _free(character: bpy.types.Object, carried: Carried) -> tuple[str, ...]:
    """Let the bones that are to be moved be so; sentences on those that were connected. Raises SceneError."""
    moved = (carried.pose.target.names[bone] for bone in carried.moves)
    held = connected(character, moved)
    disconnect(character, held)
    return tuple(
        f"{name} was connected to its parent and is not any more, so that it moves." for name in held
    )
