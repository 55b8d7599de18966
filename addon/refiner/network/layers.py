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


def prepared(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Weights with torch's names as the layers here take them: what is the same for every clip is multiplied
    out once."""
    found = {name: value for name, value in weights.items() if not name.startswith("feature_")}
    scaled = weights["enter.weight"] * weights["feature_scale"]
    found["enter.weight"] = np.ascontiguousarray(scaled.T)
    found["enter.bias"] = weights["enter.bias"] - scaled @ weights["feature_mean"]
    for name, value in weights.items():
        if name.endswith(".time.weight"):
            found[name] = np.ascontiguousarray(value[:, 0].T)  # (taps, width)
        elif name.endswith(("mix_in.weight", "mix_out.weight", "leave.weight")):
            found[name] = np.ascontiguousarray(value.T)
    for norm, linear in _behind_norms(weights):
        found[f"{linear}.bias"] = (
            found[f"{linear}.bias"] + weights[f"{norm}.bias"] @ found[f"{linear}.weight"]
        )
        found[f"{linear}.weight"] = found[f"{linear}.weight"] * weights[f"{norm}.weight"][:, None]
    return found


def _behind_norms(weights: dict[str, np.ndarray]) -> list[tuple[str, str]]:
    """Norms and the linear layers right behind them, which take over what they scale and add."""
    blocks = [name[: -len(".mix_in.bias")] for name in weights if name.endswith(".mix_in.bias")]
    return [("before_leave", "leave"), *((f"{name}.before_mix", f"{name}.mix_in") for name in blocks)]


@Stepped
def forward(layers: dict[str, np.ndarray], shape: Shape, features: np.ndarray) -> Steps[np.ndarray]:
    """Raw outputs (T, O) of features (T, F): `torch_layers.Network` in NumPy; layers: `prepared` weights."""
    x = yield from _entered(layers, features)
    for number, dilation in enumerate(shape.dilations):
        name = f"blocks.{number}"
        before = _normalised(x)
        before *= layers[f"{name}.before_time.weight"]
        before += layers[f"{name}.before_time.bias"]
        x = x + _time(layers, f"{name}.time", before, dilation)
        yield None
        x = yield from in_chunks(partial(_mixed, layers, name, x), len(x), WIDE)
    return _linear(layers, "leave", _normalised(x))


def _entered(layers: dict[str, np.ndarray], features: np.ndarray) -> Steps[np.ndarray]:
    """Features (T, F), scaled and mixed."""
    if len(features) < FEW:
        return _linear(layers, "enter", features)
    # What is nothing in all frames (points that nobody detects, poses that nobody gave) costs nothing.
    told = np.flatnonzero(features.any(0))
    weight, start = layers["enter.weight"][told], layers["enter.bias"]
    return (yield from in_chunks(lambda rows: features[rows, told] @ weight + start, len(features), WIDE))


def _mixed(layers: dict[str, np.ndarray], name: str, x: np.ndarray, rows: slice) -> np.ndarray:
    """These frames of a block (T, F) with its mixed features added."""
    x = x[rows]
    hidden = _linear(layers, f"{name}.mix_in", _normalised(x))
    fading = np.negative(hidden)
    np.exp(fading, out=fading)
    fading += 1.0
    hidden /= fading
    mixed = _linear(layers, f"{name}.mix_out", hidden)
    mixed += x
    return mixed


def _linear(layers: dict[str, np.ndarray], name: str, x: np.ndarray) -> np.ndarray:
    found: np.ndarray = x @ layers[f"{name}.weight"]
    found += layers[f"{name}.bias"]
    return found


def _normalised(x: np.ndarray) -> np.ndarray:
    """Each frame's numbers (T, F) with mean 0 and variance 1."""
    width = np.float32(x.shape[-1])
    centred = x - np.add.reduce(x, -1, keepdims=True) / width
    squared = np.einsum("tf,tf->t", centred, centred)[:, None]
    squared /= width
    squared += np.float32(1e-5)
    centred /= np.sqrt(squared, out=squared)
    return centred


def _time(layers: dict[str, np.ndarray], name: str, x: np.ndarray, dilation: int) -> np.ndarray:
    kernel = layers[f"{name}.weight"]
    middle = (len(kernel) - 1) // 2
    result = x * kernel[middle]
    result += layers[f"{name}.bias"]
    for away in range(-middle * dilation, (middle + 1) * dilation if len(x) > 1 else 0, dilation):
        if away == 0 or abs(away) >= len(x):
            continue
        here, there = slice(max(-away, 0), len(x) - max(away, 0)), slice(max(away, 0), len(x) + min(away, 0))
        result[here] += x[there] * kernel[middle + away // dilation]
    return result
