"""Files that are no FBX: glTF, USD, BVH, VRM animations; and rigs of another make."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import addon_utils
import bpy
import numpy as np
import pytest
from mathutils import Matrix

from addon.body.kinematics import forward
from addon.scene import BONE_NAMES, SceneError, export_people, motion_taken, write_motion
from addon.scene.curves import count_curves
from addon.scene.names import FINGER_BONES
from addon.writers.fbx_file import read_fbx
from addon.writers.presets import PRESETS, VRM_BONES
from tests.rigs.in_blender import wave

from .fbx_files import degrees, read
from .glb_files import needs_gltf, read_glb
from .hands import finger_joints, with_hands
from .rigged import add_armature, known_rig, seen

Y_UP = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
every_kind = pytest.mark.parametrize(
    "preset", [pytest.param("web", marks=needs_gltf), "usd", "bvh", "bvh_mixamo", "vrma"]
)


def _joints(motion) -> np.ndarray:
    return forward(motion.rotations, motion.pelvis, motion.bone_offsets)[0]


def _check_armature(armature, names, motion, first) -> None:
    """Joints within 1 mm, turns from rest within 0.2 degrees, as Blender shows them."""
    joints, turns = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    rest = np.array([(armature.matrix_world @ armature.data.bones[n].matrix_local).to_3x3() for n in names])
    rest /= np.linalg.norm(rest, axis=-2, keepdims=True)
    for index in range(0, len(joints), 3):
        bpy.context.scene.frame_set(first + index)
        bones = [armature.matrix_world @ armature.pose.bones[name].matrix for name in names]
        places = np.array([bone.translation for bone in bones])
        np.testing.assert_allclose(places @ Y_UP, joints[index], atol=1e-3)
        posed = np.array([bone.to_3x3() for bone in bones])
        posed /= np.linalg.norm(posed, axis=-2, keepdims=True)
        turned = Y_UP.T @ posed @ np.linalg.inv(rest) @ Y_UP
        assert degrees(turned, turns[index]) < 0.2


@needs_gltf
@pytest.mark.parametrize("mesh", [True, False], ids=["mesh", "no mesh"])
def test_a_web_file_has_a_clip_of_the_persons_name_from_time_zero(make_motion, tmp_path, mesh):
    motion = make_motion(frame_ids=7 + np.arange(20), fps=25)
    armature = write_motion(motion, name="Anna", original=make_motion(20, seed=5), mesh=mesh)
    written = export_people(tmp_path / "a.glb", [armature], preset="web", mesh=mesh)
    assert written == [tmp_path / "a.glb"]
    found = read_glb(written[0])
    assert [clip["name"] for clip in found.content["animations"]] == ["Anna"]
    times = found.times("Anna")
    np.testing.assert_allclose(times, np.arange(20) / 25, atol=1e-6)
    worlds = found.worlds("Anna", times)
    places = np.stack([worlds[found.node(name)][0] for name in BONE_NAMES], axis=1)
    np.testing.assert_allclose(places, _joints(motion), atol=1e-3)
    assert len(found.content.get("meshes", [])) == mesh
    assert "scale" not in found.content["nodes"][found.node("Anna")]


@pytest.mark.parametrize("in_place", [False, True], ids=["travels", "in place"])
@pytest.mark.parametrize("preset", [pytest.param("web", marks=needs_gltf), "bvh_mixamo", "vrma"])
def test_a_motion_whose_keys_are_gone_is_written_as_one_whose_keys_are_there(
    make_motion, tmp_path, preset, in_place
):
    people = [
        write_motion(make_motion(frame_ids=ids, seed=seed), name=name)
        for name, ids, seed in (("Anna", np.arange(20), 1), ("Ben", np.arange(5, 12), 2))
    ]
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    name = f"a{PRESETS[preset].suffix}"
    keyed = export_people(first / name, people, preset=preset, in_place=in_place)
    motions = [motion_taken(person) for person in people]
    assert not any(map(count_curves, bpy.data.actions))
    taken = export_people(second / name, people, preset=preset, in_place=in_place, motions=motions)
    assert [path.name for path in taken] == [path.name for path in keyed]
    for before, after in zip(keyed, taken, strict=True):
        assert before.read_bytes() == after.read_bytes()


@needs_gltf
def test_two_people_in_a_web_file_have_a_clip_each_and_no_name_twice(make_motion, tmp_path):
    motions = [make_motion(20, seed=1), make_motion(frame_ids=np.arange(5, 12), seed=2)]
    people = [write_motion(motion, name=name) for motion, name in zip(motions, ("Anna", "Ben"), strict=True)]
    export_people(tmp_path / "a.glb", people, preset="web")
    found = read_glb(tmp_path / "a.glb")
    names = [node["name"] for node in found.content["nodes"]]
    assert len(set(names)) == len(names)
    for motion, name in zip(motions, ("Anna", "Ben"), strict=True):
        times = found.times(name)
        assert len(times) == motion.frames
        worlds = found.worlds(name, times)
        places = np.stack([worlds[found.node(f"{name}:{bone}")][0] for bone in BONE_NAMES], axis=1)
        np.testing.assert_allclose(places, _joints(motion), atol=1e-3)


@needs_gltf
def test_blender_reads_the_web_file(make_motion, tmp_path):
    motion = make_motion(12)
    export_people(tmp_path / "a.glb", [write_motion(motion)], preset="web")
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.context.scene.render.fps = 30
    bpy.ops.import_scene.gltf(filepath=str(tmp_path / "a.glb"))
    (armature,) = [ob for ob in bpy.data.objects if ob.type == "ARMATURE"]
    _check_armature(armature, BONE_NAMES, motion, 0)


@pytest.mark.parametrize("preset", ["bvh", "bvh_mixamo"])
def test_blender_reads_the_bvh(make_motion, tmp_path, preset):
    motion = make_motion(12, fps=25)
    export_people(tmp_path / "a.bvh", [write_motion(motion)], preset=preset)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.ops.import_anim.bvh(filepath=str(tmp_path / "a.bvh"), global_scale=0.01, update_scene_fps=True)
    armature = bpy.context.object
    assert bpy.context.scene.render.fps / bpy.context.scene.render.fps_base == pytest.approx(25, abs=1e-4)
    names = [PRESETS[preset].bones.get(name, name) for name in BONE_NAMES]
    _check_armature(armature, names, motion, 1)


def test_blender_reads_the_usd(make_motion, tmp_path):
    motion = make_motion(8)
    export_people(tmp_path / "a.usd", [write_motion(motion, name="Anna")], preset="usd", file_start=3)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.ops.wm.usd_import(filepath=str(tmp_path / "a.usd"))
    (armature,) = [ob for ob in bpy.data.objects if ob.type == "ARMATURE"]
    _check_armature(armature, BONE_NAMES, motion, 3)


def test_a_usd_file_says_its_rate_in_both_ways(make_motion, tmp_path, monkeypatch):
    folders = [*Path(bpy.utils.system_resource("PYTHON") or tmp_path).glob("lib/python*/site-packages")]
    if not folders:
        pytest.skip("this bpy has no Python modules of USD")
    monkeypatch.syspath_prepend(folders[0])  # where Blender itself has it
    anna = write_motion(make_motion(frame_ids=np.arange(6), fps=25), name="Anna")
    export_people(tmp_path / "a.usd", [anna], preset="usd")
    usd = pytest.importorskip("pxr.Usd")
    stage = usd.Stage.Open(str(tmp_path / "a.usd"))
    assert (stage.GetFramesPerSecond(), stage.GetTimeCodesPerSecond()) == (25.0, 25.0)


def test_a_vrm_animation_rests_in_a_t_pose_and_moves_as_the_person(make_motion, tmp_path):
    motion = with_hands(make_motion(10))
    export_people(tmp_path / "a.vrma", [write_motion(motion, name="Anna")], preset="vrma")
    found = read_glb(tmp_path / "a.vrma")
    extension = found.content["extensions"]["VRMC_vrm_animation"]
    assert found.content["extensionsUsed"] == ["VRMC_vrm_animation"]
    assert extension["specVersion"] == "1.0"
    human = {name: bone["node"] for name, bone in extension["humanoid"]["humanBones"].items()}
    assert set(human) == set(VRM_BONES.values())
    (clip,) = found.content["animations"]
    moved = [c["target"]["node"] for c in clip["channels"] if c["target"]["path"] == "translation"]
    assert moved == [human["hips"]]
    worlds = found.worlds("Anna", found.times("Anna"))
    places = {bone: worlds[node][0] for bone, node in human.items()}
    for joint, name in enumerate(BONE_NAMES[:22]):
        np.testing.assert_allclose(places[VRM_BONES[name]], _joints(motion)[:, joint], atol=1e-3)
    fingers, _ = finger_joints(motion)
    for joint, name in enumerate(FINGER_BONES):
        np.testing.assert_allclose(places[VRM_BONES[name]], fingers.reshape(10, 30, 3)[:, joint], atol=1e-3)
    _check_t_pose(found, human)


def _check_t_pose(found, human) -> None:
    found.content["animations"] = [{"name": "none", "channels": [], "samplers": []}]
    rest = {bone: found.worlds("none", np.zeros(1))[node][0][0] for bone, node in human.items()}
    for start, end, along in (
        ("leftUpperArm", "leftLowerArm", [1, 0, 0]),
        ("rightLowerArm", "rightHand", [-1, 0, 0]),
        ("leftUpperLeg", "leftLowerLeg", [0, -1, 0]),
        ("rightLowerLeg", "rightFoot", [0, -1, 0]),
    ):
        bone = rest[end] - rest[start]
        np.testing.assert_allclose(bone / np.linalg.norm(bone), along, atol=1e-4)
    assert 0.02 < rest["leftFoot"][1] < 0.15
    assert rest["leftToes"][2] > rest["leftFoot"][2]
    assert rest["leftUpperLeg"][0] > 0.03 > rest["rightUpperLeg"][0]


@every_kind
def test_several_people_get_what_the_preset_says(make_motion, tmp_path, preset):
    people = [write_motion(make_motion(4), name=name, mesh=False) for name in ("Anna", "Ben")]
    suffix = PRESETS[preset].suffix
    written = export_people(tmp_path / f"a{suffix}", people, preset=preset)
    wanted = ["a_Anna", "a_Ben"] if PRESETS[preset].one_each else ["a"]
    assert [path.name for path in written] == [f"{name}{suffix}" for name in wanted]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in written)


@every_kind
def test_the_scene_is_afterwards_as_it_was_and_nothing_is_printed(make_motion, tmp_path, preset, capfd):
    anna = write_motion(make_motion(6), name="Anna")
    write_motion(make_motion(6, seed=1), name="Export")
    scene = bpy.context.scene
    scene.frame_set(3, subframe=0.5)
    before = _state()
    capfd.readouterr()
    export_people(tmp_path / f"a{PRESETS[preset].suffix}", [anna], preset=preset, in_place=True)
    assert capfd.readouterr() == ("", "")
    assert _state() == before
    assert bpy.context.window.scene == bpy.context.scene == scene


def _state() -> dict[str, object]:
    kinds = ("objects", "meshes", "armatures", "actions", "collections", "materials", "scenes", "images")
    scene, layer = bpy.context.scene, bpy.context.view_layer
    return {
        **{kind: sorted(block.name for block in getattr(bpy.data, kind)) for kind in kinds},
        "selected": sorted(ob.name for ob in layer.objects if ob.select_get()),
        "frames": (scene.frame_start, scene.frame_end, scene.frame_current, scene.frame_subframe),
        "scene": scene.name,
    }


def test_without_blenders_gltf_exporter_a_sentence_says_what_to_enable(make_motion, tmp_path):
    armature = write_motion(make_motion(5), mesh=False)
    addon_utils.disable("io_scene_gltf2")
    try:
        with pytest.raises(SceneError, match=r"add-on 'glTF 2\.0 format' is switched off; enable it .*\.$"):
            export_people(tmp_path / "a.glb", [armature], preset="web")
    finally:
        addon_utils.enable("io_scene_gltf2")
    assert not list(tmp_path.iterdir())


def _rig() -> bpy.types.Object:
    """A scaled, constrained rig of another make: control, root, hips, spine and a bone that only carries."""
    armature = bpy.data.objects.new("Robo", bpy.data.armatures.new("Robo"))
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    bones = armature.data.edit_bones
    above = None
    for name, head, tail in (
        ("ORG-hip bone", (0, 0, 1), (0, 0, 1.2)),
        ("DEF-hip bone", (0, 0, 1), (0, 0, 1.2)),
        ("DEF-chest", (0, 0.1, 1.2), (0, 0.1, 1.5)),
    ):
        bone = bones.new(name)
        bone.head, bone.tail = head, tail
        bone.parent = bones["ORG-hip bone"] if name != "ORG-hip bone" else above
        bone.use_deform = name.startswith("DEF")
    bpy.ops.object.mode_set(mode="OBJECT")
    armature.scale = (2, 2, 2)
    pose = armature.pose.bones
    pose["DEF-chest"].rotation_mode = "XYZ"
    for frame, angle in ((1, 0.0), (11, 1.0)):
        pose["ORG-hip bone"].location = (angle, 0, 0)
        pose["ORG-hip bone"].keyframe_insert("location", frame=frame)
        pose["DEF-chest"].rotation_euler = (angle, 0, 0)
        pose["DEF-chest"].keyframe_insert("rotation_euler", frame=frame)
    return armature


@pytest.mark.parametrize("shown", [True, False], ids=["at last", "never"])
def test_a_bone_that_is_hidden_by_its_scale_is_written_in_numbers(tmp_path, shown):
    armature = _rig()
    hidden = armature.pose.bones["DEF-chest"]
    for frame, size in ((1, 0.0), (5, 0.0), (6, float(shown)), (11, float(shown))):
        hidden.scale = (size, size, size)
        hidden.keyframe_insert("scale", frame=frame)
    (path,) = export_people(tmp_path / "a.bvh", [armature], preset="bvh")
    rows = [line.split() for line in path.read_text().partition("Frame Time:")[2].splitlines()[1:]]
    turns = np.array(rows, float)[:, -3:]
    assert np.isfinite(turns).all()
    np.testing.assert_allclose(turns[:5], np.repeat(turns[5:6] if shown else turns[:1], 5, axis=0), atol=1e-4)


@pytest.mark.parametrize("constrained", [False, True])
def test_a_rig_of_another_make_is_written_by_its_deforming_bones(tmp_path, constrained):
    armature = _rig()
    if constrained:
        limit = armature.pose.bones["DEF-chest"].constraints.new("LIMIT_ROTATION")
        limit.use_limit_x, limit.max_x, limit.owner_space = True, 0.5, "LOCAL"
    seen = []
    for frame in range(1, 12):
        bpy.context.scene.frame_set(frame)
        bones = armature.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones
        seen.append([armature.matrix_world @ bones[n].tail for n in ("DEF-hip bone", "DEF-chest")])
    (path,) = export_people(tmp_path / "a.bvh", [armature], preset="bvh")
    text = path.read_text()
    assert text.count("JOINT") == 1
    assert "ROOT DEF-hip_bone" in text
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.ops.import_anim.bvh(filepath=str(path), global_scale=0.01)
    read_back = bpy.context.object
    for frame in (1, 4, 11):
        bpy.context.scene.frame_set(frame)
        tail = read_back.matrix_world @ read_back.pose.bones["DEF-chest"].tail
        np.testing.assert_allclose(tail, seen[frame - 1][1], atol=1e-3)


def test_an_armature_that_is_no_body_becomes_no_vrm_animation(tmp_path):
    armature = _rig()
    with pytest.raises(SceneError, match=r"^Robo can't become a VRM animation\. .* too few"):
        export_people(tmp_path / "a.vrma", [armature], preset="vrma")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("angle", [np.pi, np.pi / 2, -1.4])
def test_a_vrm_animation_rests_facing_ahead_whichever_way_the_bones_do(tmp_path, angle):
    """As those of VRM 0 face backwards where Blender's own importer reads them."""
    rig = add_armature(known_rig("VRoid"), "Hero")
    rig.data.transform(Matrix.Rotation(angle, 4, "Z"))
    (path,) = export_people(tmp_path / "a.vrma", [rig], preset="vrma")
    found = read_glb(path)
    told = found.content["extensions"]["VRMC_vrm_animation"]["humanoid"]["humanBones"]
    _check_t_pose(found, {bone: one["node"] for bone, one in told.items()})


@pytest.mark.parametrize("family", ["Mixamo", "Unreal"])
def test_bones_of_other_programs_find_their_place_in_a_vrm_animation(tmp_path, family):
    rig = add_armature(known_rig(family), "Hero")
    (path,) = export_people(tmp_path / "a.vrma", [rig], preset="vrma")
    content = read_glb(path).content
    told = content["extensions"]["VRMC_vrm_animation"]["humanoid"]["humanBones"]
    assert set(told) == set(VRM_BONES.values())
    own = {bone: content["nodes"][one["node"]]["name"] for bone, one in told.items()}
    wanted = {
        "Mixamo": ("mixamorig:Spine2", "mixamorig:LeftForeArm", "mixamorig:RightHandPinky3"),
        "Unreal": ("spine_03", "lowerarm_l", "pinky_03_r"),
    }[family]
    assert (own["upperChest"], own["leftLowerArm"], own["rightLittleDistal"]) == wanted


_IMPORTED = Matrix.Rotation(np.pi / 2, 4, "X") @ Matrix.Scale(0.01, 4)
"""What Blender's importer of FBX puts on an armature whose bones lie, in centimetres."""


@pytest.mark.parametrize(
    ("world", "stands"),
    [
        (_IMPORTED, True),
        (Matrix.Rotation(2.0, 4, "Z") @ _IMPORTED, True),
        (Matrix.Rotation(0.3, 4, "Y") @ _IMPORTED, True),
        (Matrix.Rotation(np.pi / 2, 4, "X"), False),
        (Matrix.Rotation(0.4, 4, "X") @ Matrix.Rotation(2.0, 4, "Z"), False),
    ],
    ids=["imported", "and turned", "and leaning", "standing, and laid down", "standing, and leaning"],
)
def test_a_character_stands_at_rest_in_a_file_however_its_object_sets_it_up(tmp_path, world, stands):
    rig = add_armature(known_rig("Mixamo"), "Hero")
    if stands:
        rig.data.transform(_IMPORTED.inverted())
    rig.matrix_world = world
    bpy.context.view_layer.update()
    names = ["mixamorig:Head", "mixamorig:Hips"]
    posed = seen(rig, names, 1)[:, :3, 3]
    (path,) = export_people(tmp_path / "a.bvh", [rig], preset="bvh")
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.ops.import_anim.bvh(filepath=str(path), global_scale=0.01)
    found = bpy.context.object
    head, hips = (found.matrix_world @ found.data.bones[name].head_local for name in names)
    assert head.z - hips.z > 0.9 * (head - hips).length
    np.testing.assert_allclose(seen(found, names, 1)[:, :3, 3], posed, atol=1e-3)


@pytest.mark.parametrize("family", ["MetaHuman", "Daz Genesis 8"])
def test_players_that_know_human_bones_alone_see_the_whole_of_a_vrm_animation(tmp_path, family):
    """Also what the root, twist bones and the further bones of a spine do."""
    rig = add_armature(known_rig(family), "Hero")
    rig.data.transform(_IMPORTED.inverted())
    rig.matrix_world = _IMPORTED
    wave(rig, rig.data.bones.keys(), 4)
    rig.pose.bones[0].location = (0.3, 0.2, 0.1)
    rig.pose.bones[0].keyframe_insert("location", frame=4)
    (path,) = export_people(tmp_path / "a.vrma", [rig], preset="vrma")
    found = read_glb(path)
    told = found.content["extensions"]["VRMC_vrm_animation"]["humanoid"]["humanBones"]
    human = {found.content["nodes"][one["node"]]["name"]: one["node"] for one in told.values()}
    clip = found.clip("Hero")
    clip["channels"] = [one for one in clip["channels"] if one["target"]["node"] in human.values()]
    worlds = found.worlds("Hero", found.times("Hero"))
    shown = np.array([seen(rig, list(human), frame) for frame in (1, 2, 3, 4)])
    turns = np.array([worlds[node][1].as_matrix() for node in human.values()]).swapaxes(0, 1)
    for ours, theirs in zip(shown[1:, :, :3, :3], turns[1:], strict=True):
        turned = Y_UP.T @ ours @ np.linalg.inv(shown[0, :, :3, :3]) @ Y_UP
        assert degrees(turned, theirs @ np.swapaxes(turns[0], -1, -2)) < 0.2
    hips = [each["node"] for name, each in told.items() if name == "hips"]
    places = shown[:, list(human.values()).index(hips[0]), :3, 3]
    np.testing.assert_allclose(worlds[hips[0]][0], places @ Y_UP, atol=1e-3)
    head = told["head"]["node"]
    clip["channels"] = []
    rests = found.worlds("Hero", np.zeros(1))
    assert np.argmax(np.abs(rests[head][0] - rests[hips[0]][0])) == 1, "it stands"


def test_the_take_is_called_as_the_person_and_has_her_frames_alone(make_motion, tmp_path):
    people = [
        write_motion(make_motion(frame_ids=np.arange(*ids), seed=ids[0]), name=name, mesh=False)
        for ids, name in (((0, 40), "Anna"), ((5, 12), "Ben"))
    ]
    anna, ben = export_people(tmp_path / "a.fbx", people, preset="unity")
    assert [read(path)["stack"] for path in (anna, ben)] == ["Anna", "Ben"]
    assert [len(read(path)["frames"]) for path in (anna, ben)] == [40, 7]
    assert read(ben)["span"] == pytest.approx([0, 6 / 30])
    (both,) = export_people(tmp_path / "both.fbx", people, preset="plain")
    assert read(both)["stack"] == "both"


def test_animated_shapes_are_kept_in_fbx(make_motion, tmp_path):
    armature = write_motion(make_motion(10), name="Anna")
    body = bpy.data.objects["Anna body"]
    body.shape_key_add(name="Basis")
    shape = body.shape_key_add(name="Smile")
    shape.data[0].co.z += 1
    for frame, value in ((1, 0.0), (10, 0.9)):
        shape.value = value
        shape.keyframe_insert("value", frame=frame)
    export_people(tmp_path / "a.fbx", [armature], preset="unity", file_start=4)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.context.scene.render.fps = 30
    bpy.ops.import_scene.fbx(filepath=str(tmp_path / "a.fbx"), anim_offset=0.0)
    smile = bpy.data.objects["Anna body"].data.shape_keys
    for frame, value in ((4, 0.0), (13, 0.9)):
        bpy.context.scene.frame_set(frame)
        assert smile.key_blocks["Smile"].value == pytest.approx(value, abs=1e-3)


def test_what_an_action_alone_does_is_what_blender_shows(make_motion, tmp_path):
    motion = make_motion(6)
    quick, slow = write_motion(motion, name="Anna", mesh=False), write_motion(motion, name="Ben", mesh=False)
    for person in (quick, slow):
        person.pose.bones["L_Knee"].rotation_mode = "YXZ"
        person.pose.bones["L_Knee"].rotation_euler = (0.3, -0.8, 1.9)
        person.pose.bones["L_Knee"].keyframe_insert("rotation_euler", frame=1)
        person.location = (0.5, 0, 0)
    slow.constraints.new("LIMIT_LOCATION")
    paths = [export_people(tmp_path / f"{one.name}.bvh", [one], preset="bvh")[0] for one in (quick, slow)]
    rows = [path.read_text().partition("Frame Time")[2].splitlines()[1:] for path in paths]
    first, second = (np.array([line.split() for line in found], float) for found in rows)
    np.testing.assert_allclose(first, second, atol=2e-3)


def test_files_are_the_same_in_every_run(make_motion, tmp_path):
    """Blender's exporter numbers objects by hashes that differ from run to run, and readers sort by them."""
    armature = write_motion(make_motion(4), name="Anna")
    export_people(tmp_path / "a.fbx", [armature])
    found = read(tmp_path / "a.fbx")
    nodes = list(zip(found["names"].tolist(), found["parents"].tolist(), strict=True))
    for bone in armature.data.bones:
        siblings = [name for name, parent in nodes if parent == bone.name]
        assert siblings == [child.name for child in bone.children]
    _, root, _ = read_fbx(tmp_path / "a.fbx")
    identities = [element.integer() for element in root.find(b"Objects").below]
    assert identities == list(range(identities[0], identities[0] + len(identities)))


def test_long_names_of_people_in_one_file_stay_apart(make_motion, tmp_path):
    people = [write_motion(make_motion(3), name=f"{'x' * 55}{n}", mesh=False) for n in range(2)]
    export_people(tmp_path / "a.fbx", people)
    names = read(tmp_path / "a.fbx")["names"].tolist()
    assert len(set(names)) == len(names)
    assert sum(name.endswith(":L_Shoulder") for name in names) == 2


def test_hands_are_in_every_kind(make_motion, tmp_path):
    motion = with_hands(make_motion(4))
    export_people(tmp_path / "a.bvh", [write_motion(motion, mesh=False)], preset="bvh_mixamo")
    text = (tmp_path / "a.bvh").read_text()
    assert sum(f"mixamorig:LeftHand{finger}" in text for finger in ("Index3", "Thumb1", "Pinky2")) == 3


def test_people_who_are_away_hold_still(make_motion, tmp_path):
    motion = replace(make_motion(frame_ids=np.r_[0:5, 60:65]))
    export_people(tmp_path / "a.bvh", [write_motion(motion, mesh=False)], preset="bvh")
    rows = np.array([line.split() for line in (tmp_path / "a.bvh").read_text().splitlines()[-65:]], float)
    np.testing.assert_allclose(rows[5:60], np.tile(rows[4], (55, 1)), atol=1e-3)
