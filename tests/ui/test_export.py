"""Export FBX from the sidebar and from the command line: the presets reach the file."""

from __future__ import annotations

import importlib

import bpy
import numpy as np
import pytest


@pytest.fixture
def refined(enabled, wave):
    """A scene with one refined person."""
    bpy.ops.spr.open_recording(filepath=str(wave))
    bpy.ops.spr.refine_pose()
    return bpy.context.scene


def _imported(path) -> bpy.types.Object:
    """The armature that Blender reads from a file, in an empty scene."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.context.scene.render.fps = 60
    bpy.ops.import_scene.fbx(filepath=str(path), anim_offset=0.0)
    (armature,) = [ob for ob in bpy.data.objects if ob.type == "ARMATURE"]
    return armature


def test_the_operators_options_are_those_of_the_file(refined, tmp_path):
    path = tmp_path / "wave.fbx"
    options = {"use_range": True, "frame_start": 10, "frame_end": 20, "use_file_start": True, "file_start": 0}
    bpy.ops.spr.export_fbx(filepath=str(path), preset="unity", mesh=False, in_place=True, **options)
    armature = _imported(path)
    assert {"Hips", "LeftUpperLeg"} < set(armature.data.bones.keys())
    assert not [ob for ob in bpy.data.objects if ob.type == "MESH"]
    assert tuple(np.round(armature.animation_data.action.frame_range)) == (0, 10)
    places = []
    for frame in (0, 10):
        bpy.context.scene.frame_set(frame)
        places.append(armature.matrix_world @ armature.pose.bones["Hips"].head)
    np.testing.assert_allclose(np.array(places)[:, :2], 0, atol=1e-3)


def test_every_option_says_what_happens(enabled):
    properties = bpy.ops.spr.export_fbx.get_rna_type().properties
    shown = ("preset", "rename", "in_place", "mesh", "one_each", "use_range", "frame_start", "file_start")
    assert all(len(properties[name].description) > 20 for name in shown)
    assert all(len(item.description) > 20 for item in properties["preset"].enum_items)


def test_the_command_line_writes_a_preset(enabled, wave, tmp_path):
    cli = importlib.import_module(f"{enabled}.addon.cli")
    path = tmp_path / "wave.fbx"
    words = ["refine", str(wave), "--output", str(path), "--engine", "numpy"]
    assert cli.main([*words, "--fbx-preset", "unreal", "--in-place"]) == 0
    assert {"root", "pelvis", "thigh_l"} < set(_imported(path).data.bones.keys())
    assert cli.main([*words, "--fbx-preset", "unreal", "--keep-bone-names"]) == 0
    assert {"root", "Pelvis", "L_Hip"} < set(_imported(path).data.bones.keys())


def test_the_command_line_starts_files_where_asked(enabled, wave, tmp_path):
    cli = importlib.import_module(f"{enabled}.addon.cli")
    words = ["refine", str(wave), "--output", str(tmp_path / "wave.fbx"), "--engine", "numpy"]
    for more, first in ((["--file-start", "5"], 5), (["--fbx-preset", "unity"], 0)):
        assert cli.main([*words, *more]) == 0
        action = _imported(tmp_path / "wave.fbx").animation_data.action
        assert round(action.frame_range[0]) == first


@pytest.mark.parametrize(("preset", "ending"), [("bvh_mixamo", ".bvh"), ("vrma", ".vrma"), ("usd", ".usd")])
def test_the_operator_writes_the_presets_kind_of_file(refined, tmp_path, preset, ending):
    assert bpy.ops.spr.export_fbx(filepath=str(tmp_path / "wave"), preset=preset) == {"FINISHED"}
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ending] == [f"wave{ending}"]


def test_every_preset_is_in_both_lists_and_says_what_it_is(enabled):
    items = bpy.types.Scene.bl_rna.properties["spr"].fixed_type.properties["fbx_preset"].enum_items
    operator = bpy.ops.spr.export_fbx.get_rna_type().properties["preset"].enum_items
    assert items.keys() == operator.keys()
    assert {"web", "usd", "bvh", "bvh_mixamo", "vrma", "mixamo"} < set(items.keys())
    assert all(len(item.description) > 20 for item in items)


def test_a_selected_character_of_ones_own_is_exported_in_place_of_the_people(refined, tmp_path):
    bpy.ops.object.select_all(action="DESELECT")
    bpy.ops.object.armature_add()
    bpy.context.object.name = "Hero"
    assert bpy.ops.spr.export_fbx(filepath=str(tmp_path / "hero.bvh"), preset="bvh") == {"FINISHED"}
    assert "ROOT Bone" in (tmp_path / "hero.bvh").read_text()
