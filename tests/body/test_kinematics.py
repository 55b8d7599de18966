"""Forward kinematics equals the joint-by-joint chain and differentiates."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from addon.body import kinematics
from addon.body.skeleton import PARENTS, REST_OFFSETS, rest_joints


def _random_pose(*batch: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    count = int(np.prod(batch)) * 24
    rotations = Rotation.random(count, random_state=1).as_matrix().reshape(*batch, 24, 3, 3)
    return rotations, random.normal(size=(*batch, 3))


def _chain(rotations: np.ndarray, pelvis: np.ndarray, offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One joint after the other by 4x4 matrices."""
    world = np.zeros((24, 4, 4))
    for joint in range(24):
        local = np.eye(4)
        local[:3, :3] = rotations[joint]
        local[:3, 3] = pelvis if joint == 0 else offsets[joint]
        world[joint] = local if joint == 0 else world[PARENTS[joint]] @ local
    return world[:, :3, 3], world[:, :3, :3]


def test_forward_equals_the_joint_by_joint_chain() -> None:
    rotations, pelvis = _random_pose(7)
    joints, turns = kinematics.forward(rotations, pelvis, REST_OFFSETS)
    for frame in range(7):
        expected = _chain(rotations[frame], pelvis[frame], REST_OFFSETS)
        np.testing.assert_allclose(joints[frame], expected[0], atol=1e-14)
        np.testing.assert_allclose(turns[frame], expected[1], atol=1e-14)


def test_the_identity_pose_is_the_rest_skeleton() -> None:
    joints, _ = kinematics.forward(np.broadcast_to(np.eye(3), (24, 3, 3)), np.zeros(3), REST_OFFSETS)
    np.testing.assert_allclose(joints, rest_joints(REST_OFFSETS), atol=1e-15)


def test_every_batch_entry_may_have_its_own_bone_lengths() -> None:
    rotations, pelvis = _random_pose(2, 3)
    offsets = REST_OFFSETS * np.linspace(0.8, 1.2, 6).reshape(2, 3, 1, 1)
    joints, _ = kinematics.forward(rotations, pelvis, offsets)
    assert joints.shape == (2, 3, 24, 3)
    np.testing.assert_allclose(
        joints[1, 2], _chain(rotations[1, 2], pelvis[1, 2], offsets[1, 2])[0], atol=1e-14
    )


def test_torch_gives_the_same_and_differentiates() -> None:
    torch = pytest.importorskip("torch")
    rotations, pelvis = _random_pose(4)
    expected, _ = kinematics.forward(rotations, pelvis, REST_OFFSETS)
    inputs = [torch.tensor(a, requires_grad=True) for a in (rotations, pelvis, REST_OFFSETS)]
    joints, turns = kinematics.forward(*inputs)
    np.testing.assert_allclose(joints.detach().numpy(), expected, atol=1e-14)
    (joints.sum() + turns.sum()).backward()
    assert all(torch.isfinite(tensor.grad).all() for tensor in inputs)
    turned, place = inputs[0][:1].detach(), inputs[1][:1].detach().requires_grad_()
    assert torch.autograd.gradcheck(lambda p: kinematics.forward(turned, p, REST_OFFSETS)[0], (place,))


def test_bone_offsets_follow_the_precision_of_the_rotations() -> None:
    rotations, pelvis = _random_pose(2)
    joints, _ = kinematics.forward(rotations.astype(np.float32), pelvis.astype(np.float32), REST_OFFSETS)
    assert joints.dtype == np.float32


@pytest.mark.parametrize("number", [10, 40])
def test_many_poses_at_once_are_what_each_is_alone(number: int) -> None:
    rotations, pelvis = _random_pose(number)
    bones = REST_OFFSETS * np.linspace(0.9, 1.1, number)[:, None, None]
    many = kinematics.forward(rotations, pelvis, bones)
    each = [kinematics.forward(*pose) for pose in zip(rotations, pelvis, bones, strict=True)]
    for found, alone in zip(many, zip(*each, strict=True), strict=True):
        np.testing.assert_allclose(found, np.stack(alone), atol=1e-13)


@pytest.mark.parametrize("number", [1, 3, 40])
def test_what_hangs_on_joints_turns_as_they_do(number: int) -> None:
    rotations, pelvis = _random_pose(number)
    joints, vectors = np.array([0, 21, 4, 21]), np.random.default_rng(2).normal(size=(4, 3))
    _, world = kinematics.forward(rotations, pelvis, REST_OFFSETS)
    expected = (world[:, joints] @ vectors[..., None])[..., 0]
    np.testing.assert_allclose(kinematics.carried(rotations, joints, vectors), expected, atol=1e-13)
