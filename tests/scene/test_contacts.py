"""Contacts and the floor are properties that an animator can edit; the motion before the hold is kept."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
import pytest

from addon.motion import Floor
from addon.scene import export_fbx, measures, read_poses, write_motion
from addon.scene.contacts import (
    CONTACTS,
    HEIGHTS,
    contact_edits,
    contact_frames,
    forget_contact_edits,
    read_contacts,
    read_floor,
    with_edits,
)
from addon.scene.curves import find_curves
from addon.scene.hold_again import motion_to_hold, write_held
from addon.scene.kept_before import has_version
from addon.scene.measures import motion_slide_cm
from addon.scene.parts import Earlier
from addon.scene.reduce_keys import reduce_keys
from addon.scene.refined import FREE, refined_animation
from addon.scene.spares import as_before_when_it_fails
from addon.scene.versions import show, shown_aside
from addon.steps import finish

FRAMES = np.arange(1.0, 41.0)
TILTED = Floor(np.array([0.0, np.cos(0.1), np.sin(0.1)]), np.array([0.1, 0.4]))


@pytest.fixture
def motion(make_motion):
    """Held: another motion before it. The left heel bears at first, the right toes in the middle."""
    contacts = np.full((40, 4), 0.1)
    contacts[:12, 0], contacts[10:30, 3] = 0.9, 0.8
    free = make_motion(seed=3)
    return replace(make_motion(seed=2), contacts=contacts, floor=TILTED, free=(free.rotations, free.pelvis))


@pytest.fixture
def armature(motion, make_motion):
    return write_motion(motion, original=make_motion(seed=1), mesh=False)


def again(armature, motion) -> None:
    with as_before_when_it_fails([armature]):
        write_motion(motion, mesh=False, earlier=Earlier(armature))


def contacts(armature) -> np.ndarray:
    refined = refined_animation(armature)
    assert refined is not None
    return read_contacts(armature, refined, FRAMES)


def key(armature, name: str, frame: int, value: float) -> None:
    armature[name] = value
    assert armature.keyframe_insert(f'["{name}"]', frame=frame)
    points = find_curves(armature)[f'["{name}"]', 0].keyframe_points
    next(point for point in points if point.co.x == frame).interpolation = "CONSTANT"


def plays(armature, poses) -> bool:
    shown = read_action(armature)
    return bool(np.allclose(shown, poses, atol=1e-5))


def read_action(armature) -> np.ndarray:
    """Places of the pelvis as the armature plays them."""
    found = []
    for frame in FRAMES:
        bpy.context.scene.frame_set(int(frame))
        x, y, z = armature.pose.bones["Pelvis"].head
        found.append((x, z, -y))
    return np.array(found)


def test_contacts_are_told_by_few_keys(armature, motion):
    np.testing.assert_array_equal(contacts(armature), motion.contacts >= 0.5)
    curves = [find_curves(armature)[f'["{name}"]', 0] for name in CONTACTS]
    assert [len(curve.keyframe_points) for curve in curves] == [2, 1, 1, 3]
    assert {point.interpolation for curve in curves for point in curve.keyframe_points} == {"CONSTANT"}
    assert contact_frames(armature).tolist() == [11.0, 13.0, 31.0]


def test_they_have_limits_and_tooltips(armature):
    for name in CONTACTS:
        shown = armature.id_properties_ui(name).as_dict()
        assert (shown["min"], shown["max"], shown["soft_min"], shown["soft_max"]) == (0.0, 1.0, 0.0, 1.0)
        assert "bear on the floor" in shown["description"]


def test_the_floor_is_that_of_the_motion_until_somebody_edits_it(armature):
    floor = read_floor(armature)
    np.testing.assert_allclose(floor.normal, TILTED.normal)
    np.testing.assert_allclose(floor.heights, TILTED.heights)
    armature[HEIGHTS] = 0.25  # one number in place of two
    assert read_floor(armature).heights.tolist() == [0.25]


def test_they_are_saved_and_appended(armature, motion, append_person):
    appended = append_person()
    np.testing.assert_array_equal(contacts(appended), motion.contacts >= 0.5)
    np.testing.assert_allclose(read_floor(appended).heights, TILTED.heights)
    show(appended, FREE)
    assert plays(appended, motion.free[1])


def test_reducing_keys_leaves_them(armature):
    before = contacts(armature)
    reduce_keys(armature, 5.0, 30.0)
    np.testing.assert_array_equal(contacts(armature), before)


def test_an_fbx_file_knows_nothing_of_them(armature, tmp_path):
    export_fbx(tmp_path / "out.fbx", [armature])
    content = (tmp_path / "out.fbx").read_bytes()
    assert b"Pelvis" in content and b"contact_" not in content and b"spr_" not in content


def test_a_motion_without_contacts_takes_them_away(armature, make_motion):
    again(armature, make_motion(seed=2))
    assert not any(name in armature for name in (*CONTACTS, HEIGHTS))
    assert not any("contact_" in path for path, _ in find_curves(armature))
    assert contact_edits(armature) is None and not has_version(armature, FREE)


def test_nothing_counts_as_edited_before_somebody_edits(armature):
    assert not contact_edits(armature).any


def test_edits_are_found_and_stay_edits_in_a_new_result(armature, motion):
    key(armature, "contact_r_toe", 21, 0.0)
    armature[HEIGHTS] = [0.1, 0.5]
    edits = contact_edits(armature)
    assert np.flatnonzero(edits.changed[:, 3]).tolist() == list(range(20, 30))
    assert not edits.changed[:, :3].any()
    np.testing.assert_allclose(edits.floor.heights, [0.1, 0.5])
    edited = with_edits(motion, edits, (edits.frames - 1.0) / motion.fps)
    assert not edited.contacts[20:30, 3].any() and (edited.contacts[10:20, 3] == 0.8).all()
    for _ in range(2):
        again(armature, edited)
        np.testing.assert_array_equal(contacts(armature), edited.contacts >= 0.5)
        assert np.flatnonzero(contact_edits(armature).changed.any(1)).tolist() == list(range(20, 30))
        np.testing.assert_allclose(contact_edits(armature).floor.heights, [0.1, 0.5])


def test_edits_can_be_forgotten(armature):
    assert not forget_contact_edits(armature)
    key(armature, "contact_l_toe", 5, 1.0)
    assert contact_edits(armature).any
    assert forget_contact_edits(armature)
    assert not contact_edits(armature).any
    assert contacts(armature)[10, 1] == 1.0


def test_the_motion_before_the_hold_can_be_looked_at(armature, motion, make_motion):
    assert plays(armature, motion.pelvis)
    for _ in range(2):
        show(armature, FREE)
        assert shown_aside(armature) == FREE and plays(armature, motion.free[1])
        show(armature, "spr_before")
        assert plays(armature, make_motion(seed=1).pelvis)
        show(armature, None)
        assert shown_aside(armature) is None and plays(armature, motion.pelvis)
    others = [action for action in bpy.data.actions if action.name != "Person"]  # they are put away
    assert all(action.name.startswith(".") and not action.frame_range[1] for action in others)


def test_the_motion_to_hold_is_the_one_before_the_hold(armature, motion):
    found = motion_to_hold(armature, 30.0)
    np.testing.assert_allclose(found.pelvis, motion.free[1], atol=1e-5)
    np.testing.assert_allclose(found.rotations, motion.free[0], atol=1e-5)
    np.testing.assert_allclose(found.bone_offsets, motion.bone_offsets, atol=1e-6)
    np.testing.assert_array_equal(found.contacts, motion.contacts >= 0.5)
    np.testing.assert_allclose(found.fit_error_mm, motion.fit_error_mm, atol=1e-4)


def test_the_motion_to_hold_knows_whether_keypoints_told_it(motion):
    armature = write_motion(replace(motion, fit_error_mm=np.full(40, np.nan)), mesh=False)
    assert np.isnan(motion_to_hold(armature, 30.0).fit_error_mm).all()


def test_a_held_motion_is_written_in_place_and_all_else_stays(armature, motion, make_motion):
    key(armature, "contact_r_toe", 21, 0.3)
    action, other = armature.animation_data.action, make_motion(seed=7)
    figures = [point.co.y for point in find_curves(armature)['["fit_error_mm"]', 0].keyframe_points]
    found = motion_to_hold(armature, 30.0)
    held = replace(
        found, rotations=other.rotations, pelvis=other.pelvis, free=(found.rotations, found.pelvis)
    )
    told: list[str] = []
    finish(write_held(armature, held, told.append))
    assert armature.animation_data.action == action and not told
    poses = read_poses(armature, FRAMES)
    np.testing.assert_allclose(poses.rotations, other.rotations, atol=1e-4)
    np.testing.assert_allclose(poses.pelvis, other.pelvis, atol=1e-4)
    curves = find_curves(armature)
    assert [point.co.y for point in curves['["fit_error_mm"]', 0].keyframe_points] == figures
    assert contacts(armature)[25, 3] == pytest.approx(0.3)
    np.testing.assert_allclose(motion_to_hold(armature, 30.0).pelvis, motion.free[1], atol=1e-5)


def test_a_result_that_was_not_held_keeps_its_motion_when_it_is(make_motion):
    armature = write_motion(make_motion(seed=2), mesh=False)
    found = motion_to_hold(armature, 30.0)
    assert not len(found.contacts) and found.floor is None
    held = replace(
        found, pelvis=found.pelvis + 1.0, free=(found.rotations, found.pelvis), contacts=np.ones((40, 4)),
        floor=TILTED,
    )  # fmt: skip
    finish(write_held(armature, held, print, contacts=True))
    assert contacts(armature).all() and read_floor(armature) is not None
    show(armature, FREE)
    assert plays(armature, make_motion(seed=2).pelvis)


def test_a_hold_that_fails_leaves_everything(armature, motion):
    found = motion_to_hold(armature, 30.0)
    held = replace(found, pelvis=found.pelvis[:-1], free=(found.rotations, found.pelvis))
    with pytest.raises(IndexError):
        finish(write_held(armature, held, print))
    assert plays(armature, motion.pelvis)
    show(armature, FREE)
    assert plays(armature, motion.free[1])


def test_a_foot_that_bears_is_seen_to_slide(make_motion):
    motion = make_motion()
    moved = replace(motion, rotations=np.tile(np.eye(3), (40, 24, 1, 1)), pelvis=np.zeros((40, 3)))
    moved.pelvis[:, 0] = np.arange(40) * 0.01  # 30 cm/s
    bears = np.zeros((40, 4), bool)
    assert not motion_slide_cm(moved, bears).any()
    bears[10:20, 2] = True
    found = motion_slide_cm(moved, bears)
    np.testing.assert_allclose(found[10:20], 30.0)
    assert not found[:10].any() and not found[20:].any()


def test_a_long_motion_slides_as_a_short_one_wherever_its_steps_end(make_motion, monkeypatch):
    motion = make_motion()
    bears = np.ones((motion.frames, 4), bool)
    whole = motion_slide_cm(motion, bears)
    monkeypatch.setattr(measures, "FRAMES", 7)
    np.testing.assert_allclose(motion_slide_cm(motion, bears), whole, atol=1e-9)
    assert whole.any()
