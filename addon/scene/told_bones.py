"""What works against the keys of a character's bones, as sentences: what is found in the file, or else what
Blender shows apart from them."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

import bpy
import numpy as np

from ..body.rotations import geodesic_angle
from ..retarget import Carried
from ..words import listed
from .axes import SMPL_TO_BLENDER, positions_to_blender
from .layers import layered_strips
from .rotation_keys import CHANNELS
from .told_ik import has_ik, is_loose, is_solved, moved_by_ik
from .told_places import is_felt
from .workshop import seen_poses, shown, stage

_SCALED = 1e-2
"""By how much a bone's scale must differ from 1 to be told of."""
_LOOKS = 7
"""So many frames are looked at."""
_TURNED, _MOVED = np.radians(1.0), 0.01
"""Radians, and share of the character's height, by which a bone may be shown apart."""


def told_of_bones(
    character: bpy.types.Object,
    carried: Carried,
    frames: np.ndarray,
    shown_by: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """Sentences on why bones are shown otherwise than their keys at scene frames (T,) say, if they are.

    shown_by: of a rig with controls, which works by constraints, the bones that show what some of them say.
    """
    names = carried.pose.target.names
    still, turned = ([names[bone] for bone in bones] for bones in (carried.still, carried.bones))
    told = [*_held_still(character), *_found(character, [*still, *turned], controlled=shown_by is not None)]
    driven = [name for name in (*still, *turned) if _is_driven(character, name)]
    looks = driven or not told or has_ik(character)
    apart = _apart(character, carried, frames, shown_by or {}) if looks else {}
    # A bone that is to rest may be driven as long as it rests: Daz figures have many.
    driven = [name for name in driven if name in apart or name in turned]
    if driven:
        told.append(
            f"Drivers move {listed(driven)} whatever the keys say; mute them to see the retargeted motion."
        )
    if not _held_still(character):
        told += _told_of_ik(character, apart)
    return tuple(told) or _seen_apart(character, apart)


def _held_still(character: bpy.types.Object) -> list[str]:
    told = []
    solo = _solo_track(character)
    if solo:
        told.append(
            f"{character.name} plays its track {solo} alone; switch its star off in the Nonlinear Animation"
            " editor to see the motion."
        )
    if character.data.pose_position == "REST":
        told.append(
            f"{character.name} shows its rest position; switch it to Pose Position in its data to see the"
            " motion."
        )
    return told


def _solo_track(ob: bpy.types.Object) -> str:
    """The name of the track besides which nothing plays, "" without one."""
    animation = ob.animation_data
    if animation is None or not animation.use_nla:
        return ""
    return next((track.name for track in animation.nla_tracks if track.is_solo), "")


def _found(character: bpy.types.Object, names: Sequence[str], *, controlled: bool) -> list[str]:
    told = []
    bones = character.pose.bones
    held = [] if controlled else [name for name in names if _is_held(bones[name])]
    if held:
        told.append(f"Constraints change what the keys of {listed(held)} say; mute them to see the motion.")
    scaled = [name for name in names if any(abs(x - 1) > _SCALED for x in bones[name].scale)]
    if scaled:
        are = "is" if len(scaled) == 1 else "are"
        told.append(f"{listed(scaled)} {are} scaled, which limbs were worked out without; clear it (Alt+S).")
    return told


def _is_held(bone: bpy.types.PoseBone) -> bool:
    """By anything but IK, which may agree with the keys."""
    return any(is_felt(held) and not is_solved(held) for held in bone.constraints)


def _told_of_ik(character: bpy.types.Object, apart: Container[str]) -> list[str]:
    moved = moved_by_ik(character, apart)
    if not moved:
        return []
    bones = dict.fromkeys(name for chain in moved.values() for name in chain)
    return [
        f"IK on {listed(list(moved))} moves {listed(list(bones))} whatever the keys say; mute it to see the"
        " motion."
    ]


def told_of_solver(character: bpy.types.Object) -> tuple[str, ...]:
    """A sentence where the IK of a rig's controls is solved so that limbs lag behind them."""
    if not is_loose(character):
        return ()
    return (
        f"{character.name} solves IK with iTaSC, so its limbs stand a little beside what the keys say; choose"
        " Standard as IK Solver in its data (Inverse Kinematics) to see the motion.",
    )


def _is_driven(character: bpy.types.Object, bone: str) -> bool:
    drivers = character.animation_data.drivers if character.animation_data is not None else ()
    start = f"{character.pose.bones[bone].path_from_id()}."
    return any(
        driver.data_path.startswith(start)
        and driver.data_path.removeprefix(start) in ("location", *CHANNELS)
        and not driver.mute
        for driver in drivers
    )


def _seen_apart(character: bpy.types.Object, apart: Mapping[str, float]) -> tuple[str, ...]:
    """A sentence on bones by how far they are turned away."""
    if not apart:
        return ()
    are, angle = "is" if len(apart) == 1 else "are", max(apart.values())
    far = f"turned by up to {np.degrees(angle):.0f}°" if angle > _TURNED else "moved"
    why = "a constraint, a driver or the scale of a bone does that; mute or clear it to see the motion."
    if layered_strips(character):
        why = (
            "NLA tracks play along; mute them, or let the action replace them (Blending and Influence in the"
            " Nonlinear Animation editor)."
        )
    return (f"{listed(list(apart))} {are} {far} beside what the keys say: {why}",)


def _apart(
    character: bpy.types.Object, carried: Carried, frames: np.ndarray, shown_by: Mapping[str, str]
) -> dict[str, float]:
    """Radians by which Blender shows bones turned away from their keys, of those that are turned or moved, in
    the character's own space."""
    pose, target = carried.pose, carried.pose.target
    world, rows = np.array(character.matrix_world), np.linspace(0, len(frames) - 1, _LOOKS).astype(int)
    back, size = np.linalg.inv(world), float(np.ptp(target.heads[:, 1]))
    inwards = SMPL_TO_BLENDER.T @ _unit(world[:3, :3])
    seen = _seen(character, frames[rows])
    found = {}
    for bone in (*carried.still, *carried.bones):
        name = shown_by.get(target.names[bone], target.names[bone])
        if not name:
            continue
        places = positions_to_blender(pose.place(bone)[rows]) @ back[:3, :3].T + back[:3, 3]
        moved = np.linalg.norm((seen[name][:, :3, 3] - places) @ world[:3, :3].T, axis=-1).max()
        rest = np.array(character.data.bones[name].matrix_local)[:3, :3]
        turned = inwards.T @ pose.turn(bone)[rows] @ inwards @ rest
        angle = float(geodesic_angle(_unit(seen[name][:, :3, :3]), turned).max())
        if not (angle <= _TURNED and moved <= _MOVED * size):
            found[name] = angle
    return found


def _unit(axes: np.ndarray) -> np.ndarray:
    return np.asarray(axes / np.maximum(np.linalg.norm(axes, axis=-2, keepdims=True), 1e-12))


def _seen(character: bpy.types.Object, frames: np.ndarray) -> dict[str, np.ndarray]:
    aside = stage(bpy.context.scene, "Look")
    try:
        with shown(aside, [character]):
            return seen_poses(aside, character, frames)
    finally:
        bpy.data.scenes.remove(aside)
