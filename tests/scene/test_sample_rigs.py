"""Armatures of other programs are read with their limbs where they show, whatever they rest like."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.formats.sampled_people import draft_of
from addon.recording import Person
from addon.refiner import refine
from addon.rigs import match
from addon.safe_read import FormatError
from addon.scene.sample_rigs import rig_of, sample_rigs
from addon.steps import finish
from tests.rigs.in_blender import armature_of, wave
from tests.rigs.known import KNOWN, build

LIMBS = (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"))


def person_of(armature: bpy.types.Object, frames: int) -> Person:
    sampled = finish(sample_rigs(bpy.context.scene, [armature], np.arange(1, frames + 1)))
    return draft_of(sampled).people[0]


def limb_angles(person: Person) -> np.ndarray:
    """Degrees between limbs as the poses have them and as the keypoints lie."""
    assert person.poses is not None
    assert person.keypoints is not None
    joints, _ = forward(person.poses.rotations, person.poses.pelvis, REST_OFFSETS)
    found = []
    for high, low in LIMBS:
        for side in ("left", "right"):
            ends = [f"{side}_{high}", f"{side}_{low}"]
            shown = np.diff(
                person.keypoints.positions[:, [person.keypoints.canonical.index(e) for e in ends]], axis=1
            )
            posed = np.diff(joints[:, [JOINT_NAMES.index(end) for end in ends]], axis=1)
            cosine = (shown * posed).sum(-1) / np.linalg.norm(shown, axis=-1) / np.linalg.norm(posed, axis=-1)
            found.append(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))
    return np.array(found)


@pytest.mark.parametrize("known", KNOWN, ids=[f"{one.family}-{place}" for place, one in enumerate(KNOWN)])
def test_limbs_point_where_the_armature_has_them(known):
    armature = armature_of(build(known))
    assert match(rig_of(armature)).joints == match(build(known)).joints
    wave(armature, sorted(match(build(known)).joints.values()), 3)
    armature.rotation_euler, armature.scale = (0.3, 0.0, 2.0), (0.01, 0.01, 0.01)
    assert limb_angles(person_of(armature, 3)).max() < 0.2


def test_a_constraint_is_taken_in_as_it_shows():
    armature = armature_of(build(KNOWN[0]))
    goal = bpy.data.objects.new("Goal", None)
    bpy.context.collection.objects.link(goal)
    goal.location = (0.3, -0.25, 1.2)
    ik = armature.pose.bones["mixamorig:LeftForeArm"].constraints.new("IK")
    ik.target, ik.chain_count = goal, 2
    person = person_of(armature, 1)
    assert person.keypoints is not None
    wrist = person.keypoints.positions[0, person.keypoints.canonical.index("left_wrist")]
    np.testing.assert_allclose(wrist, [0.3, 1.2, 0.25], atol=2e-3)


def without(armature: bpy.types.Object, parts: tuple[str, ...]) -> None:
    """Take away the bones whose names have one of these in them."""
    bpy.ops.object.mode_set(mode="EDIT")
    bones = armature.data.edit_bones
    for bone in [bone for bone in bones if any(part in bone.name for part in parts)]:
        bones.remove(bone)
    bpy.ops.object.mode_set(mode="OBJECT")


@pytest.mark.parametrize("parts", [("Hand",), ("Foot", "Toe"), ("Hand", "Foot", "Toe")])
def test_a_rig_without_hands_or_feet_is_read_to_the_tips_of_its_limbs(parts):
    armature = armature_of(build(KNOWN[0]))
    wave(armature, sorted(match(build(KNOWN[0])).joints.values()), 3)
    armature.rotation_euler, armature.scale = (0.3, 0.0, 2.0), (0.01, 0.01, 0.01)
    people = [person_of(armature, 3)]
    without(armature, parts)
    people.append(person_of(armature, 3))
    ends, places = [f"{side}_{end}" for side in ("left", "right") for end in ("ankle", "wrist")], []
    for one in people:
        assert one.keypoints is not None
        places.append(one.keypoints.positions[:, [one.keypoints.canonical.index(end) for end in ends]])
    np.testing.assert_allclose(places[1], places[0], atol=1e-7)
    assert limb_angles(people[1]).max() < 0.2


def test_a_tip_that_is_none_of_a_limb_is_refused_with_what_to_do():
    armature = armature_of(build(KNOWN[0]))
    without(armature, ("Hand",))
    bpy.ops.object.mode_set(mode="EDIT")
    for name in ("mixamorig:LeftForeArm", "mixamorig:RightForeArm"):
        armature.data.edit_bones[name].length *= 0.1
    bpy.ops.object.mode_set(mode="OBJECT")
    with pytest.raises(FormatError, match="add them in Edit Mode"):
        person_of(armature, 1)


def test_hips_whose_way_blender_leaves_out_are_told():
    armature = armature_of(build(next(known for known in KNOWN if known.family == "SMPL-X")))
    bpy.ops.object.mode_set(mode="EDIT")
    armature.data.edit_bones["pelvis"].use_connect = True
    bpy.ops.object.mode_set(mode="OBJECT")
    wave(armature, ["left_hip"], 3)
    (still,) = finish(sample_rigs(bpy.context.scene, [armature], np.arange(1, 4)))
    for frame in (1, 3):
        armature.pose.bones["pelvis"].location = (0.0, 0.0, frame / 2)
        armature.pose.bones["pelvis"].keyframe_insert("location", frame=frame)
    (moved,) = finish(sample_rigs(bpy.context.scene, [armature], np.arange(1, 4)))
    assert still.notes == () and moved.notes[0].startswith("pelvis of Rig is connected to its parent")


def test_fingers_whose_turns_are_known_stay_what_they_are_when_refined():
    """Where their bones begin would tell less of them."""
    armature = armature_of(build(KNOWN[0]))
    wave(armature, [*match(build(KNOWN[0])).fingers.values(), "mixamorig:LeftArm"], 12)
    person = replace(person_of(armature, 12), fps=24.0)
    assert person.poses is not None and person.poses.hands is not None
    refined = refine(person, engine="numpy")
    assert refined.hands is not None
    assert refined.hands.rotations == pytest.approx(person.poses.hands, abs=1e-6)
