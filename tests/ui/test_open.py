"""Opening a recording from the operator, as File > Import, drag and drop and the sidebar do."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from tests.ui.test_panels import Drawing
from tests.wave import joints_of_a_wave


def _open(path, **options):
    return bpy.ops.spr.open_recording(filepath=str(path), **options)


def test_open_fills_the_settings(enabled, wave):
    assert _open(wave) == {"FINISHED"}
    settings = bpy.context.scene.spr
    assert settings.source == str(wave)
    assert [(one.person_id, one.frames, one.chosen) for one in settings.people] == [
        ("0", "60 frames (1.0 s)", True)
    ]
    assert (settings.controls.first, settings.controls.last) == (0, 59)
    assert (settings.use_fps, settings.fps) == (False, 60.0)
    assert settings.up == "auto"


def test_a_bad_file_is_one_sentence_and_changes_nothing(enabled, wave, broken, census, capfd):
    _open(wave)
    before = census()
    with pytest.raises(RuntimeError) as caught:
        _open(broken)
    message = str(caught.value)
    assert message.startswith("Error: broken.npz") and message.count("broken.npz") == 1
    assert "Traceback" not in capfd.readouterr().err
    assert bpy.context.scene.spr.source == str(wave)
    assert census() == before


def test_a_missing_file_is_one_sentence(enabled, tmp_path):
    with pytest.raises(RuntimeError, match=r"Error: There is no file"):
        _open(tmp_path / "nowhere.trc")


def test_options_of_the_file_browser_are_kept_as_overrides(enabled, tmp_path):
    path = tmp_path / "bare.npy"
    np.save(path, joints_of_a_wave(30, 30.0))
    assert _open(path, layout_name="smpl24", fps=25.0, up="+y", units="m") == {"FINISHED"}
    settings = bpy.context.scene.spr
    assert (settings.layout, settings.use_fps, settings.fps) == ("smpl24", True, 25.0)
    assert (settings.up, settings.units) == ("+y", "m")


def test_the_file_browser_has_a_tick_box_for_the_rate_and_shows_no_rate_of_zero(enabled, ui):
    properties = bpy.context.window_manager.operator_properties_last("spr.open_recording")
    drawn, stated = Drawing(), Drawing()
    properties.fps = 0.0
    ui("panels_warnings").draw_rate(drawn, properties)
    assert drawn.drawn == ["use_fps"] and not properties.use_fps
    properties.use_fps = True
    ui("panels_warnings").draw_rate(stated, properties)
    assert stated.drawn == ["use_fps", "fps"] and properties.fps == 30.0
    properties.use_fps = False
    assert properties.fps == 0.0


def test_the_files_own_height_may_be_kept(enabled, tmp_path, ui):
    """An array has no floor of its own: people stand on it unless they are to stay where they are."""
    path = tmp_path / "bare.npy"
    np.save(path, joints_of_a_wave(30, 30.0) + np.array([0.0, 2.0, 0.0]))
    _open(path, layout_name="smpl24")
    settings = bpy.context.scene.spr
    lowest = [ui("properties").peek(settings).people[0].keypoints.positions[..., 1].min()]
    settings.keep_height = True
    lowest.append(ui("properties").peek(settings).people[0].keypoints.positions[..., 1].min())
    assert abs(lowest[0]) < 0.1 and lowest[1] > 1.8


def test_a_mirrored_recording_is_turned_back(enabled, wave, ui):
    _open(wave)
    settings = bpy.context.scene.spr
    given = ui("properties").peek(settings).people[0].keypoints
    settings.mirror = True
    turned = ui("properties").peek(settings).people[0].keypoints
    left, right = (given.canonical.index(f"{side}_wrist") for side in ("left", "right"))
    np.testing.assert_allclose(turned.positions[:, left], given.positions[:, right] * [-1, 1, 1], atol=1e-9)


def test_an_override_is_followed(enabled, wave, ui):
    _open(wave)
    settings = bpy.context.scene.spr
    settings.use_fps = True
    settings.fps = 30.0
    assert ui("properties").peek(settings).fps.value == 30.0
    settings.up = "+z"
    assert ui("properties").peek(settings).up.value == "+z"


def test_opening_another_file_drops_the_overrides(enabled, wave):
    _open(wave, fps=25.0, up="+z")
    settings = bpy.context.scene.spr
    settings.mirror = True
    _open(wave)
    assert not settings.mirror
    assert (settings.use_fps, settings.fps, settings.up) == (False, 60.0, "auto")


def test_the_recording_is_read_again_on_demand(enabled, wave, ui):
    _open(wave)
    ui("session").SESSION.clear()
    assert ui("properties").peek(bpy.context.scene.spr) is None
    assert bpy.ops.spr.read_again() == {"FINISHED"}
    assert ui("properties").peek(bpy.context.scene.spr) is not None


def test_the_file_browser_shows_what_readers_read(enabled, ui):
    assert {".npz", ".npy", ".json", ".trc"} <= set(ui("open_recording").ENDINGS)
