"""Somebody who is away for long holds or hides; a short gap is filled and marked."""

from __future__ import annotations

import dataclasses

import bpy
import numpy as np
import pytest

from addon.scene import write_motion
from addon.scene.curves import find_curves
from addon.scene.kept_keypoints import kept_keypoints
from addon.scene.tracks import SEEN

AWAY = np.r_[0:40, 160:200]
"""Frames at 30 fps of somebody who is away for four seconds."""


def _keys(armature, path='pose.bones["Pelvis"].location'):
    return list(find_curves(armature)[path, 0].keyframe_points)


def _body(armature):
    (body,) = armature.children
    return body


def _hidden_at(ob, frame):
    bpy.context.scene.frame_set(frame)
    return ob.hide_viewport, ob.hide_render


def test_a_long_gap_has_no_keys_and_the_body_stays_where_it_was(make_motion, heads):
    armature = write_motion(make_motion(frame_ids=AWAY), mesh=False)
    frames = [key.co.x for key in _keys(armature)]
    assert not [frame for frame in frames if 42 < frame < 160]
    bpy.context.scene.frame_set(40)
    before = heads(armature)
    for frame in (60, 120, 159):
        bpy.context.scene.frame_set(frame)
        np.testing.assert_allclose(heads(armature), before, atol=1e-5)


def test_what_is_there_is_where_it_was(make_motion, heads):
    motion = make_motion(frame_ids=AWAY)
    whole = make_motion(200)
    armature, reference = write_motion(motion, mesh=False), write_motion(whole, mesh=False)
    for frame in (*range(1, 41, 6), *range(161, 201, 6)):
        bpy.context.scene.frame_set(frame)
        np.testing.assert_allclose(heads(armature), heads(reference), atol=1e-5)


@pytest.mark.parametrize("rate", [24, 25, 60])
def test_at_another_rate_nobody_slides_through_a_gap(make_motion, heads, rate):
    bpy.context.scene.render.fps = rate
    armature = write_motion(make_motion(frame_ids=AWAY), mesh=False, match_scene_rate=False)
    places = []
    for second in (1.5, 3.0, 5.2):
        bpy.context.scene.frame_set(1 + round(second * rate))
        places.append(heads(armature))
    np.testing.assert_allclose(places[1], places[0], atol=1e-5)
    np.testing.assert_allclose(places[2], places[0], atol=1e-5)


def test_hidden_means_armature_and_body_and_only_meanwhile(make_motion):
    armature = write_motion(make_motion(frame_ids=AWAY), gaps="hide")
    for ob in (armature, _body(armature)):
        assert _hidden_at(ob, 1) == _hidden_at(ob, 40) == (False, False)
        assert _hidden_at(ob, 42) == _hidden_at(ob, 159) == (True, True)
        assert _hidden_at(ob, 161) == _hidden_at(ob, 200) == (False, False)


def test_nobody_is_hidden_unless_asked(make_motion):
    armature = write_motion(make_motion(frame_ids=AWAY))
    assert _hidden_at(armature, 100) == (False, False)
    assert ("hide_viewport", 0) not in find_curves(armature)


def test_hiding_somebody_who_is_never_away_writes_nothing(make_motion):
    armature = write_motion(make_motion(), gaps="hide")
    assert ("hide_viewport", 0) not in find_curves(armature)


def test_a_long_stretch_without_keypoints_is_a_gap_too(make_motion, heads):
    motion = make_motion(120)
    filled = np.zeros(120, bool)
    filled[30:90] = True
    armature = write_motion(dataclasses.replace(motion, filled=filled), gaps="hide")
    assert _hidden_at(armature, 60) == (True, True) and _hidden_at(armature, 92) == (False, False)
    assert not [key for key in _keys(armature) if 32 < key.co.x < 90]


def test_keys_in_a_short_gap_are_marked_as_fillers(make_motion):
    motion = make_motion(frame_ids=np.r_[0:10, 15:30])
    filled = np.zeros(25, bool)
    filled[20:22] = True  # frames 25, 26 of the recording
    armature = write_motion(dataclasses.replace(motion, filled=filled), mesh=False)
    marked = [round(key.co.x) for key in _keys(armature) if key.type == "JITTER"]
    assert marked == [11, 12, 13, 14, 15, 26, 27]
    assert {key.interpolation for key in _keys(armature)} == {"LINEAR"}


def test_keypoints_of_somebody_away_are_not_shown(make_motion, make_keypoints):
    motion = make_motion(frame_ids=AWAY)
    kept = kept_keypoints(write_motion(motion, keypoints=make_keypoints(80), mesh=False))
    shown = [kept.track.at(kept.moment(frame))[1][0] for frame in (20, 100, 180)]
    assert shown == [SEEN, 0.0, SEEN]
