"""Put on Floor and Level."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Matrix

from tests.refiner.motion import Truth

FRAMES = 90


@pytest.fixture
def person(enabled, tmp_path):
    """A refined person with a body."""
    held = Truth(8, FRAMES).person("body25", 0.002).keypoints
    assert held is not None
    path = tmp_path / "walk.npz"
    np.savez(path, keypoints=held.positions, layout="body25", fps=30.0, up_axis="y", units="m")
    bpy.ops.spr.open_recording(filepath=str(path))
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    return bpy.context.view_layer.objects.active


def lowest(person) -> float:
    """Metres above Z = 0 of the body's lowest place in most frames."""
    body = next(child for child in person.children if child.type == "MESH")
    heights = []
    for frame in range(1, FRAMES, 6):
        bpy.context.scene.frame_set(frame)
        mesh = body.evaluated_get(bpy.context.evaluated_depsgraph_get())
        heights.append(min((mesh.matrix_world @ vertex.co).z for vertex in mesh.data.vertices))
    return float(np.percentile(heights, 10))


def lean(person) -> float:
    """Degrees between the object's up and the world's."""
    bpy.context.view_layer.update()
    up = person.matrix_world.to_3x3().normalized() @ Matrix.Identity(3).col[2]
    return float(np.degrees(np.arccos(np.clip(up.z, -1.0, 1.0))))


@pytest.mark.parametrize("height", [0.3, -0.2])
def test_the_soles_of_the_body_touch_the_floor(person, height):
    person.location.z += height
    assert bpy.ops.spr.put_on_floor() == {"FINISHED"}
    assert abs(lowest(person)) < 0.015


def test_a_lean_is_levelled_and_the_soles_stay_on_the_floor(person):
    tilt = Matrix.Rotation(np.radians(24.0), 4, "X") @ Matrix.Rotation(np.radians(-5.0), 4, "Y")
    person.matrix_world = tilt @ person.matrix_world
    assert lean(person) > 20.0
    assert bpy.ops.spr.level() == {"FINISHED"}
    assert lean(person) < 12.0  # its own posture is taken for a part of it
    assert abs(lowest(person)) < 0.02


def test_a_level_take_stays_level_whatever_its_posture(person):
    assert bpy.ops.spr.level() == {"FINISHED"}
    assert lean(person) < 0.5


def test_keys_and_the_earlier_motion_are_left_as_they_are(person):
    before = [tuple(bone.location) for bone in person.pose.bones]
    person.location.z += 0.3
    bpy.ops.spr.put_on_floor()
    assert [tuple(bone.location) for bone in person.pose.bones] == before


def test_an_object_with_keys_of_its_own_is_refused(person):
    action = person.animation_data.action
    person.keyframe_insert("location", frame=1)
    assert person.animation_data.action == action
    with pytest.raises(RuntimeError, match="moved by keys or constraints"):
        bpy.ops.spr.put_on_floor()


def test_without_a_person_the_button_says_what_to_do(enabled):
    with pytest.raises(RuntimeError, match="Refine a recording first"):
        bpy.ops.spr.put_on_floor()


def test_a_person_with_an_edit_layer_is_put_on_the_floor(person):
    assert bpy.ops.spr.add_edit_layer() == {"FINISHED"}
    person.location.z += 0.3
    assert bpy.ops.spr.put_on_floor() == {"FINISHED"}
    assert abs(lowest(person)) < 0.015
