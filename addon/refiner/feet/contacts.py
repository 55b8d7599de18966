"""Which heels and toes bear, frame by frame, from a small network over the finished motion."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from ...steps import Stepped, Steps, in_chunks
from ..timeline import interpolate, network_times, rotations_at
from .features import Stance, feet_features, stance_of

WEIGHTS = Path(__file__).resolve().parents[3] / "bundled_model" / "contacts.npz"
NAMES = ("l_heel", "l_toe", "r_heel", "r_toe")
"""The columns of contacts; "toe" is the ball of the foot or the tip of the toes."""
WIDTH, TAPS, DILATIONS = 48, 5, (1, 2, 4, 4)
REACH = (TAPS - 1) // 2 * sum(DILATIONS)
"""Frames to each side that a frame's answer depends on."""
CHUNK = 256


@Stepped
def contacts_of(
    rotations: np.ndarray, pelvis: np.ndarray, bones: np.ndarray, fps: float
) -> Steps[np.ndarray]:
    """(T, 4) probabilities that the places NAMES bear.

    rotations (T, 24, 3, 3) local, pelvis (T, 3) metres on an even grid of frames, bones (24, 3).
    """
    times = network_times(len(pelvis), fps)
    if times is not None:
        rotations, pelvis = (yield from rotations_at(rotations, times)), interpolate(pelvis, times)
    single = rotations.astype(np.float32)
    parts = yield from in_chunks(lambda rows: stance_of(single[rows], pelvis[rows], bones), len(pelvis))
    features = feet_features(Stance(*parts), bones)
    yield None
    weights = _weights()
    logits = np.empty((len(pelvis), 2, 2))
    for first in range(0, len(pelvis), CHUNK):
        rows = slice(max(first - REACH, 0), first + CHUNK + REACH)
        found = network(weights, features[:, rows])
        logits[first : first + CHUNK] = np.swapaxes(found, 0, 1)[first - rows.start :][:CHUNK]
        yield None
    contacts = 1.0 / (1.0 + np.exp(-logits.reshape(-1, 4)))
    if times is not None:
        contacts = interpolate(
            contacts, np.interp(np.arange(round(times[-1]) + 1), times, np.arange(len(times)))
        )
    return contacts


def network(weights: dict[str, np.ndarray], features: np.ndarray) -> np.ndarray:
    """(B, T, 2) logits of heel and toe from features (B, T, FEATURES): residual convolutions over time."""
    x = (features - weights["mean"]) * weights["scale"] @ weights["enter.weight"].T + weights["enter.bias"]
    for number, dilation in enumerate(DILATIONS):
        kernel, bias = weights[f"blocks.{number}.weight"], weights[f"blocks.{number}.bias"]
        x = x + np.maximum(_taps(x, dilation) @ kernel + bias, 0.0)
    return x @ weights["leave.weight"].T + weights["leave.bias"]


def _taps(x: np.ndarray, dilation: int) -> np.ndarray:
    """x (B, T, C) of a frame and those around it side by side (B, T, TAPS C), zeros beyond both ends."""
    reach = (TAPS - 1) // 2 * dilation
    frames = x.shape[1]
    padded = np.zeros((len(x), frames + 2 * reach, x.shape[2]), x.dtype)
    padded[:, reach : reach + frames] = x
    return np.concatenate([padded[:, k * dilation : k * dilation + frames] for k in range(TAPS)], axis=-1)


@lru_cache(maxsize=1)
def _weights() -> dict[str, np.ndarray]:
    with np.load(WEIGHTS, allow_pickle=False) as stored:
        weights = {name: stored[name].astype(np.float32) for name in stored.files}
    for number in range(len(DILATIONS)):
        # (O, C, TAPS) as torch has them, to (TAPS C, O).
        kernel = weights[f"blocks.{number}.weight"]
        weights[f"blocks.{number}.weight"] = np.ascontiguousarray(
            kernel.transpose(2, 1, 0).reshape(-1, len(kernel))
        )
    return weights
