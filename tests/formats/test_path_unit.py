"""Poses whose way is in another unit than metres, which rotations do not show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.body.rotations import axis_angle_from_matrix
from addon.recording import Recording
from bundled_model.training.motion_data import load_split
from tests.refiner.motion import Truth


def read(folder: Path, clip: int, way: float, shake: float = 0.0, units: str | None = None) -> Recording:
    """A capture whose way is so many times as long, and shakes by so many metres."""
    truth, file = Truth(clip, 180), folder / "poses.npz"
    pelvis = way * truth.pelvis + shake * np.random.default_rng(0).normal(size=truth.pelvis.shape)
    poses = axis_angle_from_matrix(truth.rotations).reshape(len(pelvis), -1)
    np.savez(file, poses=poses, trans=pelvis, mocap_frame_rate=30.0)
    return formats.read(file, up="+y", units=units)


def steps(recording: Recording) -> np.ndarray:
    poses = recording.people[0].poses
    assert poses is not None
    return np.linalg.norm(np.diff(poses.pelvis, axis=0), axis=-1)


@pytest.mark.parametrize("clip", [0, 5, 8])
@pytest.mark.parametrize(("unit", "way"), [("cm", 100.0), ("mm", 1000.0)])
def test_a_way_that_is_too_quick_is_brought_to_metres_and_told(tmp_path, clip, unit, way) -> None:
    right, found = read(tmp_path, clip, 1.0), read(tmp_path, clip, way)
    assert np.allclose(steps(found), steps(right), atol=1e-4)
    assert found.units.value == unit
    assert any(f"so it was taken for {unit}" in told for told in found.warnings)


def test_ways_in_metres_stay(tmp_path: Path) -> None:
    for clip in range(len(load_split("val"))):
        assert read(tmp_path, clip, 1.0).units.value == "m"


def test_who_says_metres_is_believed(tmp_path: Path) -> None:
    assert read(tmp_path, 8, 100.0, units="m").units.value == "m"


def test_a_camera_whose_depth_shakes_is_no_other_unit(tmp_path: Path) -> None:
    assert read(tmp_path, 8, 1.0, shake=0.8).units.value == "m"
