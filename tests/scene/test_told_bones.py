"""What works against the keys of a retargeted character is said, whatever it is, and what doesn't is not."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from addon.retarget import Options
from addon.retarget.bones import Bones, bones_of
from addon.rigs import match
from addon.scene import SceneError, write_motion
from addon.scene.curves import Curve, vector_curves, write_curves
from addon.scene.retarget import retarget
from addon.scene.sample_rigs import rig_of
from tests.retarget import stepping
from tests.scene.rigged import add_armature, generated_rig, known_rig, seen

PLAIN = Options(feet=False, hands=False)
ARM = ["upperarm_l", "lowerarm_l", "hand_l"]


@pytest.fixture
def person() -> bpy.types.Object:
    return write_motion(stepping.walk(), mesh=False)


@pytest.fixture
def character() -> bpy.types.Object:
    return add_armature(known_rig("Unreal"))


def _told(person, character) -> str:
    bones = bones_of(match(rig_of(character)))
    return " ".join(retarget(person, character, bones, PLAIN).told)


def _below(character, curves: list[Curve]) -> bpy.types.NlaStrip:
    """A strip in the tracks of a character that plays nothing else."""
    write_curves(character, np.array([1.0, 100.0]), curves)
    animation = character.animation_data
    action, slot = animation.action, getattr(animation, "action_slot", None)
    animation.action = None
    strip = animation.nla_tracks.new().strips.new("Below", 1, action)
    if slot is not None:
        strip.action_slot = slot
    return strip


def _scales(character, bone: str) -> list[Curve]:
    path = character.pose.bones[bone].path_from_id("scale")
    return vector_curves(path, np.array([[1.0, 1.0, 1.0], [1.0, 2.0, 1.0]]), bone)


@pytest.mark.parametrize("bone", ["lowerarm_l", "root"])
def test_a_strip_that_scales_a_bone_is_said_unless_it_is_muted(person, character, bone):
    strip = _below(character, _scales(character, bone))
    scenes = len(bpy.data.scenes)
    told = _told(person, character)
    assert "beside what the keys say: NLA tracks play along; mute them" in told
    assert len(bpy.data.scenes) == scenes
    strip.mute = True
    assert _told(person, character) == ""


@pytest.mark.parametrize("how", ["COMBINE", "half"])
def test_an_action_that_is_blended_over_its_tracks_is_said(person, character, how):
    path = character.pose.bones["lowerarm_l"].path_from_id("rotation_quaternion")
    _below(character, vector_curves(path, np.tile([0.8, 0.6, 0.0, 0.0], (2, 1)), "lowerarm_l"))
    assert _told(person, character) == "", "it replaces what they say"
    if how == "half":
        character.animation_data.action_influence = 0.5
    else:
        character.animation_data.action_blend_type = how
    assert "let the action replace them (Blending and Influence" in _told(person, character)


def test_what_moves_a_bone_that_carries_others_is_said(person, character):
    root = character.pose.bones["root"]
    limit = root.constraints.new("LIMIT_ROTATION")
    assert "what the keys of root say" in _told(person, character)
    root.constraints.remove(limit)
    root.driver_add("rotation_quaternion", 1).driver.expression = "0.5"
    assert "Drivers move root" in _told(person, character)
    root.driver_remove("rotation_quaternion", 1)
    root.driver_add("rotation_quaternion", 1).driver.expression = "0.0"
    assert _told(person, character) == "", "it rests, as it is to"
    root.driver_remove("rotation_quaternion", 1)
    root.scale = (1.0, 2.0, 1.0)
    assert "root is scaled" in _told(person, character)


@pytest.mark.parametrize("solver", ["LEGACY", "ITASC"])
@pytest.mark.parametrize("bone", ["index_01_l", "lowerarm_l"])
def test_ik_that_moves_a_limb_is_said(person, character, bone, solver):
    aim = bpy.data.objects.new("Aim", None)
    bpy.context.scene.collection.objects.link(aim)
    character.pose.ik_solver = solver
    held = character.pose.bones[bone].constraints.new("IK")
    held.target, held.chain_count = aim, 4
    told = _told(person, character)
    assert (
        f"IK on {bone} moves" in told and "upperarm_l" in told and told.endswith("mute it to see the motion.")
    )
    held.influence = 0.0
    assert bool(_told(person, character)) == (solver == "ITASC"), "which heeds no influence"
    held.mute = True
    assert _told(person, character) == ""


def test_ik_that_agrees_with_the_keys_is_not_said(person, character):
    """Its goal goes along with the hand at which it rests."""
    held = character.pose.bones["hand_l"].constraints.new("IK")
    held.target, held.subtarget, held.chain_count, held.use_tail = character, "ik_hand_l", 2, False
    assert _told(person, character) == ""
    held.chain_count, held.pole_target, held.pole_subtarget = 2, character, "head"
    assert "IK on hand_l moves" in _told(person, character)


def test_limbs_that_itasc_solves_beside_a_rigs_controls_are_said(person):
    rig = generated_rig()
    rig.pose.ik_solver = "ITASC"
    assert retarget(person, rig, Bones({}), PLAIN).told == (), "FK plays"
    assert "solves IK with iTaSC" in " ".join(retarget(person, rig, Bones({}), PLAIN, ik=True).told)


def test_strips_that_move_the_object_are_said_and_muted_constraints_are_not(person, character):
    character.constraints.new("LIMIT_LOCATION").mute = True
    character.pose.bones["head"].constraints.new("COPY_ROTATION")  # of nothing
    assert _told(person, character) == ""
    _below(character, vector_curves("rotation_euler", np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 2.0]]), "Object"))
    assert "Character is itself moved" in _told(person, character)


def test_what_holds_a_rigify_rig_back_is_said(person):
    rig = generated_rig()
    rig.pose.bones["upper_arm_fk.L"].constraints.new("LIMIT_ROTATION").use_limit_x = True
    assert "ORG-upper_arm.L" in " ".join(retarget(person, rig, Bones({}), PLAIN).told)
    assert retarget(person, rig, Bones({}), PLAIN, ik=True).told == (), "FK does not play"
    rig.pose.bones["upper_arm_fk.L"].constraints[0].mute = True
    for held in rig.pose.bones["ORG-forearm.R"].constraints:
        held.mute = True
    assert "ORG-forearm.R" in " ".join(retarget(person, rig, Bones({}), PLAIN).told)


def test_a_rigify_rig_that_lost_a_control_is_refused(person):
    rig = generated_rig()
    bpy.ops.object.mode_set(mode="EDIT")
    rig.data.edit_bones.remove(rig.data.edit_bones["hand_fk.L"])
    bpy.ops.object.mode_set(mode="OBJECT")
    with pytest.raises(SceneError, match=r"has no hand_fk.L any more; generate the rig anew"):
        retarget(person, rig, Bones({}), PLAIN)


def _directions(character, frame: int) -> np.ndarray:
    places = seen(character, ["thigh_l", "calf_l", "foot_l", "spine_01", "neck_01", *ARM], frame)[:, :3, 3]
    steps = np.diff(places, axis=0)
    return np.asarray(steps / np.linalg.norm(steps, axis=-1, keepdims=True))


@pytest.mark.parametrize("turn", [(0.4, 0.0, 0.0), (0.0, 0.4, 0.7)])
def test_a_character_whose_object_is_tilted_stands_as_the_person_does(person, character, turn):
    _told(person, character)
    upright = _directions(character, 60)
    character.rotation_euler = turn
    bpy.context.view_layer.update()
    assert _told(person, character) == ""
    np.testing.assert_allclose(_directions(character, 60), upright, atol=1e-3)


@pytest.mark.parametrize("family", ["Unreal", "Daz Genesis 8", "MakeHuman", "MikuMikuDance"])
@pytest.mark.parametrize("off", ["use_inherit_rotation", "use_local_location"])
def test_bones_that_inherit_nothing_and_slide_along_their_parents_axes_are_right(person, family, off):
    character = add_armature(known_rig(family))
    bones = bones_of(match(rig_of(character)))
    ends = [bones.joints[f"left_{joint}"] for joint in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")]
    retarget(person, character, bones, PLAIN)
    before = seen(character, ends, 60)
    for bone in character.data.bones:
        setattr(bone, off, False)
    assert retarget(person, character, bones, PLAIN).told == ()
    np.testing.assert_allclose(seen(character, ends, 60), before, atol=1e-3)
