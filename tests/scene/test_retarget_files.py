"""From the command line onto the character of a file, with its mesh, to a file that others read."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from mathutils import Matrix

from addon import cli, formats, scene
from addon.rigs import map_file, match
from addon.scene import scene_rate
from addon.scene.curves import count_curves
from addon.scene.sample_rigs import rig_of
from tests.retarget import stepping
from tests.scene.fbx_files import read
from tests.scene.glb_files import needs_gltf, read_glb, told_in, write_told
from tests.scene.rigged import add_armature, add_mesh, generated_rig, known_rig, seen


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A walk, and a character in files of three kinds."""
    place = tmp_path_factory.mktemp("retarget")
    formats.write_npz(stepping.walk(), place / "walk.npz")
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    add_mesh(add_armature(known_rig("Mixamo"), "Hero"))
    bpy.ops.wm.save_as_mainfile(filepath=str(place / "hero.blend"))
    bpy.ops.export_scene.fbx(filepath=str(place / "hero.fbx"), add_leaf_bones=False)
    if bpy.app.version >= (4, 4):
        bpy.ops.export_scene.gltf(filepath=str(place / "hero.glb"))
    return place


def _refine(folder: Path, rig: str, out: Path, *words: str, source: Path | None = None) -> int:
    walk = str(source or folder / "walk.npz")
    return cli.main(
        ["refine", walk, "--mode", "none", "--retarget", str(folder / rig), "--output", str(out), *words]
    )


def _character() -> bpy.types.Object:
    (armature,) = (ob for ob in bpy.data.objects if ob.type == "ARMATURE")
    return armature


@pytest.mark.parametrize("rig", ["hero.blend", "hero.fbx", pytest.param("hero.glb", marks=needs_gltf)])
def test_a_character_of_any_file_walks_with_its_mesh_in_a_blend(folder, tmp_path, rig):
    out = tmp_path / "out.blend"
    assert _refine(folder, rig, out) == 0
    bpy.ops.wm.open_mainfile(filepath=str(out))
    armature = _character()
    assert armature.name == "walk" and any(ob.type == "MESH" for ob in bpy.data.objects)
    assert scene_rate(bpy.context.scene) == 30.0, "the walk's, though the FBX file of the character says 24"
    hips = next(bone.name for bone in armature.data.bones if bone.name.endswith("Hips"))
    places = np.array([seen(armature, [hips], frame)[0, :3, 3] for frame in (1, 240)])
    assert 2.0 < places[0, 1] - places[1, 1] < 3.5, "as far as the person, who walks towards -Y"
    assert (np.abs(places[:, 2] - 0.9) < 0.15).all()


def test_a_character_keeps_the_size_and_the_turn_that_objects_above_it_give(folder, tmp_path):
    """As models of web libraries have them: bones in centimetres that lie, below objects that set them up."""
    bpy.ops.wm.open_mainfile(filepath=str(folder / "hero.blend"))
    armature = next(ob for ob in bpy.data.objects if ob.type == "ARMATURE")
    above = bpy.data.objects.new("Sketchfab_model", None)
    bpy.context.scene.collection.objects.link(above)
    above.matrix_world = Matrix.Rotation(np.pi / 2, 4, "X") @ Matrix.Scale(0.01, 4)
    lying = above.matrix_world.inverted()
    armature.data.transform(lying)
    next(ob for ob in bpy.data.objects if ob.type == "MESH").data.transform(lying)
    armature.parent = above
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "hero.blend"))
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    out = tmp_path / "out.blend"
    assert _refine(tmp_path, "hero.blend", out, source=folder / "walk.npz") == 0
    bpy.ops.wm.open_mainfile(filepath=str(out))
    head, foot = seen(_character(), ["mixamorig:Head", "mixamorig:LeftFoot"], 1)[:, 2, 3]
    assert 1.2 < head - foot < 1.6


def test_hips_that_an_fbx_file_begins_where_its_root_ends_can_be_moved(folder, tmp_path):
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    add_armature(known_rig("SMPL-X"), "Hero")
    bpy.ops.export_scene.fbx(filepath=str(tmp_path / "hero.fbx"), add_leaf_bones=False)
    out = tmp_path / "out.bvh"
    assert _refine(tmp_path, "hero.fbx", out, source=folder / "walk.npz") == 0
    hips = formats.read(out).people[0].poses
    assert hips is not None and 2.0 < np.ptp(hips.pelvis[:, 2]) < 3.5


def test_an_fbx_comes_back_with_the_characters_own_bones(folder, tmp_path):
    out = tmp_path / "out.fbx"
    assert _refine(folder, "hero.blend", out) == 0
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.ops.import_scene.fbx(filepath=str(out))
    armature = _character()
    assert "mixamorig:Hips" in armature.data.bones and armature.animation_data.action is not None


@pytest.mark.parametrize(("preset", "unit"), [("plain", 0.01), ("unity", 1.0), ("unreal", 0.01)])
def test_an_fbx_has_axes_unit_and_root_of_its_preset_and_the_characters_names(folder, tmp_path, preset, unit):
    out = tmp_path / "out.fbx"
    assert _refine(folder, "hero.blend", out, "--fbx-preset", preset) == 0
    found = read(out)
    assert found["unit"] == pytest.approx(unit) and ("root" in found["names"]) == (preset == "unreal")
    assert "mixamorig:Hips" in found["names"]


@pytest.mark.parametrize("words", [(), ("--to", "bvh")], ids=["a file", "a folder"])
def test_a_bvh_has_the_characters_bones_and_motion(folder, tmp_path, words):
    out = tmp_path / ("out" if words else "walk.bvh")
    assert _refine(folder, "hero.blend", out, *words) == 0
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.context.scene.render.fps = 30
    bpy.ops.import_anim.bvh(filepath=str(out / "walk.bvh" if words else out), global_scale=0.01)
    places = np.array([seen(bpy.context.object, ["mixamorig:Hips"], frame)[0, :3, 3] for frame in (1, 240)])
    assert 2.0 < places[0, 1] - places[1, 1] < 3.5


def _human(path: Path) -> dict[str, str]:
    """The names of a VRM animation's nodes by VRM's human bones."""
    content = read_glb(path).content
    told = content["extensions"]["VRMC_vrm_animation"]["humanoid"]["humanBones"]
    return {bone: content["nodes"][one["node"]]["name"] for bone, one in told.items()}


def _places(path: Path, names: list[str]) -> np.ndarray:
    """(T, B, 3) of nodes of a VRM animation, in Blender's axes."""
    found = read_glb(path)
    (clip,) = found.content["animations"]
    worlds = found.worlds(clip["name"], found.times(clip["name"]))
    at = {node["name"]: place for place, node in enumerate(found.content["nodes"])}
    return np.stack([worlds[at[name]][0] for name in names], axis=1)[..., [0, 2, 1]] * [1, -1, 1]


@pytest.mark.parametrize("words", [(), ("--to", "vrma")], ids=["a file", "a folder"])
def test_a_vrm_animation_is_that_of_the_character_in_a_blend(folder, tmp_path, words):
    out = tmp_path / ("out" if words else "walk.vrma")
    assert _refine(folder, "hero.blend", out, *words) == 0
    path = out / "walk.vrma" if words else out
    human = _human(path)
    assert human["hips"] == "mixamorig:Hips" and human["leftIndexProximal"] == "mixamorig:LeftHandIndex1"
    assert read_glb(path).content["animations"][0]["name"] == "walk"
    _check_as_in_a_blend(path, folder, "hero.blend")


@pytest.fixture
def miku(tmp_path) -> Path:
    """A character whose trunk and legs hang side by side on a bone that stays, with Japanese names."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    add_armature(known_rig("MikuMikuDance"), "Miku")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "miku.blend"))
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    return tmp_path / "miku.blend"


def test_a_vrm_animation_hangs_a_trunk_on_the_hips_that_rests_beside_them(folder, tmp_path, miku):
    out = tmp_path / "walk.vrma"
    assert _refine(folder, str(miku), out) == 0
    content, human = read_glb(out).content, _human(out)
    parents = {
        content["nodes"][child]["name"]: node["name"]
        for node in content["nodes"]
        for child in node.get("children", ())
    }
    assert parents[human["spine"]] == human["hips"]
    _check_as_in_a_blend(out, folder, str(miku))


def test_a_bvh_keeps_names_in_any_script(folder, tmp_path, miku):
    out = tmp_path / "walk.bvh"
    assert _refine(folder, str(miku), out) == 0
    assert "JOINT 左ひざ\n" in out.read_text("utf-8")
    (person,) = formats.read(out).people
    assert person.keypoints is not None and "left_knee" in person.keypoints.canonical


def _check_as_in_a_blend(path: Path, folder: Path, rig: str) -> None:
    """Joints of a VRM animation within 2 mm of the deforming bones of the same character in a .blend."""
    human = _human(path)
    assert _refine(folder, rig, path.with_suffix(".blend")) == 0
    bpy.ops.wm.open_mainfile(filepath=str(path.with_suffix(".blend")))
    bones = [human[bone] for bone in ("hips", "leftFoot", "rightFoot", "leftHand", "head")]
    places = _places(path, bones)
    assert len(places) == 240
    shown = np.array([seen(_character(), bones, frame)[:, :3, 3] for frame in range(1, 241, 20)])
    np.testing.assert_allclose(places[::20], shown, atol=2e-3)


def test_a_vrm_animation_has_the_bones_that_a_table_names(folder, tmp_path):
    bpy.ops.wm.open_mainfile(filepath=str(folder / "hero.blend"))
    found = match(rig_of(_character()))
    for slot in found.fingers:
        found = found.with_bone(slot, "")
    map_file.write_map(found, tmp_path / "bones.json")
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    words = ("--retarget-bones", str(tmp_path / "bones.json"))
    assert _refine(folder, "hero.blend", tmp_path / "walk.vrma", *words) == 0
    human = _human(tmp_path / "walk.vrma")
    assert "leftHand" in human and not any("Index" in bone or "Thumb" in bone for bone in human)


def test_a_vrm_animation_of_a_rigify_rig_has_its_deforming_bones(folder, tmp_path):
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    generated_rig()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "rig.blend"))
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    assert _refine(folder, str(tmp_path / "rig.blend"), tmp_path / "walk.vrma") == 0
    human = _human(tmp_path / "walk.vrma")
    assert all(name.startswith("DEF-") for name in human.values())
    _check_as_in_a_blend(tmp_path / "walk.vrma", folder, str(tmp_path / "rig.blend"))


@needs_gltf
def test_a_glb_holds_skin_and_animation(folder, tmp_path):
    out = tmp_path / "out.glb"
    assert _refine(folder, "hero.blend", out, "--retarget-root", "place") == 0
    told = told_in(out)
    assert len(told["animations"]) == 1 and len(told["skins"]) == 1
    assert {node["name"] for node in told["nodes"]} >= {"mixamorig:Hips", "Skin"}


@pytest.mark.parametrize("words", [(), ("--retarget", "hero.fbx")], ids=["people", "characters"])
def test_of_several_people_one_at_a_time_has_keys(folder, tmp_path, monkeypatch, words):
    """Twenty thousand frames of one person's take 150 MB, and as much again in Blender's copy."""
    keyed, write = [], scene.write_motion

    def spy(*args, **options):
        keyed.append(sum(map(count_curves, bpy.data.actions)))
        return write(*args, **options)

    monkeypatch.setattr(scene, "write_motion", spy)
    monkeypatch.chdir(folder)
    people = [str(tmp_path / f"{name}.npz") for name in ("a", "b", "c")]
    for path in people:
        formats.write_npz(stepping.walk(), path)
    out = tmp_path / "all.fbx"
    assert cli.main(["refine", *people, "--mode", "none", "--output", str(out), *words]) == 0
    assert keyed == [0, 0, 0] and sum(map(count_curves, bpy.data.actions)) == 0
    read(out)
    assert len([ob for ob in bpy.data.objects if ob.type == "ARMATURE"]) == 3


def test_a_folder_gets_a_character_for_each_file_and_in_place_leaves_the_way_out(folder, tmp_path):
    assert _refine(folder, "hero.blend", tmp_path / "out", "--to", "blend", "--in-place") == 0
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "out" / "walk.blend"))
    places = np.array([seen(_character(), ["mixamorig:Hips"], frame)[0, :3, 3] for frame in (1, 240)])
    assert np.abs(places[:, :2]).max() < 0.05


@needs_gltf
def test_a_vrm_file_tells_which_bone_is_what(folder, tmp_path):
    """Whatever its bones are called and however it is built."""
    content = told_in(folder / "hero.glb")
    nodes = content["nodes"]
    at = {node["name"]: place for place, node in enumerate(nodes)}
    bones = {"hips": "Hips", "spine": "Spine", "chest": "Spine1", "upperChest": "Spine2", "head": "Head"}
    for side in ("Left", "Right"):
        for own, theirs in (("UpperArm", "Arm"), ("LowerArm", "ForeArm"), ("Hand", "Hand"),
                            ("UpperLeg", "UpLeg"), ("LowerLeg", "Leg"), ("Foot", "Foot")):  # fmt: skip
            bones[side.lower() + own] = side + theirs
    told = {bone: {"node": at[f"mixamorig:{name}"]} for bone, name in bones.items()}
    for place, node in enumerate(nodes):
        node["name"] = f"n{place}" if node["name"].startswith("mixamorig") else node["name"]
    content["extensions"] = {"VRMC_vrm": {"specVersion": "1.0", "humanoid": {"humanBones": told}}}
    write_told(folder / "hero.glb", tmp_path / "hero.vrm", content)
    assert _refine(folder, str(tmp_path / "hero.vrm"), tmp_path / "out.blend") == 0
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "out.blend"))
    hips = f"n{at['mixamorig:Hips']}"
    places = np.array([seen(_character(), [hips], frame)[0, :3, 3] for frame in (1, 240)])
    assert 2.0 < places[0, 1] - places[1, 1] < 3.5
    assert _refine(folder, str(tmp_path / "hero.vrm"), tmp_path / "out.vrma") == 0
    told_back = {bone: name for bone, name in _human(tmp_path / "out.vrma").items() if bone in bones}
    assert told_back == {bone: f"n{one['node']}" for bone, one in told.items()}


@pytest.mark.parametrize(
    ("rig", "out", "status", "told"),
    [
        ("hero.stl", "out.fbx", 2, "is not a .blend, .fbx, .glb, .gltf or .vrm file"),
        ("hero.blend", "folder", 2, "or name a folder and one of these with --to"),
        ("gone.fbx", "out.fbx", 1, "There is no file"),
        ("hero.blend", "out.npz", 2, "--retarget writes an .fbx, .glb, .usd, .bvh, .vrma or .blend file"),
    ],
)
def test_what_does_not_fit_is_said_in_a_sentence(folder, tmp_path, capsys, rig, out, status, told):
    assert _refine(folder, rig, tmp_path / out) == status
    assert told in capsys.readouterr().err and not (tmp_path / out).exists()


def test_the_file_that_is_open_is_no_character_for_its_own_blender(folder, tmp_path, capsys):
    bpy.ops.wm.open_mainfile(filepath=str(folder / "hero.blend"))
    assert _refine(folder, "hero.blend", tmp_path / "out.fbx") == 1
    told = capsys.readouterr().err
    assert "hero.blend is the file that is open" in told and "Traceback" not in told
    assert not (tmp_path / "out.fbx").exists()


def test_an_open_file_that_is_gone_from_the_disk_is_in_nobodys_way(folder, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "gone.blend"))
    (tmp_path / "gone.blend").unlink()
    assert _refine(folder, "hero.blend", tmp_path / "out.fbx") == 0


@needs_gltf
def test_a_file_that_an_importer_falls_over_is_told_in_one_sentence(folder, tmp_path, capfd):
    told = told_in(folder / "hero.glb")
    told["skins"][0]["joints"][0] = 9999
    write_told(folder / "hero.glb", tmp_path / "broken.glb", told)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    capfd.readouterr()
    sentence = "Blender can't read broken.glb (its content is damaged); export it again.\n"
    assert _refine(folder, str(tmp_path / "broken.glb"), tmp_path / "out.fbx") == 1
    assert capfd.readouterr().err == sentence
    assert cli.main(["inspect", str(tmp_path / "broken.glb")]) == 1
    assert capfd.readouterr().err == sentence


def test_further_armatures_with_meshes_that_a_file_holds_are_told_of(folder, tmp_path, capsys):
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    for name in ("Hero", "Skirt", "Camera rig"):
        armature = add_armature(known_rig("Mixamo"), name)
        if name != "Camera rig":
            add_mesh(armature)
    bpy.ops.export_scene.fbx(filepath=str(tmp_path / "dressed.fbx"), add_leaf_bones=False)
    assert _refine(folder, str(tmp_path / "dressed.fbx"), tmp_path / "out.blend") == 0
    told = capsys.readouterr().err
    assert "dressed.fbx holds further armatures with meshes (" in told and "Camera rig" not in told
