"""SMPL poses out of MHR's 127 joints, as SAM 3D Body gives them: `pred_joint_coords` and `pred_global_rots`.

MHR's joint frames follow its bones: of trunk and left limbs the x axis points at the child, of right limbs
away from it; z is the hinge of knees and elbows. Their axes in SMPL's T pose, written out below, were read
off the rig at rest and checked on real results: bones, finger rows, eyes and soles lie where they should.
Some wrists' rotations are up to 45 degrees off their own hand's joints, as if hands had been looked at once
more: so hands turn as their knuckles lie.
Source: facebookresearch/MHR; facebookresearch/sam-3d-body mhr_head.py, which turns the coordinates to the
camera (y and z reversed) and leaves the rotations as they are.
"""

from __future__ import annotations

import numpy as np

from ..body.rotations import matrix_from_six_d
from ..recording import Poses
from .rest_pose import poses_from_skeleton

JOINTS = 127
_TO_CAMERA = np.diag([1.0, -1.0, -1.0])
_CENTRE = {"pelvis": 1, "spine3": 37, "neck": 110, "head": 113}
_SIDES = {
    "left": {"hip": 2, "knee": 3, "ankle": 6, "shoulder": 75, "elbow": 76, "wrist": 78},
    "right": {"hip": 18, "knee": 19, "ankle": 22, "shoulder": 39, "elbow": 40, "wrist": 42},
}
"""SMPL's joint -> MHR's: root, c_spine3, c_neck, c_head; upleg, lowleg, subtalar, uparm, lowarm, wrist."""
_ANKLES = {"left": 4, "right": 20}
"""The ankle's place; the joint that carries the sole hangs below it."""
_X_Z = {
    "pelvis": ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0)),
    "spine3": ((0.0, 0.9992, -0.0398), (1.0, 0.0, 0.0)),
    "neck": ((0.0, 0.9576, 0.2882), (1.0, 0.0, 0.0)),
    "head": ((0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
    "hip": ((0.0, -1.0, 0.0), (1.0, 0.0, 0.0)),
    "knee": ((0.0, -1.0, 0.0), (1.0, 0.0, 0.0)),
    "ankle": ((-0.097, -0.14, -0.985), (1.0, 0.0, 0.0)),
    "shoulder": ((1.0, 0.0, 0.0), (0.0, -1.0, 0.0)),
    "elbow": ((1.0, 0.0, 0.0), (0.0, -1.0, 0.0)),
    "wrist": ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0)),
}
"""The joints' x and z axes in SMPL's T pose, of the left side; the right side's are mirrored and reversed."""
_PLACES = {
    "pelvis": (0.0, 0.95, 0.0), "spine3": (0.0, 1.25, 0.0), "neck": (0.0, 1.45, 0.0), "head": (0.0, 1.6, 0.0),
    "hip": (0.1, 0.9, 0.0), "knee": (0.1, 0.5, 0.0), "ankle": (0.1, 0.1, 0.0), "shoulder": (0.16, 1.4, 0.0),
    "elbow": (0.45, 1.4, 0.0), "wrist": (0.72, 1.4, 0.0),
}  # fmt: skip
"""A T pose in metres, for the directions of its bones."""
_KNUCKLES = {"left": (92, 88, 80), "right": (56, 52, 44)}
"""Of forefinger, middle and little finger."""
_KNUCKLES_AT = np.array([(7.2, 0.8, -2.2), (7.4, 0.3, 0.0), (5.6, 1.4, 3.2)])
"""Centimetres in the left wrist's frame; reversed in the right one's."""
_ALONG = 0.9
_PARTS = (joint for parts in _SIDES.values() for joint in parts.values())
USED = sorted({*_CENTRE.values(), *_ANKLES.values(), *_PARTS, *_KNUCKLES["left"], *_KNUCKLES["right"]})
"""MHR's joints that are needed, in this order."""


def mhr_poses(coordinates: np.ndarray, rotations: np.ndarray) -> Poses | None:
    """Poses in the camera's frame; None where the rotations do not lie along the bones.

    coordinates: (T, J, 3) metres in the camera; rotations: (T, J, 3, 3), in the camera or as MHR has them;
        both of the joints USED.
    """
    if not (np.isfinite(coordinates).all() and np.isfinite(rotations).all()):
        return None
    turned = next((each for each in (_TO_CAMERA @ rotations, rotations) if _fits(coordinates, each)), None)
    if turned is None:
        return None
    turned = _as_knuckles_lie(coordinates, turned)
    joints = _CENTRE | {f"{side}_{part}": n for side, parts in _SIDES.items() for part, n in parts.items()}
    names, places = list(joints), [USED.index(joint) for joint in joints.values()]
    turns = turned[:, places] @ np.stack([_rest(name).T for name in names])
    positions = coordinates[:, places].copy()
    for side, joint in _ANKLES.items():
        positions[:, names.index(f"{side}_ankle")] = coordinates[:, USED.index(joint)]
    rest = np.stack([_mirrored(name, _PLACES) for name in names])
    return poses_from_skeleton({name: n for n, name in enumerate(names)}, positions, turns, rest)


def _fits(coordinates: np.ndarray, rotations: np.ndarray) -> bool:
    """Whether the thighs' x axes lie along the thighs."""
    cosines = []
    for side, sign in (("left", 1.0), ("right", -1.0)):
        hip, knee = (USED.index(_SIDES[side][part]) for part in ("hip", "knee"))
        bone = coordinates[:, knee] - coordinates[:, hip]
        length = np.maximum(np.linalg.norm(bone, axis=-1), 1e-9)
        cosines.append(sign * (bone * rotations[:, hip, :, 0]).sum(-1) / length)
    return bool(np.median(cosines) > _ALONG)


def _as_knuckles_lie(coordinates: np.ndarray, rotations: np.ndarray) -> np.ndarray:
    """Rotations (T, J, 3, 3) with wrists turned so that knuckles lie where the coordinates have them."""
    found = rotations.copy()
    for side, sign in (("left", 1.0), ("right", -1.0)):
        wrist = USED.index(_SIDES[side]["wrist"])
        knuckles = coordinates[:, [USED.index(joint) for joint in _KNUCKLES[side]]]
        own = _axes_of_hand(sign * _KNUCKLES_AT)
        found[:, wrist] = _axes_of_hand(knuckles - coordinates[:, wrist, None]) @ own.T
    return found


def _axes_of_hand(knuckles: np.ndarray) -> np.ndarray:
    """(..., 3, 3) along and across a hand whose knuckles lie there (..., 3, 3) from the wrist."""
    across = knuckles[..., 0, :] - knuckles[..., 2, :]
    return np.asarray(matrix_from_six_d(np.concatenate([knuckles[..., 1, :], across], axis=-1)))


def _rest(name: str) -> np.ndarray:
    """(3, 3) the axes of a joint, as columns, in SMPL's T pose."""
    axes = []
    for number in (0, 1):
        own = {part: pair[number] for part, pair in _X_Z.items()}
        axes.append(_mirrored(name, own) * (-1.0 if name.startswith("right_") else 1.0))
    along = axes[0] / np.linalg.norm(axes[0])
    across = np.cross(axes[1], along)
    across /= np.linalg.norm(across)
    return np.stack([along, across, np.cross(along, across)], axis=1)


def _mirrored(name: str, table: dict[str, tuple[float, float, float]]) -> np.ndarray:
    """(3,) a vector of the table, which has the left side, on the joint's own side."""
    side, _, part = name.partition("_")
    vector = np.array(table[part or name])
    return vector * [-1.0, 1.0, 1.0] if side == "right" else vector
