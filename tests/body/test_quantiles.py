"""Quantiles of a row of numbers are NumPy's, to the last digit."""

from __future__ import annotations

import numpy as np
import pytest

from addon.body.quantiles import median, quantile


@pytest.mark.parametrize("count", [1, 2, 3, 10, 101, 1000])
def test_medians_and_quantiles_are_numpys(count: int) -> None:
    values = np.random.default_rng(count).normal(size=count)
    assert median(values) == np.median(values)
    for share in (0.0, 0.1, 0.25, 0.5, 0.8, 0.9, 1.0):
        assert quantile(values, share) == np.quantile(values, share)
    np.testing.assert_array_equal(values, np.random.default_rng(count).normal(size=count))
