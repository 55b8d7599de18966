"""Positive definite systems M of many right sides R, of which only R^T M^-1 R is asked for: with M = L L^T
that is the square of L^-1 R, and L^-1 in blocks takes half the time of solving."""

from __future__ import annotations

import numpy as np

SMALL = 13
"""Rows up to which NumPy's own inverse is quicker than halves of it."""
ROUNDING = 1e-5
"""Share of the largest number by which a matrix may be off that was made in single precision."""


def inverse_factors(matrices: np.ndarray) -> np.ndarray:
    """(B, N, N) the inverses of the lower triangles L of matrices (B, N, N) = L L^T, in double precision.

    Raises numpy.linalg.LinAlgError where one is not positive definite, but for rounding.
    """
    exact = matrices.astype(float)
    try:
        return _inverse_of_lower(np.linalg.cholesky(exact))
    except np.linalg.LinAlgError:
        own = np.arange(exact.shape[-1])
        exact[:, own, own] += ROUNDING * np.abs(exact[:, own, own]).max(-1, keepdims=True)
        return _inverse_of_lower(np.linalg.cholesky(exact))


def log_determinants(factors: np.ndarray) -> np.ndarray:
    """(B,) logarithms of the determinants of matrices with these `inverse_factors` (B, N, N)."""
    own = np.diagonal(factors, axis1=-2, axis2=-1)
    return np.asarray(-2.0 * np.log(own).sum(-1))


def _inverse_of_lower(lower: np.ndarray) -> np.ndarray:
    """(B, N, N) of lower triangles: both halves of the rows, and what ties them."""
    if lower.shape[-1] <= SMALL:
        return np.linalg.inv(lower)
    half = lower.shape[-1] // 2
    found = np.zeros_like(lower)
    first, last = slice(None, half), slice(half, None)
    above = found[:, first, first] = _inverse_of_lower(lower[:, first, first])
    below = found[:, last, last] = _inverse_of_lower(lower[:, last, last])
    found[:, last, first] = -below @ (lower[:, last, first] @ above)
    return found
