"""Points that a detector put on somebody or something else for some frames: at another person's limb, at the
other wrist, anywhere.

One such frame leaves the smooth path and counts less by itself. Of several on end the path goes there, and
the limb with it; but bones keep their length, and nobody leaves in one frame and is back, in one frame, a
little later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np

from ...body.points import POINT_INDEX, POINT_NAMES
from ...body.quantiles import median
from ...body.runs import runs
from ...recording import Keypoints, Person
from ...safe_read import one_line
from ...steps import Steps
from ...words import listed, plural
from .doubled import doubled
from .repeats import repeated

LEAST_OFF, SHARE_OFF, SPREADS_OFF = 0.12, 0.35, 8.0
"""A length that differs from its usual one by more than so many metres, by so much of it and by so many times
its usual difference is no bone's."""
ROOMY = 0.2
"""The same metres from hips and shoulders to knees and elbows: detectors' lie so far beside the joints that a
thigh grows by half as somebody sits down."""
FEWEST = 4
"""Frames below which nothing tells what is usual."""
MOST = 0.3
"""Share of its frames from which on a point that seems astray is just another one than its name says."""
JUMP, NOISE, HASTE = 0.2, 4.0, 0.5
"""By how many metres (at 30 frames a second and more), how many times as much as usual, and beside that by
which share of the steps beside it, a step differs from these if a point jumps."""
ABRUPT = 0.1
"""The same metres for a point that is off its bones besides."""
JUMP_RATE = 30.0
GAP = 3
"""Frames for which a point that was not seen may have moved on."""
LONGEST, BACK = 2.0, 0.75
"""Seconds that a point stays away at most, and as what share of its way out and back it may have moved on
meanwhile."""
AROUND, SEVERAL = 5, 3
"""Frames before and after one; where several of them are astray, it is, too."""
WHOLE = 0.5
"""Share of a body's points from which on all are astray: who is followed there is somebody else."""

_TRUNK = ("hip", "shoulder", "neck", "pelvis", "thorax")
_HEAD = ("nose", "eye", "ear", "head", "head_top", "chin")
_ARM, _LEG = ("shoulder", "elbow", "wrist"), ("hip", "knee", "ankle")
_ARM_ENDS, _LEG_ENDS = ("hand", "knuckle"), ("toe", "heel", "foot")


def without_strays(person: Person, keypoints: Keypoints) -> Steps[tuple[Keypoints, tuple[str, ...]]]:
    """The keypoints of a person's frames, missing where they are astray, and a sentence if any are."""
    if person.frames < FEWEST:
        return keypoints, ()
    names = [name for name in dict.fromkeys(keypoints.canonical) if name is not None]
    columns = [keypoints.canonical.index(name) for name in names]
    raw = np.where(keypoints.confidence[:, columns, None] > 0, keypoints.positions[:, columns], np.nan)
    indices = np.array([POINT_INDEX[name] for name in names], int)
    found = yield from strays(raw, indices, person.frame_ids, person.fps)
    if not found.any():
        return keypoints, ()
    astray = np.zeros(keypoints.confidence.shape, bool)
    astray[:, columns] = found
    positions = np.where(astray[..., None], np.nan, keypoints.positions)
    confidence = np.where(astray, 0.0, keypoints.confidence)
    told = _sentence(person, keypoints.names, astray)
    return replace(keypoints, positions=positions, confidence=confidence), (told,)


def _sentence(person: Person, names: tuple[str, ...], astray: np.ndarray) -> str:
    """What to say of the points (T, K) that were left out."""
    number, there = astray.sum(0), person.frame_ids[astray.any(1)]
    most = [one_line(names[k]) for k in np.argsort(-number, kind="stable") if number[k]]
    return (
        f"Keypoints of person {person.id} lay off the body in {plural(len(there), 'frame')} ({there[0]} to"
        f" {there[-1]}) and were left out there: {listed(most)}."
    )


def strays(raw: np.ndarray, indices: np.ndarray, frame_ids: np.ndarray, fps: float) -> Steps[np.ndarray]:
    """(T, P) bool, where canonical points `indices` (P,) do not lie on the body that all frames tell of.

    raw: (T, P, 3) metres, NaN where missing; frame_ids: (T,) frame numbers at fps a second.
    """
    if len(raw) < FEWEST:
        return np.zeros(raw.shape[:2], bool)
    # A video of fewer frames than its file has holds some of them twice, and all that moves jumps between.
    new = ~repeated(raw.reshape(len(raw), -1))
    yield None
    found = yield from _strays(raw[new], indices, frame_ids[new], fps)
    return found[np.cumsum(new) - 1]


def _strays(raw: np.ndarray, indices: np.ndarray, frame_ids: np.ndarray, fps: float) -> Steps[np.ndarray]:
    """`strays` of frames none of which repeats the one before."""
    names = [POINT_NAMES[index] for index in indices]
    found = yield from _off_bones(raw, names)
    seen = np.isfinite(raw[..., 0])
    found[:, found.sum(0) > MOST * seen.sum(0)] = False
    for point in np.flatnonzero(found.any(0)):
        rows = np.flatnonzero(seen[:, point])
        found[rows, point] &= _at_once(raw[rows, point], found[rows, point], frame_ids[rows], fps)
        yield None
    trunk = [place for place, name in enumerate(names) if _short(name) in _TRUNK]
    # Known where all of it is: it would jump itself as one of its points comes and goes.
    body = raw[:, trunk].mean(1) if trunk else np.full((len(raw), 3), np.nan)
    middle = np.where(found[:, trunk].any(1, keepdims=True), np.nan, body)
    for rows in _away(body, frame_ids, fps):
        found[rows] = True
    for point in range(len(names)):
        for path in (raw[:, point], raw[:, point] - middle):
            for rows in _away(path, frame_ids, fps):
                found[rows, point] = True
        yield None
    for point in np.flatnonzero(found.any(0)):
        rows = np.flatnonzero(seen[:, point])
        found[rows, point] |= _among(found[rows, point])
    found[found.sum(1) > WHOLE * seen.sum(1)] = True
    return (found | doubled(raw, names)) & seen


def _at_once(path: np.ndarray, found: np.ndarray, frame_ids: np.ndarray, fps: float) -> np.ndarray:
    """(N,) bool, those found (N,) on stretches that a path (N, 3) reaches or leaves at once: what somebody
    moved by hand goes there little by little, and so does who is badly seen."""
    off = np.pad(_bends(path, frame_ids), 2, constant_values=np.inf) if len(path) > 2 else np.zeros(len(path))
    least, kept = ABRUPT * max(JUMP_RATE / fps, 1.0), found.copy()
    for first, last in runs(found):
        if max(off[first : first + 3].max(), off[last + 1 : last + 4].max()) < least:
            kept[first : last + 1] = False
    return kept


def _among(found: np.ndarray) -> np.ndarray:
    """(N,) bool, what is not found (N,) itself but has several before and behind it that are."""
    number = np.cumsum(np.concatenate([np.zeros(AROUND + 1), found, np.zeros(AROUND)]))
    before = number[AROUND : AROUND + len(found)] - number[: len(found)]
    behind = number[2 * AROUND + 1 :] - number[AROUND + 1 : AROUND + 1 + len(found)]
    return (np.minimum(before, behind) >= 1) & (before + behind >= SEVERAL)


def _off_bones(raw: np.ndarray, names: list[str]) -> Steps[np.ndarray]:
    """(T, P) bool, points whose distance from others of trunk, head or limb is no body's."""
    found = np.zeros(raw.shape[:2], bool)
    for words in (_TRUNK, _HEAD):
        group = [place for place, name in enumerate(names) if _short(name) in words]
        broken = np.zeros((len(raw), len(group), len(group)), bool)
        for one, two in combinations(range(len(group)), 2):
            off = _off(_apart(raw, group[one], group[two]))[0]
            broken[:, one, two] = broken[:, two, one] = off
            yield None
        if len(group) > 2:
            found[:, group] = _most_broken(broken, np.isfinite(raw[:, group, 0]))
    for point, chain, metres in _chains(names):
        found[:, point] = _off_chain(raw, point, chain, metres, found)
        yield None
    return found


def _most_broken(broken: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """(T, N) bool, the points without which as many as can be are as far apart as usual, all where that is
    no half of those seen (T, N); broken (T, N, N) which are not."""
    out = np.zeros(broken.shape[:2], bool)
    rows = np.flatnonzero(broken.any((1, 2)))
    for _ in range(broken.shape[1]):
        left = broken[rows] & ~out[rows][:, :, None] & ~out[rows][:, None]
        number = left.sum(2)
        worst = number.argmax(1)
        blamed = number[np.arange(len(rows)), worst] >= 2
        out[rows[blamed], worst[blamed]] = True
    few = (seen[rows] & ~out[rows]).sum(1) < 0.5 * seen[rows].sum(1)
    out[rows[few]] = True
    return out & seen


def _off_chain(raw: np.ndarray, point: int, chain: list[int], metres: float, found: np.ndarray) -> np.ndarray:
    """(T,) bool, where a point is not as far as usual, but for some metres, from the next of its limb that is
    where it should be, or farther from one after that than the limb reaches."""
    off, reach = _off(_apart(raw, point, chain[0]), metres)
    seen = np.isfinite(raw[:, chain, 0])
    there = seen & ~found[:, chain]
    verdict = np.where(there[:, 0], off, seen.any(1) & ~there.any(1))
    asked = ~there[:, 0]
    for number, (below, above) in enumerate(pairwise(chain), 1):
        reach += _off(_apart(raw, below, above))[1]
        told = asked & there[:, number]
        verdict[told] = _apart(raw[told], point, above) > reach + LEAST_OFF
        asked &= ~told
    return np.asarray(np.isfinite(raw[:, point, 0]) & verdict)


def _apart(raw: np.ndarray, one: int, two: int) -> np.ndarray:
    """(T,) metres between two points, NaN where one is missing."""
    return _length(raw[:, one] - raw[:, two])


def _length(vectors: np.ndarray) -> np.ndarray:
    """(N,) lengths of vectors (N, 3)."""
    return np.asarray(np.sqrt(np.einsum("nc,nc->n", vectors, vectors)))


def _off(lengths: np.ndarray, metres: float = LEAST_OFF) -> tuple[np.ndarray, float]:
    """(T,) bool, which lengths are no bone's, all of them off by so many metres, and their usual length."""
    known = lengths[np.isfinite(lengths)]
    if not len(known):
        return np.zeros(len(lengths), bool), 0.0
    usual = median(known)
    least = max(metres, SHARE_OFF * usual, SPREADS_OFF * median(np.abs(known - usual)))
    return np.abs(lengths - usual) > least, usual


def _chains(names: list[str]) -> Iterator[tuple[int, list[int], float]]:
    """Each point of a limb, from the trunk outward, those on the way to the trunk's other side, the nearest
    first, and by how many metres its distance from the nearest may differ."""
    for side, other in (("left", "right"), ("right", "left")):
        for joints, ends in ((_ARM, _ARM_ENDS), (_LEG, _LEG_ENDS)):
            above = [*_named(names, side, joints[0])[:1], *_named(names, other, joints[0])[:1]]
            metres = ROOMY
            for joint in (*joints[1:], *ends):
                places = _named(names, side, joint)
                for place in places if above else ():
                    yield place, above, metres
                if joint in joints and places:
                    above, metres = [places[0], *above], LEAST_OFF


def _named(names: list[str], side: str, joint: str) -> list[int]:
    return [place for place, name in enumerate(names) if side in name and name.endswith(joint)]


def _short(name: str) -> str:
    """A name without side and without whose definition it is."""
    return "_".join(word for word in name.split("_") if word not in ("left", "right", "coco", "h36m", "mid"))


def _away(path: np.ndarray, frame_ids: np.ndarray, fps: float) -> Iterator[np.ndarray]:
    """The rows of each stretch on which a path (T, 3) is elsewhere: from a jump to one that leads back."""
    rows = np.flatnonzero(np.isfinite(path[:, 0]))
    path, frame_ids, done = path[rows], frame_ids[rows], 0
    jumps = _jumps(path, frame_ids, fps)
    for number, first in enumerate(jumps):
        for last in jumps[number + 1 :] if first >= done else ():
            if frame_ids[last] - frame_ids[first] > LONGEST * fps:
                break
            if _back(path, frame_ids, first, last):
                yield rows[first:last]
                done = last
                break


def _jumps(path: np.ndarray, frame_ids: np.ndarray, fps: float) -> np.ndarray:
    """(J,) places to which a path (N, 3), seen in these frames, jumps from the one before."""
    if len(path) < FEWEST:
        return np.zeros(0, int)
    step, before, after = _steps(path, frame_ids)
    off = _length(step - 0.5 * (before + after))
    least = JUMP * max(JUMP_RATE / fps, 1.0)
    at = np.flatnonzero(off > least)
    if len(at) < 2:
        return np.zeros(0, int)
    least = max(least, NOISE * median(off))
    usual = np.maximum(_length(before[at]), _length(after[at]))
    # Of a jump alone both steps beside it are off by half as much.
    padded = np.pad(off, 1)
    alone = off[at] > 1.5 * np.maximum(padded[at], padded[at + 2])
    return np.asarray(at[alone & (off[at] > least + HASTE * usual)] + 1)


def _steps(path: np.ndarray, frame_ids: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(N - 1, 3) the steps of a path (N, 3), a frame each, those before and those after each."""
    step = np.diff(path, axis=0) / np.minimum(np.diff(frame_ids), GAP)[:, None]
    return step, np.concatenate([step[1:2], step[:-1]]), np.concatenate([step[1:], step[-2:-1]])


def _bends(path: np.ndarray, frame_ids: np.ndarray) -> np.ndarray:
    """(N - 1,) by how many metres each step of a path (N, 3) differs from those beside it."""
    step, before, after = _steps(path, frame_ids)
    return _length(step - 0.5 * (before + after))


def _back(path: np.ndarray, frame_ids: np.ndarray, first: int, last: int) -> bool:
    """Whether a path (N, 3) goes on at `last` near where it was before `first`, and was elsewhere between."""
    before = first - 1
    share = (frame_ids[first:last] - frame_ids[before]) / (frame_ids[last] - frame_ids[before])
    moved = path[last] - path[before]
    elsewhere = path[first:last] - path[before] - share[:, None] * moved
    far = np.median(_length(elsewhere))
    return bool(far > JUMP and BACK * far > np.linalg.norm(moved))
