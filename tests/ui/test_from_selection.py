"""What is animated in the scene becomes a recording like a file's."""

from __future__ import annotations

import json

import bpy
import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.body.skeleton import JOINT_NAMES
from addon.motion import Motion
from addon.scene import write_motion
from tests.scene.conftest import _make_motion
from tests.scene.rigged import add_armature, known_rig
from tests.scene.test_import_rigs import write_takes
from tests.ui.test_panels import draw  # noqa: F401
from tests.wave import joints_of_a_wave


def select(*objects: bpy.types.Object) -> None:
    bpy.context.view_layer.update()
    for one in bpy.context.view_layer.objects:
        one.select_set(one in objects)
    bpy.context.view_layer.objects.active = objects[0]


@pytest.fixture
def scene(enabled, tmp_path, monkeypatch) -> bpy.types.Scene:
    """An empty scene, whose readings go to a folder of the test's."""
    monkeypatch.setattr(bpy.utils, "extension_path_user", lambda *_a, **_k: str(tmp_path))
    return bpy.context.scene


@pytest.fixture
def anna(scene) -> tuple[bpy.types.Object, Motion]:
    motion = _make_motion(frames=12)
    armature = write_motion(motion, name="Anna", mesh=False)
    scene.frame_start, scene.frame_end = 1, 12
    select(armature)
    return armature, motion


def opened(ui):
    return ui("hints").peek(bpy.context.scene.spr)


def test_an_armature_is_read_with_poses_and_places(anna, ui):
    _, motion = anna
    assert bpy.ops.spr.refine_from_selection(refine=False) == {"FINISHED"}
    (person,) = opened(ui).people
    assert (person.id, person.frames, opened(ui).fps.value) == ("Anna", 12, 30.0)
    places, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    rows = [person.keypoints.canonical.index(name) for name in JOINT_NAMES[:22]]
    np.testing.assert_allclose(person.keypoints.positions[:, rows], places[:, :22], atol=1e-3)
    np.testing.assert_allclose(person.poses.rotations[:, :22], motion.rotations[:, :22], atol=3e-3)


def test_what_was_read_is_refined_at_once(anna, ui):
    before = set(bpy.data.armatures)
    assert bpy.ops.spr.refine_from_selection() == {"FINISHED"}
    assert len(set(bpy.data.armatures) - before) == 1


def test_another_reading_does_not_replace_what_a_saved_scene_refers_to(anna, monkeypatch, tmp_path):
    def folder(*_: object, path: str, **_named: object) -> str:
        (tmp_path / path).mkdir(parents=True, exist_ok=True)
        return str(tmp_path / path)

    monkeypatch.setattr(bpy.utils, "extension_path_user", folder)
    scene, read = bpy.context.scene, []
    for rate in (30, 30, 60):
        scene.render.fps = rate
        assert bpy.ops.spr.refine_from_selection(refine=False) == {"FINISHED"}
        read.append(scene.spr.source)
    assert read[0] == read[1] != read[2]


def test_constraints_parents_and_units_are_taken_in_as_they_show(anna, ui):
    armature, motion = anna
    holder = bpy.data.objects.new("Holder", None)
    bpy.context.collection.objects.link(holder)
    holder.scale, holder.location = (0.5, 0.5, 0.5), (3.0, 0.0, 0.0)
    armature.parent = holder
    bpy.context.scene.unit_settings.scale_length = 2.0
    constraint = armature.constraints.new("LIMIT_LOCATION")
    constraint.use_min_x, constraint.min_x = True, 3.0
    bpy.ops.spr.refine_from_selection(refine=False)
    (person,) = opened(ui).people
    places, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    rows = [person.keypoints.canonical.index(name) for name in JOINT_NAMES[:22]]
    np.testing.assert_allclose(
        person.keypoints.positions[:, rows], places[:, :22] + [6.0, 0.0, 0.0], atol=1e-3
    )


def test_bones_can_be_put_right_and_are_remembered(anna, ui):
    armature, _ = anna
    row = bpy.context.window_manager.spr_bone_rows.add()
    row.armature, row.joint, row.bone = "Anna", "head", "Neck"
    bpy.ops.spr.refine_from_selection(refine=False)
    tables = ui("rig_tables")
    told, _ = tables.map_for(bpy.context.scene, armature)
    assert told.joints["head"] == "Neck"
    assert "neck" not in told.joints
    bpy.context.scene[tables.KEY] = json.dumps({"Anna": "{}", "Ben": 3})
    assert tables.map_for(bpy.context.scene, armature)[0].joints["head"] == "Head"


def test_the_table_is_saved_and_loaded(anna, ui, tmp_path):
    armature, _ = anna
    rows, tables, path = bpy.context.window_manager.spr_bone_rows, ui("rig_tables"), str(tmp_path / "a.json")
    tables.fill(rows, "Anna", tables.map_for(bpy.context.scene, armature)[0])
    head = next(row for row in rows if row.joint == "head")
    head.bone = "Neck"
    assert bpy.ops.spr.save_row_bones(filepath=path, armature="Anna") == {"FINISHED"}
    head.bone = "Head"
    assert bpy.ops.spr.load_row_bones(filepath=path, armature="Anna") == {"FINISHED"}
    assert [row.bone for row in rows if row.joint == "head"] == ["Neck"]
    armature.data.bones["Neck"].name = "Nape"
    with pytest.raises(RuntimeError, match="Anna has no bone Neck; the map is of another character"):
        bpy.ops.spr.load_row_bones(filepath=path, armature="Anna")


def test_a_take_of_a_file_is_chosen_in_the_panel(enabled, ui, tmp_path, draw):  # noqa: F811
    write_takes(add_armature(known_rig("Mixamo"), "Hero"))
    bpy.ops.export_scene.fbx(filepath=str(tmp_path / "hero.fbx"), bake_anim_use_all_actions=False)
    # What the scene itself has, here with the same names, is no take of the file.
    bpy.ops.spr.open_recording(filepath=str(tmp_path / "hero.fbx"))
    assert opened(ui).people[0].frames == 10
    drawn = draw()
    text = "hero.fbx has 2 takes (Walk, Run), of which Walk is read; for another, choose Take below."
    assert text in " ".join(drawn) and "take" in drawn
    bpy.context.scene.spr.take = "Run"
    assert opened(ui).people[0].frames == 20


def test_several_armatures_are_several_people(anna, ui):
    other = write_motion(_make_motion(frames=12, seed=5), name="Ben", mesh=False)
    select(anna[0], other)
    bpy.ops.spr.refine_from_selection(refine=False)
    assert sorted(one.id for one in opened(ui).people) == ["Anna", "Ben"]


FREEMOCAP = {
    "left_shoulder": 16, "right_shoulder": 17, "left_elbow": 18, "right_elbow": 19, "left_wrist": 20,
    "right_wrist": 21, "left_hip": 1, "right_hip": 2, "left_knee": 4, "right_knee": 5, "left_ankle": 7,
    "right_ankle": 8, "left_foot_index": 10, "right_foot_index": 11, "neck_center": 12, "hips_center": 0,
}  # fmt: skip
"""Names of FreeMoCap's empties, with the joints that stand in for them here."""


def animate(one: bpy.types.Object, places: np.ndarray) -> None:
    for frame, place in enumerate(places, 1):
        one.location = (place[0], -place[2], place[1])
        one.keyframe_insert("location", frame=frame)


@pytest.fixture
def empties(scene) -> list[bpy.types.Object]:
    """FreeMoCap's empties below their parent, as its add-on makes them."""
    scene.frame_start, scene.frame_end = 1, 8
    scene.render.fps = 60
    parent = bpy.data.objects.new("recording_empties_parent", None)
    scene.collection.objects.link(parent)
    joints = joints_of_a_wave(8, 60.0)
    found = [parent]
    for name, joint in FREEMOCAP.items():
        one = bpy.data.objects.new(name, None)
        scene.collection.objects.link(one)
        one.parent = parent
        animate(one, joints[:, joint])
        found.append(one)
    return found


def test_freemocaps_empties_are_read_from_their_parent_alone(empties, ui):
    select(empties[0])
    bpy.ops.spr.refine_from_selection(refine=False)
    (person,) = opened(ui).people
    assert person.frames == 8
    names = person.keypoints.canonical
    for joint, point in (("left_knee", 4), ("coco_right_hip", 2), ("left_wrist", 20)):
        found = person.keypoints.positions[:, names.index(joint)]
        np.testing.assert_allclose(found, joints_of_a_wave(8, 60.0)[:, point], atol=1e-3)


MIXAMO = {
    "Hips": 0, "LeftUpLeg": 1, "RightUpLeg": 2, "LeftLeg": 4, "RightLeg": 5, "LeftFoot": 7, "RightFoot": 8,
    "LeftToeBase": 10, "RightToeBase": 11, "Head": 15, "LeftShoulder": 13, "RightShoulder": 14, "LeftArm": 16,
    "RightArm": 17, "LeftForeArm": 18, "RightForeArm": 19, "LeftHand": 20, "RightHand": 21,
    "LeftHandIndex1": 22,
}  # fmt: skip
"""Names of Mixamo's bones, with the joints where they start."""


def add_empties(scene, names: dict[str, int], parent=None, across: float = 0.0) -> list[bpy.types.Object]:
    """Animated empties at joints of somebody who waves, so many metres aside."""
    scene.frame_start, scene.frame_end = 1, 8
    scene.render.fps = 60
    joints = joints_of_a_wave(8, 60.0) + np.array([across, 0.0, 0.0])
    found = []
    for name, joint in names.items():
        one = bpy.data.objects.new(name, None)
        scene.collection.objects.link(one)
        one.parent = parent
        animate(one, joints[:, joint])
        found.append(one)
    return found


def test_empties_with_the_names_of_bones_are_joints(scene, ui):
    select(*add_empties(scene, MIXAMO))
    bpy.ops.spr.refine_from_selection(refine=False)
    (person,) = opened(ui).people
    joints = joints_of_a_wave(8, 60.0)
    for joint, point in (("left_hip", 1), ("right_knee", 5), ("left_shoulder", 16), ("left_wrist", 20)):
        found = person.keypoints.positions[:, person.keypoints.canonical.index(joint)]
        np.testing.assert_allclose(found, joints[:, point], atol=1e-3)
    assert person.keypoints.canonical[person.keypoints.names.index("LeftShoulder")] is None, "a collar"


@pytest.mark.parametrize("apart", ["parent", "copy", "before", "behind"])
def test_two_people_in_one_collection_are_two(scene, ui, apart):
    found = []
    for number in (1, 2):
        parent = None
        if apart == "parent":
            parent = bpy.data.objects.new(f"Person {number}", None)
            scene.collection.objects.link(parent)
        named = {"before": f"P{number}_{{}}", "behind": f"{{}}_{number}"}.get(apart, "{}")
        names = {named.format(name): joint for name, joint in FREEMOCAP.items()}
        found += add_empties(scene, names, parent, across=2.0 * number)
    select(*found)
    bpy.ops.spr.refine_from_selection(refine=False)
    people = opened(ui).people
    assert [one.keypoints.positions.shape[1] for one in people] == [len(FREEMOCAP)] * 2
    knees = [one.keypoints.positions[0, one.keypoints.canonical.index("left_knee")] for one in people]
    assert knees[1][0] - knees[0][0] == pytest.approx(2.0, abs=1e-3)


def test_groups_of_vertices_are_markers(scene, ui):
    scene.frame_start, scene.frame_end = 1, 2
    joints = joints_of_a_wave(2, 60.0)[0]
    mesh = bpy.data.meshes.new("Suit")
    names = [
        "RHip",
        "LHip",
        "RKnee",
        "LKnee",
        "RAnkle",
        "LAnkle",
        "LShoulder",
        "RShoulder",
        "LElbow",
        "RElbow",
    ]
    rows = [2, 1, 5, 4, 8, 7, 16, 17, 18, 19]
    corners = [joints[row] + [side, 0, 0] for row in rows for side in (-0.02, 0.02)]
    mesh.from_pydata([(x, -z, y) for x, y, z in corners], [], [])
    suit = bpy.data.objects.new("Suit", mesh)
    scene.collection.objects.link(suit)
    for place, name in enumerate(names):
        suit.vertex_groups.new(name=name).add([2 * place, 2 * place + 1], 0.5, "ADD")
    select(suit)
    bpy.ops.spr.refine_from_selection(refine=False)
    (person,) = opened(ui).people
    found = person.keypoints.positions[:, person.keypoints.canonical.index("left_elbow")]
    np.testing.assert_allclose(found, np.repeat(joints[None, 18], 2, 0), atol=1e-3)


def test_the_scene_is_left_as_it_was(anna, ui):
    bpy.context.scene.frame_set(5, subframe=0.25)
    bpy.ops.spr.refine_from_selection(refine=False)
    assert (bpy.context.scene.frame_current, bpy.context.scene.frame_subframe) == (5, 0.25)


def test_what_is_no_body_and_an_empty_selection_get_one_sentence(scene):
    bpy.ops.object.armature_add()
    with pytest.raises(RuntimeError, match="too few bones for a body, 1"):
        bpy.ops.spr.refine_from_selection(refine=False)
    select(bpy.context.object)
    bpy.context.object.select_set(False)
    assert not bpy.ops.spr.refine_from_selection.poll()


def test_what_has_no_animation_is_read_as_standing_still_and_told(anna, ui):
    armature, _ = anna
    bpy.ops.spr.refine_from_selection(refine=False)
    assert not any("standing still" in warning for warning in opened(ui).warnings)
    armature.animation_data_clear()
    bpy.ops.spr.refine_from_selection(refine=False)
    assert any(warning.startswith("Anna does not move in frames 1 to 12") for warning in opened(ui).warnings)


def test_an_empty_alone_is_told_of_what_else_it_takes(empties):
    select(empties[1])
    with pytest.raises(RuntimeError, match=r"1 point \(left_shoulder\) can't tell a body's pose"):
        bpy.ops.spr.refine_from_selection(refine=False)


def test_a_finger_that_is_a_limb_is_refused(anna):
    row = bpy.context.window_manager.spr_bone_rows.add()
    row.armature, row.joint, row.bone = "Anna", "L_Index1", "L_Elbow"
    with pytest.raises(RuntimeError, match="L_Elbow is matched to the left elbow and the L Index1"):
        bpy.ops.spr.refine_from_selection(refine=False)


def test_a_window_reads_in_steps_and_esc_ends_it(anna, ui):
    from .event_loop import EventLoop

    module, runner = ui("from_selection"), ui("runner")
    loop = EventLoop(ui, module.SPR_OT_refine_from_selection)
    bpy.context.scene.frame_set(3)
    runner.drive(bpy.context, module.ReadingJob(bpy.context.scene, module.chosen_objects(bpy.context), {}))
    runner.SLICE = 0.0
    assert loop.event("TIMER") == {"PASS_THROUGH"}
    assert loop.event("TIMER") == {"PASS_THROUGH"}
    assert loop.event("ESC", "PRESS") == {"CANCELLED"}
    assert loop.reports == [({"INFO"}, "Reading the scene was cancelled.")]
    assert bpy.context.scene.frame_current == 3
    assert not bpy.context.scene.spr.source


def test_an_armature_that_shows_its_rest_is_refused_with_a_sentence(anna):
    armature, _ = anna
    armature.data.pose_position = "REST"
    with pytest.raises(RuntimeError, match="Anna shows its rest position"):
        bpy.ops.spr.refine_from_selection(refine=False)
    armature.data.pose_position = "POSE"
    bpy.ops.object.mode_set(mode="EDIT")
    with pytest.raises(RuntimeError, match="Anna is in Edit Mode"):
        bpy.ops.spr.refine_from_selection(refine=False)
