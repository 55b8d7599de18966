"""Frames whose poses are those of nobody."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.body.rotations import axis_angle_from_matrix
from addon.recording import Recording
from tests.refiner.motion import Truth

FRAMES = 90


def poses(clip: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Rotation vectors (T, 24, 3) and path (T, 3) of a capture, Y up."""
    truth = Truth(clip, FRAMES)
    return axis_angle_from_matrix(truth.rotations), truth.pelvis


def read(path: Path, turns: np.ndarray, pelvis: np.ndarray) -> Recording:
    file = path / "poses.npz"
    np.savez(file, poses=turns.reshape(len(turns), -1), trans=pelvis, mocap_frame_rate=30.0, up_axis="y")
    return formats.read(file)


@pytest.mark.parametrize("rows", [slice(40, 41), slice(40, 70)])
def test_a_body_at_rest_where_somebody_was_lost_is_missing(tmp_path: Path, rows: slice) -> None:
    turns, pelvis = poses()
    turns[rows, 1:] = 0.0
    (person,) = read(tmp_path, turns, pelvis).people
    assert np.array_equal(person.frame_ids, np.setdiff1d(np.arange(FRAMES), np.arange(FRAMES)[rows]))


@pytest.mark.parametrize("rows", [slice(0, 20), slice(70, FRAMES), slice(0, FRAMES)])
def test_a_body_that_begins_or_ends_at_rest_stays(tmp_path: Path, rows: slice) -> None:
    turns, pelvis = poses()
    turns[rows, 1:] = 0.0
    (person,) = read(tmp_path, turns, pelvis).people
    assert person.frames == FRAMES


def test_a_body_that_moves_through_its_rest_pose_stays(tmp_path: Path) -> None:
    turns, pelvis = poses()
    turns[:, 1:] *= np.abs(np.linspace(-1.0, 1.0, FRAMES))[:, None, None].round(2)
    turns[44:46, 1:] = 0.0
    (person,) = read(tmp_path, turns, pelvis).people
    assert person.frames == FRAMES
