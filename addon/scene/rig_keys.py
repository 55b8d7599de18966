"""Keys that make bones stand where they were seen, whatever carries them now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import bpy
import numpy as np

from ..body.rotations import quaternion_from_matrix, without_flips
from ..steps import Stepped, Steps
from .curves import Curve, find_curves, held_keys, keys_of, vector_curves, write_curves
from .rotation_keys import rotation_curves


@dataclass(frozen=True)
class Moments:
    """Whole scene frames (N,) at which the bones of an action are keyed anew.

    holds: (N,) whether the pose stays until the next one. filled: (N,) whether it was filled in.
    """

    frames: np.ndarray
    holds: np.ndarray
    filled: np.ndarray


@Stepped
def moments_of(armature: bpy.types.Object, bones: Iterable[str] = ()) -> Steps[Moments]:
    """Every frame from the first to the last key of these bones (or all), but for those that are held. A
    curve a step."""
    starts = tuple(f'pose.bones["{name}"]' for name in bones) or ("pose.bones[",)
    curves = [curve for (path, _), curve in find_curves(armature).items() if path.startswith(starts)]
    curves = [curve for curve in curves if len(curve.keyframe_points)]
    if not curves:
        return Moments(np.zeros(0, int), np.zeros(0, bool), np.zeros(0, bool))
    keys = []
    for curve in curves:
        keys.append(keys_of(curve))
        yield None
    usual = {frames.tobytes(): frames for frames, _, _ in keys}  # most curves have keys at the same frames
    places = np.unique(np.concatenate(list(usual.values())))
    moving, filled = np.zeros(len(places), bool), np.ones(len(places), bool)
    for curve, (frames, _, filler) in zip(curves, keys, strict=True):
        spans = np.searchsorted(places, frames)
        moving |= _between(spans, ~held_keys(curve), len(places))
        filled[spans] &= filler
        yield None
    moving[-1] = False
    return _whole(places, moving, filled)


def _between(spans: np.ndarray, moves: np.ndarray, count: int) -> np.ndarray:
    """(count,) whether a curve moves after each place, its keys being at the places `spans`."""
    step = np.zeros(count + 1, int)
    np.add.at(step, spans[:-1], moves[:-1].astype(int))
    np.add.at(step, spans[1:], -moves[:-1].astype(int))
    return np.cumsum(step)[:count] > 0


def _whole(places: np.ndarray, moving: np.ndarray, filled: np.ndarray) -> Moments:
    """Whole frames for places (N,) after which something moves or nothing."""
    wanted = [np.round(places)]
    wanted += [
        np.arange(np.ceil(first), np.floor(last) + 1)
        for first, last in zip(places[:-1][moving[:-1]], places[1:][moving[:-1]], strict=True)
    ]
    frames = np.unique(np.concatenate(wanted)).astype(int)
    last = np.clip(np.searchsorted(places, frames, side="right") - 1, 0, len(places) - 1)
    on_key = np.abs(places[last] - frames) < 0.5
    holds = ~moving[last]
    holds[-1] = False
    return Moments(frames, holds, filled[last] & on_key)


def write_poses(
    armature: bpy.types.Object, moments: Moments, poses: dict[str, np.ndarray], bones: dict[str, str]
) -> None:
    """Key these bones so that they stand at `poses`, (N, 4, 4) of each bone in the armature's space.

    bones: by their names what to key: "rotation", "location" or "both".
    """
    write_moments(armature, moments, pose_curves(armature, poses, bones))


def write_moments(armature: bpy.types.Object, moments: Moments, curves: list[Curve]) -> None:
    """Write curves with a value for each of the moments."""
    write_curves(armature, moments.frames, curves, holds=moments.holds, filled=moments.filled)


@Stepped
def pose_curves(
    armature: bpy.types.Object, poses: dict[str, np.ndarray], bones: dict[str, str]
) -> Steps[list[Curve]]:
    """The keys of `write_poses`, a bone a step."""
    curves: list[Curve] = []
    for name, channels in bones.items():
        bone = armature.pose.bones[name]
        basis = _basis(bone, poses)
        if channels != "rotation":
            curves += vector_curves(f'pose.bones["{name}"].location', basis[:, :3, 3], name)
        if channels != "location":
            curves += rotation_curves(bone, without_flips(quaternion_from_matrix(basis[:, :3, :3])))
        yield None
    return curves


def _basis(bone: bpy.types.PoseBone, poses: dict[str, np.ndarray]) -> np.ndarray:
    """(N, 4, 4) what the bone adds to its rest in the poses, relative to its parent's pose."""
    rest, posed = np.array(bone.bone.matrix_local), poses[bone.name]
    if bone.parent is not None:
        rest = np.linalg.inv(np.array(bone.parent.bone.matrix_local)) @ rest
        posed = np.linalg.inv(poses[bone.parent.name]) @ posed
    return np.linalg.inv(rest) @ posed
