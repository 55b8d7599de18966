"""Split and join tracks by hand."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from addon.scene.curves import find_curves
from addon.scene.edits import find_edits
from tests.scene.edited import turn


def _ids():
    return [entry.person_id for entry in bpy.context.scene.spr.people]


@pytest.fixture
def opened(enabled, wave):
    """A scene with the wave: 60 frames at 60 per second, and as many scene frames a second."""
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = 60, 1.0
    bpy.ops.spr.open_recording(filepath=str(wave))
    return scene


def test_a_track_is_split_at_the_current_frame_and_joined_again(opened, ui):
    opened.frame_set(21)
    assert bpy.ops.spr.split_track() == {"FINISHED"}
    assert _ids() == ["0", "0b"]
    people = ui("hints").peek(opened.spr).people
    assert [(one.frame_ids[0], one.frame_ids[-1]) for one in people] == [(0, 19), (20, 59)]
    assert opened.spr.people[0].place != opened.spr.people[1].place
    assert bpy.ops.spr.join_tracks(other="0b") == {"FINISHED"}
    assert _ids() == ["0"] and ui("hints").peek(opened.spr).people[0].frames == 60


def test_both_parts_are_refined_and_the_second_follows_the_first(opened):
    opened.frame_set(31)
    bpy.ops.spr.split_track()
    bpy.ops.spr.refine_pose()
    armatures = {ob.name: ob for ob in bpy.data.objects if ob.type == "ARMATURE"}
    assert set(armatures) == {"wave 0", "wave 0b"}
    starts = [round(ob.animation_data.action.frame_range[0]) for _, ob in sorted(armatures.items())]
    assert starts == [1, 31]


def test_the_frame_stays_when_the_first_track_is_over_by_then(opened):
    opened.frame_set(31)
    bpy.ops.spr.split_track()
    bpy.ops.spr.refine_pose()
    assert opened.frame_current == 31


def _people() -> dict[str, bpy.types.Object]:
    return {ob.name: ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE"}


def _refine() -> str:
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    return str(bpy.context.scene.spr.result)


def _elbow(person: bpy.types.Object, frame: int) -> np.ndarray:
    curves = find_curves(person)
    path = 'pose.bones["R_Elbow"].rotation_quaternion'
    return np.array([curves[path, index].evaluate(frame) for index in range(4)])


@pytest.fixture
def two_tracks(opened):
    """The wave as two people, the second from frame 31 on, each with an edit and a constraint."""
    opened.frame_set(31)
    bpy.ops.spr.split_track()
    _refine()
    first, second = _people()["wave 0"], _people()["wave 0b"]
    turn(first, [16], "R_Elbow")
    turn(second, [46], "R_Elbow")
    for person in (first, second):
        person.pose.bones["Head"].constraints.new("LIMIT_ROTATION").name = "own"
    return first, second


def test_joining_people_that_were_refined_apart_keeps_the_edits_of_both(two_tracks):
    first, second = two_tracks
    edited = _elbow(first, 16), _elbow(second, 46)
    bpy.context.scene.spr.active_person = 0
    bpy.ops.spr.join_tracks(other="0b")
    told = _refine()
    assert np.abs(_elbow(first, 16) - edited[0]).max() < 0.02
    assert np.abs(_elbow(first, 46) - edited[1]).max() < 0.02
    assert "Your edits were kept: 2 keys of R_Elbow" in told
    assert "wave 0b is a part of wave 0 now. It is hidden and not deleted" in told


def test_joining_leaves_one_body_to_see_and_nothing_is_deleted(two_tracks):
    first, second = two_tracks
    bpy.context.scene.spr.active_person = 0
    bpy.ops.spr.join_tracks(other="0b")
    _refine()
    assert first.visible_get() and not second.visible_get()
    assert not any(ob.visible_get() or not ob.hide_render for ob in second.children)
    assert [person.pose.bones["Head"].constraints[0].name for person in two_tracks] == ["own", "own"]
    assert "hidden" not in _refine(), "it is said once"
    assert find_edits(first).held.any(1).sum() == 2


def test_splitting_a_person_that_was_refined_gives_each_part_its_edits(opened):
    _refine()
    (person,) = _people().values()
    turn(person, [16, 46], "R_Elbow")
    edited = _elbow(person, 16), _elbow(person, 46)
    opened.frame_set(31)
    bpy.ops.spr.split_track()
    _refine()
    (second,) = (ob for ob in _people().values() if ob != person)
    assert np.abs(_elbow(person, 16) - edited[0]).max() < 0.02
    assert np.abs(_elbow(second, 46) - edited[1]).max() < 0.02
    assert person.visible_get() and second.visible_get()
    assert tuple(person.animation_data.action.curve_frame_range) == (1.0, 30.0)


def test_the_tracks_of_the_file_come_back_with_the_edits_of_both_parts(two_tracks):
    first, second = two_tracks
    edited = _elbow(second, 46)
    bpy.ops.spr.tracks_as_in_file()
    _refine()
    assert np.abs(_elbow(first, 46) - edited).max() < 0.02
    assert first.visible_get() and not second.visible_get()


def test_somebody_else_takes_nothing_over(two_people):
    _refine()
    for person in _people().values():
        turn(person, [16], "R_Elbow")
    assert "hidden" not in _refine()
    assert [find_edits(person).held.any(1).sum() for person in _people().values()] == [1, 1]


def test_there_is_nothing_to_split_at_the_first_frame_and_nobody_to_join(opened):
    opened.frame_set(1)
    assert not bpy.ops.spr.split_track.poll() and not bpy.ops.spr.join_tracks.poll()


def test_the_tracks_of_the_file_come_back(opened):
    opened.frame_set(21)
    bpy.ops.spr.split_track()
    assert bpy.ops.spr.tracks_as_in_file() == {"FINISHED"}
    assert _ids() == ["0"] and not bpy.ops.spr.tracks_as_in_file.poll()


def test_people_who_are_there_at_once_can_not_be_joined(two_people):
    assert not bpy.ops.spr.join_tracks.poll()


def test_a_file_remembers_its_edits_in_the_blend(opened, ui, tmp_path):
    opened.frame_set(21)
    bpy.ops.spr.split_track()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    ui("session").SESSION.clear()
    bpy.ops.spr.read_again()
    assert _ids() == ["0", "0b"]
    assert np.array_equal(ui("hints").peek(bpy.context.scene.spr).people[1].frame_ids[[0, -1]], [20, 59])
