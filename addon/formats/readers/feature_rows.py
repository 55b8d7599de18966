"""Rows of numbers that generators of dance learn from: a place and six numbers for each joint.

(T, 135, 147 or 315): the translation and 22, 24 or 52 joints; (T, 139, 151 or 319): the same behind four
contacts of feet; (T, 159): the translation and SMPL-H's 52 rotation vectors. A batch (B, T, N) is one clip
after the other. 30 frames a second; FineDance is Y up, EDGE Z up. Sources: li-ronghui/LODGE render.py,
li-ronghui/FineDance data/code/pre_motion.py; Stanford-TML/EDGE dataset/dance_dataset.py.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...body.rotations import matrix_from_axis_angle
from ..container import Container
from ..draft import Draft, Reader, matrix_poses, numbers, padded, person
from ..hand_poses import hand_matrices
from ..rotation_forms import rotation_matrices

_JOINTS = (22, 24, 52)
_CONTACTS, _PLACE = 4, 3
_STARTS = {start + 6 * joints: start for joints in _JOINTS for start in (_PLACE, _CONTACTS + _PLACE)}
"""Width of a row -> where its rotations start."""
_OF_VECTORS = _PLACE + 3 * 52
_LONGEST = 2 * np.pi


def recognises(container: Container) -> bool:
    """An array so wide, whose numbers are those of rotations."""
    return container.npy is not None and _rotations(container.npy) is not None


def read(container: Container) -> Draft:
    """One person. Raises FormatError."""
    assert container.npy is not None
    rotations = _rotations(container.npy)
    assert rotations is not None
    rows = _rows(container.npy)
    start = _STARTS.get(rows.shape[1], _PLACE)
    poses = matrix_poses(padded(rotations), rows[:, start - _PLACE : start])
    one = person(poses=replace(poses, hands=hand_matrices(rotations)))
    return Draft([one], likely_up=("+y", "+z"), floating=True)


def _rows(array: np.ndarray) -> np.ndarray:
    return numbers(array, "array").reshape(-1, array.shape[-1])


def _rotations(array: np.ndarray) -> np.ndarray | None:
    """(T, J, 3, 3); None where the numbers are no rotations."""
    if array.ndim not in (2, 3) or not array.size:
        return None
    width = array.shape[-1]
    if width in _STARTS:
        return rotation_matrices(_rows(array)[:, _STARTS[width] :], _JOINTS)
    if width != _OF_VECTORS:
        return None
    vectors = _rows(array)[:, _PLACE:].reshape(-1, 52, 3)
    lengths = np.linalg.norm(vectors, axis=-1)
    angles = np.isfinite(lengths).all() and 0.0 < lengths.max() < _LONGEST and np.median(lengths) < 1.0
    return matrix_from_axis_angle(vectors) if angles else None


READER = Reader(
    "feature rows", "FineDance, LODGE, EDGE's features", "SMPL, SMPL-H or SMPL-X of one dancer", ".npy",
    recognises, read,
)  # fmt: skip
