"""The worst frames are distinct moments, not neighbours of one."""

from __future__ import annotations

import numpy as np

from addon.scene.peaks import MOST, peaks

FRAMES = np.arange(1, 201)


def _hills(*hills: tuple[float, float]) -> np.ndarray:
    return np.max([height * np.exp(-(((FRAMES - place) / 5.0) ** 2)) for place, height in hills], axis=0)


def test_the_highest_comes_first():
    assert peaks(FRAMES, _hills((40, 10), (90, 30), (150, 20)), 15).tolist()[:3] == [90, 150, 40]


def test_neighbours_of_a_peak_are_no_peaks():
    found = peaks(FRAMES, _hills((40, 10), (48, 9)), 15)
    assert found[0] == 40 and 48 not in found


def test_the_ends_count():
    assert peaks(np.array([1, 2, 3]), np.array([5.0, 1.0, 7.0]), 1).tolist() == [3, 1]


def test_a_flat_clip_has_its_first_frame():
    assert peaks(FRAMES, np.full(200, 3.0), 15)[0] == 1


def test_there_is_an_end_to_it():
    assert len(peaks(np.arange(10_000), np.random.default_rng(0).random(10_000), 15)) == MOST
