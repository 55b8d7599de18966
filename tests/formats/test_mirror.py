"""The mirror as an override: for left-handed axes, and for a picture that was mirrored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.body.kinematics import forward
from addon.body.skeleton import MIRROR_JOINTS, REST_OFFSETS
from tests.formats.bodies import Body, keypoints_of, poses_of, walking
from tests.formats.test_generators import kimodo

FLIP = np.array([-1.0, 1.0, 1.0])


def read(tmp_path: Path, points: np.ndarray, *, mirror: bool = True):
    np.savez(tmp_path / "clip.npz", keypoints=points, layout="smpl24", fps=30, up_axis="y", units="m")
    return formats.read(tmp_path / "clip.npz", mirror=mirror)


def test_left_handed_axes_are_turned_back_and_the_sides_stay(tmp_path):
    points = walking().joints * FLIP
    assert any("--mirror" in each for each in read(tmp_path, points, mirror=False).warnings)
    recording = read(tmp_path, points)
    np.testing.assert_allclose(keypoints_of(recording).positions, walking().joints, atol=1e-9)
    assert not any("--mirror" in each for each in recording.warnings)


def mirrored(body: Body) -> np.ndarray:
    """Joints of the body that a mirrored picture shows: its left is the performer's right."""
    return body.joints[:, list(MIRROR_JOINTS)] * FLIP


def test_a_whole_body_in_the_mirror_changes_its_sides_too(tmp_path):
    positions = keypoints_of(read(tmp_path, mirrored(walking()))).positions
    np.testing.assert_allclose(positions, walking().joints, atol=1e-9)


def test_poses_in_the_mirror_are_those_of_the_reflected_body(tmp_path):
    path = kimodo(tmp_path, 22)
    straight, turned = formats.read(path), formats.read(path, mirror=True)
    offsets = REST_OFFSETS[list(MIRROR_JOINTS)] * FLIP
    joints, _ = forward(poses_of(straight).rotations, poses_of(straight).pelvis, REST_OFFSETS)
    found, _ = forward(poses_of(turned).rotations, poses_of(turned).pelvis, offsets)
    np.testing.assert_allclose(found, joints[:, list(MIRROR_JOINTS)] * FLIP, atol=1e-9)
    positions = keypoints_of(straight).positions * FLIP
    np.testing.assert_allclose(
        keypoints_of(turned).positions, positions[:, list(MIRROR_JOINTS)[:22]], atol=1e-9
    )


@pytest.mark.parametrize("layout", ["coco17", "h36m17", "lsp14", "smpl24"])
@pytest.mark.parametrize("flipped", [True, False])
def test_a_body_without_toes_is_told_to_be_mirrored_as_well(tmp_path, layout, flipped):
    body = walking(40).layout(layout)
    np.save(tmp_path / "a.npy", body * FLIP if flipped else body)
    warnings = formats.read(tmp_path / "a.npy", layout=layout).warnings
    assert any("axes are mirrored" in warning for warning in warnings) is flipped
