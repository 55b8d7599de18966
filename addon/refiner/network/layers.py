"""The refining network without torch: its shape, its outputs and a NumPy forward pass with the same
weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from math import sqrt
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

IN_LINE = 16
"""Numbers to which arrays in a row are rounded up."""


def prepared(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Weights with torch's names as the layers here take them: what is the same for every clip is multiplied
    out once."""
    found = {name: value for name, value in weights.items() if not name.startswith("feature_")}
    scaled = weights["enter.weight"] * weights["feature_scale"]
    found["enter.weight"] = np.ascontiguousarray(scaled.T)
    found["enter.bias"] = weights["enter.bias"] - scaled @ weights["feature_mean"]
    for name, value in weights.items():
        if name.endswith(".time.weight"):
            found[name] = kernel = np.ascontiguousarray(value[:, 0].T)  # (taps, width)
            block, middle = name[: -len(".time.weight")], kernel[len(kernel) // 2]
            found[f"{block}.alone.weight"] = middle * weights[f"{block}.before_time.weight"]
            found[f"{block}.alone.bias"] = (
                middle * weights[f"{block}.before_time.bias"] + weights[f"{block}.time.bias"]
            )
        elif name.endswith(("mix_in.weight", "mix_out.weight", "leave.weight")):
            found[name] = np.ascontiguousarray(value.T)
        if ".mix_" in name and not name.endswith("mix_out.bias"):
            found[name] = -found[name]  # what fades, fades by the exponential of its negative
    for norm, linear in _behind_norms(weights):
        found[f"{linear}.bias"] = (
            found[f"{linear}.bias"] + weights[f"{norm}.bias"] @ found[f"{linear}.weight"]
        )
        found[f"{linear}.weight"] = found[f"{linear}.weight"] * weights[f"{norm}.weight"][:, None]
    return _together(found)


def _together(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Arrays in one block, which comes faster from memory where a frame is alone: large blocks lie in large
    pages."""
    ends = np.cumsum([-(-array.size // IN_LINE) * IN_LINE for array in arrays.values()]).tolist()
    block, found = np.empty(ends[-1], np.float32), {}
    for (name, array), end, first in zip(arrays.items(), ends, [0, *ends], strict=False):
        found[name] = block[first:end][: array.size].reshape(array.shape)
        found[name][...] = array
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
        x = yield from in_chunks(partial(_block, layers, f"blocks.{number}", dilation, x), len(x), WIDE)
    return _linear(layers, "leave", _normalised(x))


def _entered(layers: dict[str, np.ndarray], features: np.ndarray) -> Steps[np.ndarray]:
    """Features (T, F), scaled and mixed."""
    # What is nothing in all frames (points that nobody detects, poses that nobody gave) costs nothing.
    told = np.flatnonzero(features.any(0))
    weight, start = layers["enter.weight"][told], layers["enter.bias"]
    return (yield from in_chunks(lambda rows: features[rows, told] @ weight + start, len(features), WIDE))


def _block(layers: dict[str, np.ndarray], name: str, dilation: int, x: np.ndarray, rows: slice) -> np.ndarray:
    """These frames of a block of all frames (T, F): mixed over time, then each by itself."""
    x = _over_time(layers, name, dilation, x, rows)
    negative = _linear(layers, f"{name}.mix_in", _normalised(x))
    fading = np.exp(negative)
    fading += 1.0
    negative /= fading
    mixed = _linear(layers, f"{name}.mix_out", negative)
    mixed += x
    return mixed


def _over_time(
    layers: dict[str, np.ndarray], name: str, dilation: int, x: np.ndarray, rows: slice
) -> np.ndarray:
    """These frames of all (T, F), with those around them added; few at a time, so that they stay near."""
    if len(x) == 1:  # there is nothing around it
        alone = _normalised(x)
        alone *= layers[f"{name}.alone.weight"]
        alone += layers[f"{name}.alone.bias"]
        alone += x
        return alone
    kernel = layers[f"{name}.time.weight"]
    reach = len(kernel) // 2 * dilation
    first, last = max(rows.start - reach, 0), min(rows.stop + reach, len(x))
    around = np.zeros((rows.stop - rows.start + 2 * reach, x.shape[1]), x.dtype)
    near = around[first - rows.start + reach :][: last - first]
    near[:] = _normalised(x[first:last])
    near *= layers[f"{name}.before_time.weight"]
    near += layers[f"{name}.before_time.bias"]
    frame, number = around.strides
    shape = (rows.stop - rows.start, len(kernel), x.shape[1])
    windows = np.lib.stride_tricks.as_strided(around, shape, (frame, dilation * frame, number))
    mixed = np.einsum("tkf,kf->tf", windows, kernel)
    mixed += layers[f"{name}.time.bias"]
    mixed += x[rows]
    return mixed


def _linear(layers: dict[str, np.ndarray], name: str, x: np.ndarray) -> np.ndarray:
    found: np.ndarray = x @ layers[f"{name}.weight"]
    found += layers[f"{name}.bias"]
    return found


def _normalised(x: np.ndarray) -> np.ndarray:
    """Each frame's numbers (T, F) with mean 0 and variance 1."""
    if len(x) == 1:
        return _normalised_frame(x)
    width = np.float32(x.shape[-1])
    centred = x - np.add.reduce(x, -1, keepdims=True) / width
    squared = np.einsum("tf,tf->t", centred, centred)[:, None]
    squared /= width
    squared += np.float32(1e-5)
    centred /= np.sqrt(squared, out=squared)
    return centred


def _normalised_frame(x: np.ndarray) -> np.ndarray:
    """The same of a frame alone (1, F), for which fewer calls count more."""
    share = _equal_shares(x.shape[-1])
    centred = x - x[0].dot(share)
    only = centred[0]
    centred *= np.float32(1.0 / sqrt(float(only.dot(only)) / len(only) + 1e-5))
    return centred


@lru_cache(maxsize=4)
def _equal_shares(width: int) -> np.ndarray:
    """(width,) what each of so many numbers counts in their mean."""
    return np.full(width, 1.0 / width, np.float32)
