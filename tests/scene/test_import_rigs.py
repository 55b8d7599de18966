"""Files that Blender opens come back as the motion that was written, and leave nothing behind."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import bpy
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from addon import cli, formats
from addon.body.kinematics import forward
from addon.body.skeleton import JOINT_NAMES
from addon.formats import rig_files
from addon.formats.rig_files import forget_importer, known_takes, use_importer
from addon.motion import Motion
from addon.recording import Person
from addon.safe_read import FormatError
from addon.scene import export_fbx, export_people, write_motion
from addon.scene.import_rigs import import_rigs
from addon.writers.presets import FBX_PRESETS, PRESETS

from .glb_files import needs_gltf, told_in, write_told
from .hands import with_hands
from .rigged import add_armature, add_mesh, known_rig, seen


@pytest.fixture(autouse=True)
def importer():
    use_importer(import_rigs)
    yield
    forget_importer(import_rigs)


def worst(person: Person, motion: Motion) -> tuple[float, float]:
    """Largest distance in mm of a joint's keypoint, and largest angle in degrees of a joint's rotation."""
    places, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    assert person.keypoints is not None
    assert person.poses is not None
    rows = [person.keypoints.canonical.index(name) for name in JOINT_NAMES[:22]]
    apart = np.linalg.norm(person.keypoints.positions[:, rows] - places[:, :22], axis=-1)
    turned = np.linalg.inv(person.poses.rotations[:, :22]) @ motion.rotations[:, :22]
    angles = Rotation.from_matrix(turned.reshape(-1, 3, 3)).magnitude()
    pelvis = np.linalg.norm(person.poses.pelvis - places[:, 0], axis=-1).max()
    return 1000 * max(float(apart.max()), float(pelvis)), float(np.degrees(angles.max()))


def fingers(person: Person, motion: Motion) -> float:
    """Largest angle in degrees of a finger joint's rotation."""
    assert person.poses is not None
    assert person.poses.hands is not None
    assert motion.hands is not None
    turned = np.linalg.inv(person.poses.hands) @ motion.hands.rotations
    return float(np.degrees(Rotation.from_matrix(turned.reshape(-1, 3, 3)).magnitude().max()))


WRITERS = {
    **{f"{preset}.fbx": preset for preset in FBX_PRESETS},
    "blender.glb": "glb",
    "blender.usda": "usda",
    "blender.usdc": "usdc",
}


def write(kind: str, path, armature) -> None:
    if kind in FBX_PRESETS:
        export_fbx(path, [armature], preset=kind)
    elif kind == "glb" and bpy.app.version < (4, 3):
        _write_glb_elsewhere(path)
    elif kind == "glb":
        bpy.ops.export_scene.gltf(
            filepath=str(path), export_animation_mode="ACTIVE_ACTIONS", export_optimize_animation_size=False
        )
    else:
        bpy.ops.wm.usd_export(filepath=str(path), export_animation=True)


def _write_glb_elsewhere(path: Path) -> None:
    """By another process: once bpy 4.2 has written glTF it crashes as it exits."""
    blend = path.with_suffix(".blend")
    bpy.ops.wm.save_as_mainfile(filepath=str(blend), copy=True)
    code = (
        f"import bpy, os; bpy.ops.wm.open_mainfile(filepath={str(blend)!r});"
        f" bpy.ops.export_scene.gltf(filepath={str(path)!r}, export_animation_mode='ACTIVE_ACTIONS',"
        " export_optimize_animation_size=False); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", WRITERS)
def test_what_was_written_comes_back_as_the_same_motion(name, make_motion, tmp_path):
    motion = with_hands(make_motion(frames=24, fps=60.0))
    write(WRITERS[name], tmp_path / name, write_motion(motion, name="Anna"))
    recording = formats.read(tmp_path / name)
    (person,) = recording.people
    assert (recording.fps.value, person.frames) == (60.0, 24)
    millimetres, degrees = worst(person, motion)
    assert millimetres < 1.0
    assert degrees < 0.2
    assert fingers(person, motion) < 0.2


@pytest.mark.parametrize("preset", ["plain", "web", "usd"])
@pytest.mark.parametrize("fps", [30 / 1.001, 24 / 1.001, 60 / 1.001, 12.5])
def test_a_rate_that_is_no_whole_number_comes_back(preset, fps, make_motion, tmp_path):
    if preset == "web" and bpy.app.version < (4, 3):
        pytest.skip("once bpy 4.2 has written glTF it crashes as it exits")
    motion = make_motion(frames=200, fps=fps)
    path = tmp_path / f"clip{PRESETS[preset].suffix}"
    export_people(path, [write_motion(motion, name="Anna", mesh=False)], preset=preset)
    recording = formats.read(path)
    (person,) = recording.people
    assert recording.fps.value == pytest.approx(fps, rel=1e-5)
    assert person.frames == 200
    assert worst(person, motion)[0] < 1.0


@pytest.mark.parametrize("name", ["plain.fbx", "blender.glb", "blender.usdc"])
def test_a_skeleton_without_a_body_comes_back_in_the_right_places(name, make_motion, tmp_path):
    motion = make_motion(frames=12)
    write(WRITERS[name], tmp_path / name, write_motion(motion, name="Anna", mesh=False))
    assert worst(formats.read(tmp_path / name).people[0], motion)[0] < 1.0


@pytest.mark.parametrize("preset", ["plain", "web"])
def test_several_armatures_are_several_people(preset, make_motion, tmp_path):
    if preset == "web" and bpy.app.version < (4, 3):
        pytest.skip("once bpy 4.2 has written glTF it crashes as it exits")
    path = tmp_path / f"two{PRESETS[preset].suffix}"
    motions = {"Anna": make_motion(frames=10), "Ben": make_motion(frames=10, seed=4)}
    armatures = [write_motion(motion, name=name, mesh=False) for name, motion in motions.items()]
    export_people(path, armatures, preset=preset)
    recording = formats.read(path)
    people = recording.people
    assert not any("takes" in warning for warning in recording.warnings), "a clip each is no choice"
    assert sorted(person.id for person in people) == ["Anna", "Ben"]
    for person in people:
        assert person.frames == 10
        assert worst(person, motions[person.id])[0] < 1.0


def everything() -> dict[str, object]:
    """Names of all data-blocks, and what shows of the scene."""
    kinds = (kind.identifier for kind in bpy.types.BlendData.bl_rna.properties if kind.type == "COLLECTION")
    scene = bpy.context.scene
    return {kind: sorted(each.name for each in getattr(bpy.data, kind)) for kind in kinds} | {
        "scene": [scene.name, scene.frame_start, scene.frame_end, scene.frame_current, scene.render.fps],
        "chosen": [one.name for one in bpy.context.view_layer.objects if one.select_get()],
        "active": getattr(bpy.context.view_layer.objects.active, "name", None),
        "mode": bpy.context.mode,
    }


@pytest.mark.parametrize("name", ["plain.fbx", "blender.glb", "blender.usdc"])
def test_reading_leaves_nothing_behind(name, make_motion, tmp_path):
    write(WRITERS[name], tmp_path / name, write_motion(make_motion(frames=6), name="Anna"))
    bpy.ops.wm.read_homefile(use_factory_startup=True)
    bpy.context.scene.frame_set(7)
    bpy.ops.object.mode_set(mode="EDIT")
    before = everything()
    formats.read(tmp_path / name)
    assert everything() == before
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:2000])
    with pytest.raises(FormatError) as refusal:
        formats.read(tmp_path / name)
    assert str(refusal.value).count("\n") == 0
    assert everything() == before


def test_a_file_without_animation_or_without_a_body_gets_one_sentence(tmp_path):
    bpy.ops.object.armature_add()
    write("glb", tmp_path / "bone.glb", bpy.context.object)
    with pytest.raises(FormatError, match="too few bones for a body, 1"):
        formats.read(tmp_path / "bone.glb")
    bpy.ops.wm.read_homefile(use_factory_startup=True)
    write("glb", tmp_path / "cube.glb", bpy.context.object)
    with pytest.raises(FormatError, match="no armature"):
        formats.read(tmp_path / "cube.glb")


def test_without_blender_there_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(rig_files, "_importers", [])  # the command line's stays once it was used
    (tmp_path / "a.fbx").write_bytes(b"Kaydara FBX Binary  \0")
    with pytest.raises(FormatError, match="an FBX file, which only Blender opens"):
        formats.read(tmp_path / "a.fbx")


@pytest.fixture(scope="module")
def two_takes(tmp_path_factory) -> Path:
    """A character's FBX with a short walk and a longer run."""
    path = tmp_path_factory.mktemp("takes") / "hero.fbx"
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    write_takes(add_armature(known_rig("Mixamo"), "Hero"))
    bpy.ops.export_scene.fbx(filepath=str(path), add_leaf_bones=False, bake_anim_use_all_actions=False)
    return path


def write_takes(hero: bpy.types.Object) -> None:
    """As NLA tracks, which exporters write as a take each."""
    hips, data = hero.pose.bones["mixamorig:Hips"], hero.animation_data_create()
    for name, last in (("Walk", 10), ("Run", 20)):
        data.action = bpy.data.actions.new(name)
        for frame in (1, last):
            hips.location.z = 0.1 * frame
            hips.keyframe_insert("location", frame=frame)
        track = data.nla_tracks.new()
        track.name = name
        track.strips.new(name, 1, data.action)
        data.action = None


def test_of_several_takes_the_first_is_read_and_another_can_be_chosen(two_takes, capsys):
    (note,) = (line for line in formats.read(two_takes).warnings if "takes" in line)
    assert note == "hero.fbx has 2 takes (Walk, Run), of which Walk is read; for another, give --take."
    frames = {take: formats.read(two_takes, take=take).people[0].frames for take in (None, "Walk", "Run")}
    assert frames == {None: 10, "Walk": 10, "Run": 20}
    assert known_takes(two_takes) == ("Walk", "Run")
    with pytest.raises(FormatError, match=r"hero.fbx has no take Jump; it has Walk, Run\."):
        formats.read(two_takes, take="Jump")
    capsys.readouterr()
    assert cli.main(["inspect", str(two_takes), "--take", "Run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["people"][0]["frames"] == 20


def _hips_on_a_root(path: Path) -> np.ndarray:
    """A file of a character whose hips rest just where its root ends, and the places (T, 3) of its hips."""
    character = add_armature(known_rig("SMPL-X"))
    hips = character.pose.bones["pelvis"]
    assert (character.data.bones["root"].tail_local - hips.bone.head_local).length < 1e-6
    for frame, place in ((1, (0.0, 0.0, 0.0)), (11, (0.3, -0.2, 1.0))):
        hips.location = place
        hips.keyframe_insert("location", frame=frame)
    bpy.ops.export_scene.fbx(filepath=str(path), add_leaf_bones=False, use_selection=False)
    return np.array([seen(character, ["pelvis"], frame)[0, :3, 3] for frame in range(1, 12)])


def test_hips_that_begin_where_their_root_ends_keep_their_way(tmp_path):
    """Blender's importer connects them, and leaves out what moves a connected bone."""
    there = _hips_on_a_root(tmp_path / "walk.fbx")
    person = formats.read(tmp_path / "walk.fbx").people[0]
    assert person.poses is not None
    came = person.poses.pelvis[:, [0, 2, 1]] * [1.0, -1.0, 1.0]
    assert np.abs((came - came[0]) - (there - there[0])).max() < 1e-3


@needs_gltf
def test_a_glb_of_nodes_without_a_skin_is_read_by_its_nodes(tmp_path):
    """As libraries of animations have it: Blender's importer makes no armature of such."""
    character = add_armature(known_rig("Mixamo"))
    add_mesh(character)
    for place, name in enumerate(("Hips", "LeftUpLeg", "RightArm")):
        bone = character.pose.bones[f"mixamorig:{name}"]
        for frame in (1, 11):
            bone.rotation_quaternion = (1.0, 0.1 * place, 0.02 * frame, 0.0)
            bone.keyframe_insert("rotation_quaternion", frame=frame)
    export_people(tmp_path / "whole.glb", [character], preset="web", rename=False)
    without_skins(tmp_path / "whole.glb", tmp_path / "bare.glb")
    skinned, bare = (formats.read(tmp_path / f"{name}.glb").people[0] for name in ("whole", "bare"))
    assert skinned.poses is not None and bare.poses is not None
    assert bare.poses.rotations == pytest.approx(skinned.poses.rotations, abs=1e-4)
    assert bare.poses.pelvis == pytest.approx(skinned.poses.pelvis, abs=1e-4)


def without_skins(path: Path, other: Path) -> None:
    """The file's nodes and their animation alone."""
    told = told_in(path)
    for word in ("skins", "meshes", "materials"):
        told.pop(word, None)
    for node in told["nodes"]:
        node.pop("skin", None)
        node.pop("mesh", None)
    write_told(path, other, told)
