"""Refining again: what an animator has made of a person stays, the motion and the proportions are new."""

from __future__ import annotations

import shutil

import bpy
import numpy as np
import pytest

from addon.scene import BONE_NAMES
from addon.scene.curves import find_curves
from tests.wave import joints_of_a_wave


@pytest.fixture
def person(enabled, refined_wave, tmp_path):
    """A refined person from a file that holds poses and keypoints."""
    path = shutil.copy(refined_wave, tmp_path / "hero.npz")
    bpy.ops.spr.open_recording(filepath=str(path))
    bpy.ops.spr.refine_pose()
    (armature,) = _armatures()
    return armature


@pytest.fixture
def taller(person, tmp_path):
    """A function that makes the performer in the person's file taller by a share."""

    def grow(share):
        with np.load(tmp_path / "hero.npz") as found:
            fields = dict(found)
        fields["bone_offsets"] = fields["bone_offsets"] * (1.0 + share)
        fields["joints"] = fields["joints"] * (1.0 + share)
        np.savez(tmp_path / "hero.npz", **fields)
        bpy.ops.spr.read_again()

    return grow


def _armatures():
    return [ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE"]


def _body(armature):
    return next(ob for ob in armature.children if "spr_body" in ob)


def _again(smoothness=0.0):
    bpy.context.scene.spr.controls.smoothness = smoothness
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}


def _told():
    """The sentences of the last run about what was not kept."""
    lines = bpy.context.scene.spr.result.split("\n")
    return [line for line in lines if "made way" in line or "mesh" in line or "beside" in line]


def _keys(armature):
    curve = find_curves(armature)[('pose.bones["L_Elbow"].rotation_quaternion', 1)]
    return [point.co.y for point in curve.keyframe_points]


def _elbow_length(armature):
    return armature.data.bones["L_Elbow"].length


def test_the_objects_and_their_data_are_the_same_ones(person, census):
    body = _body(person)
    before = person.data, body.data, person.animation_data.action, census()
    _again()
    assert _armatures() == [person] and _body(person) == body
    assert (person.data, body.data, person.animation_data.action, census()) == before


def test_the_motion_is_new(person):
    before = _keys(person)
    _again(2.0)
    assert not np.allclose(_keys(person), before, atol=1e-4)


def test_who_poses_by_hand_is_still_in_pose_mode(person):
    bpy.context.view_layer.objects.active = person
    bpy.ops.object.mode_set(mode="POSE")
    bone = person.pose.bones["L_Elbow"]
    _again()
    assert bpy.context.view_layer.objects.active == person and person.mode == "POSE"
    assert person.pose.bones["L_Elbow"] == bone and person.select_get()


def test_so_after_a_run_that_failed(person, monkeypatch, ui):
    bpy.context.view_layer.objects.active = person
    bpy.ops.object.mode_set(mode="POSE")

    def broken(*_args, **_options):
        raise RuntimeError

    monkeypatch.setattr(ui("results").scene_package.person, "update_body", broken)
    with pytest.raises(RuntimeError):
        _again()
    assert person.mode == "POSE"


def test_names_stay(person):
    body = _body(person)
    person.name, body.name, person.data.name = "hero", "skin", "rig"
    person.animation_data.action.name = "dance"
    _again()
    assert (person.name, body.name, person.data.name) == ("hero", "skin", "rig")
    assert person.animation_data.action.name == "dance"


def test_what_is_on_bones_stays(person):
    wrist = person.pose.bones["L_Wrist"]
    target = bpy.data.objects.new("hand target", None)
    bpy.context.scene.collection.objects.link(target)
    constraint = wrist.constraints.new("IK")
    constraint.target, constraint.chain_count, constraint.influence = target, 2, 0.3
    wrist["stretch"], wrist.lock_scale[1], wrist.bone["deforms"] = 0.5, True, "yes"
    person.pose.bones["L_Knee"].custom_shape = target
    _again()
    wrist = person.pose.bones["L_Wrist"]
    (kept,) = wrist.constraints
    assert (kept.type, kept.target, kept.chain_count) == ("IK", target, 2)
    assert kept.influence == pytest.approx(0.3)
    assert (wrist["stretch"], wrist.lock_scale[1], wrist.bone["deforms"]) == (0.5, True, "yes")
    assert person.pose.bones["L_Knee"].custom_shape == target


def test_what_is_on_the_objects_stays(person):
    scene, body = bpy.context.scene, _body(person)
    shelf = bpy.data.collections.new("Cast")
    scene.collection.children.link(shelf)
    shelf.objects.link(person)
    person["rating"], person.location.x, person.show_in_front = "good", 2.0, False
    body.modifiers.new("Smooth", "SUBSURF").levels = 1
    body.data.materials[0] = cloth = bpy.data.materials.new("cloth")
    body.data.materials.append(bpy.data.materials.new("buttons"))
    body.data.polygons[7].material_index = 1
    body.color = (1.0, 0.0, 0.0, 1.0)
    driver = body.driver_add("pass_index").driver
    driver.expression = "frame"
    follower = bpy.data.objects.new("follower", None)
    scene.collection.objects.link(follower)
    follower.parent = person
    _again()
    assert person in shelf.objects.values() and person["rating"] == "good"
    assert person.location.x == 2.0 and not person.show_in_front
    assert [modifier.type for modifier in body.modifiers] == ["ARMATURE", "SUBSURF"]
    assert [material.name for material in body.data.materials] == ["cloth", "buttons"]
    assert cloth.users == 1 and body.data.polygons[7].material_index == 1
    assert tuple(body.color) == (1.0, 0.0, 0.0, 1.0)
    assert body.animation_data.drivers[0].driver.expression == "frame"
    assert follower.parent == person


def test_added_bones_go_along_with_new_proportions(person, taller):
    bpy.context.view_layer.objects.active = person
    bpy.ops.object.mode_set(mode="EDIT")
    bones = person.data.edit_bones
    for name, parent, connected in (
        ("finger", "L_Hand", True),
        ("prop", "Head", False),
        ("root", None, False),
    ):
        bone = bones.new(name)
        if parent is not None:
            bone.parent = bones[parent]
            bone.head = bones[parent].tail
        bone.tail = bone.head + bones["L_Hand"].vector * 0.5
        bone.use_connect = connected
    bones["Pelvis"].parent = bones["root"]
    bones["L_Elbow"].use_connect = False
    bpy.ops.object.mode_set(mode="OBJECT")
    length = _elbow_length(person)
    taller(0.1)
    _again()
    bones = person.data.bones
    assert _elbow_length(person) == pytest.approx(1.1 * length, rel=0.01)
    assert bones["finger"].use_connect and not bones["L_Elbow"].use_connect
    np.testing.assert_allclose(bones["finger"].head_local, bones["L_Hand"].tail_local, atol=1e-5)
    np.testing.assert_allclose(bones["prop"].head_local, bones["Head"].tail_local, atol=1e-5)
    assert bones["Pelvis"].parent == bones["root"]


def test_the_body_follows_new_proportions_and_keeps_sculpting_shapes_and_weights(person, taller):
    body = _body(person)
    heights = _heights(body.data.vertices)
    body.shape_key_add(name="Basis")
    body.shape_key_add(name="Smile").data[100].co.z += 0.02
    for shape in body.data.shape_keys.key_blocks:
        shape.data[200].co.z += 0.05
    body.vertex_groups.new(name="cape").add((5, 6), 0.7, "REPLACE")
    body.vertex_groups["Head"].add((300,), 0.25, "REPLACE")
    taller(0.1)
    _again()
    basis, smile = body.data.shape_keys.key_blocks
    rise = _heights(smile.data) - _heights(basis.data)
    assert rise[100] == pytest.approx(0.02, abs=1e-5) and np.abs(np.delete(rise, 100)).max() < 1e-6
    grown = _heights(basis.data)
    assert np.ptp(grown) == pytest.approx(1.1 * np.ptp(heights), rel=0.02)
    near = [vertex for vertex in np.argsort(abs(heights - heights[200]))[:30] if vertex != 200]
    assert grown[200] - 0.05 == pytest.approx(np.median(1.1 * heights[near]), abs=0.03)
    assert body.vertex_groups["cape"].weight(5) == pytest.approx(0.7)
    assert body.vertex_groups["Head"].weight(300) == pytest.approx(0.25)
    assert _told() == []


def _heights(points) -> np.ndarray:
    places = np.empty(3 * len(points), np.float32)
    points.foreach_get("co", places)
    return places[2::3]


def test_a_remodelled_body_stays_and_that_is_said(person):
    body = _body(person)
    body.data.clear_geometry()
    body.data.from_pydata([(0, 0, 0), (0, 0, 1), (1, 0, 0)], [], [(0, 1, 2)])
    _again()
    assert len(body.data.vertices) == 3
    assert _told() == [
        f"{body.name} was remodelled: its mesh stays as it is and does not follow new bone lengths."
    ]


def test_curves_that_were_added_and_what_is_on_ours_stays(person):
    action = person.animation_data.action
    person["glow"] = 1.0
    person.keyframe_insert('["glow"]', frame=7)
    path = ('pose.bones["Head"].rotation_quaternion', 1)
    find_curves(person)[path].modifiers.new("NOISE")
    _again()
    curves = find_curves(person)
    assert person.animation_data.action == action
    assert [point.co.x for point in curves[('["glow"]', 0)].keyframe_points] == [7.0]
    assert [modifier.type for modifier in curves[path].modifiers] == ["NOISE"]


def test_a_bone_turned_to_euler_angles_stays_so_and_plays_the_same(person):
    _again()
    bpy.context.scene.frame_set(30)
    wanted = _directions(person)
    for name, mode in (("L_Shoulder", "XYZ"), ("R_Hip", "ZYX"), ("Head", "AXIS_ANGLE")):
        person.pose.bones[name].rotation_mode = mode
    _again()
    bpy.context.scene.frame_set(30)
    assert person.pose.bones["L_Shoulder"].rotation_mode == "XYZ"
    np.testing.assert_allclose(_directions(person), wanted, atol=1e-4)


def _directions(armature) -> np.ndarray:
    evaluated = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return np.array([np.array(evaluated.pose.bones[name].matrix)[:3, :3] for name in BONE_NAMES])


def test_edit_layers_stay_and_the_refined_strip_plays_the_new_keys(person):
    animation, refined = person.animation_data, person.animation_data.action
    animation.nla_tracks.new().strips.new("base", 1, refined)
    layer = animation.nla_tracks.new().strips.new("nod", 10, bpy.data.actions.new("nod"))
    layer.blend_type, layer.influence = "ADD", 0.5
    animation.action = None
    bpy.context.scene.frame_set(20)
    before = _directions(person)
    _again(2.0)
    assert [strip.action.name for track in animation.nla_tracks for strip in track.strips] == [
        refined.name,
        "nod",
    ]
    assert animation.nla_tracks[1].strips[0].blend_type == "ADD"
    assert animation.action is None
    bpy.context.scene.frame_set(20)
    assert not np.allclose(_directions(person), before, atol=1e-4)


def test_an_edit_layer_above_the_refined_strip_stays_active(person):
    animation, refined = person.animation_data, person.animation_data.action
    animation.nla_tracks.new().strips.new("base", 1, refined)
    animation.action = layer = bpy.data.actions.new("layer")
    animation.action_blend_type = "ADD"
    _again()
    assert animation.action == layer and animation.action_blend_type == "ADD"
    assert _told() == []


def test_an_action_of_ones_own_makes_way_is_kept_and_said(person, tmp_path):
    refined = person.animation_data.action
    own = refined.copy()
    own.name = "my version"
    person.animation_data.action = own
    keys = _keys(person)
    _again(2.0)
    assert person.animation_data.action == refined
    assert _told() == [
        "The action my version made way for the refined one; it is kept, the Action Editor lists it."
    ]
    path = str(tmp_path / "kept.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    (person,) = _armatures()
    person.animation_data.action = bpy.data.actions["my version"]
    assert _keys(person) == keys


def test_a_copy_made_for_safety_is_left_alone(person):
    copy, copied_body = person.copy(), _body(person).copy()
    copy.animation_data.action = person.animation_data.action.copy()
    for ob in (copy, copied_body):
        ob.data = ob.data.copy()
        bpy.context.scene.collection.objects.link(ob)
    copied_body.parent = copied_body.modifiers[0].object = copy
    person.name, copy.name = "hero", "b"
    kept, keys, data = copy.animation_data.action, _keys(copy), copy.data
    before = _keys(person)
    _again(2.0)
    assert copy.animation_data.action == kept and _keys(copy) == keys and copy.data == data
    assert not np.allclose(_keys(person), before, atol=1e-4)
    assert set(_armatures()) == {person, copy} and copied_body.parent == copy


def test_a_copy_is_told_from_the_original_after_opening_the_file(person, tmp_path):
    copy = person.copy()
    bpy.context.scene.collection.objects.link(copy)
    copy.data, copy.animation_data.action = copy.data.copy(), copy.animation_data.action.copy()
    person.name, copy.name = "original hero", "b"
    path = str(tmp_path / "copied.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    bpy.data.objects["original hero"].name = "renamed once more"
    before = _keys(bpy.data.objects["b"])
    _again(2.0)
    assert _keys(bpy.data.objects["b"]) == before
    assert not np.allclose(_keys(bpy.data.objects["renamed once more"]), before, atol=1e-4)


def test_renamed_bones_are_never_broken_the_result_comes_beside(person):
    person.data.bones["L_Hip"].name = "thigh.L"
    keys = person.animation_data.action
    _again()
    new = next(ob for ob in _armatures() if ob != person)
    assert "thigh.L" in person.data.bones and person.animation_data.action == keys
    assert _told() == [f"{person.name} has no bone L_Hip (any more), so the new result stands beside it."]
    _again()
    assert set(_armatures()) == {person, new}


def test_it_works_on_an_armature_that_is_hidden_in_a_collection_that_is_excluded(person):
    hidden = bpy.data.collections.new("Hidden")
    bpy.context.scene.collection.children.link(hidden)
    for ob in (person, _body(person)):
        for place in ob.users_collection:
            place.objects.unlink(ob)
        hidden.objects.link(ob)
    bpy.context.view_layer.layer_collection.children["Hidden"].exclude = True
    before = _keys(person)
    _again(2.0)
    assert not np.allclose(_keys(person), before, atol=1e-4)
    assert bpy.context.view_layer.layer_collection.children["Hidden"].exclude


def test_the_range_on_which_somebody_works_stays(person):
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = 20, 40
    _again()
    assert (scene.frame_start, scene.frame_end) == (20, 40)


def test_hiding_while_away_ends_when_it_is_no_longer_asked_for(enabled, tmp_path):
    joints = np.concatenate([joints_of_a_wave(40, 30.0)] * 2)
    path = tmp_path / "gone.npz"
    frames = np.concatenate([np.arange(40), np.arange(140, 180)])
    np.savez(path, keypoints=joints, layout="smpl24", fps=30.0, up_axis="y", units="m", frame_ids=frames)
    bpy.ops.spr.open_recording(filepath=str(path))
    scene = bpy.context.scene
    scene.spr.controls.gaps = "hide"
    bpy.ops.spr.refine_pose()
    (armature,) = _armatures()
    seen = []
    for gaps in ("hide", "hold"):
        scene.spr.controls.gaps = gaps
        bpy.ops.spr.refine_pose()
        scene.frame_set(100)
        seen.append([armature.hide_viewport, _body(armature).hide_viewport, _body(armature).hide_render])
    assert seen == [[True] * 3, [False] * 3]


def _snapshot(armature):
    """All of a person that a run writes."""
    body, animation = _body(armature), armature.animation_data
    curves = {
        path: [tuple(p.co) for p in curve.keyframe_points] for path, curve in find_curves(armature).items()
    }
    places = np.empty(3 * len(body.data.vertices), np.float32)
    body.data.vertices.foreach_get("co", places)
    return {
        "names": [armature.name, body.name, armature.data.name, body.data.name, animation.action.name],
        "keys": curves,
        "rest": [tuple(map(tuple, bone.matrix_local)) for bone in armature.data.bones],
        "vertices": places.tolist(),
        "properties": {key: getattr(value, "name", str(value)) for key, value in armature.items()},
        "strips": [
            (s.action.name, s.frame_start, s.frame_end) for t in animation.nla_tracks for s in t.strips
        ],
        "colours": [bone.color.palette for bone in armature.pose.bones],
        "constraints": [len(bone.constraints) for bone in armature.pose.bones],
        "collections": sorted(place.name for place in armature.users_collection),
        "before": armature["spr_before_packed"]["keys"],
        "keypoints": sorted(ob.name for ob in bpy.context.scene.objects),
        "rate": [bpy.context.scene.render.fps, bpy.context.scene.frame_start, bpy.context.scene.frame_end],
    }


@pytest.mark.parametrize("where", ["keep_keypoints", "update_body", "write_refined", "select_only"])
def test_a_failure_while_writing_leaves_everything_as_it_was(person, taller, census, monkeypatch, where, ui):
    person.pose.bones["L_Wrist"].constraints.new("IK")
    animation = person.animation_data
    animation.nla_tracks.new().strips.new("base", 1, animation.action)
    taller(0.1)
    counts, before = census(), _snapshot(person)
    module = ui("results").scene_package.person
    written = getattr(module, where)

    def fails(*args, **options):
        written(*args, **options)
        raise ZeroDivisionError("in the middle")

    monkeypatch.setattr(module, where, fails)
    with pytest.raises(RuntimeError, match="Nothing was written"):
        _again()
    assert census() == counts
    assert _armatures() == [person]
    assert _snapshot(person) == before
    monkeypatch.undo()
    _again()
    assert census() == counts and _armatures() == [person]


def test_when_the_second_person_fails_the_first_is_as_before(two_people, census, monkeypatch, ui):
    bpy.ops.spr.refine_pose()
    counts = census()
    before = {ob.name: _keys(ob) for ob in _armatures()}
    package, calls = ui("results").scene_package, []
    written = package.write_motion.steps

    def fails(*args, **options):
        calls.append(options["name"])
        if len(calls) == 2:
            raise package.SceneError("No room for a second person.")
        return written(*args, **options)

    monkeypatch.setattr(package.write_motion, "steps", fails)
    with pytest.raises(RuntimeError, match="No room for a second person"):
        _again(2.0)
    assert census() == counts and {ob.name: _keys(ob) for ob in _armatures()} == before
