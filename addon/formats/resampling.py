"""Frames at uneven times brought to even ones, at the same speed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..body.rotations import matrix_from_quaternion, quaternion_from_matrix, slerp
from ..recording import CodedHands, Keypoints, Person, Poses
from ..safe_read import FormatError
from ..safe_read.npy import check_shape

_LONGEST_GAP = 0.25
_STEPS = 3.0
"""Seconds, or so many of the usual steps: over longer gaps nothing is filled in."""


def on_even_frames(one: Person, seconds: np.ndarray, fps: float) -> Person:
    """The person at frames k / fps, numbered by k from the first.

    seconds: (T,) rising times of the frames from 0. Positions are interpolated on straight lines, rotations
    on the shortest arcs. Raises FormatError where there would be far too many frames.
    """
    check_shape((int(seconds[-1] * fps) + 1, 24 * 9), 8)
    seconds, keep = np.unique(seconds, return_index=True)
    one = one.rows(keep)
    numbers = np.arange(int(seconds[-1] * fps + 1e-6) + 1)
    at = np.minimum(numbers / fps, seconds[-1])
    after = np.clip(np.searchsorted(seconds, at), 1, len(seconds) - 1)
    gaps = np.diff(seconds)[after - 1]
    part = (at - seconds[after - 1]) / gaps
    near = gaps <= max(_LONGEST_GAP, _STEPS * float(np.median(np.diff(seconds))))
    kept = near | (part < 1e-9) | (part > 1 - 1e-9)
    if not kept.any():
        raise FormatError("The times of the frames lie too far apart for a motion; check the time column.")
    between = after[kept], part[kept]
    return replace(
        one,
        frame_ids=numbers[kept],
        keypoints=None if one.keypoints is None else _keypoints(one.keypoints, *between),
        poses=None if one.poses is None else _poses(one.poses, *between),
    )


def _keypoints(keypoints: Keypoints, after: np.ndarray, part: np.ndarray) -> Keypoints:
    positions = _line(keypoints.positions, after, part)
    confidence = _line(keypoints.confidence, after, part)
    return replace(
        keypoints, positions=positions, confidence=np.where(np.isfinite(positions).all(-1), confidence, 0.0)
    )


def _poses(poses: Poses, after: np.ndarray, part: np.ndarray) -> Poses:
    turns = poses.rest_turns
    return replace(
        poses,
        rotations=_arc(poses.rotations, after, part),
        pelvis=_line(poses.pelvis, after, part),
        hands=None if poses.hands is None else _arc(poses.hands, after, part),
        coded=None if poses.coded is None else _coded(poses.coded, after, part),
        rest_turns=turns if turns.ndim == 2 else _arc(turns, after, part),
    )


def _coded(coded: CodedHands, after: np.ndarray, part: np.ndarray) -> CodedHands:
    return replace(coded, values=_line(coded.values, after, part))


def _line(values: np.ndarray, after: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Values (T, ...) between the frames `after` - 1 and `after`; an end that is met exactly counts alone."""
    share = part.reshape(-1, *(1,) * (values.ndim - 1))
    before, behind = values[after - 1], values[after]
    mixed = (1 - share) * before + share * behind
    return np.where(share < 1e-9, before, np.where(share > 1 - 1e-9, behind, mixed))


def _arc(rotations: np.ndarray, after: np.ndarray, part: np.ndarray) -> np.ndarray:
    turns = quaternion_from_matrix(rotations)
    share = np.broadcast_to(part.reshape(-1, *(1,) * (turns.ndim - 2)), turns[after].shape[:-1])
    return matrix_from_quaternion(slerp(turns[after - 1], turns[after], share))
