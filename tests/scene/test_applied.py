"""Location, rotation and scale that somebody applies to a refined person (Ctrl+A) stay applied."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from addon.scene import BONE_NAMES, write_motion
from addon.scene.own_space import own_space, placed, rest_offsets
from addon.scene.parts import Earlier
from addon.scene.placing import motion_in_world
from addon.scene.pose_points import body_points
from addon.scene.read_action import read_poses

WHICH = ("location", "rotation", "scale")
EACH = [("location",), ("rotation",), ("scale",), ("location", "rotation"), WHICH]
FRAMES = (1, 5, 9)


@pytest.fixture
def person(make_motion):
    armature = write_motion(make_motion(10), name="Person")
    armature.location, armature.rotation_euler, armature.scale = (3.0, 1.0, 0.5), (0.3, 0.2, 1.0), (2.0,) * 3
    bpy.context.view_layer.update()
    return armature


def _apply(*which: str) -> None:
    assert bpy.ops.object.transform_apply(**{name: name in which for name in WHICH}) == {"FINISHED"}


def _again(person, motion, told=None) -> None:
    notes = [] if told is None else told
    earlier = Earlier(person, tuple(person.children))
    write_motion(motion, name="Person", earlier=earlier, told=notes.append)


def _heads(person) -> np.ndarray:
    return np.array([_shown(person, frame) for frame in FRAMES])


def _shown(person, frame: int) -> np.ndarray:
    bpy.context.scene.frame_set(frame)
    shown = person.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return np.array([shown.matrix_world @ shown.pose.bones[name].head for name in BONE_NAMES])


def _skin(body, frame: int = 5) -> np.ndarray:
    bpy.context.scene.frame_set(frame)
    shown = body.evaluated_get(bpy.context.evaluated_depsgraph_get())
    places = np.empty(3 * len(shown.data.vertices), np.float32)
    shown.data.vertices.foreach_get("co", places)
    world = np.array(shown.matrix_world)
    return places.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]


@pytest.mark.parametrize("which", EACH, ids="+".join)
def test_refining_again_leaves_everybody_where_they_stood(person, make_motion, which):
    (body,) = person.children
    heads, skin = _heads(person), _skin(body)
    _apply(*which)
    applied = person.matrix_basis.copy()
    _again(person, make_motion(10))
    assert np.abs(_heads(person) - heads).max() < 1e-4
    assert np.abs(_skin(body) - skin).max() < 1e-3
    assert person.matrix_basis == applied


@pytest.mark.parametrize("which", EACH, ids="+".join)
def test_new_bone_lengths_fit_the_body_that_it_was_applied_to_as_well(person, make_motion, which):
    (body,) = person.children
    longer = make_motion(10)
    longer.bone_offsets[:] *= np.linspace(1.0, 1.1, 24)[:, None]
    _again(person, longer)
    skin = _skin(body)
    _again(person, make_motion(10))
    for ob in (person, body):
        bpy.context.view_layer.objects.active = ob
        for other in (person, body):
            other.select_set(other == ob)
        _apply(*which)
    _again(person, longer)
    assert np.abs(_skin(body) - skin).max() < 2e-3


def test_what_is_read_back_is_what_was_written(person, make_motion):
    motion = make_motion(10)
    points = _world_points(person)
    world = motion_in_world(person, bpy.context.scene)
    _apply(*WHICH)
    _again(person, motion)
    poses = read_poses(person, np.arange(1.0, 11.0))
    assert np.abs(poses.rotations - motion.rotations).max() < 1e-3
    assert np.abs(poses.pelvis - motion.pelvis).max() < 1e-4
    assert np.abs(rest_offsets(person) - motion.bone_offsets).max() < 1e-5
    assert np.abs(motion_in_world(person, bpy.context.scene).pelvis - world.pelvis).max() < 1e-3
    assert np.abs(_world_points(person) - points).max() < 1e-3


def _world_points(person) -> np.ndarray:
    bpy.context.scene.frame_set(5)
    shown = person.evaluated_get(bpy.context.evaluated_depsgraph_get())
    place = placed(person, shown)
    return body_points(shown, ["nose", "left_heel", "right_knee"]) @ place[:3, :3].T + place[:3, 3]


def test_bones_that_were_moved_by_themselves_are_no_turn_of_the_person(person):
    before = own_space(person)
    bpy.ops.object.mode_set(mode="EDIT")
    for name in ("L_Elbow", "L_Wrist", "L_Hand"):
        person.data.edit_bones[name].head.z += 0.2
    bpy.ops.object.mode_set(mode="OBJECT")
    assert np.array_equal(own_space(person), before) and np.array_equal(before, np.eye(4))


def test_a_parents_transform_may_be_applied(person, make_motion):
    vehicle = bpy.data.objects.new("vehicle", bpy.data.meshes.new("vehicle"))
    bpy.context.scene.collection.objects.link(vehicle)
    vehicle.location, vehicle.scale = (1.0, 2.0, 3.0), (1.5,) * 3
    person.parent = vehicle
    bpy.context.view_layer.update()
    heads = _heads(person)
    bpy.context.view_layer.objects.active = vehicle
    vehicle.select_set(True)
    person.select_set(False)
    _apply(*WHICH)
    _again(person, make_motion(10))
    assert np.abs(_heads(person) - heads).max() < 1e-4


def test_a_stretched_person_gets_its_proportions_back_and_that_is_said(person, make_motion):
    person.scale = (1.0, 1.0, 1.5)
    _apply("scale")
    told: list[str] = []
    _again(person, make_motion(10), told)
    assert any("Person" in sentence and "proportions" in sentence for sentence in told)
    assert np.abs(rest_offsets(person) - make_motion(10).bone_offsets).max() < 1e-5
