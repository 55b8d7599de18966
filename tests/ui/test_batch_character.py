"""Batch ▸ On Character: each file has a character of the scene with the motion of a recording."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from mathutils import Matrix

from addon import formats
from addon.batch import DONE, FAILED
from tests.scene.fbx_files import read as read_fbx
from tests.scene.rigged import add_armature, add_mesh, generated_rig, known_rig, seen
from tests.ui.test_panels import draw  # noqa: F401
from tests.wave import joints_of_a_wave


@pytest.fixture
def batch(enabled, tmp_path):
    """Two recordings, listed."""
    for name, frames in {"walk": 20, "jump": 25}.items():
        points = joints_of_a_wave(frames, 30.0)
        np.savez(tmp_path / f"{name}.npz", keypoints=points, layout="smpl24", fps=30.0, up_axis="y")
    bpy.ops.spr.batch_folder(directory=str(tmp_path), units="m")
    return bpy.context.scene.spr.batch


@pytest.fixture
def hero(batch) -> bpy.types.Object:
    """A character with a mesh and an animation of its own, chosen for the batch."""
    armature = add_armature(known_rig("Mixamo"), "Hero")
    add_mesh(armature)
    hips = armature.pose.bones["mixamorig:Hips"]
    hips.location = (0.5, 0.0, 0.0)
    hips.keyframe_insert("location", frame=1)
    add_mesh(armature).name = "Coat"
    bpy.context.scene.render.fps = 30
    batch.character = "Hero"
    return armature


def _open(path: Path) -> bpy.types.Object:
    """The one armature of an FBX file, in a scene of its own."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.context.scene.render.fps = 30
    bpy.ops.import_scene.fbx(filepath=str(path), anim_offset=0.0)
    (armature,) = [ob for ob in bpy.data.objects if ob.type == "ARMATURE"]
    return armature


def _hand(armature: bpy.types.Object, frames: range) -> np.ndarray:
    """(T, 3) of the right hand."""
    return np.array([seen(armature, ["mixamorig:RightHand"], frame)[0, :3, 3] for frame in frames])


def test_the_panel_asks_for_a_character_where_a_file_can_hold_one(batch, draw):  # noqa: F811
    assert "character" in draw()
    batch.kind = "npz"
    assert "character" not in draw()


def test_each_file_has_the_character_with_its_mesh_and_the_scene_stays_as_it_was(batch, hero, census):
    before, action, folder = census(), hero.animation_data.action, Path(batch.output)
    pose = seen(hero, ["mixamorig:Hips"], 1)
    assert bpy.ops.spr.batch_refine() == {"FINISHED"}
    assert [row.status for row in batch.clips] == [DONE, DONE]
    assert census() == before and hero.animation_data.action == action
    np.testing.assert_allclose(seen(hero, ["mixamorig:Hips"], 1), pose, atol=1e-6)
    assert hero.name == "Hero" and hero.users_collection == (bpy.context.scene.collection,)
    assert {"Skin", "Coat"} <= set(bpy.data.objects.keys())
    for name, frames in (("walk", 20), ("jump", 25)):
        found = read_fbx(folder / f"{name}.fbx")
        assert {"mixamorig:Hips", "Skin", "Coat"} <= set(found["names"])
        assert not {"Pelvis", "Skin.001", "Coat.001"} & set(found["names"])
        assert len(found["frames"]) == frames and found["stack"] == name


def test_the_motion_is_what_refine_and_retarget_give(batch, hero, tmp_path):
    bpy.ops.spr.batch_refine()
    bpy.ops.spr.open_recording(filepath=str(tmp_path / "walk.npz"), units="m")
    bpy.ops.spr.refine_pose()
    bpy.context.scene.spr.retarget.character = "Hero"
    bpy.ops.spr.retarget()
    frames = range(1, 21, 6)
    wanted = _hand(hero, frames)
    assert np.ptp(wanted, axis=0).max() > 0.1
    np.testing.assert_allclose(_hand(_open(Path(batch.output) / "walk.fbx"), frames), wanted, atol=2e-3)


def test_the_table_of_the_panel_retarget_says_which_bone_is_what(batch, hero):
    retarget = bpy.context.scene.spr.retarget
    retarget.character = "Hero"
    bpy.ops.spr.match_bones()
    next(line for line in retarget.bones if line.slot == "right_shoulder").bone = ""
    bpy.ops.spr.batch_refine()
    assert [row.status for row in batch.clips] == [FAILED, FAILED]
    assert all("right shoulder" in row.sentences for row in batch.clips)


@pytest.mark.parametrize("place", ["batch", "retarget"])
def test_in_place_leaves_the_way_out_wherever_it_is_set(batch, hero, place):
    if place == "batch":
        bpy.context.scene.spr.fbx_in_place = True
    else:
        bpy.context.scene.spr.retarget.root = "PLACE"
    bpy.ops.spr.batch_refine()
    armature = _open(Path(batch.output) / "walk.fbx")
    ways = [seen(armature, ["mixamorig:Hips"], frame)[0, :2, 3] for frame in range(1, 21)]
    assert np.ptp(ways, axis=0).max() < 0.02, "in the recording it is 0.13"


def test_each_of_several_people_gets_a_character(batch, hero, monkeypatch, ui, census):
    def read(path, **hints):
        recording = formats.read(path, **hints)
        people = tuple(replace(recording.people[0], id=person_id) for person_id in ("1", "2"))
        return replace(recording, people=people)

    monkeypatch.setattr(ui("batch_job"), "formats", SimpleNamespace(read=read))
    batch.kind, before = "unity", census()
    bpy.ops.spr.batch_refine()
    names = sorted(path.name for path in Path(batch.output).glob("walk*.fbx"))
    assert names == ["walk_walk_1.fbx", "walk_walk_2.fbx"] and census() == before
    for name in names:
        found = read_fbx(Path(batch.output) / name)
        assert len(found["frames"]) == 20 and "mixamorig:Hips" in found["names"]


def test_a_character_that_is_hidden_and_locked_is_written_all_the_same(batch, hero):
    for ob in (hero, bpy.data.objects["Skin"]):
        ob.hide_select = ob.hide_viewport = True
    bpy.ops.spr.batch_refine()
    assert hero.hide_select and hero.hide_viewport
    assert {"mixamorig:Hips", "Skin"} <= set(read_fbx(Path(batch.output) / "walk.fbx")["names"])


def test_another_character_is_another_result_and_the_same_one_is_not(batch, hero):
    bpy.ops.spr.batch_refine()
    bpy.ops.spr.batch_refine()
    assert "(2 of them before)" in batch.result
    hero.data.transform(Matrix.Scale(1.1, 4))
    bpy.ops.spr.batch_refine()
    assert "before" not in batch.result
    bpy.context.scene.spr.retarget.feet = False
    bpy.ops.spr.batch_refine()
    assert "before" not in batch.result


def test_a_rigify_rig_follows_its_own_controls_in_the_copy(batch):
    rig = generated_rig()
    batch.character = rig.name
    bpy.ops.spr.batch_refine()
    assert [row.status for row in batch.clips] == [DONE, DONE]
    armature = _open(Path(batch.output) / "walk.fbx")
    hands = np.array([seen(armature, ["DEF-hand.R"], frame)[0, :3, 3] for frame in (1, 7, 13, 19)])
    assert np.ptp(hands, axis=0).max() > 0.1


def test_what_is_told_of_the_copy_names_the_character(batch, hero):
    hero.constraints.new("LIMIT_LOCATION")
    bpy.ops.spr.batch_refine()
    lines = (Path(batch.output) / "results.jsonl").read_text("utf-8").splitlines()
    warnings = [warning for line in lines for warning in json.loads(line)["warnings"]]
    assert warnings.count("Hero is itself moved by keys or constraints, which comes on top.") == 2


def test_a_vrm_animation_is_that_of_the_character(batch, hero):
    batch.kind = "vrma"
    bpy.ops.spr.batch_refine()
    assert b"mixamorig:Hips" in (Path(batch.output) / "walk.vrma").read_bytes()


def test_a_character_that_is_deleted_meanwhile_is_said(batch, hero, ui):
    operator = ui("batch").SPR_OT_batch_refine
    job = operator.job(SimpleNamespace(report=print), bpy.context)
    bpy.data.objects.remove(hero)
    job.run()
    assert [record.status for record in job.records] == [FAILED, FAILED]
    assert all("is gone; choose another under On Character" in record.sentence for record in job.records)


def test_poses_as_numbers_need_no_character(batch, hero):
    batch.kind = "npz"
    batch.character = "Nobody"
    assert bpy.ops.spr.batch_refine() == {"FINISHED"}


@pytest.mark.parametrize(("name", "told"), [("Nobody", "There is no Nobody in"), ("Cube", "armature")])
def test_what_is_no_character_is_said_before_anything_is_refined(batch, name, told):
    bpy.ops.mesh.primitive_cube_add()
    batch.character = name
    with pytest.raises(RuntimeError, match=told):
        bpy.ops.spr.batch_refine()
    assert not Path(batch.output).exists()
