"""What a tilted camera saw stands upright on the floor, but only where somebody's walk shows what is up."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.body.kinematics import forward
from addon.body.layouts import find_layout
from addon.body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from addon.body.skeleton import REST_OFFSETS, REST_PELVIS
from addon.formats.camera import moved, settle
from addon.formats.floor import floor_height
from addon.formats.upright import find_up, turn_upright
from addon.recording import Keypoints, Person, Poses
from bundled_model.training.motion_data import load_split
from tests.formats.bodies import FROM_Y_UP, poses_of, walking

ORIGIN = np.zeros(3)


def pitched(degrees: float, axis: tuple[float, float, float] = (1.0, 0.0, 0.0)) -> np.ndarray:
    return matrix_from_axis_angle(np.radians(degrees) * np.array(axis))


def people_of_cmu() -> list[Person]:
    """Clips of mocap at 30 fps, Y up, the floor near 0."""
    people = []
    for clip in load_split("test"):
        step = round(clip.fps / 30)
        rotations = matrix_from_axis_angle(clip.poses[::step].astype(float))
        pelvis = clip.pelvis[::step].astype(float)
        if len(pelvis) >= 30:
            people.append(Person(clip.name, np.arange(len(pelvis)), 30.0, None, Poses(rotations, pelvis)))
    return people


def walker(frames: int = 90) -> Person:
    body = walking(frames)
    return Person("0", np.arange(frames), 30.0, None, Poses(body.rotations, body.pelvis))


def as_keypoints(one: Person, frames: int = 90, noise: float = 0.0) -> Person:
    points = walking(frames).layout("coco17")
    points = points + np.random.default_rng(0).normal(0, noise, points.shape) if noise else points
    layout = find_layout("coco17")
    held = Keypoints(points, np.ones(points.shape[:2]), layout.keypoints, layout.canonical, "coco17")
    return replace(one, keypoints=held, poses=None)


def angle(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.degrees(np.arccos(np.clip(first @ second, -1, 1))))


@pytest.mark.parametrize("degrees", [20, -15])
@pytest.mark.parametrize("axis", [(1.0, 0.0, 0.0), (0.0, 0.0, 1.0)], ids=["pitch", "roll"])
def test_walks_of_mocap_show_up_within_a_few_degrees(degrees, axis):
    tilt = pitched(degrees, axis)
    errors = []
    for one in people_of_cmu():
        found = find_up([moved(one, tilt, ORIGIN)])
        if found is not None:
            errors.append(angle(found, tilt[:, 1]))
    assert len(errors) > 15
    assert np.median(errors) < 1.5 and max(errors) < 6


@pytest.mark.parametrize("degrees", [60, 90, 135, 180, -90])
def test_who_lies_or_hangs_upside_down_is_left_so(degrees):
    for one in people_of_cmu():
        lying = moved(one, pitched(degrees), ORIGIN)
        found = find_up([lying])
        assert found is None, one.id


def test_who_stands_still_or_only_turns_shows_nothing():
    one = walker()
    still = replace(one, poses=replace(poses_of_person(one), pelvis=np.tile([0.0, 0.95, 3.0], (90, 1))))
    assert find_up([moved(still, pitched(15), ORIGIN)]) is None


def test_a_slide_without_steps_shows_nothing():
    one = walker()
    stiff = np.tile(poses_of_person(one).rotations[:1], (90, 1, 1, 1))
    assert find_up([replace(one, poses=replace(poses_of_person(one), rotations=stiff))]) is None


def test_climbing_is_no_level_walk():
    one = walker()
    rising = poses_of_person(one).pelvis + np.arange(90)[:, None] / 30 * np.array([0.0, 0.5, 0.0])
    assert find_up([replace(one, poses=replace(poses_of_person(one), pelvis=rising))]) is None


def test_people_who_disagree_show_nothing():
    assert find_up([walker(), moved(walker(), pitched(25), ORIGIN)]) is None


@pytest.mark.parametrize("noise", [0.0, 0.03])
def test_keypoints_show_it_as_well(noise):
    tilt = pitched(18)
    seen = moved(as_keypoints(walker(), noise=noise), tilt, ORIGIN)
    found = find_up([seen])
    assert found is not None and angle(found, tilt[:, 1]) < 4


def test_the_shortest_turn_takes_up_to_up():
    for up in (np.array([0.0, 1.0, 0.0]), pitched(33, (0.6, 0.0, 0.8))[:, 1]):
        turn = turn_upright(up)
        np.testing.assert_allclose(turn @ up, [0, 1, 0], atol=1e-12)
        np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(turn) > 0


def test_the_floor_lies_under_the_feet_of_mocap():
    """CMU's floor is at 0; shoes and markers leave some centimetres."""
    heights = [height for one in people_of_cmu() if (height := floor_height([one])) is not None]
    assert np.median(np.abs(heights)) < 0.05


def turned_up(one: Person, tilt: np.ndarray) -> float:
    """Degrees by which the person is off upright after opening what a camera with this tilt saw."""
    people, _, _ = settle((moved(one, tilt, ORIGIN),), "-y")
    before, after = poses_of_person(one).rotations[:, 0], poses_of_person(people[0]).rotations[:, 0]
    return angle((after @ np.swapaxes(before, 1, 2))[0, :, 1], np.array([0.0, 1.0, 0.0]))


@pytest.mark.parametrize("degrees", [0, 4, -8, 15, 25])
def test_turning_upright_is_never_worse_than_doing_nothing(degrees):
    """Over all kinds of mocap, sitting, dancing and standing too: at most the threshold of 3° worse."""
    for one in people_of_cmu():
        for axis in ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0)):
            assert turned_up(one, pitched(degrees, axis)) <= max(abs(degrees), 3) + 1.5, one.id


def test_who_sits_is_not_turned():
    one = walker()
    sitting = poses_of_person(one).rotations.copy()
    for joint, bend in ((1, -90), (2, -90), (4, 90), (5, 90)):
        sitting[:, joint] = pitched(bend)
    rolling = replace(one, poses=replace(poses_of_person(one), rotations=sitting))
    assert find_up([moved(rolling, pitched(20), ORIGIN)]) is None


@pytest.mark.parametrize("heading", [0.0, np.pi, np.pi / 2], ids=["towards", "away", "across"])
def test_who_walks_along_or_across_the_view_is_turned(heading):
    body = walking(90, heading=heading)
    one = Person("0", np.arange(90), 30.0, None, Poses(body.rotations, body.pelvis))
    assert turned_up(one, pitched(20)) < 5


@pytest.mark.parametrize("frames", [1, 2, 5, 15])
def test_short_clips_are_left_and_put_on_the_floor(frames):
    body = walking(frames)
    one = Person("0", np.arange(frames), 30.0, None, Poses(body.rotations, body.pelvis))
    people, shown, sentence = settle((moved(one, pitched(20), ORIGIN),), "-y")
    assert not shown and "counts as level" in sentence
    assert floor_height(people) == pytest.approx(0.0, abs=1e-6)


def test_who_stands_on_the_hands_is_above_the_floor():
    one = walker()
    upside_down = moved(one, pitched(180), ORIGIN)
    floor = floor_height([upside_down])
    joints, _ = forward(
        poses_of_person(upside_down).rotations, poses_of_person(upside_down).pelvis, REST_OFFSETS
    )
    assert floor is not None and floor <= np.percentile(joints[..., 1].min(1), 10) + 1e-9


def test_the_first_frame_does_not_decide_the_floor():
    one = walker()
    whole = floor_height([one])
    jumped = poses_of_person(one).pelvis.copy()
    jumped[:5, 1] += 0.7
    jumped[40, 1] -= 3.0
    lifted = floor_height([replace(one, poses=replace(poses_of_person(one), pelvis=jumped))])
    assert whole is not None and lifted is not None and abs(whole - lifted) < 0.02


def test_keypoints_without_feet_have_no_floor():
    one = as_keypoints(walker())
    assert one.keypoints is not None
    hidden = one.keypoints.positions.copy()
    hidden[:, 15:] = np.nan
    assert floor_height([replace(one, keypoints=replace(one.keypoints, positions=hidden))]) is None


def test_nobody_is_moved_apart_from_the_others():
    first, second = walker(), moved(walker(), np.eye(3), np.array([1.0, 0.0, 2.0]))
    people, shown, _ = settle((moved(first, pitched(20), ORIGIN), moved(second, pitched(20), ORIGIN)), "-y")
    apart = poses_of_person(people[1]).pelvis - poses_of_person(people[0]).pelvis
    assert shown
    np.testing.assert_allclose(np.linalg.norm(apart, axis=-1), np.sqrt(5.0), atol=1e-9)


def poses_of_person(one: Person) -> Poses:
    assert one.poses is not None
    return one.poses


def wham_from(folder: Path, tilt: np.ndarray) -> Path:
    """WHAM's result without a world, of somebody who walks before a tilted camera."""
    seen = poses_of_person(moved(walker(), FROM_Y_UP["-y"] @ tilt, ORIGIN))
    held = {0: {"pose": axis_angle_from_matrix(seen.rotations).reshape(90, 72),
                "trans": seen.pelvis - REST_PELVIS, "frame_ids": np.arange(90)}}  # fmt: skip
    (folder / "wham_output.pkl").write_bytes(pickle.dumps(held))
    return folder / "wham_output.pkl"


def test_a_result_in_the_camera_is_opened_upright_on_the_floor(tmp_path):
    recording = formats.read(wham_from(tmp_path, pitched(20)))
    assert (recording.up.value, recording.up.how) == ("-y", "inferred")
    assert any("tilted by 2" in warning and "--up -y" in warning for warning in recording.warnings)
    turned = poses_of(recording).rotations[:, 0] @ np.swapaxes(walking(90).rotations[:, 0], -1, -2)
    assert angle(turned[0, :, 1], np.array([0.0, 1.0, 0.0])) < 3
    assert floor_height(recording.people) == pytest.approx(0.0, abs=1e-6)


def test_the_users_word_keeps_the_cameras_own_axes(tmp_path):
    recording = formats.read(wham_from(tmp_path, pitched(20)), up="-y")
    expected = poses_of_person(moved(walker(), pitched(20), ORIGIN))
    np.testing.assert_allclose(poses_of(recording).pelvis, expected.pelvis, atol=1e-6)
    assert recording.up.how == "stated"


def test_a_result_that_shows_no_walk_says_so(tmp_path):
    recording = formats.read(wham_from(tmp_path, pitched(80)))
    assert recording.up.how == "assumed"
    assert any("no walk shows it" in warning for warning in recording.warnings)
