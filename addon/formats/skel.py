"""SMPL poses out of SKEL's 46 angles, which turn OpenSim's joints one after the other.

At zero the body stands in SMPL's T pose. Bones have OpenSim's axes (x ahead, y up, z to the right; along the
arms y points to the shoulder), so trunk, legs and elbows are exact up to a few degrees. What an upper arm's
second and third angle turn about lies between T and A pose in SKEL's licensed model file; half way is taken.
Sources: MarilynKeller/SKEL skel/kin_skel.py (order of the angles), skel/osim_rot.py, skel/skel_model.py
(axes, signs, and that zero is the T pose).
"""

from __future__ import annotations

import numpy as np

from ..body.rotations import matrix_from_axis_angle
from ..recording import Poses
from .segments import segment_poses

ANGLES = 46
ARMS = (
    "SKEL's arms turn about axes that only its licensed model file tells; they were taken half way between"
    " the A and the T pose, so check them."
)
_STANDING = np.array([[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
"""(3, 3) x ahead, y up, z to the right, as columns in SMPL's frame."""
_X, _Y, _Z = np.eye(3)
_TALUS = (0.175895, -0.105208, 0.0186622)
_CALCANEUS = (-1.76819, 0.906223, 1.8196)
_ULNA = np.array([0.0494, 0.0366, 0.99810825])
_RADIUS = np.array([-0.01716099, 0.99266564, -0.11966796])


def skel_poses(angles: np.ndarray, pelvis: np.ndarray) -> Poses:
    """Poses from SKEL's angles (T, 46) in radians and pelvis positions (T, 3)."""
    turns = {"pelvis": _turned(angles[:, :3], (_Z, _X, _Y), _STANDING)}
    turns["spine1"] = turns["pelvis"] @ _turned(angles[:, 17:20], (_X, _Z, _Y), _STANDING)
    turns["spine3"] = turns["spine1"] @ _turned(angles[:, 20:23], (_X, _Z, _Y), _STANDING)
    turns["head"] = turns["spine3"] @ _turned(angles[:, 23:26], (_X, _Z, _Y), _STANDING)
    for side, leg, arm in (("right", 3, 26), ("left", 10, 36)):
        turns |= _leg(side, turns["pelvis"], angles[:, leg : leg + 7])
        turns |= _arm(side, turns["spine3"], angles[:, arm : arm + 10])
    return segment_poses(turns, pelvis)


def _leg(side: str, pelvis: np.ndarray, angles: np.ndarray) -> dict[str, np.ndarray]:
    """Hip (flexion, adduction, rotation), knee, ankle and subtalar joint; the toes are left out."""
    sign = 1.0 if side == "right" else -1.0
    hip = pelvis @ _turned(angles[:, :3], (_Z, sign * _X, sign * _Y), _STANDING)
    knee = hip @ _turned(angles[:, 3:4], (-_Z,), _STANDING)
    subtalar = np.array(_CALCANEUS) * (sign, sign, 1.0)
    axes = (_hinge(np.array(_TALUS)), _hinge(subtalar))
    ankle = knee @ _turned(angles[:, 4:5], axes[:1], _STANDING)
    ankle = ankle @ _turned(angles[:, 5:6], axes[1:], _STANDING)
    return {f"{side}_hip": hip, f"{side}_knee": knee, f"{side}_ankle": ankle}


def _arm(side: str, thorax: np.ndarray, angles: np.ndarray) -> dict[str, np.ndarray]:
    """Scapula (abduction, elevation, upward rotation), shoulder (x, y, z), elbow, pronation, wrist."""
    sign = 1.0 if side == "right" else -1.0
    mirrored = np.array([sign, sign, 1.0])
    raised, half = (_raised(sign, degrees) @ _STANDING for degrees in (90.0, 45.0))
    collar = thorax @ _turned(angles[:, :3], (_Y, -sign * _Z, -sign * _X), _STANDING)
    shoulder = collar @ _turned(angles[:, 3:6], (_X, _Y, _Z), half)
    elbow = shoulder @ _turned(angles[:, 6:7], (_ULNA * mirrored,), raised)
    forearm = elbow @ _turned(angles[:, 7:8], (_RADIUS * (sign, sign, 1.0),), raised)
    wrist = forearm @ _turned(angles[:, 8:10], (sign * _X, -_Z), raised)
    turns = {"collar": collar, "shoulder": shoulder, "elbow": elbow, "wrist": wrist}
    return {f"{side}_{part}": turn for part, turn in turns.items()}


def _raised(sign: float, degrees: float) -> np.ndarray:
    """(3, 3) an arm that hangs, lifted to the side."""
    return np.asarray(matrix_from_axis_angle(np.array([0.0, 0.0, -sign * np.radians(degrees)])))


def _turned(angles: np.ndarray, axes: tuple[np.ndarray, ...], frame: np.ndarray) -> np.ndarray:
    """(T, 3, 3) turns by angles (T, N) about axes of a frame (3, 3), the first one first, in SMPL's frame."""
    whole = np.broadcast_to(np.eye(3), (len(angles), 3, 3))
    for angle, axis in zip(angles.T, axes, strict=True):
        whole = matrix_from_axis_angle(np.outer(angle, frame @ axis)) @ whole
    return whole


def _hinge(euler: np.ndarray) -> np.ndarray:
    """(3,) the z axis of a frame given by OpenSim's angles about its x, y and z axis, one after the other."""
    x, y, z = (matrix_from_axis_angle(angle * axis) for angle, axis in zip(euler, np.eye(3), strict=True))
    return np.asarray(x @ y @ z @ _Z)
