"""The .npz in the kind of the model that a motion was fitted to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon import formats
from addon.body.rotations import matrix_from_axis_angle
from addon.formats.writer import npz_fields
from addon.motion import Hands, Motion, Shape

from .test_writer import motion

WIDTHS = {"SMPL": 72, "SMPL-H": 156, "SMPL-X": 165}
RELAXED = np.random.default_rng(0).normal(0, 0.2, (2, 15, 3))


def fitted(kind: str) -> Motion:
    return replace(motion(), shape=Shape(kind, np.array([0.01, -0.3, 0.02]), RELAXED))


def fingers() -> tuple[np.ndarray, Hands]:
    vectors = np.random.default_rng(1).normal(0, 0.3, (40, 2, 15, 3))
    hands = Hands(matrix_from_axis_angle(vectors), np.zeros((2, 15, 3)), np.zeros((40, 2, 15), bool))
    return vectors, hands


@pytest.mark.parametrize("kind", list(WIDTHS))
def test_poses_are_as_wide_as_the_models_and_the_body_is_the_same(kind, tmp_path):
    written, plain = npz_fields(fitted(kind)), npz_fields(motion())
    assert written["poses"].shape == (40, WIDTHS[kind])
    assert str(written["surface_model_type"]) == {"SMPL": "smpl", "SMPL-H": "smplh", "SMPL-X": "smplx"}[kind]
    assert written["betas_fitted"] and not plain["betas_fitted"]
    np.testing.assert_array_equal(written["poses"][:, :66], plain["poses"][:, :66])
    np.testing.assert_array_equal(written["joints"], plain["joints"])


def test_trans_is_the_pelvis_without_the_models_own_rest_pelvis():
    written = npz_fields(fitted("SMPL-X"))
    np.testing.assert_allclose(written["trans"] + [0.01, -0.3, 0.02], written["joints"][:, 0], atol=1e-6)


@pytest.mark.parametrize(("kind", "first"), [("SMPL-H", 66), ("SMPL-X", 75)])
def test_fingers_are_the_motions_or_the_models_relaxed_ones(kind, first):
    relaxed = npz_fields(fitted(kind))["poses"][:, first:]
    np.testing.assert_allclose(relaxed, np.repeat(RELAXED.reshape(1, 90), 40, 0), atol=1e-6)
    vectors, hands = fingers()
    written = npz_fields(replace(fitted(kind), hands=hands))["poses"][:, first:]
    np.testing.assert_allclose(written, vectors.reshape(40, 90), atol=1e-5)


def test_smpl_x_has_amass_stageii_parts_that_make_up_the_poses():
    written = npz_fields(fitted("SMPL-X"))
    parts = [written[f] for f in ("root_orient", "pose_body", "pose_jaw", "pose_eye", "pose_hand")]
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), written["poses"])


def test_people_with_hands_and_without_a_model_are_smpl_h():
    vectors, hands = fingers()
    written = npz_fields(replace(motion(), hands=hands))
    assert not written["betas_fitted"] and str(written["surface_model_type"]) == "smplh"
    np.testing.assert_allclose(written["poses"][:, 66:], vectors.reshape(40, 90), atol=1e-5)


@pytest.mark.parametrize("kind", list(WIDTHS))
def test_our_own_reader_reads_it_back(kind, tmp_path):
    formats.write_npz(fitted(kind), tmp_path / "out.npz")
    poses = formats.read(tmp_path / "out.npz").people[0].poses
    np.testing.assert_allclose(poses.rotations[:, :22], motion().rotations[:, :22], atol=1e-5)
    np.testing.assert_allclose(poses.pelvis, motion().pelvis, atol=1e-5)
