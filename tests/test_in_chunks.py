"""Work in steps gives arrays of its own."""

from __future__ import annotations

import numpy as np
import pytest

from addon.steps import finish, in_chunks


@pytest.mark.parametrize("frames", [0, 3, 8, 11])
def test_what_is_worked_out_is_nobody_elses(frames: int) -> None:
    values = np.arange(2.0 * frames).reshape(frames, 2)
    same, turned = finish(in_chunks(lambda rows: (values[rows], values[rows].T.copy().T), frames, 4))
    for found in (same, turned):
        np.testing.assert_array_equal(found, values)
        assert found.flags.c_contiguous and not np.shares_memory(found, values)
