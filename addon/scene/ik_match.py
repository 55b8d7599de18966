"""Keys of a limb's IK controls that leave the limb as its own bones have it."""

from __future__ import annotations

from typing import TypeAlias

import bpy
import numpy as np

from .curves import Curve, write_curves
from .limbs import CONSTRAINT, Limb, constraints, controlled_limbs, controls
from .poles import Bends, pole_targets
from .rig_keys import Moments, write_poses

Pole: TypeAlias = tuple[np.ndarray, np.ndarray]
"""Places (N, 3) of a limb's pole in the armature's space, and its angles (N,) in radians."""
_POLE_DISTANCE = 1.0
"""Of the pole from the line between the limb's ends, in lengths of the upper bone."""


def match_controls(
    armature: bpy.types.Object, limb: Limb, moments: Moments, poses: dict[str, np.ndarray], rate: float
) -> None:
    """Key target, pole and pole angle so that the limb stays as it is in `poses`, (N, 4, 4) of each bone."""
    if controls(armature, limb) is not None and len(moments.frames):
        key_controls(armature, limb, moments, poses, match_pole(armature, limb, poses, rate))


def match_pole(armature: bpy.types.Object, limb: Limb, poses: dict[str, np.ndarray], rate: float) -> Pole:
    """What leaves the limb as it is in `poses`, (N, 4, 4) of each bone, at `rate` frames a second."""
    upper, lower, end = (poses[name] for name in (limb.upper, limb.lower, limb.end))
    bends = Bends(upper[:, :3, :3], upper[:, :3, 3], lower[:, :3, 3], end[:, :3, 3])
    distance = _POLE_DISTANCE * armature.data.bones[limb.upper].length
    return pole_targets(bends, limb.habit(armature), distance, rate)


def key_controls(
    armature: bpy.types.Object,
    limb: Limb,
    moments: Moments,
    poses: dict[str, np.ndarray],
    matched: Pole,
) -> None:
    """Key target and pole so that the limb stays as it is in `poses`, (N, 4, 4) of each bone."""
    found = controls(armature, limb)
    assert found is not None
    (target, pole), (places, angles) = found, matched
    poled = np.tile(np.eye(4), (len(places), 1, 1))
    poled[:, :3, 3] = places
    posed = {**poses, target.name: poses[limb.end], pole.name: poled}
    write_poses(armature, moments, posed, {target.name: "both", pole.name: "location"})
    path = f"{constraint_path(limb.lower)}.pole_angle"
    jumps = np.append(np.abs(np.diff(angles)) > np.pi, False)
    write_curves(
        armature, moments.frames, [Curve(path, 0, angles, pole.name)],
        holds=moments.holds | jumps, filled=moments.filled,
    )  # fmt: skip


def constraint_path(bone: str) -> str:
    """RNA path of the constraint by which a bone follows its limb's controls."""
    return f'pose.bones["{bone}"].constraints["{CONSTRAINT}"]'


def remove_ik(armature: bpy.types.Object) -> None:
    """All limbs as their own keys have them, whatever the controls say; for a copy of the armature."""
    for limb in controlled_limbs(armature):
        for name in (limb.lower, limb.end):
            armature.driver_remove(f"{constraint_path(name)}.influence")
        for constraint in constraints(armature, limb):
            constraint.mute = True
