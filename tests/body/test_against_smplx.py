"""The user's own body model against the `smplx` package, which `build.py test --with-smplx` has at hand.

SMPL_MODEL_FILE may name a model of yours beside the synthetic ones: an SMPL .pkl without chumpy objects, or
SMPL-H or SMPL-X as .npz.
"""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from addon import refiner
from addon.body.kinematics import forward
from addon.body.posed_body import PosedBody, load_posed_body
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import PARENTS
from addon.formats.writer import npz_fields
from tests.body.model_files import save_npz
from tests.body.synthetic_models import synthetic_fields
from tests.refiner.motion import Truth

smplx = pytest.importorskip("smplx")
torch = pytest.importorskip("torch")

OWN = os.environ.get("SMPL_MODEL_FILE", "")
KINDS = ("SMPL", "SMPL-H", "SMPL-X", *(["own"] if OWN else []))


@pytest.fixture(scope="module", params=KINDS)
def file(request, tmp_path_factory) -> Path:
    """A model file of each kind, of our own making; smplx reads SMPL from pickles alone."""
    if request.param == "own":
        return Path(OWN)
    folder = tmp_path_factory.mktemp("models")
    fields = synthetic_fields(request.param)
    if request.param != "SMPL":
        name = "SMPLH_NEUTRAL.npz" if request.param == "SMPL-H" else "SMPLX_NEUTRAL.npz"
        return save_npz(folder / name, fields)
    path = folder / "SMPL_NEUTRAL.pkl"
    path.write_bytes(pickle.dumps(fields))
    return path


@pytest.fixture(scope="module")
def body(file) -> PosedBody:
    return load_posed_body(file)


def by_smplx(file: Path, kind: str, betas: np.ndarray, vectors: np.ndarray, trans: np.ndarray):
    """Vertices (T, V, 3) and the model's joints (T, J, 3) by smplx for rotation vectors (T, J, 3)."""
    made = {"SMPL": smplx.SMPL, "SMPL-H": smplx.SMPLH, "SMPL-X": smplx.SMPLX}[kind]
    options = {} if kind == "SMPL" else {"ext": file.suffix[1:], "use_pca": False, "flat_hand_mean": True}
    frames = len(trans)
    model = made(str(file), num_betas=len(betas), dtype=torch.float64, batch_size=frames, **options)
    last = 24 if kind == "SMPL" else 22
    given = {"global_orient": vectors[:, :1], "body_pose": vectors[:, 1:last]}
    if kind == "SMPL-X":
        given |= {
            "jaw_pose": vectors[:, 22:23],
            "leye_pose": vectors[:, 23:24],
            "reye_pose": vectors[:, 24:25],
        }
    if kind != "SMPL":
        hands = vectors[:, -30:]
        given |= {"left_hand_pose": hands[:, :15], "right_hand_pose": hands[:, 15:]}
    tensors = {
        name: torch.tensor(part.reshape(frames, -1), dtype=torch.float64) for name, part in given.items()
    }
    shape = torch.tensor(np.repeat(betas[None], frames, 0), dtype=torch.float64)
    with torch.no_grad():
        posed = model(betas=shape, transl=torch.tensor(trans, dtype=torch.float64), **tensors)
    return posed.vertices.numpy(), posed.joints[:, : vectors.shape[1]].numpy()


@pytest.mark.parametrize("seed", range(2))
def test_posed_bodies_are_the_same(file, body, seed):
    """With pose-dependent corrections, fingers and face."""
    random = np.random.default_rng(seed)
    betas, trans = random.normal(0, 1.5, 10), random.normal(0, 1, (3, 3))
    vectors = random.normal(0, 0.4, (3, len(body.regressor), 3))
    vertices, joints = by_smplx(file, body.model.kind, betas, vectors, trans)
    ours = body.posed(betas, vectors, trans)
    np.testing.assert_allclose(ours[0], vertices, atol=2e-6)
    np.testing.assert_allclose(ours[1], joints, atol=2e-6)


@pytest.mark.parametrize("seed", range(2))
def test_the_skeleton_of_24_joints_is_the_same(file, body, seed):
    random = np.random.default_rng(seed)
    betas, trans = random.normal(0, 1.5, 10), random.normal(0, 1, 3)
    vectors = np.zeros((len(body.regressor), 3))
    vectors[:22] = random.normal(0, 0.5, (22, 3))
    _, joints = by_smplx(file, body.model.kind, betas, vectors[None], trans[None])
    local = np.zeros((24, 3))
    local[:22] = vectors[:22]
    rest = body.model.rest_joints(betas)
    ours, _ = forward(matrix_from_axis_angle(local), rest[0] + trans, rest - rest[list(PARENTS)])
    np.testing.assert_allclose(ours[:22], joints[0, :22], atol=2e-6)


def test_what_is_written_is_a_fit_of_the_model_itself(file, body):
    """betas, poses and trans of the .npz, given to smplx, have our joints."""
    betas = np.random.default_rng(1).normal(size=10)
    person = Truth(3, 60, body.model.bone_offsets(betas)).person("smpl24", 0.01)
    motion = refiner.refine(person, engine="numpy", body=refiner.OwnBody(body.model))
    written = npz_fields(motion)
    vectors = written["poses"].reshape(60, -1, 3).astype(float)
    assert vectors.shape[1] == len(body.regressor)
    trans = written["trans"].astype(float)
    _, joints = by_smplx(file, body.model.kind, written["betas"].astype(float), vectors, trans)
    apart = np.linalg.norm(joints[:, :22] - written["joints"][:, :22], axis=-1)
    assert apart.max() < 1e-5
