"""A scene that counts in centimetres, as those for Unreal do: people are as tall as in any other."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Vector

from tests.ui.test_camera import SAMPLE


@pytest.fixture(params=[1.0, 0.01])
def scene(enabled, wave, request):
    """A scene of this unit with the wave opened, and nobody refined yet."""
    bpy.context.scene.unit_settings.scale_length = request.param
    bpy.ops.spr.open_recording(filepath=str(wave))
    return bpy.context.scene


@pytest.fixture
def shapes(scene, ui):
    """A function that gives the (K, 3) metres at which keypoints are drawn."""
    unit = scene.unit_settings.scale_length
    return lambda: ui("preview").shapes(scene, bpy.context.evaluated_depsgraph_get()).dots * unit


def _refined() -> bpy.types.Object:
    bpy.ops.spr.refine_pose()
    bpy.context.view_layer.update()
    return bpy.context.view_layer.objects.active


def test_a_person_has_a_persons_height(scene):
    body = next(child for child in _refined().children if child.type == "MESH")
    assert 1.6 < body.dimensions.z * scene.unit_settings.scale_length < 1.8


def test_keypoints_are_drawn_where_the_person_will_be(shapes):
    before = shapes()
    assert 1.4 < np.ptp(before[:, 2]) < 1.8
    _refined()
    np.testing.assert_allclose(shapes(), before, atol=1e-5)


def test_an_exported_person_has_a_persons_height(scene, tmp_path):
    _refined()
    bpy.ops.spr.export_fbx(filepath=str(tmp_path / "wave.fbx"), preset="unreal")
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.ops.import_scene.fbx(filepath=str(tmp_path / "wave.fbx"))
    (body,) = [ob for ob in bpy.data.objects if ob.type == "MESH"]
    assert 1.6 < body.dimensions.z < 1.8


def test_the_floor_is_found_in_the_scenes_unit(scene, capfd):
    person = _refined()
    person.location.z += 0.3 / scene.unit_settings.scale_length
    bpy.ops.spr.put_on_floor()
    assert abs(person.location.z * scene.unit_settings.scale_length) < 0.05
    assert "was lowered by 3" in "".join(capfd.readouterr())


def test_a_target_that_is_dragged_goes_as_far_as_the_mouse(scene, ui):
    fixing, unit = ui("fix_targets"), scene.unit_settings.scale_length
    (drawn,) = fixing.drawn_targets(scene, bpy.context.evaluated_depsgraph_get())
    np.testing.assert_allclose(
        fixing.move_of(drawn, np.array([0.0, 0.0, 0.1 / unit])), (0.0, 0.1, 0.0), atol=1e-6
    )


def test_the_camera_is_as_far_away_and_sees_as_far(scene):
    unit = scene.unit_settings.scale_length
    bpy.ops.spr.open_recording(filepath=str(SAMPLE))
    bpy.ops.spr.add_camera()
    place = Vector(scene.camera.location)
    person = _refined()
    bpy.ops.spr.add_camera()
    pelvis = person.matrix_world @ person.pose.bones["Pelvis"].head
    assert (scene.camera.location - place).length * unit < 1e-4
    assert 6.0 < (pelvis - place).length * unit < 9.0 < 900.0 < scene.camera.data.clip_end * unit
