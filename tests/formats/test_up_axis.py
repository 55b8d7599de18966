"""What is up shows in how people stand, walk, jump and lie, with a confidence that says how clearly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon import formats
from addon.body.kinematics import forward
from addon.body.layouts import find_layout
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.formats.camera import level, moved
from addon.formats.up_axis import infer_up
from addon.recording import SURE, Keypoints, Known, Person, Poses
from tests.formats.bodies import FROM_Y_UP, walking
from tests.formats.test_camera import ORIGIN, angle, people_of_cmu, pitched, walker
from tests.formats.test_skeleton_files import MIXAMO, bvh
from tests.formats.test_trc import trc, written

LIKELY = ("+y", "+z")
LEGS = ("hip", "knee", "ankle")


def turned(one: Person, up: str) -> Person:
    return moved(one, FROM_Y_UP[up], ORIGIN)


def posed(one: Person, **bends: float) -> Person:
    """The person with both joints of these names bent by degrees about x, more than they are."""
    assert one.poses is not None
    rotations = one.poses.rotations.copy()
    for name, degrees in bends.items():
        for joint in (name,) if name in JOINT_NAMES else (f"left_{name}", f"right_{name}"):
            place = JOINT_NAMES.index(joint)
            rotations[:, place] = matrix_from_axis_angle(np.radians([degrees, 0, 0])) @ rotations[:, place]
    return replace(one, poses=replace(one.poses, rotations=rotations))


def still() -> Person:
    """Somebody who stands on one place and sways a little."""
    one = walker()
    assert one.poses is not None
    sway = 0.01 * np.sin(np.arange(90) / 9)[:, None] * [1.0, 0.0, 0.5]
    rotations = np.tile(np.eye(3), (90, 24, 1, 1))
    return replace(one, poses=Poses(rotations, sway + np.array([0.4, 0.95, -1.0])))


@pytest.mark.parametrize("up", LIKELY)
def test_the_axis_of_every_clip_of_mocap_is_found_and_sure(up):
    for one in people_of_cmu():
        found = infer_up([turned(one, up)], LIKELY)
        assert found is not None and found[0] == up and found[1] > SURE, one.id


@pytest.mark.parametrize("up", LIKELY)
def test_no_second_of_mocap_is_surely_taken_for_another_axis(up):
    for one in people_of_cmu():
        for start in range(0, one.frames - 29, 90):
            found = infer_up([turned(one.rows(np.arange(start, start + 30)), up)], LIKELY)
            assert found is not None and (found[0] == up or found[1] < SURE), (one.id, start)


@pytest.mark.parametrize("up", LIKELY)
def test_who_bows_stands_on_the_feet(up):
    """The pelvis leans by 70°, the legs do not."""
    found = infer_up([turned(posed(still(), pelvis=70, hip=-70), up)], LIKELY)
    assert found is not None and found[0] == up


@pytest.mark.parametrize("up", LIKELY)
def test_who_lies_on_the_floor_at_zero_is_not_surely_stood_on_end(up):
    """On the back, on the floor."""
    on_back = moved(posed(still(), shoulder=20), pitched(-90), ORIGIN)
    joints, _ = forward(poses_of_one(on_back).rotations, poses_of_one(on_back).pelvis, REST_OFFSETS)
    lying = moved(on_back, np.eye(3), np.array([0.5, 0.03 - np.percentile(joints[..., 1].min(1), 10), 2.0]))
    found = infer_up([turned(lying, up)], LIKELY)
    assert found is not None and (found[0] == up or found[1] < SURE)


@pytest.mark.parametrize("up", ["+y", "+z"])
def test_jumps_show_up_where_the_body_is_curled_and_lies_along_another_axis(up):
    """A somersault laid flat: the trunk level all the time, but the fall tells."""
    frames, fps = 120, 60.0
    time = np.arange(frames) / fps
    within = np.mod(time, 0.6)
    height = 1.0 + 9.81 / 2 * within * (0.6 - within)
    pelvis = np.stack([0 * time, height, 0 * time], axis=1)
    rotations = np.tile(np.eye(3), (frames, 24, 1, 1))
    flat = pitched(90)
    flying = Person("0", np.arange(frames), fps, None, Poses(rotations, pelvis))
    rotations[:, 0] = flat
    found = infer_up([turned(flying, up)], LIKELY)
    assert found is not None and found[0] == up


def legs_alone(up: str, names: tuple[str, ...], skin: tuple[str, ...] = ()) -> np.ndarray:
    body = walking(90)
    joints = [body.joints[:, JOINT_NAMES.index(name)] for name in names]
    held = np.stack([*joints, *(body.joints[:, JOINT_NAMES.index("neck")] for _ in skin)], axis=1)
    return held @ FROM_Y_UP[up].T + [2.0, 0.6, 0.4]


def test_a_trc_of_legs_alone_is_upright(tmp_path):
    """As Mokka writes a C3D: Z up, joint centres of the legs, and skin markers that are no joints."""
    sides = [f"{side}_{part}" for part in LEGS for side in ("left", "right")]
    names = [
        f"{side[0].upper()}{part[0].upper()}JC" for side, _, part in (each.partition("_") for each in sides)
    ]
    points = legs_alone("+z", tuple(sides), ("C7", "CLAV"))
    points[:9, :6] = np.nan
    text = trc(points * 1000, [*names, "C7", "CLAV"], units="mm")
    recording = formats.read(written(tmp_path, text), fps=30)
    assert recording.up.value == "+z" and not recording.up.unsure
    assert recording.summary()["people"][0]["missing"] == 9  # those with skin markers alone count as empty
    assert any("9 frames without any keypoint that is used" in warning for warning in recording.warnings)


def test_confidence_goes_with_the_axis(tmp_path):
    recording = formats.read(bvh(tmp_path / "clip.bvh", MIXAMO))
    told = recording.summary()["up"]
    assert told["how"] == "inferred" and SURE < told["confidence"] <= 1.0
    assert "confidence" not in recording.summary()["fps"]
    assert Known("+y", "inferred", 0.5).unsure and not Known("+y", "stated").unsure


@pytest.mark.parametrize("degrees", [12, 25, 43])
def test_a_lean_of_the_whole_world_is_levelled_where_somebody_walks(degrees):
    people, said = level((moved(walker(), pitched(degrees), ORIGIN),), "+y")
    before, after = poses_of_one(walker()), poses_of_one(people[0])
    left = (after.rotations[:, 0] @ np.swapaxes(before.rotations[:, 0], 1, 2))[0, :, 1]
    assert angle(left, np.array([0.0, 1.0, 0.0])) < 3 and "levelled" in said[0] and "--up +y" in said[0]


def test_a_level_world_is_left_alone():
    for one in people_of_cmu():
        people, _ = level((one,), "+y")
        assert people[0] is one


def test_a_lean_of_who_stands_still_is_told_and_left():
    leaning = moved(still(), pitched(20, (0.0, 0.0, 1.0)), ORIGIN)
    people, said = level((leaning,), "+y")
    assert people[0] is leaning and "leans by 20°" in said[0]


def poses_of_one(one: Person) -> Poses:
    assert one.poses is not None
    return one.poses


def test_keypoints_whose_hips_stay_at_one_place_tell_by_posture_alone():
    body = walking(60)
    layout = find_layout("smpl24")
    points = (body.joints - body.joints[:, :1]) @ FROM_Y_UP["-y"].T
    held = Keypoints(points, np.ones(points.shape[:2]), layout.keypoints, layout.canonical, "smpl24")
    found = infer_up([Person("0", np.arange(60), 30.0, held)], ("+y", "-y"))
    assert found is not None and found[0] == "-y" and found[1] > SURE


def test_a_walk_along_another_axis_than_the_formats_own_is_told(tmp_path):
    """Some tools write Z up under the keys of a format that is Y up."""
    points = walking(90).layout("coco17") @ FROM_Y_UP["+z"].T
    np.savez(tmp_path / "clip.npz", keypoints=points, layout="coco17", up_axis="y", fps=30)
    warnings = formats.read(tmp_path / "clip.npz").warnings
    assert any("stands along +z" in warning and "--up +z" in warning for warning in warnings)
    np.savez(tmp_path / "clip.npz", keypoints=points, layout="coco17", up_axis="z", fps=30)
    assert not any("stands along" in warning for warning in formats.read(tmp_path / "clip.npz").warnings)
