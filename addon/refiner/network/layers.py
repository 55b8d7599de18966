"""The refining network without torch: its shape, its outputs and a NumPy forward pass with the same
weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ...body.arrays import array_namespace
from ...body.skeleton import JOINT_COUNT
from ...steps import Stepped, Steps, in_chunks
from .features import FEATURE_COUNT, POINT_COUNT
from .proposals import PROPOSALS

TURNS = JOINT_COUNT * 3
SMALLEST_DEVIATION, LARGEST_DEVIATION = 0.003, 1.5
"""Radians between which the network's uncertainty per joint axis lies."""
SHARPEST_POINT, VAGUEST_POINT = 0.002, 0.5
"""Metres between which its trust in a keypoint lies, as a standard deviation per axis."""


@dataclass(frozen=True)
class Shape:
    """Sizes of the network; dilations has one entry per block."""

    width: int
    hidden: int
    taps: int
    dilations: tuple[int, ...]
    features: int = FEATURE_COUNT
    outputs: int = 2 * TURNS + POINT_COUNT + PROPOSALS * JOINT_COUNT

    @property
    def reach(self) -> int:
        """Frames to each side that one frame's output depends on."""
        return (self.taps - 1) // 2 * sum(self.dilations)


@dataclass(frozen=True)
class Refinement:
    """turns (..., T, 24, 3): rotation vectors to compose with the starting rotations, in each joint's own
    axes.
    deviation (..., T, 24, 3): expected error of the result about these axes, radians.
    point_deviation (..., T, 71): expected error of each canonical point's evidence, metres per axis."""

    turns: Any
    deviation: Any
    point_deviation: Any


def split(raw: Any, proposals: Any) -> Refinement:
    """Raw outputs (..., T, O) by name and unit: the turn of a joint is a turn of its own, and shares of the
    proposals (..., T, PROPOSALS, 24, 3)."""
    xp = array_namespace(raw)
    lead = raw.shape[:-1]
    shares = xp.reshape(raw[..., 2 * TURNS + POINT_COUNT :], (*lead, PROPOSALS, JOINT_COUNT, 1))
    turns = xp.reshape(raw[..., :TURNS], (*lead, JOINT_COUNT, 3)) * 0.1 + xp.sum(shares * proposals, axis=-3)
    spread = xp.reshape(raw[..., TURNS : 2 * TURNS], (*lead, JOINT_COUNT, 3))
    deviation = xp.clip(0.1 * xp.exp(spread), SMALLEST_DEVIATION, LARGEST_DEVIATION)
    vague = raw[..., 2 * TURNS : 2 * TURNS + POINT_COUNT]
    points = xp.clip(0.01 * xp.exp(vague), SHARPEST_POINT, VAGUEST_POINT)
    return Refinement(turns, deviation, points)


WIDE = 256
"""Frames of what is done to each frame by itself that are taken in one step: where NumPy has no fast library
of linear algebra, a layer takes long."""
FEW = 16
"""Frames that are not worth a look at which of their features are told."""


@Stepped
def forward(weights: dict[str, np.ndarray], shape: Shape, features: np.ndarray) -> Steps[np.ndarray]:
    """Raw outputs (T, O) of features (T, F): `torch_layers.Network` in NumPy."""

    x = yield from _entered(weights, features)
    for number, dilation in enumerate(shape.dilations):
        name = f"blocks.{number}"
        x = x + _time(weights, f"{name}.time", _normalise(weights, f"{name}.before_time", x), dilation)
        yield None
        x = yield from in_chunks(partial(_mixed, weights, name, x), len(x), WIDE)
    return _linear(weights, "leave", _normalise(weights, "before_leave", x))


def _entered(weights: dict[str, np.ndarray], features: np.ndarray) -> Steps[np.ndarray]:
    """Features (T, F), scaled and mixed."""
    if len(features) < FEW:
        return _linear(weights, "enter", (features - weights["feature_mean"]) * weights["feature_scale"])
    # What is nothing in all frames (points that nobody detects, poses that nobody gave) costs nothing.
    told = np.flatnonzero(features.any(0))
    scaled = weights["enter.weight"] * weights["feature_scale"]
    start = weights["enter.bias"] - scaled @ weights["feature_mean"]
    scaled = np.ascontiguousarray(scaled[:, told]).T
    return (yield from in_chunks(lambda rows: features[rows, told] @ scaled + start, len(features), WIDE))


def _mixed(weights: dict[str, np.ndarray], name: str, x: np.ndarray, rows: slice) -> np.ndarray:
    """These frames of a block (T, F) with its mixed features added."""
    x = x[rows]
    hidden = _linear(weights, f"{name}.mix_in", _normalise(weights, f"{name}.before_mix", x))
    fading = np.negative(hidden)
    np.exp(fading, out=fading)
    fading += 1.0
    hidden /= fading
    mixed = _linear(weights, f"{name}.mix_out", hidden)
    mixed += x
    return mixed


def _linear(weights: dict[str, np.ndarray], name: str, x: np.ndarray) -> np.ndarray:
    found: np.ndarray = x @ weights[f"{name}.weight"].T
    found += weights[f"{name}.bias"]
    return found


def _normalise(weights: dict[str, np.ndarray], name: str, x: np.ndarray) -> np.ndarray:
    centred = x - np.add.reduce(x, -1, keepdims=True) / np.float32(x.shape[-1])
    squared = np.einsum("tf,tf->t", centred, centred)[:, None]
    centred *= 1.0 / np.sqrt(squared / np.float32(x.shape[-1]) + np.float32(1e-5))
    centred *= weights[f"{name}.weight"]
    centred += weights[f"{name}.bias"]
    return centred


def _time(weights: dict[str, np.ndarray], name: str, x: np.ndarray, dilation: int) -> np.ndarray:
    kernel = np.ascontiguousarray(weights[f"{name}.weight"][:, 0].T)  # (taps, width)
    middle = (len(kernel) - 1) // 2
    result = x * kernel[middle]
    result += weights[f"{name}.bias"]
    for tap, share in enumerate(kernel):
        away = (tap - middle) * dilation
        if away == 0 or abs(away) >= len(x):
            continue
        here, there = slice(max(-away, 0), len(x) - max(away, 0)), slice(max(away, 0), len(x) + min(away, 0))
        result[here] += x[there] * share
    return result
