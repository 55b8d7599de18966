"""Files for Unity, Unreal and others, read back by the independent reader ufbx and by Blender."""

from __future__ import annotations

import importlib

import bpy
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from addon.body.kinematics import forward
from addon.body.skeleton import PARENTS
from addon.scene import BONE_NAMES, SceneError, export_fbx, write_motion
from addon.scene.root_motion import root_matrices
from addon.writers.presets import FBX_PRESETS
from tests.full_disk import full_after

from .fbx_files import degrees, read, rest_of

UNITY_NEEDS = [
    "Hips",
    "LeftUpperLeg",
    "RightUpperLeg",
    "LeftLowerLeg",
    "RightLowerLeg",
    "LeftFoot",
    "RightFoot",
    "Spine",
    "Head",
    "LeftUpperArm",
    "RightUpperArm",
    "LeftLowerArm",
    "RightLowerArm",
    "LeftHand",
    "RightHand",
]
"""The human bones without which Unity builds no avatar."""
UNITY_NEVER_MAPS = ("end", "top", "nub", "palm")
MANNEQUIN = [
    "root",
    "pelvis",
    "spine_01",
    "spine_02",
    "spine_03",
    "neck_01",
    "head",
    "clavicle_l",
    "upperarm_l",
    "lowerarm_l",
    "hand_l",
    "thigh_l",
    "calf_l",
    "foot_l",
    "ball_l",
    "clavicle_r",
    "upperarm_r",
    "lowerarm_r",
    "hand_r",
    "thigh_r",
    "calf_r",
    "foot_r",
    "ball_r",
]
Z_UP = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
"""From SMPL's frame to one with Z up that faces -Y."""
Y, Z, MINUS_Y = 2, 4, 3
"""How ufbx numbers axes."""

every_preset = pytest.mark.parametrize("preset", list(FBX_PRESETS))
with_and_without_mesh = pytest.mark.parametrize("mesh", [True, False], ids=["mesh", "no mesh"])


def _file_name(preset: str, bone: str) -> str:
    return FBX_PRESETS[preset].bones.get(bone, bone)


def _axes(preset: str) -> np.ndarray:
    return Z_UP if preset == "unreal" else np.eye(3)


def _bones(found, matrices, preset) -> np.ndarray:
    """(..., 24, 3, 4) in SMPL's frame and metres, with the scale of the nodes taken out."""
    names = found["names"].tolist()
    places = [names.index(_file_name(preset, name)) for name in BONE_NAMES]
    bones = _axes(preset).T @ matrices[..., places, :, :]
    size = found["unit"] * (100.0 if preset == "plain" else 1.0)
    np.testing.assert_allclose(np.linalg.norm(bones[..., :3], axis=-2), size, rtol=1e-4)
    bones[..., :3] /= size
    return bones


def _check_motion(found, motion, preset, joints=None) -> None:
    """Joints within 1 mm, rotations within 0.1 degrees, bones of the right length in metres."""
    rest, posed = _bones(found, found["rest"], preset), _bones(found, found["posed"], preset)
    np.testing.assert_allclose(rest[..., 3], rest_of(motion), atol=1e-4)
    places, turns = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    np.testing.assert_allclose(posed[..., 3], places if joints is None else joints, atol=1e-3)
    turned = posed[..., :3] @ np.linalg.inv(rest[..., :3])
    assert degrees(turned, turns) < 0.1


@every_preset
@pytest.mark.parametrize(
    ("mesh", "fps", "first"), [(True, 24, 0), (False, 30, 119), (False, 60, 7)], ids=str
)  # a body takes twice as long to write, and has no times
def test_ufbx_reads_the_same_motion(make_motion, tmp_path, preset, mesh, fps, first):
    motion = make_motion(fps=fps, frame_ids=first + np.arange(24))
    armature = write_motion(motion, name="Anna")
    bpy.context.scene.frame_set(first + 12)
    assert export_fbx(tmp_path / "a.fbx", [armature], preset=preset, mesh=mesh) == [tmp_path / "a.fbx"]
    found = read(tmp_path / "a.fbx")
    assert found["fps"] == pytest.approx(fps)
    start = first + 1 if preset == "plain" else 0
    assert found["span"] == pytest.approx([start / fps, (start + 23) / fps], abs=1e-6)
    assert len(found["faces"]) == mesh
    _check_motion(found, motion, preset)


@every_preset
@with_and_without_mesh
def test_blender_reads_the_same_motion(make_motion, tmp_path, preset, mesh):
    motion = make_motion(fps=30, frame_ids=4 + np.arange(20))
    export_fbx(tmp_path / "a.fbx", [write_motion(motion)], preset=preset, mesh=mesh, file_start=5)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.context.scene.render.fps = 30
    bpy.ops.import_scene.fbx(filepath=str(tmp_path / "a.fbx"), anim_offset=0.0)
    (armature,) = [ob for ob in bpy.data.objects if ob.type == "ARMATURE"]
    assert tuple(np.round(armature.animation_data.action.frame_range)) == (5, 24)
    joints, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    names = [_file_name(preset, name) for name in BONE_NAMES]
    for index in range(0, 20, 4):
        bpy.context.scene.frame_set(5 + index)
        heads = [armature.matrix_world @ armature.pose.bones[name].head for name in names]
        np.testing.assert_allclose(np.array(heads) @ Z_UP, joints[index], atol=1e-3)


def test_unity_gets_metres_y_up_and_no_turned_or_scaled_node(make_motion, tmp_path):
    export_fbx(tmp_path / "a.fbx", [write_motion(make_motion(4), name="Anna")], preset="unity")
    found = read(tmp_path / "a.fbx")
    names = found["names"].tolist()
    assert found["unit"] == 1.0
    assert str(found["up"]) == str(Y)
    for node in ("Anna", "Anna body"):
        np.testing.assert_allclose(found["scales"][names.index(node)], 1, atol=1e-6)
        assert found["turns"][names.index(node)] == pytest.approx(0, abs=1e-3)
    rest = dict(zip(names, found["rest"][..., 3], strict=True))
    assert rest["LeftToes"][2] > rest["LeftFoot"][2] + 0.05  # faces +Z
    assert rest["LeftHand"][0] > 0.5  # Unity mirrors X


def test_unity_finds_the_bones_of_a_humanoid(make_motion, tmp_path):
    export_fbx(tmp_path / "a.fbx", [write_motion(make_motion(4))], preset="unity")
    found = read(tmp_path / "a.fbx")
    parent = dict(zip(found["names"].tolist(), found["parents"].tolist(), strict=True))
    assert set(UNITY_NEEDS) < set(parent)
    assert parent["Neck"] == parent["LeftShoulder"] == parent["RightShoulder"] == "UpperChest"
    assert [parent[name] for name in ("UpperChest", "Chest", "Spine")] == ["Chest", "Spine", "Hips"]
    assert [parent[name] for name in ("LeftToes", "LeftFoot", "LeftLowerLeg", "LeftUpperLeg")] == [
        "LeftFoot",
        "LeftLowerLeg",
        "LeftUpperLeg",
        "Hips",
    ]
    ours = [FBX_PRESETS["unity"].bones[name] for name in BONE_NAMES]
    spare = set(map(str.lower, ours)) - set(map(str.lower, UNITY_NEEDS))
    spare -= {"chest", "upperchest", "neck", "leftshoulder", "rightshoulder", "lefttoes", "righttoes"}
    assert all(any(part in name for part in UNITY_NEVER_MAPS) for name in spare)


def test_unreal_gets_centimetres_z_up_and_a_root_bone_below_a_node_it_drops(make_motion, tmp_path):
    motion = make_motion(20)
    export_fbx(tmp_path / "a.fbx", [write_motion(motion, name="Anna")], preset="unreal")
    found = read(tmp_path / "a.fbx")
    names = found["names"].tolist()
    assert found["unit"] == 0.01
    assert (str(found["up"]), str(found["front"])) == (str(Z), str(MINUS_Y))
    np.testing.assert_allclose(found["scales"][[names.index(n) for n in ("Armature", "root")]], 1, atol=1e-6)
    assert found["turns"][[names.index(n) for n in ("Armature", "root")]] == pytest.approx([0, 0], abs=1e-3)
    parent = dict(zip(names, found["parents"].tolist(), strict=True))
    assert (parent["pelvis"], parent["root"], parent["Armature"]) == ("root", "Armature", "")
    assert set(MANNEQUIN) < set(names)
    head, neck = (found["rest"][names.index(name), :, 3] / found["unit"] for name in ("head", "neck_01"))
    assert np.linalg.norm(head - neck) == pytest.approx(
        100 * np.linalg.norm(motion.bone_offsets[15]), rel=1e-4
    )


def test_unreals_root_stays_on_the_floor_below_the_pelvis_and_turns_with_it(make_motion, tmp_path):
    motion = make_motion(60)
    export_fbx(tmp_path / "a.fbx", [write_motion(motion, mesh=False)], preset="unreal")
    found = read(tmp_path / "a.fbx")
    root = found["posed"][:, found["names"].tolist().index("root")]
    np.testing.assert_allclose(root[:, 2, 3], 0, atol=1e-5)
    np.testing.assert_allclose(root[:, :2, 3], motion.pelvis @ Z_UP.T[:, :2], atol=1e-4)
    np.testing.assert_allclose(root[:, 2, 2], found["unit"], rtol=1e-4)  # upright
    angles = np.unwrap(np.arctan2(root[:, 1, 0], root[:, 0, 0]))
    turned = Rotation.from_matrix(Z_UP @ motion.rotations[:, 0] @ Z_UP.T).as_quat()
    hips = np.unwrap(2 * np.arctan2(turned[:, 2], turned[:, 3]))
    assert np.abs(angles - hips + hips[30] - angles[30])[15:-15].max() < 0.4
    assert abs(hips[-15] - hips[15]) > 6  # more than once around


def test_the_root_does_not_sway_with_the_hips():
    seconds = np.arange(120) / 30
    hips = np.tile(np.eye(4), (120, 1, 1))
    headings = 0.5 * seconds + 0.2 * np.sin(12 * seconds)
    hips[:, :3, :3] = Rotation.from_rotvec(headings[:, None] * [0, 0, 1]).as_matrix()
    root = root_matrices(hips, np.eye(4), 30.0)
    angles = np.arctan2(root[:, 1, 0], root[:, 0, 0])
    np.testing.assert_allclose(angles[20:-20], 0.5 * seconds[20:-20], atol=0.01)


@every_preset
def test_in_place_takes_the_way_over_the_floor_out_and_leaves_the_rest(make_motion, tmp_path, preset):
    motion = make_motion(20)
    export_fbx(tmp_path / "a.fbx", [write_motion(motion, mesh=False)], preset=preset, in_place=True)
    found = read(tmp_path / "a.fbx")
    joints, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    _check_motion(found, motion, preset, joints - motion.pelvis[:, None] * [1, 0, 1])
    if preset == "unreal":
        root = found["posed"][:, found["names"].tolist().index("root")] / found["unit"]
        np.testing.assert_allclose(root, np.broadcast_to(np.eye(3, 4), root.shape), atol=1e-4)


@every_preset
def test_a_file_may_start_at_any_frame_and_hold_a_part(make_motion, tmp_path, preset):
    motion = make_motion(30)
    armature = write_motion(motion, mesh=False)
    path = tmp_path / "a.fbx"
    export_fbx(path, [armature], preset=preset, frame_start=11, frame_end=20, file_start=0)
    found = read(path)
    assert found["span"] == pytest.approx([0, 9 / 30])
    joints, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    np.testing.assert_allclose(_bones(found, found["posed"], preset)[..., 3], joints[10:20], atol=1e-3)


def test_our_bone_names_can_be_kept(make_motion, tmp_path):
    export_fbx(tmp_path / "a.fbx", [write_motion(make_motion(4))], preset="unreal", rename=False)
    assert {"root", *BONE_NAMES} < set(read(tmp_path / "a.fbx")["names"])


@pytest.mark.parametrize(("preset", "wanted"), [("unity", True), ("unreal", False)])
def test_each_person_gets_a_file_when_asked_and_always_for_unreal(make_motion, tmp_path, preset, wanted):
    motions = [make_motion(10, seed=seed) for seed in (1, 2)]
    armatures = [write_motion(motion, name=f"Per son {index}") for index, motion in enumerate(motions)]
    written = export_fbx(tmp_path / "a.fbx", armatures, preset=preset, one_each=wanted)
    assert [path.name for path in written] == ["a_Per_son_0.fbx", "a_Per_son_1.fbx"]
    for path, motion in zip(written, motions, strict=True):
        _check_motion(read(path), motion, preset)


@every_preset
def test_the_body_is_bound_to_the_bones_of_the_file(make_motion, tmp_path, preset):
    motion = make_motion(3)
    export_fbx(tmp_path / "a.fbx", [write_motion(motion, name="Anna")], preset=preset)
    found = read(tmp_path / "a.fbx")
    order = [found["bound_names"].tolist().index(_file_name(preset, name)) for name in BONE_NAMES]
    np.testing.assert_allclose(found["bound"][order, :, 3] @ _axes(preset), rest_of(motion), atol=1e-4)


@every_preset
@pytest.mark.parametrize("scale", [(2, 2, 2), (-1, 1, 1)], ids=["twice the size", "mirrored"])
def test_a_scaled_and_moved_person_has_that_size_and_place(make_motion, tmp_path, preset, scale):
    motion = make_motion(6)
    armature = write_motion(motion, mesh=False)
    armature.scale, armature.location, armature.rotation_euler = scale, (1, 2, 3), (0, 0, 0.5)
    bpy.context.view_layer.update()
    export_fbx(tmp_path / "a.fbx", [armature], preset=preset)
    found = read(tmp_path / "a.fbx")
    joints, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    turn = Rotation.from_rotvec([0, 0, 0.5]).as_matrix()
    expected = ((joints @ Z_UP.T * scale) @ turn.T + [1, 2, 3]) @ Z_UP
    np.testing.assert_allclose(_bones(found, found["posed"], preset)[..., 3], expected, atol=1e-3)
    (scales,) = {tuple(found["scales"][found["names"].tolist().index(_file_name(preset, "Head"))].round(4))}
    assert scales == (1, 1, 1)


def test_a_scene_in_centimetres_gives_the_same_file(make_motion, tmp_path):
    motion = make_motion(6)
    armature = write_motion(motion)
    armature.scale = (100, 100, 100)
    bpy.context.scene.unit_settings.scale_length = 0.01
    export_fbx(tmp_path / "a.fbx", [armature], preset="unreal")
    joints, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    posed = _bones(found := read(tmp_path / "a.fbx"), found["posed"], "unreal")
    np.testing.assert_allclose(posed[..., 3], joints, atol=1e-3)


def _state() -> dict[str, object]:
    kinds = ("objects", "meshes", "armatures", "actions", "collections", "materials", "scenes")
    scene, layer = bpy.context.scene, bpy.context.view_layer
    return {
        **{kind: sorted(block.name for block in getattr(bpy.data, kind)) for kind in kinds},
        "bones": {ob.name: ob.data.bones.keys() for ob in scene.objects if ob.type == "ARMATURE"},
        "groups": {ob.name: ob.vertex_groups.keys() for ob in scene.objects if ob.type == "MESH"},
        "selected": sorted(ob.name for ob in layer.objects if ob.select_get()),
        "active": layer.objects.active and layer.objects.active.name,
        "mode": bpy.context.mode,
        "frames": (scene.frame_start, scene.frame_end, scene.frame_current, scene.frame_subframe),
        "unit": scene.unit_settings.scale_length,
        "scene": scene.name,
        "seen": sorted(ob.name for ob in scene.objects if ob.visible_get()),
    }


@pytest.fixture
def busy_scene(make_motion) -> bpy.types.Object:
    """A person in a scene where the file's names are taken and things are selected; the person."""
    anna = write_motion(make_motion(12), name="Anna")
    write_motion(make_motion(12, seed=1), name="Armature")
    body = bpy.data.objects["Anna body"]
    body.shape_key_add(name="Basis")
    body.shape_key_add(name="Smile")
    bpy.context.view_layer.objects.active = anna
    bpy.context.scene.frame_set(3, subframe=0.5)
    bpy.ops.object.mode_set(mode="POSE")
    return anna


@every_preset
def test_the_scene_is_afterwards_as_it_was(busy_scene, tmp_path, preset):
    before = _state()
    export_fbx(tmp_path / "a.fbx", [busy_scene], preset=preset, in_place=True, file_start=0)
    assert _state() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.fbx"]


@every_preset
def test_also_when_the_export_fails(busy_scene, tmp_path, monkeypatch, preset):
    exporter = importlib.import_module("io_scene_fbx.export_fbx_bin")

    def fail(*_, **__):
        raise ValueError("disk on fire")

    monkeypatch.setattr(exporter, "fbx_animations", fail)
    before = _state()
    with pytest.raises(SceneError, match=r"^[^\n]*can't be written[^\n]*$"):
        export_fbx(tmp_path / "a.fbx", [busy_scene], preset=preset)
    assert _state() == before
    assert not list(tmp_path.iterdir())


def test_a_full_disk_gives_one_sentence_and_no_half_file(make_motion, tmp_path):
    armature = write_motion(make_motion(12))
    (tmp_path / "a.fbx").write_bytes(b"the old one")
    told = r"^[^\n]*a\.fbx can't be written \(File too large\); .*\.$"
    with full_after(10_000), pytest.raises(SceneError, match=told):
        export_fbx(tmp_path / "a.fbx", [armature])
    assert (tmp_path / "a.fbx").read_bytes() == b"the old one"
    assert [file.name for file in tmp_path.iterdir()] == ["a.fbx"]


def test_a_folder_that_vanishes_or_refuses_gives_one_sentence(make_motion, tmp_path, monkeypatch):
    armature = write_motion(make_motion(4), mesh=False)
    with pytest.raises(SceneError, match=r"^/proc/a\.fbx can't be written \([^\n]*\); .*\.$"):
        export_fbx("/proc/a.fbx", [armature])
    folder = tmp_path / "shelf"
    folder.mkdir()
    writer = importlib.import_module("io_scene_fbx.encode_bin")
    write = writer.write

    def vanish(*args):
        folder.rmdir()
        write(*args)

    monkeypatch.setattr(writer, "write", vanish)
    with pytest.raises(SceneError, match=r"^[^\n]*a\.fbx can't be written \(No such file [^\n]*\); .*\.$"):
        export_fbx(folder / "a.fbx", [armature])


def test_a_preset_that_does_not_exist_is_refused(make_motion, tmp_path):
    armature = write_motion(make_motion(4), mesh=False)
    with pytest.raises(
        SceneError, match=r"^There is no preset 'godot' for export; choose plain, unity, [a-z, _]*\.$"
    ):
        export_fbx(tmp_path / "a.fbx", [armature], preset="godot")


def test_every_preset_names_every_bone_once():
    for preset in FBX_PRESETS.values():
        names = [preset.bones.get(name, name) for name in BONE_NAMES]
        assert len(set(names)) == len(names) == len(PARENTS)
