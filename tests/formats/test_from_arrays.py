"""A program's own arrays are read like a file of the same fields, and nothing of the disk beside."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.safe_read import FormatError
from tests.wave import joints_of_a_wave

POINTS = joints_of_a_wave(30, 30.0)


@pytest.mark.parametrize(
    "points", [POINTS, POINTS.astype(np.float32), POINTS.tolist()], ids=["double", "single", "lists"]
)
def test_keypoints_are_the_same_as_from_a_file(points, tmp_path):
    np.savez(tmp_path / "points.npz", keypoints=POINTS, layout="smpl24", fps=30.0)
    told = formats.read(tmp_path / "points.npz")
    found = formats.from_arrays(keypoints=points, layout="smpl24", fps=30.0)
    assert (found.fps, found.up.value, found.units.value) == (told.fps, told.up.value, told.units.value)
    first, second = (one.people[0].keypoints.positions for one in (found, told))
    np.testing.assert_allclose(first, second, atol=1e-6)
    assert found.path == ""


def test_units_axis_and_gaps_are_taken_as_stated():
    points = POINTS[..., [2, 0, 1]] * 1000.0
    points[3] = np.nan
    found = formats.from_arrays(
        keypoints=points, layout="smpl24", fps=25, units="mm", up_axis="z", confidence=None
    )
    assert (found.up.how, found.units.how, found.fps.value) == ("stated", "stated", 25.0)
    height = np.nanmax(found.people[0].keypoints.positions[..., 1])
    assert 1.0 < height < 2.2


def test_several_people_and_poses_are_read():
    two = np.stack([POINTS, POINTS + np.eye(3)[0]], axis=1)
    assert len(formats.from_arrays(keypoints=two, layout="smpl24", fps=30).people) == 2
    poses = formats.from_arrays(poses=np.zeros((9, 72)), trans=np.zeros((9, 3)), mocap_framerate=60.0)
    assert poses.people[0].poses is not None and poses.fps.value == 60.0


@pytest.mark.parametrize(
    "points",
    [POINTS.reshape(30, -1), POINTS.transpose(0, 2, 1), POINTS.transpose(2, 0, 1), POINTS[None]],
    ids=["rows", "x y z before points", "x y z before frames", "a batch of one"],
)
def test_other_orders_of_the_axes_are_the_same_body(points):
    found = formats.from_arrays(keypoints=points, layout="smpl24", fps=30.0)
    told = formats.from_arrays(keypoints=POINTS, layout="smpl24", fps=30.0)
    first, second = (one.people[0].keypoints.positions for one in (found, told))
    np.testing.assert_allclose(first, second, atol=1e-6)


def test_one_frame_is_a_pose():
    found = formats.from_arrays(keypoints=POINTS[0], layout="smpl24")
    assert found.people[0].keypoints.positions.shape == (1, 24, 3)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"keypoints": [[1, 2], [3]]}, "keypoints is no array"),
        ({"keypoints": [[[None, 1.0, 2.0]]]}, "keypoints holds other things than numbers"),
        ({"keypoints": POINTS[:, :20, 0]}, "need the shape"),
        ({"keypoints": POINTS[..., :2]}, "3D keypoints are needed"),
        ({"keypoints": POINTS, "layout": "coco17"}, "has 17 keypoints but"),
        ({"keypoints": np.full_like(POINTS, np.nan)}, "Every keypoint is missing"),
        ({"keypoints": POINTS, "fps": 1 / 30}, "A frame rate of 0.0333333 is not possible"),
        ({"keypoints": POINTS, "fps": "abc"}, "fps is not a number; give the frames per second"),
        ({"keypoints": POINTS, "fps": np.nan}, "fps is not a number"),
        ({"keypoints": POINTS, "frame_rate": [30.0, 60.0]}, "frame_rate is not a number"),
        ({"keypoints": POINTS, "timestamps": np.arange(4.0)}, "timestamps needs a time for each frame"),
        ({"keypoints": POINTS, "timestamps": -np.arange(len(POINTS))}, "timestamps does not tell the time"),
        ({}, "holds nobody"),
        ({"anything": np.zeros(3)}, "no reader knows"),
    ],
)
def test_what_is_no_recording_is_told_in_a_sentence(fields, sentence):
    with pytest.raises(FormatError, match=sentence):
        formats.from_arrays(**{"layout": "smpl24", **fields} if fields else {})


def test_times_beside_the_program_are_not_taken(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save(tmp_path / "timestamps.npy", np.arange(30) / 17.0)
    assert formats.from_arrays(keypoints=POINTS, layout="smpl24").fps.how == "assumed"


@pytest.mark.parametrize("name", ["up", "unit", "conf", "fsp"])
def test_a_name_that_says_nothing_is_told(name):
    fields: dict[str, Any] = {"keypoints": POINTS, "layout": "smpl24", name: 1}
    with pytest.raises(TypeError, match=f"from_arrays has no {name}; .* up_axis"):
        formats.from_arrays(**fields)


@pytest.mark.parametrize("name", ["fps", "frame_rate", "mocap_framerate"])
def test_a_rate_may_be_called_as_in_files(name):
    fields: dict[str, Any] = {"keypoints": POINTS, "layout": "smpl24", name: 60.0}
    assert formats.from_arrays(**fields).fps.value == 60.0
