"""The graph shows the fit error over the clip: its height, its colour, gaps and the current frame."""

from __future__ import annotations

import numpy as np
import pytest

from addon.ui.graph import BACKGROUND, CURRENT, FILLED, LEFT, RIGHT, STRIP, Series, graph

SIZE = 120


def _series(values, filled=()) -> Series:
    values = np.asarray(values, float)
    marked = np.isin(np.arange(len(values)), filled)
    return Series(np.arange(1.0, len(values) + 1), values, marked)


def _whole(series: Series, current: float = -1.0, line: float = 1.5) -> np.ndarray:
    picture = graph(series, current, SIZE, line)
    assert picture.shape == (SIZE, SIZE, 4)
    return picture


def _heights(picture: np.ndarray) -> np.ndarray:
    """Of the highest bright pixel in each column: the curve."""
    return len(picture) - 1 - (picture[::-1, :, :3].max(-1) > 0.6).argmax(0)


def test_time_runs_evenly_across():
    picture = _whole(_series(np.linspace(0, 100, 50)))
    expected = np.linspace(0, 100, SIZE) / 110 * (SIZE - 1)
    assert np.abs(_heights(picture) - expected).max() < 2


@pytest.mark.parametrize("bad", [0, 2000, 3260, 9999])
def test_one_bad_frame_among_thousands_is_seen(bad):
    values = np.full(10_000, 5.0)
    values[bad] = 100.0
    picture = _whole(_series(values))
    assert _heights(picture).max() > 0.8 * SIZE


def test_a_good_fit_lies_low_and_is_green_a_bad_one_is_red():
    good, bad = _whole(_series(np.full(50, 3.0))), _whole(_series(np.full(50, 150.0)))
    low, high = good[_heights(good)[5], 5], bad[_heights(bad)[5], 5]
    assert _heights(good)[5] < 0.2 * SIZE
    assert low[1] > 1.5 * low[0] and high[0] > 1.5 * high[1]


def test_frames_without_keypoints_have_another_ground_and_no_curve():
    picture = _whole(_series(np.full(100, 10.0), filled=range(80, 100)))
    np.testing.assert_allclose(picture[-1, 10], BACKGROUND)
    np.testing.assert_allclose(picture[:, -5], np.tile(FILLED, (SIZE, 1)))


def test_figures_are_those_of_frames_with_keypoints():
    series = _series([10.0, 20.0, 90.0, 30.0], filled=[2])
    assert series.seen.values.tolist() == [10.0, 20.0, 30.0]
    assert series.at(2.5) == 55.0 and series.at(3.0) is None
    assert series.at(0.0) is None and series.at(4.2) is None


@pytest.mark.parametrize("frame", [1, 34, 50.5, 100])
def test_the_current_frame_is_a_line(frame):
    picture = _whole(_series(np.zeros(100)), current=frame)
    lines = np.flatnonzero((picture == CURRENT).all((0, 2)))
    assert len(lines) >= 1
    assert np.abs(lines - (frame - 1) / 99 * (SIZE - 1)).max() <= 1.5


def test_outside_the_clip_there_is_no_line():
    assert not (_whole(_series(np.zeros(100)), current=500) == CURRENT).all((0, 2)).any()


def test_a_single_frame_is_no_trouble():
    picture = _whole(_series([7.0]), current=1.0)
    assert np.isfinite(picture).all()
    assert (picture == CURRENT).all((0, 2)).sum() == 1


def test_contacts_are_a_strip_below_the_curve():
    bears = np.zeros((100, 4), bool)
    bears[:50, 0] = bears[50:, 3] = True
    picture = graph(_series(np.full(100, 90.0)), -1.0, SIZE, 1.5, bears=bears)
    assert picture.shape == (SIZE, SIZE, 4)
    low = int(STRIP * SIZE)
    top, bottom = low - low // 8, low // 8  # the left heel's line, and that of the right toes
    np.testing.assert_allclose(picture[top, 10], LEFT)
    np.testing.assert_allclose(picture[bottom, -10], RIGHT)
    for row, column in ((top, -10), (bottom, 10), (low // 2 + 3, 10)):
        np.testing.assert_allclose(picture[row, column], BACKGROUND)
    assert _heights(picture[low:]).min() > 0.7 * (SIZE - low)


def test_a_contact_begins_at_its_frame():
    bears = np.zeros((3, 4), bool)
    bears[1, 0] = True
    picture = graph(_series([1.0, 1.0, 1.0]), -1.0, SIZE, 1.5, bears=bears)
    line = picture[int(STRIP * SIZE) - 3]
    lit = np.flatnonzero((line == LEFT).all(-1))
    assert abs(lit[0] - SIZE / 2) < 2 and abs(lit[-1] - SIZE) < 3
