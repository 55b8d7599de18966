"""Another Start Frame moves all that is animated of a person, or says what stays."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from addon.scene.contacts import contact_frames

SHIFT = 100


@pytest.fixture
def person(refined_armature):
    return refined_armature


def _later() -> str:
    """Refine again 100 frames later; what the result says."""
    bpy.context.scene.spr.first_frame += SHIFT
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    return str(bpy.context.scene.spr.result)


def _heads(person, frame: float) -> np.ndarray:
    bpy.context.scene.frame_set(int(frame))
    shown = person.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return np.array([bone.head for bone in shown.pose.bones])


def _nod(person) -> None:
    """Keys of the head in the action that is on the armature, or in a new one."""
    head = person.pose.bones["Head"]
    for frame in (10, 30, 50):
        head.rotation_quaternion = (1.0, 0.3 * (frame == 30), 0.0, 0.0)
        head.keyframe_insert("rotation_quaternion", frame=frame)


def _strip(person, name: str, start: int) -> bpy.types.NlaStrip:
    """A nod in a strip of its own above all others."""
    animation = person.animation_data
    played, animation.action = animation.action, bpy.data.actions.new(name)
    slot = getattr(animation, "action_slot", None)
    _nod(person)
    action, animation.action = animation.action, played
    if slot is not None:
        animation.action_slot = slot
    strip = animation.nla_tracks.new().strips.new(name, start, action)
    strip.blend_type = "COMBINE"
    return strip


def test_keys_of_an_edit_layer_go_along(person):
    bpy.ops.spr.add_edit_layer()
    _nod(person)
    before = [_heads(person, frame) for frame in (20, 30, 45)]
    told = _later()
    assert tuple(person.animation_data.action.curve_frame_range) == (110.0, 150.0)
    for frame, heads in zip((20, 30, 45), before, strict=True):
        assert np.abs(_heads(person, frame + SHIFT) - heads).max() < 1e-3
    assert "did not move" not in told


def test_strips_go_along_with_their_animated_influence(person):
    strips = [_strip(person, "nod", 10)]
    track = person.animation_data.nla_tracks[-1]
    strips.append(track.strips.new("again", 52, strips[0].action))
    strips[0].use_animated_influence = True
    strips[0].influence = 0.5
    strips[0].keyframe_insert("influence", frame=20)
    starts = [strip.frame_start for strip in strips]
    played = [strip.action_frame_start for strip in strips]
    _later()
    assert [strip.frame_start - SHIFT for strip in strips] == starts
    assert [strip.action_frame_start for strip in strips] == played
    assert [key.co.x for key in strips[0].fcurves[0].keyframe_points][-1] == 20 + SHIFT


def test_going_back_brings_everything_back(person):
    bpy.ops.spr.add_edit_layer()
    _nod(person)
    _strip(person, "nod", 10)
    before = _heads(person, 30)
    _later()
    bpy.context.scene.spr.first_frame -= SHIFT
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert np.abs(_heads(person, 30) - before).max() < 1e-3


def test_a_slowed_strip_of_the_result_begins_as_much_later_as_everything_else(person):
    bpy.ops.spr.add_edit_layer()
    strip = person.animation_data.nla_tracks[0].strips[0]
    strip.frame_start_ui, strip.scale = 21, 2.0
    before = [_heads(person, frame) for frame in (31, 61)]
    _later()
    assert (strip.frame_start, strip.scale) == (121.0, 2.0)
    for frame, heads in zip((31, 61), before, strict=True):
        assert np.abs(_heads(person, frame + SHIFT) - heads).max() < 1e-3


def test_contacts_and_pose_markers_go_along(person):
    comes = contact_frames(person)
    person.animation_data.action.pose_markers.new("clap").frame = 25
    _later()
    assert contact_frames(person).tolist() == (comes + SHIFT).tolist()
    assert person.animation_data.action.pose_markers["clap"].frame == 25 + SHIFT


def test_the_bodys_own_animation_goes_along(person):
    (body,) = person.children
    body.shape_key_add(name="Basis")
    breath = body.shape_key_add(name="Breath")
    for frame in (5, 25):
        breath.value = frame / 50
        breath.keyframe_insert("value", frame=frame)
    _later()
    assert tuple(body.data.shape_keys.animation_data.action.curve_frame_range) == (105.0, 125.0)


def test_a_layer_that_somebody_else_plays_stays_and_is_named(person):
    bpy.ops.spr.add_edit_layer()
    _nod(person)
    layer = person.animation_data.action
    other = bpy.data.objects.new("other", bpy.data.armatures.new("other"))
    bpy.context.scene.collection.objects.link(other)
    other.animation_data_create().action = layer
    told = _later()
    assert tuple(layer.curve_frame_range) == (10.0, 50.0)
    assert f"{layer.name} did not move along with the Start Frame" in told


def test_what_hangs_on_the_person_and_moves_by_itself_is_named(person):
    sword = bpy.data.objects.new("sword", None)
    bpy.context.scene.collection.objects.link(sword)
    sword.parent = person
    sword.keyframe_insert("location", frame=10)
    assert "sword; move the keys of these by hand" in _later()


def test_a_run_that_fails_leaves_all_times_as_they_were(person, ui, monkeypatch):
    bpy.ops.spr.add_edit_layer()
    _nod(person)
    strip = _strip(person, "nod", 10)

    def fail(*_args, **_kwargs):
        raise ui("results").scene_package.SceneError("The disk is full.")

    monkeypatch.setattr(ui("results"), "claim", fail)
    bpy.context.scene.spr.first_frame += SHIFT
    with pytest.raises(RuntimeError, match="The disk is full"):
        bpy.ops.spr.refine_pose()
    assert tuple(person.animation_data.action.curve_frame_range) == (10.0, 50.0)
    found = [one for track in person.animation_data.nla_tracks for one in track.strips]
    assert [one.frame_start for one in found] == [1.0, 10.0]
    assert strip.action_frame_start == 10.0
