"""IK controls and root on a refined action that was pushed down, below an empty layer, and beside the motion
before."""

from __future__ import annotations

import bpy
import pytest

from addon.scene import SceneError, write_motion
from addon.scene.curves import find_curves
from addon.scene.edit_layer import add_edit_layer
from addon.scene.ik_controls import add_ik_controls, bake_to_fk
from addon.scene.refined import BEFORE, refined_animation
from addon.scene.root_bone import add_root, remove_root
from addon.scene.versions import show, versions

from .rigs import apart, shown

FRAMES = range(1, 41, 7)


@pytest.fixture
def person(make_motion):
    return write_motion(make_motion(40, seed=2), original=make_motion(40, seed=1), mesh=False)


def _push_down(person):
    animation = person.animation_data
    action, slot = animation.action, getattr(animation, "action_slot", None)
    animation.action = None
    strip = animation.nla_tracks.new().strips.new("refined", 1, action)
    if slot is not None:
        strip.action_slot = slot
    return strip


@pytest.mark.parametrize("place", [_push_down, add_edit_layer])
def test_controls_are_added_to_and_baked_from_an_action_in_a_strip(person, place):
    seen, action = shown(person, FRAMES), person.animation_data.action
    place(person)
    played, tracks = person.animation_data.action, len(person.animation_data.nla_tracks)
    add_ik_controls(person)
    assert apart(seen, shown(person, FRAMES))[0] < 0.1
    assert any("L_Wrist_IK" in path for path, _ in refined_animation(person).curves)
    assert (person.animation_data.action, len(person.animation_data.nla_tracks)) == (played, tracks)
    assert person.animation_data.use_nla and refined_animation(person).action == action
    bake_to_fk(person)
    gap, angle = apart(seen, shown(person, FRAMES))
    assert gap < 0.1 and angle < 0.05
    assert played is None or not find_curves(person)


@pytest.mark.parametrize("place", [_push_down, add_edit_layer])
def test_a_root_is_added_and_taken_away_there(person, place):
    seen = shown(person, FRAMES)
    place(person)
    add_root(person, heading=True)
    assert apart(seen, shown(person, FRAMES))[0] < 0.1
    remove_root(person)
    assert apart(seen, shown(person, FRAMES))[0] < 0.1


def test_root_and_controls_come_and_go_with_a_motion_before_that_is_put_away(person):
    show(person, BEFORE)
    before = shown(person, FRAMES)
    show(person, None)
    seen = shown(person, FRAMES)
    add_root(person, heading=False)
    add_ik_controls(person)
    bake_to_fk(person)
    remove_root(person)
    assert versions(person)[0] is None and apart(seen, shown(person, FRAMES))[0] < 0.1
    show(person, BEFORE)
    assert apart(before, shown(person, FRAMES))[0] < 0.1


def test_a_layer_with_keys_is_said_to_be_in_the_way(person):
    layer = add_edit_layer(person)
    person.pose.bones["Head"].keyframe_insert("rotation_quaternion", frame=8)
    with pytest.raises(SceneError, match=r"^The layer Person edits of Person has keys.*bake or remove them"):
        add_ik_controls(person)
    assert person.animation_data.action == layer


def _faster(strip):
    strip.scale = 2.0


def _moved(strip):
    strip.frame_start_ui += 10


def _added(strip):
    strip.blend_type = "ADD"


@pytest.mark.parametrize("change", [_faster, _moved, _added])
def test_a_strip_that_plays_it_otherwise_is_refused(person, change):
    change(_push_down(person))
    with pytest.raises(SceneError, match="NLA strips of Person play along"):
        add_ik_controls(person)
    assert len(bpy.data.scenes) == 1
