"""Fingers' rotations as files hold them, from SMPL's flat hand.

smplx adds a mean hand to what it is given unless `flat_hand_mean` is set. AMASS, MoSh++, BEDLAM, Motion-X,
Multi-HMR, Human3R, HY-Motion and Meshcapade's codec keep whole rotations; SMPLer-X, SMPLify-X and others with
smplx's defaults keep what the mean is added to. That mean is in licensed files alone: a relaxed hand
stands in for it until a model file is given, and components of hand poses (SMPLify-X, EasyMocap) mean nothing
before that; what the file holds is kept beside as `recording.CodedHands`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..body.hands import FINGER_COUNT, RELAXED, SIDES
from ..body.rotations import matrix_from_axis_angle
from ..recording import CodedHands

MEAN_HAND = (
    "Fingers count from SMPL-X's mean hand, which only a model file holds; without one, a relaxed hand stands"
    " in."
)
PCA_HAND = (
    "The hand poses are components that only an SMPL-H or SMPL-X model file can decode; without one they are"
    " not used."
)
_WIDTH = 3 * FINGER_COUNT
_FIRST = {156: 66, 165: 75}
"""Where the left hand starts in rows of SMPL-H's and SMPL-X's rotation vectors."""


def hands_of_vectors(rows: np.ndarray) -> np.ndarray | None:
    """(T, 2, 15, 3, 3) out of rows (T, 156 or 165) of SMPL-H's or SMPL-X's rotation vectors; None where
    there are no hands in them, or only flat ones as of who had none."""
    first = _FIRST.get(rows.shape[1])
    return None if first is None else hand_pair(rows[:, first : first + _WIDTH], rows[:, first + _WIDTH :])


def hand_pair(left: Any, right: Any, *, from_mean: bool = False) -> np.ndarray | None:
    """(T, 2, 15, 3, 3) of both hands' rotation vectors or matrices of T frames; None where they are no such
    or all zero. from_mean: the vectors are what smplx adds its mean hand to."""
    both = [_turns(hand) for hand in (left, right)]
    if any(hand is None for hand in both) or len({len(hand) for hand in both if hand is not None}) != 1:
        return None
    vectors = np.stack([hand for hand in both if hand is not None], axis=1)
    if vectors.ndim == 5:
        return None if np.abs(vectors - np.eye(3)).max(initial=0.0) < 1e-6 else vectors
    if from_mean:
        vectors = vectors + RELAXED
    elif np.abs(vectors).max(initial=0.0) < 1e-6:
        return None
    return np.asarray(matrix_from_axis_angle(vectors))


def coded_pair(left: Any, right: Any, *, from_mean: bool) -> CodedHands | None:
    """What a model file tells more of than `hand_pair`: components (T, N), or rotation vectors that count
    from the mean hand; None for anything else."""
    values = [_coded(hand) for hand in (left, right)]
    known = [hand for hand in values if hand is not None]
    if len(known) < len(values) or known[0].shape != known[1].shape:
        return None
    components = known[0].shape[1] < _WIDTH
    if not (from_mean if not components else from_mean or any(hand.any() for hand in known)):
        return None
    return CodedHands(np.stack(known, axis=1), components, from_mean)


def _coded(hand: Any) -> np.ndarray | None:
    """(T, 1 to 45) numbers of a hand; None where it is none or has matrices."""
    try:
        values = np.asarray(hand, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    if values.ndim == 0 or values.size == 0 or values.shape[-2:] == (3, 3) or not np.isfinite(values).all():
        return None
    rows = values.reshape(1, -1) if values.ndim == 1 else values.reshape(len(values), -1)
    if rows.shape[1] > _WIDTH and rows.shape[1] % _WIDTH == 0:
        rows = rows.reshape(-1, _WIDTH)
    return rows if rows.shape[1] <= _WIDTH else None


def _turns(hand: Any) -> np.ndarray | None:
    """(T, 15, 3) or (T, 15, 3, 3); None where it is neither."""
    try:
        values = np.asarray(hand, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    if values.ndim == 0 or values.size == 0 or not np.isfinite(values).all():
        return None
    values = values.reshape(1, -1) if values.ndim == 1 else values
    if values.shape[-2:] == (3, 3) and values.size % (FINGER_COUNT * 9) == 0:
        return values.reshape(-1, FINGER_COUNT, 3, 3)
    whole = values.size % _WIDTH == 0 and values.reshape(len(values), -1).shape[1] in (_WIDTH, 3)
    return values.reshape(-1, FINGER_COUNT, 3) if whole else None


def hand_matrices(rotations: np.ndarray) -> np.ndarray | None:
    """(T, 2, 15, 3, 3) out of all joints' rotations (T, 52 or 55, 3, 3) of SMPL-H or SMPL-X."""
    first = _FIRST.get(3 * rotations.shape[1])
    if first is None:
        return None
    hands = rotations[:, first // 3 :].reshape(len(rotations), len(SIDES), FINGER_COUNT, 3, 3)
    return hand_pair(hands[:, 0], hands[:, 1])
