"""Shape numbers that give a body measured bones, a height and a weight."""

from __future__ import annotations

import numpy as np
import pytest

from addon.body.body_model import BodyModel, gender_of
from addon.body.posed_body import PosedBody, load_posed_body
from addon.body.shape import height_of, shape_space, weight_of
from addon.body.wishes import ShapeWishes

from .model_files import save_npz
from .synthetic_models import synthetic_fields


@pytest.fixture(scope="module")
def body(tmp_path_factory) -> PosedBody:
    return load_posed_body(save_npz(tmp_path_factory.mktemp("model") / "SMPL_MALE.npz", synthetic_fields()))


@pytest.fixture(scope="module")
def model(body) -> BodyModel:
    return body.model


def lengths(bones: np.ndarray) -> np.ndarray:
    return np.linalg.norm(bones, axis=-1)


def apart(model: BodyModel, betas: np.ndarray, wanted: np.ndarray) -> float:
    """Metres, root mean square over the bones."""
    return float(np.sqrt(((lengths(model.bone_offsets(betas)) - wanted)[1:] ** 2).mean()))


def test_bones_of_the_space_are_those_of_the_model(model):
    betas = np.random.default_rng(0).normal(size=7)
    space = shape_space(model, ShapeWishes(betas=7))
    np.testing.assert_allclose(space.bones(betas), model.bone_offsets(betas), atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_fitted_body_has_the_measured_bones(model, seed):
    wanted = lengths(model.bone_offsets(np.random.default_rng(seed).normal(size=10)))
    assert apart(model, shape_space(model).fitted(wanted), wanted) < 0.0015
    assert apart(model, np.zeros(10), wanted) > 0.003


def test_one_wrong_bone_and_unknown_ones_hardly_count(model):
    betas = np.random.default_rng(1).normal(size=10)
    true = lengths(model.bone_offsets(betas))
    wrong = true.copy()
    wrong[4] += 0.15
    wrong[[22, 23]] = np.nan
    assert apart(model, shape_space(model).fitted(wrong), true) < 0.004


def test_known_shape_numbers_are_the_start_and_none_of_them_is_lost(model):
    known = np.random.default_rng(2).normal(size=10)
    nothing = np.full(24, np.nan)
    np.testing.assert_allclose(shape_space(model, ShapeWishes(4), known).fitted(nothing), known)
    assert len(shape_space(model, ShapeWishes(4), np.zeros(10)).usual) == 4


@pytest.mark.parametrize(("height", "weight"), [(1.6, None), (None, 90.0), (1.9, 70.0)])
def test_a_known_height_and_weight_are_what_the_body_has(model, height, weight):
    vertices = model.rest_vertices(shape_space(model, ShapeWishes(10, height, weight)).usual)
    if height is not None:
        assert height_of(vertices) == pytest.approx(height, abs=0.015)
    if weight is not None:
        assert weight_of(vertices, model.faces) == pytest.approx(weight, abs=2.0)


def test_the_gender_is_what_the_file_is_called(tmp_path):
    names = {
        "SMPL_FEMALE.pkl": "female", "basicmodel_m_lbs_10_207_0_v1.1.0.pkl": "male",
        "SMPLX_NEUTRAL.npz": "neutral",
        "basicModel_f_lbs_10_207_0_v1.0.0.pkl": "female", "smplh/male/model.npz": "male", "model.npz": "",
        "female_models/SMPLH_MALE.pkl": "male",
    }  # fmt: skip
    assert {name: gender_of(tmp_path / "a" / name) for name in names} == names


def test_a_bent_body_is_moved_by_its_corrections_alone_where_skinning_is_rigid(body):
    """The joints are those of the kinematics; vertices differ from plain skinning by the posedirs."""
    random = np.random.default_rng(3)
    betas, vectors, trans = (
        random.normal(size=10),
        random.normal(0, 0.3, (2, 24, 3)),
        random.normal(size=(2, 3)),
    )
    vertices, joints = body.posed(betas, vectors, trans)
    straight, rest = body.posed(betas, np.zeros((1, 24, 3)), np.zeros((1, 3)))
    np.testing.assert_allclose(straight[0], body.model.rest_vertices(betas), atol=1e-9)
    np.testing.assert_allclose(rest[0], body.model.rest_joints(betas), atol=1e-9)
    plain = PosedBody(body.model, body.regressor, body.weights, body.parents, np.zeros_like(body.corrections))
    without, same = plain.posed(betas, vectors, trans)
    np.testing.assert_array_equal(joints, same)
    assert 1e-4 < np.abs(vertices - without).max() < 0.05
