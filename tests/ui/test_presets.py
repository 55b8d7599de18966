"""Presets set the controls, and say which is set."""

from __future__ import annotations

import bpy
import pytest


@pytest.mark.parametrize(
    ("preset", "strength", "smoothness"), [("DANCE", 1.5, 1.2), ("CLEAN", 2.0, 0.75), ("CAMERA", 0.5, 1.0)]
)
def test_a_preset_sets_the_controls(enabled, ui, preset, strength, smoothness):
    controls = bpy.context.scene.spr.controls
    assert bpy.ops.spr.use_preset(preset=preset) == {"FINISHED"}
    assert (controls.strength, controls.smoothness) == pytest.approx((strength, smoothness))
    assert ui("presets").preset_of(controls) == ui("presets").PRESETS[preset].name
    controls.strength = 0.91
    assert ui("presets").preset_of(controls) == "Presets"


def test_the_defaults_are_everyday(enabled, ui):
    assert ui("presets").preset_of(bpy.context.scene.spr.controls) == "Everyday"


def test_a_user_keeps_values_under_a_name(enabled, ui, tmp_path, monkeypatch):
    folder = tmp_path / "presets" / ui("presets").SUBFOLDER
    folder.mkdir(parents=True)
    monkeypatch.setattr(bpy.utils, "user_resource", lambda *_args, **_options: str(folder))
    controls = bpy.context.scene.spr.controls
    controls.strength, controls.smoothness = 1.3, 0.4
    assert bpy.ops.spr.add_preset(name="Mine") == {"FINISHED"}
    (kept,) = tmp_path.rglob("*.py")
    controls.strength = controls.smoothness = 1.0
    assert bpy.ops.script.execute_preset(filepath=str(kept), menu_idname="SPR_MT_presets") == {"FINISHED"}
    assert (controls.strength, controls.smoothness) == pytest.approx((1.3, 0.4))
