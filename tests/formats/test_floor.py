"""Nobody stands below the floor or hangs in the air where the file has no floor of its own."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.floor import bearing, heights_of
from addon.body.kinematics import forward
from addon.body.layouts import find_layout
from addon.body.points import POINT_INDEX, point_positions
from addon.body.rotations import axis_angle_from_matrix
from addon.body.skeleton import REST_OFFSETS, REST_PELVIS
from addon.body.soles import soles
from addon.cli import main
from addon.formats.camera import on_floor, put_on_floor
from addon.formats.floor import floor_height
from addon.recording import Keypoints, Person, Poses, Recording
from tests.formats.bodies import FROM_Y_UP, keypoints_of, poses_of, walking
from tests.formats.test_camera import walker

FRAMES = 60


def floor(recording: Recording) -> float:
    height = floor_height(recording.people)
    assert height is not None
    return height


def arrays(folder, *, shift):
    np.save(folder / "clip.npy", walking(FRAMES).layout("smpl24") + shift)
    return folder / "clip.npy"


@pytest.mark.parametrize("shift", [[0, -0.95, 0], [0, 1.3, 0], [2, -3, 1]], ids=["hips", "air", "below"])
def test_arrays_without_a_floor_are_put_on_one_and_it_is_said(tmp_path, shift):
    path = arrays(tmp_path, shift=shift)
    recording = formats.read(path, layout="smpl24")
    assert floor(recording) == pytest.approx(0.0, abs=1e-6)
    assert any("put on the floor" in each and "--keep-height" in each for each in recording.warnings)


@pytest.mark.parametrize("height", [-0.9, 0.0, 1.3])
def test_the_soles_of_who_is_put_on_the_floor_are_on_it_and_not_in_it(height):
    standing, pelvis = np.broadcast_to(np.eye(3), (FRAMES, 24, 3, 3)), np.full((FRAMES, 3), height)
    person = Person("0", np.arange(FRAMES), 30.0, None, Poses(standing, pelvis))
    (put,), _ = put_on_floor((person,))
    assert put.poses is not None
    joints, turned = forward(put.poses.rotations, put.poses.pelvis, REST_OFFSETS)
    assert soles(joints, turned, REST_OFFSETS)[..., 1].min() == pytest.approx(0.0, abs=0.002)
    points = point_positions(joints, turned, REST_OFFSETS)
    layout = find_layout("body25")
    seen = points[:, [POINT_INDEX[name] for name in layout.canonical]]
    held = Keypoints(seen, np.ones(seen.shape[:2]), layout.keypoints, layout.canonical, "body25")
    assert floor_height([replace(put, keypoints=held, poses=None)]) == pytest.approx(0.0, abs=0.005)


def test_who_states_the_axis_stands_on_the_floor_too(tmp_path):
    points = walking(FRAMES).layout("smpl24") @ FROM_Y_UP["+z"].T
    np.save(tmp_path / "clip.npy", points - points[:1, :1])
    recording = formats.read(tmp_path / "clip.npy", layout="smpl24", up="+z")
    assert floor(recording) == pytest.approx(0.0, abs=1e-6) and recording.up.how == "stated"


def test_one_option_leaves_the_files_height(tmp_path, capsys):
    path = arrays(tmp_path, shift=[0, 1.3, 0])
    recording = formats.read(path, layout="smpl24", keep_height=True)
    own = walking(FRAMES).layout("smpl24") + np.array([0, 1.3, 0])
    np.testing.assert_allclose(keypoints_of(recording).positions, own, atol=1e-6)
    assert main(["inspect", str(path), "--layout", "smpl24", "--keep-height", "--json"]) == 0
    assert not any("floor" in warning for warning in json.loads(capsys.readouterr().out)["warnings"])


def test_smpl_files_without_a_translation_stand_on_the_floor(tmp_path):
    held: dict[str, Any] = {"smplVersion": 0, "codecVersion": 2, "frameRate": 30.0}
    held["bodyPose"] = walking(FRAMES).axis_angles
    with (tmp_path / "walk.smpl").open("wb") as stream:
        np.savez(stream, **held)
    recording = formats.read(tmp_path / "walk.smpl")
    assert floor(recording) == pytest.approx(0.0, abs=1e-6)
    with (tmp_path / "walk.smpl").open("wb") as stream:
        np.savez(stream, **held, bodyTranslation=walking(FRAMES).pelvis - REST_PELVIS)
    kept = poses_of(formats.read(tmp_path / "walk.smpl")).pelvis
    np.testing.assert_allclose(kept, walking(FRAMES).pelvis, atol=1e-6)


def test_nobody_is_left_far_below_the_floor_of_a_file_whose_axis_is_its_formats(tmp_path):
    """As tools write SMPL-X's translation that measure it from the pelvis."""
    sunk = walking(FRAMES).pelvis - REST_PELVIS - np.array([0.0, 0.35, 0.0])
    with (tmp_path / "walk.smpl").open("wb") as stream:
        np.savez(stream, smplVersion=0, codecVersion=2, frameRate=30.0, bodyTranslation=sunk,
                 bodyPose=walking(FRAMES).axis_angles)  # fmt: skip
    recording = formats.read(tmp_path / "walk.smpl")
    assert floor(recording) == pytest.approx(0.0, abs=1e-6)
    assert any("below the floor" in warning for warning in recording.warnings)


def test_a_floor_of_the_files_own_is_kept():
    """On a box of 40 cm; below the floor is where nobody can be."""
    on_box = np.array([0.0, 0.4, 0.0])
    one = walker()
    assert one.poses is not None
    raised = replace(one, poses=replace(one.poses, pelvis=one.poses.pelvis + on_box))
    assert on_floor((raised,), floating=False)[0][0] is raised
    sunk = replace(one, poses=replace(one.poses, pelvis=one.poses.pelvis - on_box))
    people, told = on_floor((sunk,), floating=False)
    assert floor_height(people) == pytest.approx(0.0, abs=1e-9) and "below the floor" in told[0]


def amass_of(folder, height):
    """AMASS' keys, Z up, of a body whose mean bones miss the floor by so many metres."""
    body = walking(FRAMES)
    turn = FROM_Y_UP["+z"]
    lowest = floor_height([walker()])
    assert lowest is not None
    rotations = body.axis_angles.copy()
    rotations[:, 0] = axis_angle_from_matrix(turn @ body.rotations[:, 0])
    place = (body.pelvis + np.array([0, height - lowest, 0])) @ turn.T
    poses = np.pad(rotations[:, :22].reshape(FRAMES, 66), ((0, 0), (0, 90)))
    np.savez(folder / "walk_poses.npz", poses=poses, trans=place - REST_PELVIS, betas=np.zeros(16),
             gender="male", mocap_framerate=30.0)  # fmt: skip
    return folder / "walk_poses.npz", place @ turn


def test_amass_stands_on_the_floor_with_mean_bones_and_the_true_body_as_the_file_has_it(tmp_path):
    path, place = amass_of(tmp_path, -0.08)
    recording = formats.read(path)
    poses = poses_of(recording)
    assert floor(recording) == pytest.approx(0.0, abs=0.01)
    assert any("With mean bones" in warning for warning in recording.warnings)
    own_rest = REST_PELVIS + np.array([0.0, 0.02, 0.0])
    assert poses.rest_pelvis is not None
    true = poses.pelvis + poses.rest_turns @ (own_rest - poses.rest_pelvis)
    np.testing.assert_allclose(true, place + poses.rest_turns @ (own_rest - REST_PELVIS), atol=1e-6)
    kept = poses_of(formats.read(path, keep_height=True))
    np.testing.assert_allclose(kept.pelvis, place, atol=1e-6)


def test_amass_on_the_floor_stays_as_it_is(tmp_path):
    path, place = amass_of(tmp_path, 0.01)
    recording = formats.read(path)
    np.testing.assert_allclose(poses_of(recording).pelvis, place, atol=1e-6)
    assert not any("floor" in warning for warning in recording.warnings)


def test_the_bodys_own_keypoints_tell_the_floor_before_mean_bones():
    """Somebody of 90 %: mean bones would reach through the floor."""
    body = walking(FRAMES)
    poses = Poses(body.rotations, body.pelvis * 0.9)
    joints, _ = forward(body.rotations, body.pelvis * 0.9, 0.9 * REST_OFFSETS)
    layout = find_layout("smpl24")
    held = Keypoints(joints, np.ones(joints.shape[:2]), layout.keypoints, layout.canonical, "smpl24")
    with_points = floor_height([Person("0", np.arange(FRAMES), 30.0, held, poses)])
    alone = floor_height([Person("0", np.arange(FRAMES), 30.0, held)])
    assert with_points == alone


def test_noise_of_keypoints_does_not_lower_the_floor():
    """Each frame's lowest of many noisy points lies below the floor; what stands, on average, on it."""
    clean = walker()
    assert clean.poses is not None
    layout = find_layout("body25")
    points = walking(FRAMES).layout("body25")
    held = Keypoints(points, np.ones(points.shape[:2]), layout.keypoints, layout.canonical, "body25")
    noisy = replace(held, positions=points + np.random.default_rng(0).normal(0.0, 0.02, points.shape))
    frames = np.arange(len(points))
    true, found = (floor_height([Person("0", frames, 30.0, seen)]) for seen in (held, noisy))
    assert true is not None and found == pytest.approx(true, abs=0.015)


def test_somebody_on_stairs_has_the_floor_under_the_lowest_step():
    steps = np.repeat([0.0, 0.17, 0.34], 40)
    soles = np.stack([np.zeros(120), steps, np.zeros(120)], -1)[:, None]
    bears, calm = bearing(soles, 30.0)
    lowest = np.where(bears, calm[..., 1], np.inf).min(1)
    np.testing.assert_allclose(heights_of(lowest[np.isfinite(lowest)], 30.0), [0.0, 0.17, 0.34], atol=0.01)


def test_a_floor_that_drifts_is_no_stairs():
    assert len(heights_of(np.linspace(0.0, 0.12, 200), 30.0)) == 1
