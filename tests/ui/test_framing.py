"""After opening, the views show the person where nobody has arranged anything yet."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from addon.ui.framing import placed
from tests.wave import joints_of_a_wave


def _space():
    (area,) = [
        area
        for window in bpy.context.window_manager.windows
        for area in window.screen.areas
        if area.type == "VIEW_3D"
    ]
    return area.spaces.active


def _view():
    return _space().region_3d


def _state():
    return (*_view().view_location, _view().view_distance)


def _open(path):
    assert bpy.ops.spr.open_recording(filepath=str(path)) == {"FINISHED"}


@pytest.fixture
def far(tmp_path):
    """A recording ten metres away."""
    path = tmp_path / "far.npz"
    joints = joints_of_a_wave(60, 60.0) + np.array([10.0, 0.0, 0.0])
    np.savez(path, keypoints=joints, layout="smpl24", fps=60.0, up_axis="y", units="m")
    return path


@pytest.fixture
def dirty(enabled):
    """A scene in which somebody has worked: a cube is visible."""
    cube = bpy.data.objects.new("cube", bpy.data.meshes.new("cube"))
    bpy.context.scene.collection.objects.link(cube)
    bpy.ops.ed.undo_push(message="cube")
    return cube


def test_in_an_empty_scene_the_view_turns_to_the_person(enabled, far):
    _open(far)
    assert _view().view_location.x == pytest.approx(10.1, abs=0.6)
    assert 1.0 < _view().view_distance < 6.0


def test_the_next_recording_is_shown_as_well(enabled, wave, far):
    _open(wave)
    _open(far)
    assert _view().view_location.x == pytest.approx(10.1, abs=0.6)


def test_a_view_in_a_scene_with_objects_stays(dirty, wave, ui, monkeypatch):
    monkeypatch.setattr(ui("open_recording"), "untouched", lambda: False)
    before = _state()
    _open(wave)
    assert _state() == before


def test_a_view_that_the_user_has_turned_away_stays(enabled, wave, far, ui, monkeypatch):
    monkeypatch.setattr(ui("open_recording"), "untouched", lambda: False)
    _open(wave)
    cube = bpy.data.objects.new("cube", bpy.data.meshes.new("cube"))
    bpy.context.scene.collection.objects.link(cube)
    _view().view_distance = 42.0
    before = _state()
    _open(far)
    assert _state() == before


def test_cameras_and_lights_are_nothing_to_keep_in_view(enabled, far):
    for data in (bpy.data.cameras.new("camera"), bpy.data.lights.new("light", "POINT")):
        bpy.context.scene.collection.objects.link(bpy.data.objects.new("it", data))
    _open(far)
    assert _view().view_location.x == pytest.approx(10.1, abs=0.6)


@pytest.mark.parametrize(("scale", "raised"), [(1.0, False), (0.001, True)])
def test_the_view_reaches_to_the_end_of_the_person_and_never_less_far(enabled, wave, scale, raised):
    bpy.context.scene.unit_settings.scale_length = scale
    before = _space().clip_end
    _open(wave)
    assert _space().clip_end >= _view().view_distance
    assert (_space().clip_end > before) == raised and _space().clip_end >= before


@pytest.mark.parametrize(("left", "right"), [(0.0, 1200.0), (100.0, 640.0)])
def test_the_person_fills_the_part_that_is_free(left, right):
    size, lens, radius = (1200.0, 700.0), 50.0, 1.0
    distance, shift = placed(radius, lens, size, left, right)
    pixels = 600.0 * lens / 36.0
    middle = 600.0 - shift / distance * pixels
    reach = radius / np.sqrt(distance**2 - radius**2) * pixels
    assert middle == pytest.approx((left + right) / 2)
    assert 0.85 < reach / (min(right - left, 700.0) / 2) < 1.0
