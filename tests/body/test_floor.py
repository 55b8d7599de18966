"""The slope of the floor under stands of feet."""

from __future__ import annotations

import numpy as np
import pytest

from addon.body.floor import UP, normal_of

PLACES = np.array(
    [
        [-0.08, -0.01, -0.65], [-0.11, 0.02, -0.79], [0.07, 0.01, -0.91], [0.11, 0.11, -1.12],
        [0.10, 0.11, -1.13], [0.20, 0.00, -0.49], [0.07, 0.05, -1.01], [0.61, 0.02, -0.36],
        [0.51, 0.01, -0.46],
    ]
)  # fmt: skip
"""(9, 3) metres, where a dancer on a level stage stood: at times on tiptoe, at one end of it."""


def frames_of(stands: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Five frames of each stand, and the stands' numbers."""
    return np.repeat(stands, 5, axis=0), np.repeat(np.arange(len(stands)), 5)


def test_a_few_stands_on_tiptoe_make_no_slope() -> None:
    np.testing.assert_array_equal(normal_of(*frames_of(PLACES)), UP)


@pytest.mark.parametrize("degrees", [3.0, 8.0, 14.0])
@pytest.mark.parametrize("stands", [9, 30])
def test_a_slope_is_found_by_feet_that_are_misplaced_a_little(degrees: float, stands: int) -> None:
    rng = np.random.default_rng(0)
    places = rng.uniform(-1.5, 1.5, (stands, 3))
    places[:, 1] = np.tan(np.radians(degrees)) * places[:, 0] + 0.005 * rng.normal(size=stands)
    normal = normal_of(*frames_of(places))
    off = normal @ [-np.sin(np.radians(degrees)), np.cos(np.radians(degrees)), 0.0]
    assert np.degrees(np.arccos(min(off, 1.0))) < 1.0


def straight_on(seed: int, heights: np.ndarray) -> np.ndarray:
    """(N, 3) stands of who walks so far straight on, left and right of the way by turns, at these heights
    (N,)."""
    rng, count = np.random.default_rng(seed), len(heights)
    aside = 0.09 * (-1.0) ** np.arange(count) + 0.01 * rng.normal(size=count)
    return np.stack([0.35 * np.arange(count), heights + 0.005 * rng.normal(size=count), aside], -1)


@pytest.mark.parametrize("degrees", [-12.0, 4.0, 8.0])
@pytest.mark.parametrize("stands", [9, 16])
def test_who_walks_straight_on_tells_a_slope_along_the_way(degrees: float, stands: int) -> None:
    rise = np.tan(np.radians(degrees))
    normal = normal_of(*frames_of(straight_on(0, rise * 0.35 * np.arange(stands))))
    assert normal[2] == pytest.approx(0.0, abs=0.02)
    assert np.degrees(np.arctan2(-normal[0], normal[1])) == pytest.approx(degrees, abs=1.0)


@pytest.mark.parametrize("seed", range(5))
def test_a_step_up_on_the_way_is_no_slope(seed: int) -> None:
    up = np.repeat([0.0, 0.2], 8)
    np.testing.assert_array_equal(normal_of(*frames_of(straight_on(seed, up))), UP)


@pytest.mark.parametrize("seed", range(5))
def test_a_level_way_is_level(seed: int) -> None:
    np.testing.assert_array_equal(normal_of(*frames_of(straight_on(seed, np.zeros(14)))), UP)
