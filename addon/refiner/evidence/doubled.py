"""Limbs that a detector found twice: left and right lie on the same leg or arm for a while.

No two knees, ankles or wrists are in one place. The limb whose points went there at once is the one that is
not seen.
"""

from __future__ import annotations

import numpy as np

from ...body.runs import runs

TOGETHER, EDGE = 0.06, 0.1
"""Metres between two points, in the mean of some frames, that are one point; and in the single frames before
and after."""
AROUND, SHORTEST = 2, 5
"""Frames before and after one that tell with it whether two points are one, and for how many they must be."""
APART, USUAL = 0.12, 0.75
"""Metres that both limbs must lie apart elsewhere, at this quantile: half of a clip may be wrong."""
AT_ONCE, BESIDE = 0.08, 2.0
"""Metres by which a limb's points must go at once where they come or leave, and how many times as far as the
other one's."""
LIMBS = (("knee", "ankle", ("heel", "toe", "foot")), ("elbow", "wrist", ("hand", "knuckle", "thumb")))
SIDES = ("left", "right")


def doubled(raw: np.ndarray, names: list[str]) -> np.ndarray:
    """(T, P) bool, points (T, P, 3) in metres of a limb that lies on the other side's."""
    found = np.zeros(raw.shape[:2], bool)
    for upper, lower, ends in LIMBS:
        pairs = [[f"{side}_{joint}" for joint in (upper, lower)] for side in SIDES]
        if not all(name in names for pair in pairs for name in pair):
            continue
        limbs = [raw[:, [names.index(name) for name in pair]] for pair in pairs]
        for first, last in _together(limbs[0] - limbs[1]):
            wrong = _came_at_once(limbs, first, last)
            if wrong is not None:
                words = (upper, lower, *ends)
                some = [
                    place
                    for place, name in enumerate(names)
                    if name.startswith(f"{SIDES[wrong]}_") and any(word in name for word in words)
                ]
                found[first : last + 1, some] = True
    return found


def _together(between: np.ndarray) -> list[tuple[int, int]]:
    """First and last row of the stretches in which two limbs are one; between (T, 2, 3): from one's points to
    the other's."""
    apart = np.linalg.norm(between, axis=-1).max(1)
    if len(apart) < SHORTEST or not np.isfinite(apart).any() or np.nanquantile(apart, USUAL) < APART:
        return []
    padded = np.pad(between, ((AROUND, AROUND), (0, 0), (0, 0)), mode="edge")
    mean = np.lib.stride_tricks.sliding_window_view(padded, 2 * AROUND + 1, axis=0).mean(-1)
    one = np.linalg.norm(mean, axis=-1).max(1) < TOGETHER
    near = apart < EDGE
    stretches = []
    for first, last in runs(one):
        while first > 0 and near[first - 1]:
            first -= 1
        while last + 1 < len(near) and near[last + 1]:
            last += 1
        if last + 1 - first >= SHORTEST:
            stretches.append((first, last))
    return stretches


def _came_at_once(limbs: list[np.ndarray], first: int, last: int) -> int | None:
    """Which of two limbs (T, 2, 3) came to where both are, or left from there, in one frame; None if that is
    not plain."""
    steps = np.zeros(2)
    for side, limb in enumerate(limbs):
        for before, after in ((first - 1, first), (last, last + 1)):
            if before >= 0 and after < len(limb):
                steps[side] += float(
                    np.nan_to_num(np.linalg.norm(limb[after] - limb[before], axis=-1)).mean()
                )
    wrong = int(steps.argmax())
    if steps[wrong] < AT_ONCE or steps[wrong] < BESIDE * steps[1 - wrong]:
        return None
    return wrong
