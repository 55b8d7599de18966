"""Keypoints freed of noise by a plain filter, for the baseline that fits a body to smooth keypoints.

Local quadratic regression under Gaussian weights; the width is chosen for each keypoint by generalised
cross-validation, and frames far off the smooth path lose their weight. Independent of the refiner's own.
"""

from __future__ import annotations

import numpy as np

WIDTHS = (0.5, 0.8, 1.2, 1.7, 2.4, 3.4, 4.8, 6.8)
"""Standard deviations of the Gaussian, in frames."""
OUTLIER_PASSES = 2
SMALLEST = 0.003


def smoothed(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Smooth points (T, P, 3) and the share of white noise's deviation that is left in each (T, P).

    points (T, P, 3) in metres, NaN where missing; what stands in such a place means nothing.
    """
    weights = np.isfinite(points).all(-1).astype(float)
    values = np.nan_to_num(points)
    for _ in range(1 + OUTLIER_PASSES):
        fits = [_local_quadratic(values, weights, width) for width in WIDTHS]
        scores = np.stack([_score(values, weights, fit[0], fit[2]) for fit in fits])
        best = scores.argmin(0)
        smooth, kept = (
            np.stack([fit[part] for fit in fits])[best, :, np.arange(len(best))].swapaxes(0, 1)
            for part in (0, 1)
        )
        weights = weights * _trust(np.linalg.norm(values - smooth, axis=-1), weights)
    return smooth, np.sqrt(kept)


def _local_quadratic(
    values: np.ndarray, weights: np.ndarray, width: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fitted values (T, P, 3), the share of the noise's variance that is left in them (T, P), and how much
    each frame's own value counts in its fit (T, P)."""
    frames = len(values)
    reach = np.arange(frames)[None] - np.arange(frames)[:, None]  # (T, T): other frame minus own
    kernel = np.exp(-0.5 * (reach / width) ** 2)
    powers = np.stack([kernel * (reach / width) ** n for n in range(5)])
    moments = powers @ weights  # (5, T, P)
    normal = np.stack([np.stack([moments[i + j] for j in range(3)], -1) for i in range(3)], -2)
    normal = normal + 1e-9 * np.eye(3)
    ours = np.linalg.inv(normal)[..., 0, :]  # (T, P, 3): what each moment adds to the value
    weighted = (values * weights[..., None]).reshape(frames, -1)
    right = (powers[:3] @ weighted).reshape(3, frames, *values.shape[1:])
    fit = np.einsum("tpi,itpk->tpk", ours, right)
    squares = np.stack([(kernel * kernel) * (reach / width) ** n for n in range(5)]) @ weights**2
    spread = np.stack([np.stack([squares[i + j] for j in range(3)], -1) for i in range(3)], -2)
    return fit, np.einsum("tpi,tpij,tpj->tp", ours, spread, ours), ours[..., 0]


def _score(values: np.ndarray, weights: np.ndarray, fit: np.ndarray, own: np.ndarray) -> np.ndarray:
    """(P,) generalised cross-validation: squared residual over the squared share of freedom left."""
    total = np.maximum(weights.sum(0), 1e-9)
    residual = (((values - fit) ** 2).sum(-1) * weights).sum(0) / total
    used = (np.minimum(own, 1.0) * weights).sum(0) / total
    return residual / np.maximum(1.0 - used, 1e-3) ** 2


def _trust(distance: np.ndarray, weights: np.ndarray) -> np.ndarray:
    known = np.where(weights > 0, distance, np.nan)
    known[:, ~(weights > 0).any(0)] = 0.0
    scale = 4.0 * np.maximum(np.nanmedian(known, axis=0), SMALLEST)
    return 1.0 / (1.0 + (distance / scale) ** 2) ** 2
