"""Poses lifted from pictures, in the picture's units: made one size over time and one scale for all axes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..body.known_values import known_median
from ..recording import Keypoints, Person
from . import limbs
from .inference import strangeness

_FEWEST_LIMBS, _FEWEST_FRAMES = 6, 8
_GROWS = np.log(1.15)
_TOGETHER = 3.0
"""Times the limbs' spread against each other: what changes more than that is the whole body's size."""
_WINDOW_SECONDS = 0.5
_DEPTHS, _JUDGED = np.geomspace(0.2, 5.0, 41), 500
_STRANGE, _BETTER, _CLEARLY = 0.25, 0.6, 1.4
_GREW = "The person grows and shrinks by {:.0%}, as in a picture, so each frame was brought to one size."
_DEEP = "The depth was on another scale than the picture, as the limbs show, so it was multiplied by {:.2g}."


def evened(one: Person, fps: float) -> tuple[Person, list[str]]:
    """The person with one size over time and one scale for all axes, and a sentence where that changed them.

    Only keypoints of somebody without poses, in any unit.
    """
    if one.keypoints is None or one.poses is not None or one.frames < _FEWEST_FRAMES:
        return one, []
    keypoints, deep = _deepened(one.keypoints)
    keypoints, grew = _one_size(keypoints, max(1, round(_WINDOW_SECONDS * fps)))
    return replace(one, keypoints=keypoints), deep + grew


def _one_size(keypoints: Keypoints, window: int) -> tuple[Keypoints, list[str]]:
    """Each frame divided by its size, which is smoothed over `window` frames on both sides.

    A picture's person is as large as near, so what lies around the picture's middle is divided as a whole;
    elsewhere the body is, about its middle, and its way about the way's.
    """
    lengths = np.array(list(limbs.limb_lengths(keypoints).values()))
    if len(lengths) < _FEWEST_LIMBS:
        return keypoints, []
    logs = np.log(np.maximum(lengths, 1e-12) / known_median(lengths, 1)[:, None])
    seen = np.isfinite(logs).sum(0) >= _FEWEST_LIMBS
    if seen.sum() < _FEWEST_FRAMES:
        return keypoints, []
    frames = np.arange(len(seen))
    size = np.interp(frames, frames[seen], known_median(logs[:, seen]))
    apart = float(np.nanmedian(np.abs(logs[:, seen] - size[seen])))
    size = _smoothed(size, window)
    low, high = np.percentile(size, (2, 98))
    if high - low < max(_GROWS, _TOGETHER * apart):
        return keypoints, []
    points = keypoints.positions
    flat = points[np.isfinite(points).all(-1)]
    middle = np.zeros(3) if (flat.min(0) < 0).all() and (flat.max(0) > 0).all() else np.median(flat, axis=0)
    points = (points - middle) / np.exp(size)[:, None, None] + middle
    return replace(keypoints, positions=points), [_GREW.format(np.exp(high - low) - 1.0)]


def _smoothed(values: np.ndarray, window: int) -> np.ndarray:
    """(T,) running means of values (T,), over fewer frames at the ends."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    frames = np.arange(len(values))
    reach = np.minimum(window, np.minimum(frames, frames[::-1]))
    return (total[frames + reach + 1] - total[frames - reach]) / (2 * reach + 1)


def _deepened(keypoints: Keypoints) -> tuple[Keypoints, list[str]]:
    """With the factor for the third coordinate that makes the limbs a body's, where it clearly is not 1."""
    some = keypoints.rows(np.arange(0, len(keypoints.positions), len(keypoints.positions) // _JUDGED + 1))
    before = strangeness(some)
    if before is None or before < _STRANGE:
        return keypoints, []
    tried = [(strangeness(_scaled(some, depth)) or np.inf, float(depth)) for depth in _DEPTHS]
    best, depth = min(tried)
    if best > min(_BETTER * before, _STRANGE) or 1 / _CLEARLY < depth < _CLEARLY:
        return keypoints, []
    return _scaled(keypoints, depth), [_DEEP.format(depth)]


def _scaled(keypoints: Keypoints, depth: float) -> Keypoints:
    return replace(keypoints, positions=keypoints.positions * [1.0, 1.0, depth])
