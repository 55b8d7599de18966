"""The extension comes and goes without a trace."""

from __future__ import annotations

import bpy

from .conftest import reload_scripts


def _registered() -> set[str]:
    return {name for name in dir(bpy.types) if name.startswith("SPR_")}


def test_twenty_times_on_and_off(switch_extension):
    switch_extension(False)
    imports = len(bpy.types.TOPBAR_MT_file_import._dyn_ui_initialize())
    for _ in range(20):
        switch_extension(True)
        assert hasattr(bpy.context.scene, "spr")
        assert "SPR_PT_source" in _registered()
        assert len(bpy.types.TOPBAR_MT_file_import._dyn_ui_initialize()) == imports + 1
        switch_extension(False)
        assert not hasattr(bpy.types.Scene, "spr")
        assert not _registered()
        assert len(bpy.types.TOPBAR_MT_file_import._dyn_ui_initialize()) == imports


def test_scripts_can_be_reloaded(enabled, wave):
    bpy.ops.spr.open_recording(filepath=str(wave))
    reload_scripts()
    assert bpy.context.scene.spr.source == str(wave)
    assert bpy.ops.spr.read_again() == {"FINISHED"}
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
