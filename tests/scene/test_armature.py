"""The armature: the performer's bones, standing on the floor, left mirroring right."""

from __future__ import annotations

import numpy as np
import pytest

from addon.body.skeleton import MIRROR_JOINTS, PARENTS, REST_OFFSETS, rest_joints
from addon.scene.armature import create_armature
from addon.scene.names import BONE_NAMES

NAMES = [
    "Pelvis", "L_Hip", "R_Hip", "Spine1", "L_Knee", "R_Knee", "Spine2", "L_Ankle", "R_Ankle", "Spine3",
    "L_Foot", "R_Foot", "Neck", "L_Collar", "R_Collar", "Head", "L_Shoulder", "R_Shoulder", "L_Elbow",
    "R_Elbow", "L_Wrist", "R_Wrist", "L_Hand", "R_Hand",
]  # fmt: skip


def test_bones_have_the_names_and_parents_of_smpl():
    armature = create_armature("Person", REST_OFFSETS)
    assert list(BONE_NAMES) == NAMES
    parents = {bone.name: bone.parent.name if bone.parent else None for bone in armature.data.bones}
    assert parents == {
        name: BONE_NAMES[parent] if parent >= 0 else None
        for name, parent in zip(BONE_NAMES, PARENTS, strict=True)
    }


@pytest.mark.parametrize("stretch", [1.0, 0.7, 1.3])
def test_rest_heads_are_the_performers_rest_joints_on_the_floor(stretch):
    offsets = REST_OFFSETS * stretch * np.linspace(0.9, 1.1, 24)[:, None]
    armature = create_armature("Person", offsets)
    heads = np.array([armature.data.bones[name].head_local for name in BONE_NAMES])
    joints = rest_joints(offsets)
    expected = np.stack([joints[:, 0], -joints[:, 2], joints[:, 1]], axis=-1)
    np.testing.assert_allclose(heads - heads[0], expected, atol=1e-6)
    assert tuple(armature.location) == (0, 0, 0)
    assert 0.005 < heads[:, 2].min() < 0.04
    np.testing.assert_allclose(heads[0, :2], 0, atol=1e-9)


def test_limb_bones_point_at_their_child_and_leaves_go_on():
    bones = create_armature("Person", REST_OFFSETS).data.bones
    for parent, child in (
        ("Pelvis", "Spine1"), ("Spine3", "Neck"), ("L_Hip", "L_Knee"), ("L_Collar", "L_Shoulder"),
        ("R_Shoulder", "R_Elbow"), ("R_Elbow", "R_Wrist"), ("R_Ankle", "R_Foot"), ("Neck", "Head"),
    ):  # fmt: skip
        np.testing.assert_allclose(bones[parent].tail_local, bones[child].head_local, atol=1e-6)
    up, front, left = np.array([0, 0, 1]), np.array([0, -1, 0]), np.array([1, 0, 0])
    for name, direction in (("Head", up), ("L_Foot", front), ("L_Hand", left), ("R_Hand", -left)):
        along = np.array(bones[name].tail_local - bones[name].head_local)
        assert along @ direction > 0.9 * np.linalg.norm(along)


def test_the_right_side_mirrors_the_left():
    mirrored = REST_OFFSETS.copy()
    for joint, other in enumerate(MIRROR_JOINTS):
        mirrored[joint] = (REST_OFFSETS[joint] + REST_OFFSETS[other] * [-1, 1, 1]) / 2
    bones = create_armature("Person", mirrored).data.bones
    flip = np.diag([-1.0, 1.0, 1.0])
    for joint, other in enumerate(MIRROR_JOINTS):
        ours, theirs = (np.array(bones[BONE_NAMES[index]].matrix_local.to_3x3()) for index in (joint, other))
        np.testing.assert_allclose(ours, flip @ theirs @ flip, atol=1e-5)


def test_knees_and_elbows_hinge_about_the_local_x_axis():
    bones = create_armature("Person", REST_OFFSETS).data.bones
    for name, hinge in (
        ("L_Knee", (1, 0, 0)),
        ("R_Knee", (1, 0, 0)),
        ("L_Elbow", (0, 0, 1)),
        ("R_Elbow", (0, 0, 1)),
    ):
        x_axis = np.array(bones[name].matrix_local.to_3x3())[:, 0]
        assert abs(x_axis @ hinge) > 0.99


def test_bones_of_length_zero_survive():
    offsets = REST_OFFSETS.copy()
    offsets[[3, 22, 15, 10]] = 0.0
    bones = create_armature("Person", offsets).data.bones
    assert {bone.name for bone in bones} == set(BONE_NAMES)
