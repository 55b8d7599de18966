"""The user's own body model against the `smplx` package, where a person has both.

SMPL_MODEL_FILE names the model: an SMPL .pkl without chumpy objects, or SMPL-H or SMPL-X as .npz.
"""

from __future__ import annotations

import os

import numpy as np
import pytest

from addon.body.body_model import BodyModel, load_body_model
from addon.body.kinematics import forward
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import PARENTS

FILE = os.environ.get("SMPL_MODEL_FILE", "")
if not FILE:
    pytest.skip("SMPL_MODEL_FILE names no body model file", allow_module_level=True)
smplx = pytest.importorskip("smplx")
torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def model() -> BodyModel:
    return load_body_model(FILE)


def by_smplx(model: BodyModel, betas: np.ndarray, vectors: np.ndarray, trans: np.ndarray):
    """Vertices (V, 3) and body joints (22, 3) by smplx for pose vectors (22, 3)."""
    kind = {"SMPL": smplx.SMPL, "SMPL-H": smplx.SMPLH, "SMPL-X": smplx.SMPLX}[model.kind]
    options = {} if model.kind == "SMPL" else {"ext": FILE.rpartition(".")[2], "use_pca": False}
    body = kind(FILE, num_betas=len(betas), dtype=torch.float64, flat_hand_mean=True, **options)
    pose = np.zeros((23 if model.kind == "SMPL" else 21, 3))
    pose[:21] = vectors[1:]
    given = {"betas": betas, "global_orient": vectors[0], "body_pose": pose.reshape(-1), "transl": trans}
    with torch.no_grad():
        posed = body(**{name: torch.tensor(value)[None] for name, value in given.items()})
    return posed.vertices[0].numpy(), posed.joints[0, :22].numpy()


@pytest.mark.parametrize("seed", range(3))
def test_rest_bodies_are_the_same(model, seed):
    betas = np.random.default_rng(seed).normal(0, 1.5, 10)
    vertices, joints = by_smplx(model, betas, np.zeros((22, 3)), np.zeros(3))
    np.testing.assert_allclose(model.rest_vertices(betas), vertices, atol=1e-6)
    np.testing.assert_allclose(model.rest_joints(betas)[:22], joints, atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_posed_joints_are_the_same(model, seed):
    random = np.random.default_rng(seed)
    betas, trans = random.normal(0, 1.5, 10), random.normal(0, 1, 3)
    vectors = np.zeros((24, 3))
    vectors[:22] = random.normal(0, 0.5, (22, 3))
    rest = model.rest_joints(betas)
    ours, _ = forward(matrix_from_axis_angle(vectors), rest[0] + trans, rest - rest[list(PARENTS)])
    np.testing.assert_allclose(ours[:22], by_smplx(model, betas, vectors[:22], trans)[1], atol=1e-6)
