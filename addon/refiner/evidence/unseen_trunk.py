"""Where the hips of somebody are who is seen from the chest up: at a desk, at the picture's lower border.

Shoulders and head alone leave open how far the trunk leans. It stands below the shoulders, turned as they
are, as it did when it was last seen or as people's trunks do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from ...body.points import POINT_INDEX, POINT_NAMES, POINT_OFFSETS, POINT_WEIGHTS
from ...body.runs import runs
from ...body.skeleton import REST_JOINTS
from ...recording import Person
from ...words import plural
from .smoothing import frames_away
from .targets import Targets

SPREAD, PERIOD = 0.05, 0.35
"""Metres per axis by which hips leave where they were below the shoulders, and seconds in which they do so to
two thirds; measured on the training motion: 3 cm after 0.3 s, 4.3 after 1 s."""
LEAST = 0.02
USUAL = (0.0, -0.5, 0.0)
"""Metres to the side, up and ahead from the middle of the shoulders to that of the hips of who stands or sits
upright, whose shoulders are as wide as the mean skeleton's."""
NARROW, WIDE = 0.85, 1.15
"""Widths of shoulders, as shares of the mean skeleton's, that are believed."""
UPRIGHT, LYING = float(np.cos(np.radians(40.0))), float(np.cos(np.radians(70.0)))
"""Cosines of how far the head is from above the shoulders while the trunk is surely, and no more, below."""
LONG = 0.5
"""Seconds from which on it is told that nothing below the shoulders was seen."""
TOLD = 0.1
"""Share of its best precision from which on a point tells all of where the trunk is."""

_HIPS = ("coco_{}_hip", "h36m_{}_hip", "{}_hip")
_SHOULDERS = ("coco_{}_shoulder", "{}_shoulder")
_HEAD = ("left_ear", "right_ear", "nose", "left_eye", "right_eye", "head", "head_top")
_LOWER = ("hip", "pelvis", "spine", "knee", "ankle", "heel", "toe", "foot")


@dataclass(frozen=True)
class UnseenTrunk:
    """Hips of T frames where nothing below the shoulders is seen: columns (2,) of the targets, positions (T,
    2, 3) in metres, precision (T, 2) in 1/m^2, 0 where something is."""

    columns: list[int]
    positions: np.ndarray
    precision: np.ndarray

    @property
    def unseen(self) -> np.ndarray:
        """(T,) bool, the frames in which they tell where the trunk is."""
        return np.asarray(self.precision.any(1))

    def beside(self, targets: Targets, frames: slice) -> Targets:
        """The targets of these frames with the hips as far as they are not seen."""
        more, there = self.precision[frames], self.positions[frames]
        if not more.any():
            return targets
        positions, precision = targets.positions.copy(), targets.precision.copy()
        own = precision[:, self.columns]
        share = np.where(more > 0, more / np.maximum(own + more, 1e-12), 0.0)[..., None]
        positions[:, self.columns] = (1.0 - share) * positions[:, self.columns] + share * there
        precision[:, self.columns] = own + more
        return replace(targets, positions=positions, precision=precision)


def unseen_trunk(targets: Targets, fps: float) -> UnseenTrunk | None:
    """The hips of a stretch where they are not seen; None without shoulders, or where they always are."""
    indices = tuple(targets.indices.tolist())
    hips, shoulders = (_pair(indices, names) for names in (_HIPS, _SHOULDERS))
    if hips is None or shoulders is None:
        return None
    untold = 1.0 - _told(targets.precision[:, _lower(indices)])
    if not untold.any():
        return None
    left, right = (targets.positions[:, column] for column in shoulders)
    seen = (targets.precision[:, shoulders] > 0).all(1)
    if not (seen & (untold > 0)).any():
        return None
    frame, level = _heading(left - right)
    middle = 0.5 * (left + right)
    known = np.isfinite(targets.raw[:, hips, 0]).all(1) & seen & (level > 0)
    local = np.einsum("tij,tpj->tpi", frame, targets.positions[:, hips] - middle[:, None])
    if known.any():
        away = frames_away(known[:, None])[:, 0] / fps
        rows, every = np.flatnonzero(known), np.arange(len(known))
        offset = np.stack(
            [[np.interp(every, rows, local[rows, p, k]) for k in range(3)] for p in range(2)], 0
        ).transpose(2, 0, 1)
        sure = np.ones(len(known))
    else:
        away, offset = np.full(len(known), np.inf), _usual(targets, hips, shoulders)[None]
        sure = _head_above(targets, middle)
    deviation = LEAST + SPREAD * (1.0 - np.exp(-away / PERIOD))
    precision = untold * sure * level * seen / deviation**2
    places = middle[:, None] + np.einsum("tij,tpi->tpj", frame, np.broadcast_to(offset, local.shape))
    return UnseenTrunk(hips, places, np.repeat(precision[:, None], 2, axis=1))


def told_of_trunk(person: Person, unseen: np.ndarray) -> tuple[str, ...]:
    """A sentence where a person's trunk and legs are not seen (T,) for a while."""
    long = [(first, last) for first, last in runs(unseen) if last + 1 - first >= LONG * person.fps]
    if not long:
        return ()
    number = sum(last + 1 - first for first, last in long)
    first, last = person.frame_ids[long[0][0]], person.frame_ids[long[-1][1]]
    return (
        f"Person {person.id} was seen from the chest up in {plural(number, 'frame')} ({first} to {last}); the"
        " trunk was put below the shoulders there, and the legs are guessed.",
    )


@lru_cache(maxsize=64)
def _pair(indices: tuple[int, ...], names: tuple[str, ...]) -> list[int] | None:
    """Columns of the left and right point of the first of these names that these canonical points have."""
    for name in names:
        wanted = [POINT_INDEX[name.format(side)] for side in ("left", "right")]
        if all(index in indices for index in wanted):
            return [indices.index(index) for index in wanted]
    return None


@lru_cache(maxsize=32)
def _lower(indices: tuple[int, ...]) -> list[int]:
    """Columns of the points below the shoulders."""
    return [
        place for place, index in enumerate(indices) if any(word in POINT_NAMES[index] for word in _LOWER)
    ]


def _told(precision: np.ndarray) -> np.ndarray:
    """(T,) in 0..1, how far points below the shoulders, which are known so well (T, P), tell where the trunk
    is."""
    best = np.maximum(precision.max(0, initial=0.0), 1e-9)
    return np.asarray(np.minimum(precision / (TOLD * best), 1.0).max(1, initial=0.0))


def _heading(across: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(T, 3, 3) whose rows point left, up and ahead of who has these shoulders (T, 3), and how level they
    lie, in 0..1."""
    flat = across * [1.0, 0.0, 1.0]
    length = np.linalg.norm(flat, axis=-1, keepdims=True)
    left = flat / np.maximum(length, 1e-9)
    up = np.broadcast_to([0.0, 1.0, 0.0], left.shape)
    level = length[:, 0] / np.maximum(np.linalg.norm(across, axis=-1), 1e-9)
    return np.stack([left, up, np.cross(left, up)], axis=-2), np.clip(2.0 * level - 0.8, 0.0, 1.0)


def _usual(targets: Targets, hips: list[int], shoulders: list[int]) -> np.ndarray:
    """(2, 3) metres from the middle of the shoulders to the hips, to the left, up and ahead."""
    rest = POINT_WEIGHTS @ REST_JOINTS + POINT_OFFSETS.sum(1)
    mean = rest[targets.indices]
    both = targets.together(*shoulders)
    apart = np.linalg.norm(
        targets.positions[both][:, shoulders[0]] - targets.positions[both][:, shoulders[1]], axis=-1
    )
    wide = float(np.median(apart)) if both.any() else 1.0
    size = np.clip(wide / np.linalg.norm(mean[shoulders[0]] - mean[shoulders[1]]), NARROW, WIDE)
    half = 0.5 * float(mean[hips[0], 0] - mean[hips[1], 0])
    return np.asarray(size * (np.array(USUAL) + np.array([[half, 0.0, 0.0], [-half, 0.0, 0.0]])))


def _head_above(targets: Targets, middle: np.ndarray) -> np.ndarray:
    """(T,) in 0..1, how far the head is above the middle of the shoulders (T, 3), as over a trunk that stands
    or sits."""
    indices = [POINT_INDEX[name] for name in _HEAD]
    columns = [place for place, index in enumerate(targets.indices) if index in indices]
    known = targets.precision[:, columns] > 0
    if not columns or not known.any():
        return np.ones(len(middle))
    points = np.where(known[..., None], targets.positions[:, columns], 0.0)
    head = points.sum(1) / np.maximum(known.sum(1), 1)[:, None] - middle
    above = head[:, 1] / np.maximum(np.linalg.norm(head, axis=-1), 1e-9)
    share = np.clip((above - LYING) / (UPRIGHT - LYING), 0.0, 1.0)
    return np.where(known.any(1), share, 0.0)
