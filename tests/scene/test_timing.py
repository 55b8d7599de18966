"""Motions play at their real speed, and the scene's clock is only touched when nobody relies on it."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.scene import SceneError, is_animated, scene_rate, write_motion


def _joints(motion):
    return forward(motion.rotations, motion.pelvis, motion.bone_offsets)[0]


def _key_frames(armature):
    first, last = armature.animation_data.action.frame_range
    return first, last


def _places(armature):
    action = armature.animation_data.action
    curves = (
        action.layers[0].strips[0].channelbags[0].fcurves if hasattr(action, "layers") else action.fcurves
    )
    return np.array([key.co.x for key in curves[0].keyframe_points])


@pytest.mark.parametrize("fps", [30.0, 120.0, 12.5, 23.976, 29.97, 59.94, 1.0, 0.5])
def test_an_empty_scene_takes_the_rate_of_the_recording(make_motion, heads, fps):
    motion = make_motion(300, fps)
    armature = write_motion(motion, mesh=False)
    scene = bpy.context.scene
    assert scene_rate(scene) == pytest.approx(fps, rel=1e-6)
    assert (scene.frame_start, scene.frame_end, scene.frame_current) == (1, 300, 1)
    assert _key_frames(armature) == (1, 300)
    for index in (0, 150, 299):
        scene.frame_set(1 + index)
        np.testing.assert_allclose(heads(armature), _joints(motion)[index], atol=1e-4)


@pytest.mark.parametrize(
    ("fps", "rate"), [(60.0, 24), (30.0, 60), (29.97, 25), (120.0, 30), (100.0, 30), (25.0, 24)]
)
def test_at_another_rate_the_speed_is_right(make_motion, heads, fps, rate):
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = rate, 1.0
    frames = int(fps * 2) + 1
    armature = write_motion(make_motion(frames, fps), mesh=False, match_scene_rate=False)
    assert scene_rate(scene) == rate
    last = int((frames - 1) / fps * rate + 1e-6)
    assert _key_frames(armature) == (1, 1 + last)
    truth = make_motion(frame_ids=np.arange(last + 1), fps=rate)
    for index in range(0, last + 1, 7):
        scene.frame_set(1 + index)
        np.testing.assert_allclose(heads(armature), _joints(truth)[index], atol=0.01)


def test_keys_lie_on_whole_frames(make_motion):
    bpy.context.scene.render.fps = 24
    armature = write_motion(make_motion(50, 29.97), mesh=False, match_scene_rate=False)
    places = _places(armature)
    np.testing.assert_array_equal(places, np.round(places))
    np.testing.assert_array_equal(np.diff(places), 1)


def test_a_scene_with_animation_keeps_its_rate_and_range(make_motion):
    scene = bpy.context.scene
    scene.render.fps, scene.frame_start, scene.frame_end = 24, 10, 20
    cube = bpy.data.objects.new("Cube", None)
    scene.collection.objects.link(cube)
    assert not is_animated(scene)
    cube.keyframe_insert("location", frame=15)
    assert is_animated(scene)
    scene.frame_set(15)
    armature = write_motion(make_motion(61, 60.0), mesh=False)
    assert scene_rate(scene) == 24
    assert _key_frames(armature) == (1, 25)
    assert (scene.frame_start, scene.frame_end, scene.frame_current) == (1, 25, 15)


def test_the_second_person_keeps_step_with_the_first(make_motion, heads):
    whole = make_motion(100)
    late = make_motion(frame_ids=np.arange(40, 100))
    first, second = write_motion(whole, mesh=False), write_motion(late, mesh=False)
    assert _key_frames(second) == (41, 100)
    bpy.context.scene.frame_set(61)
    np.testing.assert_allclose(heads(first), heads(second), atol=1e-5)
    assert (bpy.context.scene.frame_start, bpy.context.scene.frame_end) == (1, 100)


def test_a_late_start_and_gaps_lie_at_their_real_times(make_motion, heads):
    motion = make_motion(frame_ids=np.array([50, 51, 52, 60, 61]))
    armature = write_motion(motion, mesh=False)
    assert _key_frames(armature) == (51, 62)
    for index, frame in enumerate(motion.frame_ids):
        bpy.context.scene.frame_set(1 + int(frame))
        np.testing.assert_allclose(heads(armature), _joints(motion)[index], atol=1e-5)


def test_a_person_who_is_away_for_hours_needs_no_keys_in_between(make_motion, heads):
    motion = make_motion(frame_ids=np.array([0, 1, 2, 900_000, 900_001]))
    armature = write_motion(motion, mesh=False)
    assert _key_frames(armature) == (1, 900_002)
    assert len(_places(armature)) < 10
    for index in (2, 3):
        bpy.context.scene.frame_set(1 + int(motion.frame_ids[index]))
        np.testing.assert_allclose(heads(armature), _joints(motion)[index], atol=1e-4)


def test_time_zero_may_lie_elsewhere(make_motion):
    armature = write_motion(make_motion(20), mesh=False, first_frame=1001)
    assert _key_frames(armature) == (1001, 1020)
    assert (bpy.context.scene.frame_start, bpy.context.scene.frame_end) == (1001, 1020)


def test_one_frame_is_a_motion(make_motion, heads):
    motion = make_motion(1)
    armature = write_motion(motion)
    bpy.context.scene.frame_set(1)
    np.testing.assert_allclose(heads(armature), _joints(motion)[0], atol=1e-5)


def test_one_frame_between_two_scene_frames_still_gets_a_key(make_motion, heads):
    bpy.context.scene.render.fps = 24
    motion = make_motion(frame_ids=np.array([17]))
    armature = write_motion(motion, mesh=False, match_scene_rate=False)
    np.testing.assert_allclose(heads(armature), _joints(motion)[0], atol=1e-5)


@pytest.mark.parametrize("frame_ids", [[3, 2, 1], [1, 1, 2], [0, 1, 10**9]])
def test_impossible_frame_numbers_are_refused_in_a_sentence(make_motion, frame_ids):
    with pytest.raises(SceneError, match=r"^The (frame numbers|recording) .*\.$"):
        write_motion(make_motion(frame_ids=np.array(frame_ids)))


def test_the_moment_that_is_the_origin_lies_on_the_first_frame(make_motion):
    armature = write_motion(make_motion(frame_ids=np.arange(50, 80), fps=25), mesh=False, origin=2.0)
    assert _key_frames(armature) == (1, 30)
