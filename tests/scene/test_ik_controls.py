"""IK controls take over without a pop, move limbs, survive new keys, and bake back to what was seen."""

from __future__ import annotations

import dataclasses

import bpy
import numpy as np
import pytest

from addon.scene import BONE_NAMES, SceneError, export_fbx, read_poses, write_motion
from addon.scene.action import write_action
from addon.scene.curves import find_curves
from addon.scene.ik_controls import add_ik_controls, bake_to_fk
from addon.scene.limbs import LIMBS, controlled_limbs, controls
from addon.scene.refined import BEFORE
from addon.scene.timing import keys_at
from addon.scene.versions import show
from addon.steps import finish

from .fbx_files import read
from .rigs import apart, shown

FRAMES = range(1, 41)


def _straightened(motion):
    """With arms and legs exactly straight for a while."""
    rotations = motion.rotations.copy()
    rotations[10:20, [4, 5, 18, 19]] = np.eye(3)
    return dataclasses.replace(motion, rotations=rotations)


@pytest.fixture
def person(make_motion) -> bpy.types.Object:
    return write_motion(_straightened(make_motion(40)), mesh=False)


def _names(armature):
    return {bone.name for bone in armature.data.bones}


def test_nothing_moves_when_controls_are_added(person):
    before = shown(person, FRAMES)
    add_ik_controls(person)
    assert controlled_limbs(person) == list(LIMBS)
    gap, angle = apart(before, shown(person, FRAMES))
    assert gap < 0.1 and angle < 0.05


def test_nothing_moves_between_frames_of_a_quiet_motion(make_motion):
    person = write_motion(make_motion(40, fps=240.0), mesh=False)
    frames = np.arange(1.5, 40)
    before = shown(person, frames)
    add_ik_controls(person)
    assert apart(before, shown(person, frames))[0] < 1


def test_a_moved_target_pulls_the_hand_and_the_pole_turns_the_elbow(person):
    bpy.context.scene.frame_set(5)
    add_ik_controls(person)
    target, pole = controls(person, LIMBS[0])
    reach = np.array(person.pose.bones["L_Shoulder"].head - person.pose.bones["L_Wrist"].head)
    wanted = np.array(person.pose.bones["L_Wrist"].head) + 0.2 * reach
    goal = target.matrix.copy()
    goal.translation = wanted
    target.matrix = goal
    bpy.context.view_layer.update()
    np.testing.assert_allclose(person.pose.bones["L_Wrist"].head, wanted, atol=1e-3)
    elbow = np.array(person.pose.bones["L_Elbow"].head)
    shoulder = np.array(person.pose.bones["L_Shoulder"].head)
    line = wanted - shoulder
    normal = np.cross(line, np.array(pole.head) - shoulder)
    assert abs((elbow - shoulder) @ normal / np.linalg.norm(normal)) < 0.02
    assert (elbow - shoulder) @ (np.array(pole.head) - shoulder) > 0


def test_the_blend_goes_back_to_the_limbs_own_keys(person):
    before = shown(person, [5])
    add_ik_controls(person)
    target, _ = controls(person, LIMBS[2])
    target.keyframe_delete("location", frame=5)
    for index in range(3):
        person.animation_data_create()
        find_curves(person)[f'pose.bones["{target.name}"].location', index].mute = True
    target.location.z += 0.3
    bpy.context.view_layer.update()
    assert apart(before, shown(person, [5]))[0] > 50
    target["IK"] = 0.0
    person.update_tag()
    bpy.context.view_layer.update()
    assert apart(before, shown(person, [5]))[0] < 0.1


def test_baking_keys_what_is_seen_and_leaves_nothing_of_the_controls(person):
    actions, objects = len(bpy.data.actions), len(bpy.data.objects)
    curves = set(find_curves(person))
    add_ik_controls(person)
    target, pole = controls(person, LIMBS[1])
    for frame, height in ((10, 0.0), (20, 0.15), (30, 0.0)):
        bpy.context.scene.frame_set(frame)
        target.location.z += height
        pole.location.x += height
        target.keyframe_insert("location", frame=frame)
        pole.keyframe_insert("location", frame=frame)
    seen = shown(person, FRAMES)
    bake_to_fk(person)
    gap, angle = apart(seen, shown(person, FRAMES))
    assert gap < 0.1 and angle < 0.05
    assert _names(person) == set(BONE_NAMES)
    assert set(find_curves(person)) == curves
    assert not person.animation_data.drivers[:]
    assert not any(bone.constraints for bone in person.pose.bones)
    assert (len(bpy.data.actions), len(bpy.data.objects)) == (actions, objects)


def test_few_keys_of_a_target_are_baked_on_every_frame(person):
    add_ik_controls(person)
    target, _ = controls(person, LIMBS[0])
    for index in range(3):
        curve = find_curves(person)[f'pose.bones["{target.name}"].location', index]
        for frame in range(39, 1, -1):
            target.keyframe_delete("location", index=index, frame=frame)
        assert len(curve.keyframe_points) == 2
        for key in curve.keyframe_points:
            key.interpolation = "BEZIER"
    seen = shown(person, FRAMES)
    bake_to_fk(person)
    gap, angle = apart(seen, shown(person, FRAMES))
    assert gap < 0.1 and angle < 0.05


@pytest.mark.parametrize("mode", ["XYZ", "AXIS_ANGLE"])
def test_bones_in_other_rotation_modes_are_baked_in_them(person, mode):
    add_ik_controls(person)
    seen = shown(person, FRAMES)
    person.pose.bones["L_Wrist"].rotation_mode = mode
    bake_to_fk(person)
    gap, angle = apart(seen, shown(person, FRAMES))
    assert gap < 0.1 and angle < 0.05


def test_the_motion_before_refining_has_controls_of_its_own(make_motion):
    motions = [make_motion(40, seed=seed) for seed in (1, 2)]
    person = write_motion(motions[0], original=motions[1], mesh=False)
    after = shown(person, FRAMES)
    show(person, BEFORE)
    before = shown(person, FRAMES)
    add_ik_controls(person)
    assert apart(before, shown(person, FRAMES))[0] < 0.1
    show(person, None)
    assert apart(after, shown(person, FRAMES))[0] < 0.1
    bake_to_fk(person)
    assert apart(after, shown(person, FRAMES))[1] < 0.05
    show(person, BEFORE)
    assert apart(before, shown(person, FRAMES))[1] < 0.05


def test_held_gaps_get_no_keys(make_motion):
    motion = make_motion(frame_ids=np.r_[0:20, 200:220])
    person = write_motion(motion, mesh=False)
    frames = {key.co[0] for key in next(iter(find_curves(person).values())).keyframe_points}
    seen = shown(person, [1, 20, 100, 150, 201, 220])
    add_ik_controls(person)
    bake_to_fk(person)
    curve = find_curves(person)['pose.bones["L_Elbow"].rotation_quaternion', 0]
    assert {key.co[0] for key in curve.keyframe_points} == frames
    assert apart(seen, shown(person, [1, 20, 100, 150, 201, 220]))[1] < 0.05


def test_new_keys_of_the_body_take_the_controls_along(person, make_motion):
    add_ik_controls(person)
    other = make_motion(30, seed=5)
    alone = write_motion(other, name="Alone", mesh=False)
    finish(write_action(person, other, keys_at(other.times, 30.0, 1.0)))
    frames = range(1, 31)
    assert controlled_limbs(person) == list(LIMBS)
    assert apart(shown(alone, frames), shown(person, frames))[1] < 0.05


def test_a_moved_hand_is_read_as_it_is_seen(person):
    add_ik_controls(person)
    target, _ = controls(person, LIMBS[0])
    bpy.context.scene.frame_set(5)
    target.location.z -= 0.1
    target.keyframe_insert("location", frame=5)
    seen = shown(person, [5])
    poses = read_poses(person, np.array([5.0]))
    turns = poses.rotations[0]
    bake_to_fk(person)
    baked = read_poses(person, np.array([5.0])).rotations[0]
    np.testing.assert_allclose(turns, baked, atol=1e-4)
    assert apart(seen, shown(person, [5]))[0] < 0.1


@pytest.mark.parametrize("preset", ["plain", "unity", "unreal"])
def test_controls_stay_out_of_fbx_files_and_what_they_do_is_in(person, tmp_path, preset):
    add_ik_controls(person)
    target, _ = controls(person, LIMBS[0])
    bpy.context.scene.frame_set(5)
    target.location.z -= 0.1
    target.keyframe_insert("location", frame=5)
    export_fbx(tmp_path / "ik.fbx", [person], preset=preset)
    bake_to_fk(person)
    export_fbx(tmp_path / "fk.fbx", [person], preset=preset)
    ours, theirs = read(tmp_path / "ik.fbx"), read(tmp_path / "fk.fbx")
    assert ours["names"].tolist() == theirs["names"].tolist()
    scale = 100 if preset == "unreal" else 1
    np.testing.assert_allclose(ours["posed"], theirs["posed"], atol=1e-3 * scale)


def test_a_limb_without_its_constraint_gets_new_controls(person):
    add_ik_controls(person)
    ik = person.pose.bones["L_Elbow"].constraints
    ik.remove(ik["Limb IK"])
    assert LIMBS[0] not in controlled_limbs(person)
    before = shown(person, FRAMES)
    add_ik_controls(person)
    assert controlled_limbs(person) == list(LIMBS)
    assert len(person.data.bones) == 24 + 2 * len(LIMBS)
    assert apart(before, shown(person, FRAMES))[0] < 0.1


def test_a_person_without_action_is_refused_in_a_sentence(person):
    person.animation_data_clear()
    with pytest.raises(SceneError, match=r"^Person has no action of its own; .*\.$"):
        add_ik_controls(person)
    assert _names(person) == set(BONE_NAMES)


@pytest.mark.parametrize("where", ["pose mode", "hidden", "out of sight"])
def test_controls_are_added_wherever_the_person_is(person, where):
    if where == "pose mode":
        bpy.ops.object.mode_set(mode="POSE")
    elif where == "hidden":
        person.hide_viewport = True
    else:
        person.hide_set(True)
    mode = bpy.context.mode
    add_ik_controls(person)
    assert bpy.context.mode == mode
    assert controlled_limbs(person) == list(LIMBS)
    assert [scene.name for scene in bpy.data.scenes] == [bpy.context.scene.name]
    assert person.hide_viewport == (where == "hidden")


def test_controls_have_shapes_colours_and_a_collection_of_their_own(person):
    add_ik_controls(person)
    assert len(person.data.collections["IK Controls"].bones) == 2 * len(LIMBS)
    for limb in LIMBS:
        for bone in controls(person, limb):
            assert bone.custom_shape is not None and not bone.bone.use_deform
            ours, theirs = (found.color.custom.normal for found in (bone.bone, person.data.bones[limb.end]))
            assert tuple(ours) == pytest.approx(tuple(theirs))
    bake_to_fk(person)
    assert "IK Controls" not in person.data.collections


@pytest.mark.parametrize("change", [add_ik_controls, bake_to_fk])
def test_layers_that_play_along_are_refused_in_a_sentence(person, change):
    animation = person.animation_data
    animation.nla_tracks.new().strips.new("Layer", 1, animation.action.copy())
    with pytest.raises(SceneError, match=r"^NLA strips of Person play along with its action; .*\.$"):
        change(person)
    assert _names(person) == set(BONE_NAMES)


def test_an_action_of_the_users_own_that_plays_now_gets_controls(person, make_motion):
    own = person.animation_data.action.copy()
    person.animation_data.action = own
    if hasattr(own, "slots"):
        person.animation_data.action_slot = own.slots[0]
    before = shown(person, FRAMES)
    add_ik_controls(person)
    assert person.animation_data.action == own
    assert apart(before, shown(person, FRAMES))[0] < 0.1


def test_constraints_of_the_users_own_stay(person):
    own = person.pose.bones["L_Elbow"].constraints.new("IK")
    other = person.pose.bones["L_Wrist"].constraints.new("LIMIT_ROTATION")
    own.mute = True
    names = (own.name, other.name)
    add_ik_controls(person)
    bake_to_fk(person)
    kept = [person.pose.bones[bone].constraints[:] for bone in ("L_Elbow", "L_Wrist")]
    assert tuple(constraint.name for (constraint,) in kept) == names
