"""The performer's bone lengths, measured on the keypoints of a whole clip.

Each bone is measured between two canonical points that hang on it rigidly, as a ratio to the same
distance on the mean skeleton; left and right are measured together. What no keypoint tells follows the
performer's overall size.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from math import sqrt
from typing import TypeAlias

import numpy as np

from ...body.points import POINT_INDEX, POINT_OFFSETS, POINT_WEIGHTS
from ...body.quantiles import median, quantile
from ...body.skeleton import JOINT_NAMES, MIRROR_JOINTS, PARENTS, REST_JOINTS, REST_OFFSETS, mirror_name
from ...steps import Stepped, Steps, in_chunks
from ..evidence.targets import Targets

# Bones by the joint at their end, and the pairs of points that measure them, the best first.
_RULERS: tuple[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], ...] = (
    (
        ("left_knee",),
        (("left_hip", "left_knee"), ("h36m_left_hip", "left_knee"), ("coco_left_hip", "left_knee")),
    ),
    (("left_ankle",), (("left_knee", "left_ankle"),)),
    (
        ("left_foot",),
        (("left_ankle", "left_foot"), ("left_heel", "left_big_toe"), ("left_ankle", "left_big_toe")),
    ),
    (("left_elbow",), (("left_shoulder", "left_elbow"), ("coco_left_shoulder", "left_elbow"))),
    (("left_wrist",), (("left_elbow", "left_wrist"),)),
    (("left_hand",), (("left_wrist", "left_hand"), ("left_wrist", "left_index_knuckle"))),
    (
        ("left_hip",),
        (
            ("left_hip", "right_hip"),
            ("h36m_left_hip", "h36m_right_hip"),
            ("coco_left_hip", "coco_right_hip"),
        ),
    ),
    (
        ("left_collar", "left_shoulder"),
        (("left_shoulder", "right_shoulder"), ("coco_left_shoulder", "coco_right_shoulder")),
    ),
    (
        ("spine1", "spine2", "spine3", "neck"),
        (
            ("pelvis", "neck"),
            ("h36m_mid_hip", "h36m_thorax"),
            ("coco_mid_hip", "coco_neck"),
            ("coco_left_hip", "coco_left_shoulder"),
        ),
    ),
    (("head",), (("neck", "head"),)),
)
_OWN_RULERS = {
    joint: JOINT_NAMES[PARENTS[JOINT_NAMES.index(joint)]]
    for joint in ("spine1", "spine2", "spine3", "neck", "left_collar", "left_shoulder")
}
"""Bones of which both ends, that above last, may be keypoints themselves; measured directly when they are."""
_REST_LENGTHS: list[float] = np.linalg.norm(REST_OFFSETS, axis=-1).tolist()

LIMBS = tuple(
    (f"{side}_{first}", f"{side}_{second}")
    for side in ("left", "right")
    for first, second in (("knee", "ankle"), ("elbow", "wrist"), ("hip", "knee"), ("shoulder", "elbow"))
)
"""Bones of constant length between joints that most keypoints have, by name."""
FEWEST_FRAMES = 6
SPREAD = 0.07
"""Standard deviation of a bone's ratio to the mean skeleton, given the person's size."""
REPEATABLE = 0.01


@Stepped
def estimate_bone_offsets(targets: Targets) -> Steps[np.ndarray]:
    """(24, 3) bone offsets in metres with SMPL's mean directions and the performer's lengths."""
    measured = yield from _measure(targets)
    if not measured:
        return REST_OFFSETS.copy()
    overall = _weighted_mean(
        [(ratio, 1.0 / (var + 0.02**2) * _REST_LENGTHS[joint]) for joint, (ratio, var) in measured.items()]
    )
    ratios = [overall] * len(JOINT_NAMES)
    for joint, (ratio, variance) in measured.items():
        shrunk = _weighted_mean([(ratio, 1.0 / variance), (overall, 1.0 / SPREAD**2)])
        ratios[joint] = ratios[MIRROR_JOINTS[joint]] = shrunk
    return REST_OFFSETS * np.array(ratios)[:, None]


@Stepped
def wander_variance(targets: Targets) -> Steps[float]:
    """Variance in m^2 per axis of the noise that smoothing can't see.

    A detector's points wander for seconds, and single frames can't be smoothed at all. Limbs do not change
    their length, so how much the keypoints' limbs do over a clip tells how far they wander.
    """
    variances = []
    for pair in LIMBS if len(targets.raw) >= FEWEST_FRAMES else ():
        value = _length_variance(targets, *pair)
        if value is not None:
            variances.append(value)
        yield None
    return float(np.median(variances)) / 2.0 if variances else 0.0  # two ends, each along the limb alone


def with_wander(targets: Targets) -> Targets:
    """The targets with their precision lowered by the wandering that they show themselves."""
    return with_noise(targets, wander_variance(targets))


def with_noise(targets: Targets, variance: float) -> Targets:
    """The targets with their precision lowered by noise of this variance (m^2 per axis)."""
    if variance == 0.0:
        return targets
    return replace(targets, precision=targets.precision / (1.0 + targets.precision * variance))


def _length_variance(targets: Targets, first: str, second: str) -> float | None:
    """Variance in m^2 of the distance between two points over a clip, beyond that of their known noise.

    None if they were hardly seen together.
    """
    columns = [np.flatnonzero(targets.indices == POINT_INDEX[name]) for name in (first, second)]
    if not all(len(column) for column in columns):
        return None
    a, b = (int(column[0]) for column in columns)
    both = targets.together(a, b)
    if both.sum() < FEWEST_FRAMES:
        return None
    apart = (targets.positions[:, a] - targets.positions[:, b])[both]
    distance = np.sqrt(np.einsum("nc,nc->n", apart, apart))
    # From the median deviation, so that single faults do not count.
    spread = median(np.abs(distance - median(distance))) * 1.4826
    return max(spread**2 - float(targets.noise[a] ** 2 + targets.noise[b] ** 2), 0.0)


def _measure(targets: Targets) -> Steps[dict[int, tuple[float, float]]]:
    """Ratio to the mean skeleton and its variance for the bones that the keypoints tell, by their joints."""
    found: dict[int, tuple[float, float]] = {}
    distances = yield from _distances(targets)
    for joints, rulers in _rulers_between(tuple(targets.indices.tolist())):
        value = next((v for v in (_ruler(distances, *ruler) for ruler in rulers) if v is not None), None)
        if value is not None:
            found.update(dict.fromkeys(joints, value))
    return found


_Distances: TypeAlias = dict[tuple[int, int], tuple[float, float, float]]
"""By two canonical points their typical squared distance, its noise per axis (m^2) and the number of
frames."""


def _ruler(distances: _Distances, pairs: set[tuple[int, int]], rest: float) -> tuple[float, float] | None:
    """Ratio and its variance from a pair of points and its mirror image, which are so far apart on the mean
    skeleton; None if they were never seen."""
    pieces = [distances[pair] for pair in pairs if pair in distances]
    if not pieces:
        return None
    squared, noise, frames = pieces[0]
    if len(pieces) > 1:
        squared = _weighted_mean([(square, frames) for square, _, frames in pieces])
        noise = _weighted_mean([(variance, frames) for _, variance, frames in pieces])
        frames = sum(frames for _, _, frames in pieces)
    ratio = sqrt(max(squared - 3.0 * noise, 0.05 * squared)) / rest
    return ratio, noise / rest**2 / max(frames / 10.0, 1.0) + REPEATABLE**2


def _distances(targets: Targets) -> Steps[_Distances]:
    """Those of all pairs that measure bones and that were ever seen together."""
    columns = {index: column for column, index in enumerate(targets.indices.tolist())}
    pairs = _pairs_between(tuple(columns))
    first, second = ([columns[pair[end]] for pair in pairs] for end in (0, 1))

    def apart(rows: slice) -> tuple[np.ndarray, np.ndarray]:
        vectors = targets.positions[rows, first] - targets.positions[rows, second]
        together = np.isfinite(targets.raw[rows, first, 0] + targets.raw[rows, second, 0])
        return np.einsum("tnc,tnc->tn", vectors, vectors), together

    squared, together = yield from in_chunks(apart, len(targets.raw))
    variance, found = (targets.noise[first] ** 2 + targets.noise[second] ** 2).tolist(), {}
    if len(squared) == 1:
        alone = zip(pairs, squared[0].tolist(), variance, together[0].tolist(), strict=True)
        return {pair: (square, noise, 1.0) for pair, square, noise, seen in alone if seen}
    for pair, noise, squares, seen in zip(pairs, variance, squared.T, together.T, strict=True):
        squares = squares[seen]
        if len(squares) > 1:
            squares = squares.clip(quantile(squares, 0.1), quantile(squares, 0.9))
        if len(squares):
            found[pair] = float(squares.sum()) / len(squares), noise, float(len(squares))
    yield None
    return found


@lru_cache(maxsize=32)
def _rulers_between(
    indices: tuple[int, ...],
) -> list[tuple[tuple[int, ...], list[tuple[set[tuple[int, int]], float]]]]:
    """Bones by their joints, and what of their rulers lies between these points: pairs of them and how far
    these are apart on the mean skeleton."""
    found = []
    for joints, rulers in (
        *_RULERS,
        *(((joint,), ((above, joint),)) for joint, above in _OWN_RULERS.items()),
    ):
        both = [(_both_sides(*ruler), _rest_distance(*ruler)) for ruler in rulers]
        both = [({pair for pair in pairs if set(pair) <= set(indices)}, rest) for pairs, rest in both]
        numbers = tuple(JOINT_NAMES.index(joint) for joint in joints)
        found.append((numbers, [(pairs, rest) for pairs, rest in both if pairs]))
    return [(joints, rulers) for joints, rulers in found if rulers]


@lru_cache(maxsize=32)
def _pairs_between(indices: tuple[int, ...]) -> list[tuple[int, int]]:
    """All pairs of these points that measure any bone."""
    rulers = [ruler for _, some in _rulers_between(indices) for ruler in some]
    return sorted({pair for pairs, _ in rulers for pair in pairs})


@lru_cache(maxsize=64)
def _both_sides(first: str, second: str) -> set[tuple[int, int]]:
    """Indices of a pair of points and of its mirror image, which may be itself."""
    pairs = (first, second), (mirror_name(first), mirror_name(second))
    return {(POINT_INDEX[a], POINT_INDEX[b]) for a, b in pairs}


@lru_cache(maxsize=64)
def _rest_distance(first: str, second: str) -> float:
    places = POINT_WEIGHTS @ REST_JOINTS + POINT_OFFSETS.sum(1)
    return float(np.linalg.norm(places[POINT_INDEX[first]] - places[POINT_INDEX[second]]))


def _weighted_mean(values: list[tuple[float, float]]) -> float:
    total = sum([weight for _, weight in values])
    return sum([value * weight for value, weight in values]) / total
