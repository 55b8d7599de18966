"""With the user's body model the result is a fit of that model, in shape and in pose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.body_model import BodyModel, load_body_model
from addon.body.kinematics import forward
from addon.body.shape import height_of
from addon.body.wishes import ShapeWishes
from addon.motion import Motion
from addon.recording import Poses
from addon.refiner import OwnBody, refine
from tests.body.model_files import save_npz
from tests.body.synthetic_models import synthetic_fields

from .motion import Truth


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> BodyModel:
    return load_body_model(save_npz(tmp_path_factory.mktemp("model") / "SMPL_FEMALE.npz", synthetic_fields()))


def drawn(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=10)


def joint_error(motion: Motion, truth: Truth) -> float:
    joints, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    return 1000 * float(np.linalg.norm(joints - truth.joints, axis=-1).mean())


def length_error(motion: Motion, truth: Truth) -> float:
    found, true = (np.linalg.norm(bones, axis=-1)[1:] for bones in (motion.bone_offsets, truth.bones))
    return 1000 * float(np.sqrt(((found - true) ** 2).mean()))


def check_is_the_models(motion: Motion, model: BodyModel) -> None:
    assert motion.shape is not None and motion.shape.kind == "SMPL"
    np.testing.assert_allclose(motion.bone_offsets, model.bone_offsets(motion.betas), atol=1e-6)
    np.testing.assert_allclose(motion.shape.pelvis, model.rest_joints(motion.betas)[0], atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_bones_of_any_body_are_found_in_noise(model, seed):
    truth = Truth(seed, 240, model.bone_offsets(drawn(seed)))
    motion = refine(truth.person("smpl24", 0.005), engine="numpy", body=OwnBody(model))
    check_is_the_models(motion, model)
    assert length_error(motion, truth) < 3.0
    without = refine(truth.person("smpl24", 0.005), engine="numpy")
    assert joint_error(motion, truth) < 1.02 * joint_error(without, truth)


def test_clean_joints_of_another_shape_are_met_as_well_as_those_of_the_mean(model):
    truth = Truth(3, 60, model.bone_offsets(drawn(7)))
    motion = refine(truth.person(), engine="numpy", body=OwnBody(model))
    assert joint_error(motion, truth) < 3.0
    assert motion.gender == "female"


@pytest.mark.parametrize("layout", ["coco17", "body25", "h36m17"])
def test_detectors_points_tell_the_shape_too(model, layout):
    truth = Truth(2, 120, model.bone_offsets(1.5 * drawn(5)))
    motion = refine(truth.person(layout, 0.005), engine="numpy", body=OwnBody(model))
    check_is_the_models(motion, model)
    assert length_error(motion, truth) < 7.0
    assert length_error(motion, truth) < length_error(
        refine(truth.person(layout, 0.005), engine="numpy"), truth
    )


def test_one_frame_is_enough(model):
    truth = Truth(4, 1, model.bone_offsets(drawn(2)))
    motion = refine(truth.person(), engine="numpy", body=OwnBody(model))
    check_is_the_models(motion, model)
    assert length_error(motion, truth) < 5.0


def test_an_estimates_wrong_shape_gives_way_to_the_keypoints(model):
    betas = drawn(9)
    truth = Truth(1, 60, model.bone_offsets(betas))
    wrong = np.zeros(10, np.float32)
    wrong[0] = betas[0] + 1.5
    estimate = replace(truth.estimate(), betas=wrong)
    person = truth.person("smpl24", 0.003, poses=estimate)
    motion = refine(person, engine="numpy", body=OwnBody(model))
    check_is_the_models(motion, model)
    assert length_error(motion, truth) < 3.0 and joint_error(motion, truth) < 6.0


def test_a_known_height_tells_what_hidden_legs_do_not(model):
    betas = drawn(12)
    betas[0] = 1.5
    truth = Truth(0, 30, model.bone_offsets(betas))
    person = truth.person("coco17", 0.005)
    positions = person.keypoints.positions.copy()
    positions[:, 11:] = np.nan
    hidden = replace(person, keypoints=replace(person.keypoints, positions=positions))
    height = height_of(model.rest_vertices(betas))
    found = {}
    for known in (None, height):
        motion = refine(hidden, engine="numpy", body=OwnBody(model, ShapeWishes(height=known)))
        found[known] = abs(height_of(model.rest_vertices(motion.betas)) - height)
    assert found[height] < 0.015 and found[height] < found[None]


def test_poses_without_keypoints_or_shape_get_the_models_own_skeleton(model):
    truth = Truth(0, 30)
    person = replace(truth.person(poses=Poses(truth.rotations, truth.pelvis)), keypoints=None)
    motion = refine(person, engine="numpy", body=OwnBody(model))
    check_is_the_models(motion, model)
    assert not motion.betas.any()
    np.testing.assert_allclose(motion.pelvis, refine(person, engine="numpy").pelvis)
