"""Half of a factorisation does what solving does."""

from __future__ import annotations

import numpy as np
import pytest

from addon.refiner.start.triangles import inverse_factors, log_determinants


@pytest.mark.parametrize("size", [1, 13, 14, 51, 75])
def test_squares_of_what_it_makes_are_those_of_solving(size):
    rng = np.random.default_rng(size)
    tied = rng.normal(size=(4, size, size))
    matrices = tied @ np.swapaxes(tied, 1, 2) + 0.1 * np.eye(size)
    right = rng.normal(size=(4, size, 5))
    factors = inverse_factors(matrices)
    halfway = factors @ right
    np.testing.assert_allclose(np.triu(factors, 1), 0.0, atol=1e-12)
    solved = np.swapaxes(right, 1, 2) @ np.linalg.solve(matrices, right)
    np.testing.assert_allclose(np.swapaxes(halfway, 1, 2) @ halfway, solved, atol=1e-9)
    np.testing.assert_allclose(log_determinants(factors), np.linalg.slogdet(matrices)[1], rtol=1e-9)


def test_what_is_not_positive_definite_is_refused():
    with pytest.raises(np.linalg.LinAlgError):
        inverse_factors(np.diag([1.0, -1.0])[None])


def test_what_rounding_has_made_slightly_negative_is_not():
    tied = np.random.default_rng(0).normal(size=(3, 4))
    matrix = (tied.T @ tied - 1e-7 * np.eye(4))[None]
    assert np.linalg.eigvalsh(matrix).min() < 0.0
    assert np.isfinite(inverse_factors(matrix)).all()
