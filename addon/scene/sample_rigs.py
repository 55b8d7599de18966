"""Armatures as they move in a scene, with all that moves them: constraints, drivers, NLA, parents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import bpy
import numpy as np

from ..rigs import BoneMap, Rig, SampledRig, match
from ..safe_read import one_line
from ..steps import Steps
from .axes import SMPL_TO_BLENDER, positions_to_smpl
from .connections import held_back
from .errors import SceneError
from .sampled_frames import found_again, sampled_frames
from .timing import scene_rate
from .units import metres

_HELD_BACK = (
    "{bone} of {rig} is connected to its parent, so that Blender leaves out the keys of its place; if it is"
    " to move, disconnect it in Edit Mode (Alt+P)."
)
_FLAT = 1e-6
"""Determinant of a bone's axes from which on they are no axes any more."""


def rig_of(armature: bpy.types.Object) -> Rig:
    """The armature at rest, in its own space."""
    bones = armature.data.bones
    places = {bone.name: place for place, bone in enumerate(bones)}
    return Rig(
        tuple(places),
        tuple(places[bone.parent.name] if bone.parent else -1 for bone in bones),
        np.array([bone.head_local for bone in bones], dtype=float).reshape(-1, 3),
        np.array([bone.tail_local for bone in bones], dtype=float).reshape(-1, 3),
        np.array([bone.matrix_local.to_3x3() for bone in bones], dtype=float).reshape(-1, 3, 3),
    )


def sample_rigs(
    scene: bpy.types.Scene,
    armatures: Sequence[bpy.types.Object],
    frames: np.ndarray,
    maps: Mapping[str, BoneMap] | None = None,
) -> Steps[list[SampledRig]]:
    """What the armatures' bones do at these frames (T,) of the scene, which must show them.

    maps: bone maps by name of the armature; others are matched. Raises NoHumanoid, SceneError.
    """
    for one in armatures:
        _check_moves(one)
    known = maps or {}
    rigs = {one.name: rig_of(one) for one in armatures}
    matched = {name: known.get(name) or match(rig) for name, rig in rigs.items()}
    bones = {name: [bone for bone in rig.names if bone in matched[name].bones] for name, rig in rigs.items()}
    held = {one.name: held_back(one, _carriers(matched[one.name]))[:1] for one in armatures}
    poses = {name: np.empty((len(frames), len(bones[name]), 4, 4)) for name in rigs}
    objects = [(one.session_uid, one.name) for one in armatures]

    def look(row: int, graph: bpy.types.Depsgraph) -> None:
        for uid, name in objects:
            shown = found_again(uid).evaluated_get(graph)
            world = np.array(shown.matrix_world)
            poses[name][row] = world @ np.array([shown.pose.bones[bone].matrix for bone in bones[name]])

    rate, size = scene_rate(scene), metres(scene)
    yield from sampled_frames(scene, frames, look)
    found = []
    for name, rig in rigs.items():
        places, turns = _places_and_turns(poses[name], rig, bones[name])
        notes = tuple(_HELD_BACK.format(bone=one_line(bone), rig=one_line(name)) for bone in held[name])
        found.append(
            SampledRig(
                name, rig, matched[name], tuple(bones[name]), places * size, turns, frames, rate, notes
            )
        )
    return found


def _carriers(found: BoneMap) -> list[str]:
    """The bones that take a body over the floor."""
    return [*found.roots, *(bone for joint, bone in found.joints.items() if joint == "pelvis")]


def _check_moves(armature: bpy.types.Object) -> None:
    """Blender shows bones at rest while they are edited and in the rest position. Raises SceneError."""
    if armature.data.is_editmode:
        raise SceneError(f"{armature.name} is in Edit Mode, where it does not move; leave it (Tab) first.")
    if armature.data.pose_position == "REST":
        raise SceneError(
            f"{armature.name} shows its rest position; switch it to Pose Position in its data first."
        )


def sample_nodes(
    scene: bpy.types.Scene,
    name: str,
    rig: Rig,
    bone_map: BoneMap,
    objects: Mapping[str, bpy.types.Object],
    frames: np.ndarray,
) -> Steps[SampledRig]:
    """What objects do that stand for the bones of a rig which rests Y up, by the bones' names."""
    uids = {bone: one.session_uid for bone, one in objects.items()}
    poses = np.empty((len(frames), len(uids), 4, 4))

    def look(row: int, graph: bpy.types.Depsgraph) -> None:
        poses[row] = [found_again(uid).evaluated_get(graph).matrix_world for uid in uids.values()]

    rate, size = scene_rate(scene), metres(scene)
    yield from sampled_frames(scene, frames, look)
    # The importer turns each object's own axes with the world's.
    turned = replace(rig, axes=rig.axes @ SMPL_TO_BLENDER.T)
    places, turns = _places_and_turns(poses, turned, list(uids))
    return SampledRig(name, rig, bone_map, tuple(uids), places * size, turns, frames, rate)


def _places_and_turns(poses: np.ndarray, rig: Rig, bones: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Heads (T, B, 3) and turns against the rest (T, B, 3, 3) in SMPL's frame; turns are NaN where a bone
    is squashed or mirrored."""
    axes, sizes = poses[..., :3, :3], np.linalg.norm(poses[..., :3, :3], axis=-2, keepdims=True)
    unit = axes / np.maximum(sizes, 1e-12)
    u, _, vt = np.linalg.svd(unit)
    nearest = u @ vt
    bad = np.linalg.det(unit) < _FLAT
    rest = rig.axes[[rig.index[name] for name in bones]]
    turns = SMPL_TO_BLENDER.T @ nearest @ np.swapaxes(rest, -1, -2)
    turns[bad] = np.nan
    return positions_to_smpl(poses[..., :3, 3]), turns
