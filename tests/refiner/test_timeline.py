"""What lies between the network's frames."""

from __future__ import annotations

import numpy as np
import pytest

from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.refiner.timeline import at_network_rate, smoothly
from addon.steps import finish


def turning(fps: float, jump: float) -> np.ndarray:
    """Rotations (T, 2, 3, 3) through a second that turn evenly, and by `jump` degrees between two frames."""
    angle = np.linspace(0.0, 60.0, round(fps) + 1)
    angle[len(angle) // 2 + 2 :] += jump
    return matrix_from_axis_angle(np.radians(angle)[:, None, None] * np.eye(3)[:2])


@pytest.mark.parametrize("fps", [60.0, 120.0, 240.0, 1000.0])
def test_a_start_that_jumps_between_two_frames_of_the_network_goes_over_as_the_network_sees_it(
    fps: float,
) -> None:
    rotations = turning(fps, 30.0)
    found = finish(at_network_rate(rotations, fps))
    steps = np.degrees(geodesic_angle(found[1:], found[:-1]))
    assert steps.max() < 1.1 * 32.0 * 30.0 / fps
    even = turning(fps, 0.0)
    assert np.degrees(geodesic_angle(finish(at_network_rate(even, fps)), even)).max() < 0.1


@pytest.mark.parametrize("fps", [10.0, 29.97, 30.0])
def test_where_the_network_sees_every_frame_nothing_changes(fps: float) -> None:
    rotations = turning(fps, 30.0)
    assert finish(at_network_rate(rotations, fps)) is rotations


def test_what_lies_between_uneven_frames_goes_on_as_it_moves() -> None:
    at, frames = np.array([0, 5, 11, 12, 18, 24]), np.arange(25)
    path = np.stack([0.5 * frames, np.sin(0.2 * frames)], axis=-1)
    found = smoothly(path[at], at, frames)
    np.testing.assert_allclose(found[at], path[at])
    np.testing.assert_allclose(found[:, 0], path[:, 0])
    between = slice(at[1], at[-2] + 1)
    straight = np.interp(frames, at, path[at, 1])
    assert np.abs(found - path)[between].max() < 0.3 * np.abs(straight - path[:, 1])[between].max()


def test_one_frame_alone_stays() -> None:
    np.testing.assert_array_equal(smoothly(np.ones((1, 3)), np.array([4]), np.arange(9)), np.ones((9, 3)))
