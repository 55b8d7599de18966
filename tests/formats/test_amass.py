"""AMASS-style archives: every width, both axes, every name of the frame rate."""

from __future__ import annotations

import numpy as np
import pytest

from addon import formats
from addon.body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from addon.body.skeleton import REST_PELVIS
from addon.formats.draft import REST_PELVIS_X
from addon.safe_read import FormatError
from tests.formats.bodies import FROM_Y_UP, poses_of, walking


def amass_fields(up: str = "+z", width: int = 156, frames: int = 40) -> dict:
    """`*_poses.npz` as AMASS writes it: the body turns about its pelvis, then trans is added."""
    body = walking(frames)
    world = FROM_Y_UP[up]
    poses = np.zeros((frames, width))
    poses[:, : min(width, 72)] = body.axis_angles.reshape(frames, 72)[:, : min(width, 72)]
    if width > 72:
        poses[:, 66:] = 0.0
    poses[:, :3] = axis_angle_from_matrix(world @ body.rotations[:, 0])
    return {
        "poses": poses,
        "trans": body.pelvis @ world.T - (REST_PELVIS if width < 160 else REST_PELVIS_X),
        "betas": np.linspace(-1, 1, 16),
        "gender": np.array("female"),
        "mocap_framerate": np.array(120.0),
    }


def saved(tmp_path, name="clip_poses.npz", **fields):
    path = tmp_path / name
    np.savez(path, **fields)
    return path


@pytest.mark.parametrize("width", [72, 156, 162, 165])
@pytest.mark.parametrize("up", ["+z", "+y"])
def test_every_width_and_axis_gives_the_same_person(tmp_path, width, up):
    body = walking()
    recording = formats.read(saved(tmp_path, **amass_fields(up, width)))
    poses = poses_of(recording)
    assert recording.up.value == up and recording.up.how == "inferred"
    np.testing.assert_allclose(poses.pelvis, body.pelvis, atol=1e-6)
    np.testing.assert_allclose(poses.rotations[:, :22], body.rotations[:, :22], atol=1e-6)
    np.testing.assert_allclose(poses.rotations[:, 22:], np.broadcast_to(np.eye(3), (40, 2, 3, 3)), atol=1e-6)


@pytest.mark.parametrize("key", ["mocap_framerate", "mocap_frame_rate", "fps"])
def test_the_frame_rate_is_found_under_each_of_its_names(tmp_path, key):
    fields = amass_fields()
    fields[key] = fields.pop("mocap_framerate")
    recording = formats.read(saved(tmp_path, **fields))
    assert (recording.fps.value, recording.fps.how) == (120.0, "stated")


def test_a_missing_frame_rate_is_assumed_and_said(tmp_path):
    fields = amass_fields()
    del fields["mocap_framerate"]
    recording = formats.read(saved(tmp_path, **fields))
    assert (recording.fps.value, recording.fps.how) == (30.0, "assumed")
    assert any("frame rate" in warning for warning in recording.warnings)


def test_stageii_files_with_split_poses_are_read(tmp_path):
    fields = amass_fields(width=165)
    poses = fields.pop("poses")
    fields |= {"root_orient": poses[:, :3], "pose_body": poses[:, 3:66], "pose_hand": poses[:, 75:]}
    recording = formats.read(saved(tmp_path, **fields))
    np.testing.assert_allclose(poses_of(recording).rotations[:, :22], walking().rotations[:, :22], atol=1e-6)


def test_a_name_says_nothing_content_decides(tmp_path):
    path = saved(tmp_path, **amass_fields())
    renamed = path.rename(tmp_path / "holiday.trc")
    assert formats.read(renamed).format == "AMASS npz"


@pytest.mark.parametrize(("written", "read"), [(b"female", "female"), ("M", "male"), ("", "neutral")])
def test_gender_is_read_in_every_spelling(tmp_path, written, read):
    recording = formats.read(saved(tmp_path, **(amass_fields() | {"gender": np.array(written)})))
    assert poses_of(recording).gender == read


def test_hands_are_kept_and_flat_ones_are_none(tmp_path):
    fields = amass_fields()
    assert poses_of(formats.read(saved(tmp_path, **fields))).hands is None
    vectors = np.random.default_rng(0).normal(0, 0.3, (len(fields["poses"]), 90))
    fields["poses"][:, 66:] = vectors
    recording = formats.read(saved(tmp_path, **fields))
    expected = matrix_from_axis_angle(vectors.reshape(-1, 2, 15, 3))
    np.testing.assert_allclose(poses_of(recording).hands, expected, atol=1e-6)
    assert not any("hand" in warning for warning in recording.warnings)


@pytest.mark.parametrize("up", ["+x", "-x", "+y", "-y", "+z", "-z"])
def test_the_user_can_override_the_axis(tmp_path, up):
    recording = formats.read(saved(tmp_path, **amass_fields(up)), up=up)
    assert (recording.up.value, recording.up.how) == (up, "stated")
    np.testing.assert_allclose(poses_of(recording).pelvis, walking().pelvis, atol=1e-6)


def test_a_dancer_on_the_floor_is_still_z_up(tmp_path):
    fields = amass_fields()
    lying = FROM_Y_UP["+x"] @ walking().rotations[:, 0]
    fields["poses"][:20, :3] = axis_angle_from_matrix(lying)[:20]
    assert formats.read(saved(tmp_path, **fields)).up.value == "+z"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"trans": np.zeros((7, 3))}, "translations"),
        ({"poses": np.full((40, 156), np.nan)}, "not finite"),
        ({"poses": np.zeros((0, 156)), "trans": np.zeros((0, 3))}, "no frames"),
        ({"mocap_framerate": np.array(0.0)}, "frame rate"),
    ],
)
def test_what_cannot_be_a_motion_is_refused_in_one_sentence(tmp_path, change, word):
    with pytest.raises(FormatError, match=word) as refusal:
        formats.read(saved(tmp_path, **(amass_fields() | change)))
    assert "\n" not in str(refusal.value)


def test_one_frame_is_a_pose(tmp_path):
    recording = formats.read(saved(tmp_path, **amass_fields(frames=1)))
    assert recording.people[0].frames == 1
