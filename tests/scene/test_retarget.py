"""A refined person's animation on characters: what Blender then shows, and what is said."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Matrix

from addon.body.rotations import geodesic_angle
from addon.retarget import Options, carry
from addon.retarget.bones import Bones, bones_of, target_of
from addon.rigs import match
from addon.scene import SceneError, write_motion
from addon.scene.axes import SMPL_TO_BLENDER, positions_to_blender
from addon.scene.character import floor_of, rest_of
from addon.scene.curves import find_curves
from addon.scene.person_motion import person_in_world
from addon.scene.retarget import Retargeted, retarget
from addon.scene.rigify_controls import controls_of
from addon.scene.sample_rigs import rig_of
from tests.retarget import stepping
from tests.scene.rigged import add_armature, generated_rig, known_rig, seen

FRAMES = (1, 60, 121, 200, 240)


@pytest.fixture
def person() -> bpy.types.Object:
    return write_motion(stepping.walk(), mesh=False)


@pytest.fixture
def character() -> bpy.types.Object:
    return add_armature(known_rig("Mixamo"))


def _bones(character: bpy.types.Object) -> Bones:
    return bones_of(match(rig_of(character)))


def _retargeted(person, character, **options) -> Retargeted:
    return retarget(person, character, _bones(character), Options(**options))


def _check(person, character, bones: Bones, options: Options | None = None) -> None:
    """What Blender shows is what was worked out, to a tenth of a millimetre and of a degree."""
    motion, _ = person_in_world(person, bpy.context.scene)
    rest = rest_of(character)
    pose = carry(motion, target_of(rest, bones, floor_of(character, rest, bones)), options).pose
    for frame in FRAMES:
        shown = seen(character, [pose.target.names[bone] for bone in pose.target.joints.values()], frame)
        size = np.linalg.norm(shown[:, :3, 0], axis=-1)[:, None, None]
        for (name, bone), matrix, scale in zip(pose.target.joints.items(), shown, size, strict=True):
            place = positions_to_blender(pose.place(bone)[frame - 1])
            assert np.linalg.norm(matrix[:3, 3] - place) < 1e-4, (name, frame)
            turn = SMPL_TO_BLENDER @ pose.turn(bone)[frame - 1] @ pose.target.axes[bone]
            assert np.degrees(geodesic_angle(matrix[:3, :3] / scale, turn)) < 0.1, (name, frame)


@pytest.mark.parametrize("family", ["Mixamo", "Unreal", "Daz Genesis 8", "VRM"])
def test_blender_shows_what_was_worked_out(person, family):
    character = add_armature(known_rig(family))
    done = _retargeted(person, character)
    assert done.frames == 240 and done.told == ()
    _check(person, character, _bones(character))


def test_an_object_as_importers_make_them_and_moved_gets_the_same_motion(person, character):
    importer = Matrix.Rotation(np.pi / 2, 4, "X") @ Matrix.Scale(0.01, 4)
    character.data.transform(importer.inverted())
    character.matrix_world = Matrix.Translation((1.0, 2.0, 0.0)) @ importer
    bpy.context.view_layer.update()
    _retargeted(person, character)
    _check(person, character, _bones(character))


@pytest.mark.parametrize(("scale", "reverse"), [(0.5, False), (2.0, False), (1.0, True)])
def test_the_character_does_what_a_strip_makes_of_the_persons_result(person, character, scale, reverse):
    animation = person.animation_data
    action, slot = animation.action, getattr(animation, "action_slot", None)
    animation.action = None
    strip = animation.nla_tracks.new().strips.new("refined", 101, action)
    if slot is not None:
        strip.action_slot = slot
    strip.scale, strip.use_reverse = scale, reverse
    _retargeted(person, character)
    hips = _bones(character).joints["pelvis"]
    apart = [
        seen(person, ["Pelvis"], frame)[0, :3, 3] - seen(character, [hips], frame)[0, :3, 3]
        for frame in (110, 150, 190)
    ]
    # Where a character of another height walks is its own: both go the same way at the same frames.
    assert np.ptp(apart, axis=0).max() < 0.15


@pytest.mark.parametrize("mode", ["XYZ", "AXIS_ANGLE"])
def test_bones_keep_their_rotation_mode(person, character, mode):
    for bone in character.pose.bones:
        bone.rotation_mode = mode
    _retargeted(person, character)
    _check(person, character, _bones(character))


def test_bones_that_were_left_posed_and_those_that_inherit_nothing_are_right(person, character):
    bones = _bones(character)
    for bone in character.pose.bones:
        bone.rotation_quaternion = (0.9, 0.1, 0.3, 0.0)
        bone.location = (0.1, 0.0, 0.2)
    character.data.bones[bones.joints["left_shoulder"]].use_inherit_rotation = False
    character.data.bones[bones.joints["pelvis"]].use_local_location = False
    _retargeted(person, character)
    _check(person, character, bones)


def test_the_root_bone_carries_the_way(person):
    character = add_armature(known_rig("Unreal"))
    _retargeted(person, character, root="root")
    bones = _bones(character)
    _check(person, character, bones, Options(root="root"))
    root = np.array([seen(character, [bones.root], frame)[0, :3, 3] for frame in FRAMES])
    assert np.ptp(root[:, 1]) > 1.5 and np.abs(root[:, 2]).max() < 1e-5


@pytest.mark.parametrize("root", ["hips", "root", "place"])
def test_goals_of_ik_beside_the_body_go_along_with_hands_and_feet(person, root):
    character = add_armature(known_rig("Unreal"))
    assert _retargeted(person, character, root=root).told == ()
    pairs = {"ik_foot_l": "foot_l", "ik_foot_r": "foot_r", "ik_hand_l": "hand_l", "ik_hand_gun": "hand_r"}
    for frame in FRAMES:
        goals, ends = (seen(character, list(names), frame) for names in (pairs, pairs.values()))
        assert np.abs(goals[:, :3, 3] - ends[:, :3, 3]).max() < 1e-4
        rests = (_rests(character, names) for names in (pairs, pairs.values()))
        turns = [now[:, :3, :3] @ rest for now, rest in zip((goals, ends), rests, strict=True)]
        assert np.degrees(geodesic_angle(*turns)).max() < 0.1


def _rests(character, names) -> np.ndarray:
    """(N, 3, 3) that take bones from how they rest to no turn."""
    return np.linalg.inv([np.array(character.data.bones[name].matrix_local)[:3, :3] for name in names])


def test_legs_that_ik_holds_stand_on_their_feet_all_the_same(person):
    character = add_armature(known_rig("Unreal"))
    bpy.ops.object.mode_set(mode="EDIT")
    character.data.edit_bones["calf_l"].tail = character.data.edit_bones["foot_l"].head
    bpy.ops.object.mode_set(mode="OBJECT")
    held = character.pose.bones["calf_l"].constraints.new("IK")
    held.target, held.subtarget, held.chain_count = character, "ik_foot_l", 2
    _retargeted(person, character)
    shown = [seen(character, ["foot_l"], frame)[0, :3, 3] for frame in FRAMES]
    held.mute = True
    keyed = [seen(character, ["foot_l"], frame)[0, :3, 3] for frame in FRAMES]
    assert np.linalg.norm(np.subtract(shown, keyed), axis=-1).max() < 5e-3


def test_hips_that_are_connected_to_a_root_are_let_go_and_it_is_told(person):
    character = add_armature(known_rig("SMPL-X"))
    bpy.ops.object.mode_set(mode="EDIT")
    character.data.edit_bones["pelvis"].use_connect = True
    bpy.ops.object.mode_set(mode="OBJECT")
    done = _retargeted(person, character)
    assert done.told == ("pelvis was connected to its parent and is not any more, so that it moves.",)
    assert not character.data.bones["pelvis"].use_connect
    _check(person, character, _bones(character))


def test_goals_that_are_connected_or_the_bodys_own_stay(person):
    character = add_armature(known_rig("Unreal"))
    bpy.ops.object.mode_set(mode="EDIT")
    bones = character.data.edit_bones
    bones["ik_foot_root"].tail = bones["ik_foot_l"].head
    bones["ik_foot_l"].use_connect = True
    bones["ik_hand_root"].parent = bones["pelvis"]
    bpy.ops.object.mode_set(mode="OBJECT")
    _retargeted(person, character)
    paths = " ".join(path for path, _ in find_curves(character))
    assert "ik_foot_r" in paths and "ik_foot_l" not in paths and "ik_hand" not in paths


def test_it_has_an_action_of_its_own_and_the_one_before_stays(person, character):
    character.keyframe_insert("location", frame=1)
    before = character.animation_data.action
    before.name = "Mine"
    done = _retargeted(person, character)
    assert character.animation_data.action == done.action != before
    assert before.use_fake_user and done.action.name == "Character Person"
    assert "itself" not in " ".join(done.told)


def test_again_writes_the_same_action_anew_and_leaves_keys_of_other_bones(person, character):
    first = _retargeted(person, character)
    character["mine"] = 1.0
    character.keyframe_insert('["mine"]', frame=5)
    person.location.x = 3.0
    bpy.context.view_layer.update()
    again = _retargeted(person, character)
    assert again.action == first.action and len(bpy.data.actions) == 2
    _check(person, character, _bones(character))
    assert seen(character, [_bones(character).joints["pelvis"]], 1)[0, 0, 3] > 2.5
    assert ('["mine"]', 0) in find_curves(character)


@pytest.mark.parametrize("state", ["hidden", "edit", "locked"])
def test_hidden_edited_and_locked_characters_are_right(person, character, state):
    if state == "hidden":
        character.hide_set(True)
    elif state == "edit":
        bpy.context.view_layer.objects.active = character
        bpy.ops.object.mode_set(mode="EDIT")
    else:
        for bone in character.pose.bones:
            bone.lock_rotation = bone.lock_location = (True, True, True)
    _retargeted(person, character)
    assert bpy.context.mode == ("EDIT_ARMATURE" if state == "edit" else "OBJECT")
    bpy.context.view_layer.objects.active = character
    if state == "edit":
        bpy.ops.object.mode_set(mode="OBJECT")
    character.hide_set(False)
    _check(person, character, _bones(character))


def test_what_works_against_the_keys_is_said(person, character):
    bones = _bones(character)
    hips, head = (bones.joints[joint] for joint in ("pelvis", "head"))
    character.pose.bones[hips].driver_add("location", 0)
    character.pose.bones[head].constraints.new("LIMIT_ROTATION")
    character.constraints.new("LIMIT_LOCATION")
    told = " ".join(_retargeted(person, character).told)
    assert f"Drivers move {hips}" in told and f"what the keys of {head} say" in told
    assert "Character is itself moved by keys or constraints" in told


def test_what_can_not_be_done_is_refused_with_a_sentence_and_leaves_nothing(person, character):
    bones, actions = _bones(character), len(bpy.data.actions)
    with pytest.raises(SceneError, match="is the refined person itself"):
        retarget(person, person, bones)
    character.scale = (1.0, 2.0, 1.0)
    bpy.context.view_layer.update()
    with pytest.raises(SceneError, match="scaled unevenly or mirrored; apply its scale first"):
        retarget(person, character, bones)
    character.scale = (1.0, 1.0, 1.0)
    bpy.context.view_layer.update()
    with pytest.raises(SceneError, match="has no bone gone; match the bones again"):
        retarget(person, character, Bones({**bones.joints, "pelvis": "gone"}))
    missing = {joint: bone for joint, bone in bones.joints.items() if joint != "left_knee"}
    with pytest.raises(SceneError, match="Character: No bone is matched to the left knee"):
        retarget(person, character, Bones(missing))
    carrier = bpy.data.objects.new("Carrier", None)
    bpy.context.scene.collection.objects.link(carrier)
    carrier.scale = (1.0, 2.0, np.sqrt(2.5))  # all axes of what is turned in it are as long, and slanted
    character.parent, character.rotation_euler = carrier, (0.0, 0.0, np.pi / 4)
    bpy.context.view_layer.update()
    with pytest.raises(SceneError, match="Carrier is scaled unevenly or mirrored and carries Character"):
        retarget(person, character, bones)
    assert len(bpy.data.actions) == actions


def test_a_linked_character_is_refused_and_an_override_of_it_is_right(tmp_path):
    add_armature(known_rig("Mixamo"))
    path = str(tmp_path / "character.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    person = write_motion(stepping.walk(), mesh=False)
    with bpy.data.libraries.load(path, link=True) as (_, into):
        into.objects = ["Character"]
    linked = into.objects[0]
    bpy.context.scene.collection.objects.link(linked)
    bpy.context.view_layer.update()
    with pytest.raises(SceneError, match="make a library override of it first"):
        retarget(person, linked, _bones(linked))
    own = linked.override_hierarchy_create(bpy.context.scene, bpy.context.view_layer)
    _retargeted(person, own)
    _check(person, own, _bones(own))


def test_a_rigify_rig_gets_keys_on_its_controls(person):
    rig = generated_rig()
    controls = controls_of(rig)
    done = retarget(person, rig, Bones({}))
    assert done.told == ()
    _check(person, rig, controls.bones)
    motion, _ = person_in_world(person, bpy.context.scene)
    rest = rest_of(rig)
    pose = carry(motion, target_of(rest, controls.bones, floor_of(rig, rest, controls.bones))).pose
    for frame in FRAMES:
        for joint, deforms in (("left_knee", "ORG-shin.L"), ("right_wrist", "ORG-hand.R")):
            shown = seen(rig, [deforms], frame)[0, :3, 3]
            place = positions_to_blender(pose.at(joint)[frame - 1])
            assert np.linalg.norm(shown - place) < 1e-4


def test_a_rigify_rig_can_play_ik(person):
    rig = generated_rig()
    retarget(person, rig, Bones({}))
    ends = ["ORG-hand.L", "ORG-hand.R", "ORG-foot.L", "ORG-foot.R", "ORG-toe.L"]
    middles = ["ORG-forearm.L", "ORG-shin.R"]
    fk = [(seen(rig, ends, frame), seen(rig, middles, frame)) for frame in FRAMES]
    retarget(person, rig, Bones({}), ik=True)
    assert rig.pose.bones["thigh_parent.L"]["IK_FK"] == 0.0
    for frame, (hands, knees) in zip(FRAMES, fk, strict=True):
        now = seen(rig, ends, frame)
        assert np.linalg.norm(now[:, :3, 3] - hands[:, :3, 3], axis=-1).max() < 1e-3
        assert np.degrees(geodesic_angle(now[:, :3, :3], hands[:, :3, :3])).max() < 0.5
        bent = np.linalg.norm(seen(rig, middles, frame)[:, :3, 3] - knees[:, :3, 3], axis=-1)
        assert bent.max() < 0.03, "Rigify lets bones of IK limbs shrink a little"


def _place(character, bone, frame=20):
    bpy.context.view_layer.update()
    return seen(character, [bone], frame)[0]


def test_another_person_gets_another_action_and_a_copy_of_a_character_its_own(person, character):
    first = _retargeted(person, character).action
    before = _place(character, "mixamorig:LeftHand")
    twin = character.copy()
    bpy.context.scene.collection.objects.link(twin)
    person.location.x = 2.0
    bpy.context.view_layer.update()
    assert _retargeted(person, twin).action != first == character.animation_data.action
    other = write_motion(stepping.walk(), mesh=False, name="Other")
    done = _retargeted(other, character)
    assert done.action != first and done.action.name == "Character Other"
    character.animation_data.action = first
    np.testing.assert_allclose(_place(character, "mixamorig:LeftHand"), before, atol=1e-6)
    assert _retargeted(person, character).action == first


@pytest.mark.parametrize("hide", ["excluded", "eye", "viewport"])
def test_what_is_out_of_sight_is_taken_from_where_it_is(person, character, hide):
    holder = bpy.data.collections.new("Away")
    bpy.context.scene.collection.children.link(holder)
    for ob in (person, character):
        for each in ob.users_collection:
            each.objects.unlink(ob)
        holder.objects.link(ob)
        ob.rotation_euler.z = 1.5
    character.location.x = 3.0
    layer = bpy.context.view_layer.layer_collection.children["Away"]
    layer.exclude, layer.hide_viewport, character.hide_viewport = (
        hide == each for each in ("excluded", "eye", "viewport")
    )
    _retargeted(person, character)
    assert [ob.name for ob in bpy.context.scene.collection.objects] == []
    assert character.hide_viewport == (hide == "viewport")
    layer.exclude, layer.hide_viewport, character.hide_viewport = False, False, False
    bpy.context.view_layer.update()
    _check(person, character, _bones(character))


def test_bones_with_quotes_in_their_names_move(person, character):
    character.data.bones["mixamorig:LeftForeArm"].name = 'Fore "arm" \\ L'
    bones = bones_of(match(rig_of(character)))
    bones = Bones({**bones.joints, "left_elbow": 'Fore "arm" \\ L'}, bones.spine, bones.neck)
    retarget(person, character, bones)
    _check(person, character, bones)


def test_what_moves_it_as_an_object_or_holds_it_still_is_said(person, character):
    holder = bpy.data.objects.new("Train", None)
    bpy.context.scene.collection.objects.link(holder)
    holder.keyframe_insert("location", frame=1)
    character.parent = person.parent = holder
    character.data.pose_position = "REST"
    character.pose.bones["mixamorig:Hips"].scale = (2.0, 2.0, 2.0)
    told = " ".join(_retargeted(person, character).told)
    assert "Train moves and carries Character along" in told
    assert "Train is moved by keys or constraints of the object; that was left out" in told
    assert "shows its rest position" in told and "mixamorig:Hips is scaled" in told


def test_a_track_that_plays_alone_is_said(person, character):
    character.pose.bones["mixamorig:Head"].keyframe_insert("location", frame=1)
    track = character.animation_data.nla_tracks.new()
    track.strips.new("Strip", 1, character.animation_data.action)
    character.animation_data.action = None
    assert _retargeted(person, character).told == ()
    character.animation_data.nla_tracks[0].is_solo = True
    assert f"plays its track {track.name} alone" in " ".join(_retargeted(person, character).told)


def test_feet_that_hang_on_no_leg_are_carried_along(person, character):
    bones = _bones(character)
    bpy.context.view_layer.objects.active = character
    bpy.ops.object.mode_set(mode="EDIT")
    for side in ("left", "right"):
        character.data.edit_bones[bones.joints[f"{side}_ankle"]].parent = None
    bpy.ops.object.mode_set(mode="OBJECT")
    bones = _bones(character)
    assert bones.joints["left_ankle"] == "mixamorig:LeftFoot"
    assert _retargeted(person, character).told == ()
    _check(person, character, bones)
    ends = seen(character, ["mixamorig:LeftLeg", "mixamorig:LeftFoot"], 60)[:, :3, 3]
    rest = [character.data.bones[name].head_local for name in ("mixamorig:LeftLeg", "mixamorig:LeftFoot")]
    assert abs(np.linalg.norm(ends[1] - ends[0]) - (rest[1] - rest[0]).length) < 1e-4
