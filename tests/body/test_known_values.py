"""What is known of some values is told as NumPy tells it, to the last digit."""

from __future__ import annotations

import numpy as np
import pytest

from addon.body.known_values import known_median, known_percentiles


def _values(rows: int) -> np.ndarray:
    """(rows, 5, 3) numbers of which a third is missing, and in one place all."""
    rng = np.random.default_rng(rows)
    values = rng.normal(size=(rows, 5, 3))
    values[rng.random(values.shape) < 0.3] = np.nan
    values[:, 2, 1] = np.nan
    return values


@pytest.mark.parametrize("rows", [1, 2, 7, 64, 701])
@pytest.mark.filterwarnings("ignore:All-NaN slice")
def test_medians_are_numpys(rows):
    values = _values(rows)
    for axis in (0, 1, 2):
        assert np.array_equal(known_median(values, axis), np.nanmedian(values, axis=axis), equal_nan=True)


@pytest.mark.parametrize("rows", [1, 2, 7, 64, 701])
@pytest.mark.filterwarnings("ignore:All-NaN slice")
def test_percentiles_are_numpys(rows):
    values, percents = _values(rows), (0, 10, 50, 95, 100)
    found = known_percentiles(values, percents)
    assert np.array_equal(found, np.nanpercentile(values, percents, axis=0), equal_nan=True)
