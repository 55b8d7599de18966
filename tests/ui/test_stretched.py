"""Time Stretching and strips move what is seen, and every way to a frame leads to what is meant."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from addon.scene.contacts import contact_frames
from addon.scene.curves import find_curves
from addon.scene.pose_points import body_points
from tests.scene.fbx_files import read


def _person() -> bpy.types.Object:
    return next(ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE")


@pytest.fixture
def stretched(enabled, wave):
    """The wave refined at 60 fps in a scene that plays everything at half the speed."""
    scene = bpy.context.scene
    scene.render.fps = 60
    scene.render.frame_map_old, scene.render.frame_map_new = 100, 200
    bpy.ops.spr.open_recording(filepath=str(wave))
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    return scene


def _push_down(person, start: float, scale: float = 1.0, reverse: bool = False):
    """The result in a strip that begins at a frame."""
    animation = person.animation_data
    action, slot = animation.action, getattr(animation, "action_slot", None)
    animation.action = None
    strip = animation.nla_tracks.new().strips.new("refined", int(start), action)
    if slot is not None:
        strip.action_slot = slot
    strip.scale, strip.use_reverse = scale, reverse
    bpy.context.view_layer.update()
    return strip


def _residual(ui, scene, person) -> float:
    """Metres from the keypoints as they are drawn now to the body as Blender shows it, the largest one."""
    bpy.context.view_layer.update()
    graph = bpy.context.evaluated_depsgraph_get()
    kept = ui("preview").kept_keypoints.kept_keypoints(person)
    drawn = ui("preview")._kept_shapes(scene, graph)
    points = next(drawn).dots
    shown = body_points(person.evaluated_get(graph), kept.track.canonical)
    return float(np.linalg.norm(points - shown, axis=-1).max())


def test_the_range_holds_all_that_the_timeline_shows(stretched):
    assert (stretched.frame_start, stretched.frame_end) == (2, 120)


def test_worst_frame_shows_the_worst_frame(stretched, ui):
    series = ui("quality").fit_error(_person())
    bpy.ops.spr.go_to_worst(which="WORST")
    assert stretched.frame_current_final == series.frames[series.values.argmax()]
    here = stretched.frame_current
    bpy.ops.spr.go_to_worst(which="NEXT")
    bpy.ops.spr.go_to_worst(which="PREVIOUS")
    assert stretched.frame_current == here


def test_the_parts_of_the_clip_lead_to_their_worst_frame(stretched, ui):
    series = ui("quality").fit_error(_person())
    bpy.ops.spr.go_to_stretch(part=3, parts=4)
    assert stretched.frame_current_final == series.stretches(4)[3][0]


def test_contacts_are_gone_to_in_turn(stretched):
    heel = find_curves(_person())[('["contact_l_heel"]', 0)]
    heel.keyframe_points.insert(31, 1.0 - heel.keyframe_points[0].co.y)
    frames = contact_frames(_person())
    stretched.frame_set(1)
    bpy.ops.spr.go_to_contact(which="NEXT")
    assert stretched.frame_current_final == frames[0]


def test_swapped_frames_are_those_that_the_timeline_shows(stretched):
    bpy.ops.spr.swap_sides(first=20, last=40)
    (swap,) = stretched.spr.swaps
    assert (swap.first, swap.last) == (9, 19)


def test_a_range_to_export_is_the_timelines(stretched, tmp_path):
    bpy.ops.spr.export_fbx(filepath=str(tmp_path / "part.fbx"), use_range=True, frame_start=20, frame_end=59)
    assert len(read(tmp_path / "part.fbx")["posed"]) == 21


def test_what_is_read_from_the_scene_and_refined_moves_at_the_same_frames(stretched):
    person = _person()
    before = _heads(stretched, person)
    bpy.ops.object.select_all(action="DESELECT")
    person.select_set(True)
    bpy.ops.spr.refine_from_selection()
    (other,) = [ob for ob in stretched.objects if ob.type == "ARMATURE" and ob != person]
    assert np.linalg.norm(_heads(stretched, other) - before, axis=-1).max() < 0.03


def _heads(scene, person) -> np.ndarray:
    found = []
    for frame in (10, 57, 110):
        scene.frame_set(frame)
        shown = person.evaluated_get(bpy.context.evaluated_depsgraph_get())
        found.append([shown.matrix_world @ bone.head for bone in shown.pose.bones])
    return np.array(found)


@pytest.mark.parametrize(("scale", "reverse"), [(1.0, False), (2.0, False), (1.0, True)])
def test_keypoints_are_drawn_where_a_strip_shows_the_person(enabled, wave, ui, scale, reverse):
    scene = bpy.context.scene
    scene.render.fps = 60
    bpy.ops.spr.open_recording(filepath=str(wave))
    bpy.ops.spr.refine_pose()
    scene.frame_set(20)
    fits = _residual(ui, scene, _person())
    _push_down(_person(), 201, scale, reverse)
    for frame in (210, 240):
        scene.frame_set(frame)
        assert _residual(ui, scene, _person()) < fits + 0.02


@pytest.mark.parametrize("reverse", [False, True])
def test_measures_of_a_strip_lie_where_it_plays(enabled, wave, ui, reverse):
    scene = bpy.context.scene
    bpy.ops.spr.open_recording(filepath=str(wave))
    bpy.ops.spr.refine_pose()
    jitter = ui("measures").series_of(_person(), "JITTER")
    _push_down(_person(), 201, 2.0, reverse)
    moved = ui("measures").series_of(_person(), "JITTER")
    assert moved.frames.tolist() == (201 + 2 * np.arange(60)).tolist()
    values = jitter.values[::-1] if reverse else jitter.values
    assert np.allclose(moved.values, values)
    scene.spr.quality.measure = "JITTER"
    bpy.ops.spr.go_to_worst(which="WORST")
    assert scene.frame_current == moved.frames[moved.values.argmax()]


def test_feet_are_held_at_the_rate_of_the_keys(enabled, wave):
    scene = bpy.context.scene
    bpy.ops.spr.open_recording(filepath=str(wave))
    bpy.ops.spr.refine_pose()
    person = _person()
    bpy.ops.spr.hold_feet_again()
    before = _heads(scene, person)
    scene.render.fps = 12
    bpy.ops.spr.hold_feet_again()
    assert np.abs(_heads(scene, person) - before).max() < 1e-4
