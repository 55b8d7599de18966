"""The vertices of a mesh are targets where the user's model is there: its pose, its shape, its place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.body_model import load_body_model
from addon.body.mesh_vertices import canonical_vertices, kept_vertices, layout_of_mesh, vertex_names
from addon.body.posed_body import PosedBody, with_corrections
from addon.body.rotations import axis_angle_from_matrix, geodesic_angle, matrix_from_axis_angle
from addon.cli import main
from addon.recording import Keypoints, Person
from addon.refiner import OwnBody, RefineError, refine
from bundled_model.training.metrics import ROTATION_JOINTS
from tests.body.model_files import save_npz
from tests.body.synthetic_models import synthetic_fields

from .motion import Truth

FRAMES = 16
BETAS = np.random.default_rng(3).normal(size=10)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def body(folder) -> PosedBody:
    return with_corrections(load_body_model(save_npz(folder / "SMPL_MALE.npz", synthetic_fields())))


@pytest.fixture(scope="module")
def truth() -> Truth:
    return Truth(0, FRAMES)


def mesh_of(body: PosedBody, truth: Truth) -> np.ndarray:
    """(T, V, 3) of the truth's poses on a body of some shape."""
    vectors = np.zeros((len(truth.pelvis), len(body.regressor), 3))
    vectors[:, :22] = axis_angle_from_matrix(truth.rotations[:, :22])
    vectors[:, 22:] = 0.1
    return body.posed(BETAS, vectors, truth.pelvis)[0]


def person_of(mesh: np.ndarray) -> Person:
    count = mesh.shape[1]
    which = kept_vertices(count)
    names, canonical = vertex_names(which), canonical_vertices(count, which)
    places = mesh[:, which]
    sure = np.isfinite(places).all(-1).astype(float)
    return Person(
        "0", np.arange(len(mesh)), 30.0, Keypoints(places, sure, names, canonical, layout_of_mesh(count))
    )


def turned_off(rotations: np.ndarray, truth: Truth) -> float:
    """Mean degrees."""
    angles = geodesic_angle(rotations[:, ROTATION_JOINTS], truth.rotations[:, ROTATION_JOINTS])
    return float(np.degrees(angles).mean())


@pytest.mark.parametrize(("noise", "most", "off_mm"), [(0.0, 0.1, 1.5), (0.003, 1.2, 9.0)])
def test_pose_shape_and_place_are_those_that_made_the_mesh(body, truth, noise, most, off_mm):
    mesh = mesh_of(body, truth) + np.random.default_rng(0).normal(size=(FRAMES, 6890, 3)) * noise
    motion = refine(person_of(mesh), engine="numpy", body=OwnBody(body.model))
    assert turned_off(motion.rotations, truth) < most
    np.testing.assert_allclose(motion.betas, BETAS, atol=0.01 if noise == 0.0 else 0.3)
    pelvis = truth.pelvis + body.model.rest_joints(BETAS)[0]
    np.testing.assert_allclose(motion.pelvis, pelvis, atol=0.001 + noise / 2)
    assert motion.gender == "male" and motion.fit_error_mm.mean() < off_mm


def test_frames_without_vertices_are_bridged_and_marked(body, truth):
    mesh = mesh_of(body, truth)
    mesh[8:11] = np.nan
    mesh[3, :3000] = np.nan
    motion = refine(person_of(mesh), mode="none", body=OwnBody(body.model))
    assert np.flatnonzero(motion.is_filled).tolist() == [8, 9, 10]
    angles = np.degrees(geodesic_angle(motion.rotations[:, :22], truth.rotations[:, :22])).mean(1)
    assert np.delete(angles, [3, 8, 9, 10]).max() < 0.1 and angles[3] < 8.0
    assert np.isnan(motion.fit_error_mm[8:11]).all() and np.isfinite(motion.rotations).all()


def test_fingers_of_smpl_x_come_along(folder, truth):
    fields = synthetic_fields("SMPL-X")
    body = with_corrections(load_body_model(save_npz(folder / "SMPLX_NEUTRAL.npz", fields)))
    short = Truth(0, 3)
    motion = refine(person_of(mesh_of(body, short)), mode="none", body=OwnBody(body.model))
    assert turned_off(motion.rotations, short) < 0.5
    assert motion.hands is not None and motion.fit_error_mm.mean() < 1.0
    turned = np.degrees(
        geodesic_angle(motion.hands.rotations, matrix_from_axis_angle(np.full((3, 2, 15, 3), 0.1)))
    )
    assert np.median(turned) < 5.0


def test_another_files_poses_are_refined_to_the_joints_of_the_mesh(body, truth):
    estimate = Person("0", np.arange(FRAMES), 30.0, poses=truth.estimate(15.0))
    mesh = person_of(mesh_of(body, truth))
    motion = refine(estimate, targets=mesh, engine="numpy", body=OwnBody(body.model))
    assert turned_off(motion.rotations, truth) < 0.6 * turned_off(estimate.poses.rotations, truth)
    assert motion.fit_error_mm.mean() < 10.0
    both = replace(estimate, keypoints=mesh.keypoints)
    again = refine(both, engine="numpy", body=OwnBody(body.model))
    np.testing.assert_allclose(again.rotations, motion.rotations, atol=1e-6)


def test_the_model_is_asked_for_and_must_be_that_of_the_mesh(body, truth):
    person = person_of(mesh_of(body, truth))
    with pytest.raises(RefineError, match=r"^Person 0 is 6,890 vertices .* give --smpl-model .*SMPL-H\)\.$"):
        refine(person)
    other = replace(body.model, vertices=body.model.vertices[:5000])
    with pytest.raises(RefineError, match=r"SMPL_MALE.npz has 5,000; give --smpl-model"):
        refine(person, body=OwnBody(other))
    shuffled = person_of(mesh_of(body, truth)[:, ::-1])
    with pytest.raises(RefineError, match=r"mm from any body of SMPL_MALE\.npz"):
        refine(shuffled, body=OwnBody(body.model))
    empty = replace(person, keypoints=person.keypoints.rows(slice(0, 2)), frame_ids=np.arange(2))
    empty.keypoints.positions[:] = np.nan
    with pytest.raises(RefineError, match="enough vertices"):
        refine(empty, body=OwnBody(body.model))


def test_what_is_written_puts_the_vertices_back(body, truth, tmp_path):
    mesh = mesh_of(body, truth)
    np.save(tmp_path / "mesh.npy", mesh.astype(np.float32))
    out = tmp_path / "fit.npz"
    given = ["--smpl-model", body.model.source, "--up", "+y", "--units", "m"]
    assert main(["refine", str(tmp_path / "mesh.npy"), "--output", str(out), "--mode", "none", *given]) == 0
    with np.load(out) as held:
        vertices, _ = body.posed(held["betas"], held["poses"], held["trans"])
        assert held["betas_fitted"] and str(held["gender"]) == "male"
    seen = vertices @ np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]])
    # The file's floor is where the feet bear.
    apart = seen - mesh
    apart -= apart.mean((0, 1)) * [0, 1, 0]
    assert np.abs(apart).max() < 0.001
