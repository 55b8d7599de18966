"""An FBX file read back, by Blender and by the independent reader ufbx, is the motion that was written."""

from __future__ import annotations

import importlib

import addon_utils
import bpy
import numpy as np
import pytest

from addon.body import open_body
from addon.body.kinematics import forward
from addon.scene import BONE_NAMES, SceneError, export_fbx, write_motion
from addon.scene.edit_layer import add_edit_layer
from addon.scene.refined import BEFORE
from addon.scene.versions import show

from .fbx_files import degrees, read, rest_of

with_and_without_mesh = pytest.mark.parametrize("mesh", [True, False], ids=["mesh", "no mesh"])


def _bones(found, matrices) -> np.ndarray:
    """(..., 24, 3, 4) of the matrices (..., N, 3, 4) those of the bones."""
    names = found["names"].tolist()
    bones = matrices[..., [names.index(name) for name in BONE_NAMES], :, :]
    np.testing.assert_allclose(np.linalg.norm(bones[..., :3], axis=-2), 1, atol=1e-4)
    return bones


def _export(path, motion, mesh=True, current=None, **range_):
    armature = write_motion(motion, name="Anna", mesh=mesh)
    if current is not None:
        bpy.context.scene.frame_set(current)
    export_fbx(path, [armature], **range_)


@with_and_without_mesh
@pytest.mark.parametrize(("first", "current"), [(0, 1), (0, 25), (120, 140)])
def test_ufbx_reads_the_same_motion(make_motion, tmp_path, mesh, first, current):
    motion = make_motion(frame_ids=first + np.arange(30), fps=25)
    _export(tmp_path / "a.fbx", motion, mesh, current)
    found = read(tmp_path / "a.fbx")
    assert found["fps"] == pytest.approx(25)
    assert found["span"] == pytest.approx([(first + 1) / 25, (first + 30) / 25], abs=1e-6)
    rest, posed = _bones(found, found["rest"]), _bones(found, found["posed"])
    np.testing.assert_allclose(rest[..., 3], rest_of(motion), atol=1e-4)
    joints, turns = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    np.testing.assert_allclose(posed[..., 3], joints, atol=1e-3)
    assert degrees(posed[..., :3] @ np.linalg.inv(rest[..., :3]), turns) < 0.1


@pytest.mark.parametrize("shown", ["before", "after"])
def test_the_file_holds_the_version_that_is_shown(make_motion, tmp_path, shown):
    motions = {"before": make_motion(seed=1), "after": make_motion(seed=2)}
    armature = write_motion(motions["after"], original=motions["before"], mesh=False)
    show(armature, BEFORE if shown == "before" else None)
    export_fbx(tmp_path / "a.fbx", [armature])
    found = read(tmp_path / "a.fbx")
    joints, _ = forward(motions[shown].rotations, motions[shown].pelvis, motions[shown].bone_offsets)
    np.testing.assert_allclose(_bones(found, found["posed"])[..., 3], joints, atol=1e-3)


@with_and_without_mesh
@pytest.mark.parametrize(("first", "current"), [(0, 1), (0, 25), (120, 140)])
def test_blender_reads_the_same_motion(make_motion, heads, tmp_path, mesh, first, current):
    motion = make_motion(frame_ids=first + np.arange(30), fps=25)
    _export(tmp_path / "a.fbx", motion, mesh, current)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.context.scene.render.fps = 25
    bpy.ops.import_scene.fbx(filepath=str(tmp_path / "a.fbx"), anim_offset=0.0)
    (armature,) = [ob for ob in bpy.data.objects if ob.type == "ARMATURE"]
    assert [bone.name for bone in armature.data.bones if bone.name not in BONE_NAMES] == []
    assert tuple(np.round(armature.animation_data.action.frame_range)) == (first + 1, first + 30)
    rest_bones = [armature.matrix_world @ armature.data.bones[name].matrix_local for name in BONE_NAMES]
    places = np.array([bone.translation for bone in rest_bones])
    np.testing.assert_allclose(places @ [[1, 0, 0], [0, 0, -1], [0, 1, 0]], rest_of(motion), atol=1e-3)
    joints, turns = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    to_smpl = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]])
    rest_turns = np.array([bone.to_quaternion().to_matrix() for bone in rest_bones])
    for index in range(0, 30, 3):
        bpy.context.scene.frame_set(first + 1 + index)
        np.testing.assert_allclose(heads(armature), joints[index], atol=1e-3)
        bones = [armature.matrix_world @ armature.pose.bones[name].matrix for name in BONE_NAMES]
        posed = np.array([bone.to_quaternion().to_matrix() for bone in bones])
        assert degrees(to_smpl @ posed @ np.linalg.inv(rest_turns) @ to_smpl.T, turns[index]) < 0.1
    assert any(ob.type == "MESH" for ob in bpy.data.objects) == mesh


def test_the_body_follows_the_bones_in_ufbx(make_motion, tmp_path):
    motion = make_motion(3)
    _export(tmp_path / "a.fbx", motion)
    found = read(tmp_path / "a.fbx")
    assert found["faces"].tolist() == [len(bpy.data.meshes["Anna body"].polygons)]
    assert sorted(found["bound_names"]) == sorted(BONE_NAMES)
    order = [found["bound_names"].tolist().index(name) for name in BONE_NAMES]
    np.testing.assert_allclose(found["bound"][order, :, 3], rest_of(motion), atol=1e-4)


def test_the_body_that_blender_reads_moves_as_the_one_that_was_written(make_motion, tmp_path):
    motion = make_motion(8)
    _export(tmp_path / "a.fbx", motion)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.context.scene.render.fps = 30
    bpy.ops.import_scene.fbx(filepath=str(tmp_path / "a.fbx"), anim_offset=0.0)
    bpy.context.scene.frame_set(6)
    body = bpy.data.objects["Anna body"].evaluated_get(bpy.context.evaluated_depsgraph_get())
    places = np.array([body.matrix_world @ vertex.co for vertex in body.data.vertices])
    source = open_body.load()
    expected = open_body.skin(
        source.warped(motion.bone_offsets),
        source.weights,
        motion.rotations,
        motion.pelvis,
        motion.bone_offsets,
    )
    np.testing.assert_allclose(places @ [[1, 0, 0], [0, 0, -1], [0, 1, 0]], expected[5], atol=1e-3)


def test_only_the_asked_frames_are_written(make_motion, tmp_path):
    motion = make_motion(30)
    _export(tmp_path / "a.fbx", motion, mesh=False, frame_start=11, frame_end=20)
    found = read(tmp_path / "a.fbx")
    assert found["span"] == pytest.approx([11 / 30, 20 / 30])
    joints, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    np.testing.assert_allclose(_bones(found, found["posed"])[..., 3], joints[10:20], atol=1e-3)


def test_several_people_share_a_file(make_motion, tmp_path):
    motions = [make_motion(20, seed=1), make_motion(20, seed=2)]
    armatures = [write_motion(motion, name=f"P{index}") for index, motion in enumerate(motions)]
    write_motion(make_motion(50, seed=3), name="Left out")
    export_fbx(tmp_path / "a.fbx", armatures)
    found = read(tmp_path / "a.fbx")
    assert found["span"] == pytest.approx([1 / 30, 20 / 30])
    assert {"P0", "P0 body", "P1", "P1 body"} < set(found["names"])
    assert not any(name.startswith("Left out") for name in found["names"])
    assert len(set(found["names"].tolist())) == len(found["names"])
    joints = np.stack([forward(m.rotations, m.pelvis, m.bone_offsets)[0] for m in motions], axis=1)
    for joint, name in enumerate(BONE_NAMES):
        people = [found["names"].tolist().index(f"P{index}:{name}") for index in range(2)]
        places = found["posed"][:, people][..., 3]
        np.testing.assert_allclose(places, joints[:, :, joint], atol=1e-3)


def test_a_person_who_was_moved_and_turned_is_exported_there(make_motion, tmp_path):
    motion = make_motion(5)
    armature = write_motion(motion)
    armature.location, armature.rotation_euler = (1, 2, 3), (0, 0, np.pi / 2)
    export_fbx(tmp_path / "a.fbx", [armature])
    found = read(tmp_path / "a.fbx")
    x, y, z = np.moveaxis(forward(motion.rotations, motion.pelvis, motion.bone_offsets)[0], -1, 0)
    places = np.stack([z + 1, y + 3, -x - 2], axis=-1)
    np.testing.assert_allclose(_bones(found, found["posed"])[..., 3], places, atol=1e-3)


def test_animation_in_an_nla_strip_is_exported(make_motion, tmp_path):
    motion = make_motion(10)
    armature = write_motion(motion, mesh=False)
    animation = armature.animation_data
    animation.nla_tracks.new().strips.new("Take", 1, animation.action)
    animation.action = None
    export_fbx(tmp_path / "a.fbx", [armature])
    found = read(tmp_path / "a.fbx")
    joints, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    np.testing.assert_allclose(_bones(found, found["posed"])[..., 3], joints, atol=1e-3)
    np.testing.assert_allclose(_bones(found, found["rest"])[..., 3], rest_of(motion), atol=1e-4)


@pytest.mark.parametrize("hide", ["in the view", "everywhere", "excluded"])
def test_hidden_people_are_exported_all_the_same(make_motion, tmp_path, hide):
    shelf = bpy.data.collections.new("Shelf")
    bpy.context.scene.collection.children.link(shelf)
    layer = bpy.context.view_layer.layer_collection.children["Shelf"]
    bpy.context.view_layer.active_layer_collection = layer
    motion = make_motion(20)
    armature = write_motion(motion)
    people = list(shelf.all_objects)
    for ob in people:
        ob.hide_set(hide == "in the view")
        ob.hide_viewport = hide == "everywhere"
    layer.exclude = hide == "excluded"
    export_fbx(tmp_path / "a.fbx", [armature])
    found = read(tmp_path / "a.fbx")
    joints, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    np.testing.assert_allclose(_bones(found, found["posed"])[..., 3], joints, atol=1e-3)
    assert len(found["faces"]) == 1
    assert layer.exclude == (hide == "excluded")
    assert [ob.hide_viewport for ob in people] == [hide == "everywhere"] * 2
    assert [ob.hide_get() for ob in people] == [hide == "in the view"] * 2


def test_people_who_hide_while_away_move_as_before_and_after(make_motion, tmp_path):
    motion = make_motion(frame_ids=np.r_[0:20, 80:100])
    export_fbx(tmp_path / "a.fbx", [write_motion(motion, gaps="hide")])
    found = read(tmp_path / "a.fbx")
    joints, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    places = _bones(found, found["posed"])[..., 3]
    np.testing.assert_allclose(places[motion.frame_ids], joints, atol=1e-3)
    np.testing.assert_allclose(places[50], joints[19], atol=1e-3)


@pytest.mark.parametrize("mode", ["OBJECT", "EDIT", "POSE"])
def test_the_scene_is_afterwards_as_it_was(make_motion, tmp_path, mode):
    armature = write_motion(make_motion(20))
    other = write_motion(make_motion(20))
    scene = bpy.context.scene
    armature.select_set(True)
    bpy.ops.object.mode_set(mode=mode)
    scene.frame_start, scene.frame_end = 5, 15
    scene.frame_set(7, subframe=0.25)
    selected = {ob.name for ob in bpy.context.view_layer.objects if ob.select_get()}
    collections = set(bpy.data.collections.keys())
    export_fbx(tmp_path / "a.fbx", [armature])
    assert (scene.frame_start, scene.frame_end) == (5, 15)
    assert (scene.frame_current, scene.frame_subframe) == (7, 0.25)
    assert bpy.context.view_layer.objects.active == other
    assert other.mode == mode
    assert {ob.name for ob in bpy.context.view_layer.objects if ob.select_get()} == selected
    assert set(bpy.data.collections.keys()) == collections
    assert armature.data.pose_position == "POSE"
    assert [file.name for file in tmp_path.iterdir()] == ["a.fbx"]


@pytest.mark.parametrize("selected", [True, False], ids=["selected", "not selected"])
def test_people_stand_afterwards_in_the_pose_of_the_current_frame(make_motion, tmp_path, selected):
    armature = write_motion(make_motion(20))
    armature.select_set(selected)
    bpy.context.scene.frame_set(7)
    before = _drawn(armature)
    export_fbx(tmp_path / "a.fbx", [armature])
    np.testing.assert_allclose(_read(armature), before, atol=1e-5)
    np.testing.assert_allclose(_drawn(armature), before, atol=1e-5)
    bpy.context.scene.frame_set(20)
    assert np.abs(_drawn(armature) - before).max() > 0.1


def _read(armature) -> np.ndarray:
    """(24, 4, 4) matrices of the bones, as scripts and the sidebar read them."""
    return np.array([armature.pose.bones[name].matrix for name in BONE_NAMES])


def _drawn(armature) -> np.ndarray:
    """(24, 4, 4) matrices of the bones, as a window draws them."""
    return _read(armature.evaluated_get(bpy.context.evaluated_depsgraph_get()))


def test_an_animation_may_start_at_frame_zero(make_motion, tmp_path):
    motion = make_motion(20)
    armature = write_motion(motion, first_frame=0)
    export_fbx(tmp_path / "a.fbx", [armature])
    found = read(tmp_path / "a.fbx")
    joints, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    np.testing.assert_allclose(_bones(found, found["rest"])[..., 3], rest_of(motion), atol=1e-4)
    np.testing.assert_allclose(_bones(found, found["posed"])[..., 3], joints, atol=1e-3)


def test_a_failed_export_leaves_the_old_file_alone(make_motion, tmp_path, monkeypatch):
    armature = write_motion(make_motion(5))
    path = tmp_path / "a.fbx"
    path.write_bytes(b"the old one")
    exporter = importlib.import_module("io_scene_fbx.export_fbx_bin")

    def fail(*_, **__):
        raise ValueError("disk on fire")

    monkeypatch.setattr(exporter, "fbx_animations", fail)
    with pytest.raises(SceneError, match="can't be written"):
        export_fbx(path, [armature])
    assert path.read_bytes() == b"the old one"
    assert [file.name for file in tmp_path.iterdir()] == ["a.fbx"]
    assert armature.data.pose_position == "POSE"


def test_without_blenders_exporter_a_sentence_says_what_to_enable(make_motion, tmp_path):
    armature = write_motion(make_motion(5), mesh=False)
    addon_utils.disable("io_scene_fbx")
    try:
        with pytest.raises(SceneError, match=r"add-on 'FBX format' is switched off; enable it .*\.$"):
            export_fbx(tmp_path / "a.fbx", [armature])
    finally:
        addon_utils.enable("io_scene_fbx")


def test_what_cannot_be_exported_is_refused_in_a_sentence(make_motion, tmp_path):
    armature = write_motion(make_motion(5), mesh=False)
    empty = bpy.data.objects.new("Empty", bpy.data.armatures.new("Empty"))
    bpy.context.scene.collection.objects.link(empty)
    with pytest.raises(SceneError, match=r"Empty has no bones, so there is nothing to write; .*\.$"):
        export_fbx(tmp_path / "a.fbx", [armature, empty])
    with pytest.raises(SceneError, match=r"There is no armature to export; .*\.$"):
        export_fbx(tmp_path / "a.fbx", [])
    with pytest.raises(SceneError, match=r"There is no folder .*\.$"):
        export_fbx(tmp_path / "nowhere" / "a.fbx", [armature])
    with pytest.raises(SceneError, match=r"The first frame 9 lies after the last frame 5; .*\.$"):
        export_fbx(tmp_path / "a.fbx", [armature], frame_start=9)
    with pytest.raises(SceneError, match=r"^Blender can't export frame -3; .*\.$"):
        export_fbx(tmp_path / "a.fbx", [armature], frame_start=-3)
    assert not list(tmp_path.iterdir())


def test_the_whole_motion_below_a_layer_for_edits_is_exported(make_motion, tmp_path):
    armature = write_motion(make_motion(30), mesh=False)
    add_edit_layer(armature)
    bone = armature.pose.bones["Head"]
    bpy.context.scene.frame_set(10)
    assert bone.keyframe_insert("rotation_quaternion", frame=10)
    bpy.context.scene.frame_set(10)
    export_fbx(tmp_path / "a.fbx", [armature])
    assert len(read(tmp_path / "a.fbx")["posed"]) == 30


def test_blenders_exporter_does_not_chatter(make_motion, tmp_path, capfd):
    armature = write_motion(make_motion())
    capfd.readouterr()
    export_fbx(tmp_path / "quiet.fbx", [armature])
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(("start", "back"), [(None, 2), (0, 1)])
def test_blenders_own_import_adds_a_frame_which_the_files_start_takes_off(make_motion, tmp_path, start, back):
    path = tmp_path / "a.fbx"
    export_fbx(path, [write_motion(make_motion(), mesh=False)], file_start=start)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.ops.import_scene.fbx(filepath=str(path))
    (armature,) = [ob for ob in bpy.data.objects if ob.type == "ARMATURE"]
    assert armature.animation_data.action.curve_frame_range[0] == back
