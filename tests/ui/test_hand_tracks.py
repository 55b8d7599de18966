"""Split and join tracks by hand."""

from __future__ import annotations

import bpy
import numpy as np
import pytest


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
