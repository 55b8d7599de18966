"""Our .npz: what goes in comes out again, for us and for any AMASS reader."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon import formats
from addon.body.kinematics import forward
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import REST_OFFSETS, REST_PELVIS
from addon.motion import Floor, Motion
from addon.safe_read import FormatError
from tests.formats.bodies import keypoints_of, poses_of, walking


def motion(frames: int = 40) -> Motion:
    body = walking(frames)
    return Motion(
        body.rotations, body.pelvis, REST_OFFSETS * 1.1, 59.94, np.arange(frames) + 7,
        np.full(frames, 12.5), np.full((frames, 24), np.nan), betas=np.array([0.5, -1.0]), gender="female",
    )  # fmt: skip


def test_round_trip_keeps_pose_place_rate_and_frames(tmp_path):
    written = motion()
    formats.write_npz(written, tmp_path / "out.npz")
    recording = formats.read(tmp_path / "out.npz")
    person = recording.people[0]
    np.testing.assert_allclose(poses_of(recording).rotations, written.rotations, atol=1e-5)
    np.testing.assert_allclose(poses_of(recording).pelvis, written.pelvis, atol=1e-5)
    np.testing.assert_array_equal(person.frame_ids, written.frame_ids)
    assert recording.fps.value == pytest.approx(59.94) and recording.up.value == "+z"
    assert poses_of(recording).gender == "female"
    joints, _ = forward(written.rotations, written.pelvis, written.bone_offsets)
    np.testing.assert_allclose(keypoints_of(recording).positions, joints, atol=1e-5)


def test_another_amass_reader_finds_the_body_upright_and_in_its_place(tmp_path):
    """SMPL in a Z-up world, done by hand: v = R (v0 - J0) + J0 + trans; Y up is then (x, z, -y)."""
    written = motion()
    formats.write_npz(written, tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz") as fields:
        poses, trans = fields["poses"].astype(float).reshape(-1, 24, 3), fields["trans"]
        joints = fields["joints"]
    placed, _ = forward(matrix_from_axis_angle(poses), REST_PELVIS + trans, written.bone_offsets)
    np.testing.assert_allclose(placed, joints, atol=1e-5)
    expected, _ = forward(written.rotations, written.pelvis, written.bone_offsets)
    np.testing.assert_allclose(
        np.stack([joints[..., 0], joints[..., 2], -joints[..., 1]], -1), expected, atol=1e-5
    )


def test_fields_and_shapes_are_those_of_the_contract(tmp_path):
    formats.write_npz(motion(), tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz") as fields:
        shapes = {name: fields[name].shape for name in fields}
    assert shapes == {
        "poses": (40, 72), "trans": (40, 3), "betas": (2,), "gender": (), "mocap_frame_rate": (),
        "joints": (40, 24, 3), "frame_ids": (40,), "bone_offsets": (24, 3), "fit_error_mm": (40,),
        "uncertainty_deg": (40, 24),
    }  # fmt: skip


def test_contacts_and_floor_are_written_where_they_are_known(tmp_path):
    """The floor's planes in the file's Z-up world."""
    slope = Floor(np.array([0.0, np.cos(0.1), np.sin(0.1)]), np.array([0.0, 0.4]))
    formats.write_npz(replace(motion(), contacts=np.full((40, 4), 0.5), floor=slope), tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz") as fields:
        assert fields["contacts"].shape == (40, 4)
        np.testing.assert_allclose(
            fields["floor"], [[0.0, -np.sin(0.1), np.cos(0.1), h] for h in (0.0, 0.4)], atol=1e-6
        )


def test_a_place_that_cannot_be_written_is_one_sentence_and_leaves_nothing(tmp_path):
    with pytest.raises(FormatError, match="can't be written"):
        formats.write_npz(motion(), tmp_path / "no" / "folder" / "out.npz")
    (tmp_path / "taken.npz").mkdir()
    with pytest.raises(FormatError, match="can't be written"):
        formats.write_npz(motion(), tmp_path / "taken.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["taken.npz"]
