"""What a file leaves open, inferred from its content: the up axis, the unit, the layout."""

from __future__ import annotations

import numpy as np

from ..body.layouts import LAYOUTS
from ..recording import Keypoints, Person
from . import limbs

_AXES = {
    "+x": (1, 0, 0), "-x": (-1, 0, 0), "+y": (0, 1, 0), "-y": (0, -1, 0), "+z": (0, 0, 1), "-z": (0, 0, -1),
}  # fmt: skip
UNIT_METRES = {"m": 1.0, "cm": 0.01, "mm": 0.001}
_CLEAR = 0.6
_SLACK = 2.2


def infer_up(people: list[Person], likely: tuple[str, ...]) -> str | None:
    """The signed axis that points up over the whole clip, None when the content does not tell.

    Poses: the mean direction of the pelvis' own up axis. Keypoints: from the feet to the head.
    A person who mostly lies or bends gets the most usual axis that still points upwards.
    """
    directions = [direction for one in people for direction in _up_directions(one)]
    if not directions:
        return None
    mean = np.mean(directions, axis=0)
    scores = {axis: float(np.dot(mean, vector)) for axis, vector in _AXES.items()}
    best = max(scores, key=lambda axis: scores[axis])
    if scores[best] >= _CLEAR:
        return best
    return max(likely, key=lambda axis: scores[axis]) if likely else best


def _up_directions(one: Person) -> list[np.ndarray]:
    if one.poses is not None:
        return [one.poses.rotations[:, 0, :, 1].mean(0)]
    if one.keypoints is None:
        return []
    top = _first_middle(one.keypoints, (limbs.HEAD, limbs.NECK))
    bottom = _first_middle(one.keypoints, (limbs.FEET, limbs.HIPS))
    if top is None or bottom is None:
        return []
    upward = top - bottom
    upward = upward[np.isfinite(upward).all(-1)]
    length = np.linalg.norm(upward, axis=-1, keepdims=True)
    return [(upward / np.maximum(length, 1e-12)).mean(0)] if len(upward) else []


def _first_middle(keypoints: Keypoints, groups: tuple[tuple[str, ...], ...]) -> np.ndarray | None:
    for names in groups:
        found = limbs.middle(keypoints, names)
        if found is not None and np.isfinite(found).any():
            return found
    return None


def infer_scale(people: list[Person]) -> tuple[str, float] | None:
    """(unit, metres per unit) from the lengths of the limbs, None when there are none.

    The unit is "other" when the size fits neither m nor cm nor mm; the factor then gives mean proportions.
    """
    bodies = [limbs.size_ratios(one.keypoints) for one in people if one.keypoints is not None]
    ratios = [ratio for body in bodies for ratio in body.values()]
    if not ratios:
        return None
    size = float(np.median(ratios))
    for unit, metres in UNIT_METRES.items():
        if 1 / _SLACK < size * metres < _SLACK:
            return unit, metres
    return "other", 1.0 / size


def infer_layout(positions: np.ndarray) -> str | None:
    """The layout with as many keypoints that makes the most human limbs; None when none does.

    positions: (T, K, 3) in any unit.
    """
    scores = {}
    for name, layout in LAYOUTS.items():
        if len(layout.keypoints) == positions.shape[1]:
            weight = np.isfinite(positions).all(-1).astype(float)
            score = _strangeness(Keypoints(positions, weight, layout.keypoints, layout.canonical, name))
            if score is not None:
                scores[name] = score
    best = min(scores, key=lambda name: scores[name], default=None)
    return best if best is not None and scores[best] < 0.45 else None


def _strangeness(keypoints: Keypoints) -> float | None:
    """Spread of the logarithms of limb sizes, between limbs and over time; small for a real body."""
    ratios = list(limbs.size_ratios(keypoints).values())
    if len(ratios) < 4:
        return None
    between = float(np.std(np.log(ratios)))
    lengths = limbs.limb_lengths(keypoints).values()
    over_time = [float(np.nanstd(each) / max(np.nanmean(each), 1e-12)) for each in lengths]
    return between + float(np.mean(over_time))
