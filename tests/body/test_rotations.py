"""Rotations agree with SciPy on random and degenerate input, in NumPy and in torch, and differentiate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.spatial.transform import Rotation, Slerp

from addon.body import rotations


def _cases() -> np.ndarray:
    random = np.random.default_rng(0)
    axes = np.vstack([np.eye(3), -np.eye(3), random.normal(size=(40, 3))])
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    sizes = [0.0, 1e-12, 1e-7, 1e-5, 1e-4, 1.1e-4, 1e-3, 0.1, 0.2, 1.0, 2.0, 3.0, np.pi - 1e-4, np.pi - 1e-9]
    grid = axes[:, None] * np.array(sizes)[:, None]
    return np.vstack([grid.reshape(-1, 3), random.normal(size=(200, 3))])


CASES = _cases()


@pytest.fixture(params=["numpy", "torch"])
def convert(request: pytest.FixtureRequest) -> Any:
    if request.param == "numpy":
        return np.asarray
    return pytest.importorskip("torch").asarray


def test_matrix_from_axis_angle_is_scipys(convert: Any) -> None:
    ours = np.asarray(rotations.matrix_from_axis_angle(convert(CASES)))
    np.testing.assert_allclose(ours, Rotation.from_rotvec(CASES).as_matrix(), atol=1e-15)


def test_axis_angle_comes_back(convert: Any) -> None:
    ours = np.asarray(rotations.axis_angle_from_matrix(convert(Rotation.from_rotvec(CASES).as_matrix())))
    expected = Rotation.from_rotvec(CASES).as_rotvec()
    np.testing.assert_allclose(ours, expected, atol=2e-15, rtol=2e-15)


def test_half_turns_give_an_axis_of_length_pi(convert: Any) -> None:
    axes = CASES[np.linalg.norm(CASES, axis=1) > 0.5]
    half_turns = axes / np.linalg.norm(axes, axis=1, keepdims=True) * np.pi
    matrices = Rotation.from_rotvec(half_turns).as_matrix()
    ours = np.asarray(rotations.axis_angle_from_matrix(convert(matrices)))
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), np.pi, atol=1e-12)
    np.testing.assert_allclose(Rotation.from_rotvec(ours).as_matrix(), matrices, atol=1e-14)


def test_single_precision_is_accurate_near_zero_and_near_pi() -> None:
    matrices = rotations.matrix_from_axis_angle(CASES.astype(np.float32))
    assert matrices.dtype == np.float32
    back = rotations.axis_angle_from_matrix(matrices)
    assert back.dtype == np.float32
    error = (Rotation.from_rotvec(back) * Rotation.from_rotvec(CASES).inv()).magnitude()
    assert error.max() < 1e-6
    small = np.linalg.norm(CASES, axis=1) < 1e-3
    np.testing.assert_allclose(back[small], CASES[small], atol=1e-9)


def test_quaternions_are_scipys_with_a_positive_scalar(convert: Any) -> None:
    matrices = Rotation.from_rotvec(CASES).as_matrix()
    ours = np.asarray(rotations.quaternion_from_matrix(convert(matrices)))
    expected = Rotation.from_rotvec(CASES).as_quat(scalar_first=True)
    expected *= np.sign((expected * ours).sum(1, keepdims=True))
    np.testing.assert_allclose(ours, expected, atol=1e-14)
    assert (ours[:, 0] >= 0).all()
    np.testing.assert_allclose(
        np.asarray(rotations.matrix_from_quaternion(convert(ours * 3))), matrices, atol=1e-14
    )


def test_six_d_comes_back_and_is_forgiving(convert: Any) -> None:
    matrices = Rotation.from_rotvec(CASES).as_matrix()
    six_d = rotations.six_d_from_matrix(convert(matrices))
    np.testing.assert_array_equal(np.asarray(six_d)[:, :3], matrices[:, :, 0])
    np.testing.assert_allclose(np.asarray(rotations.matrix_from_six_d(six_d)), matrices, atol=1e-14)
    sheared = np.concatenate(
        [2 * np.asarray(six_d)[:, :3], 3 * np.asarray(six_d)[:, 3:] + np.asarray(six_d)[:, :3]], 1
    )
    np.testing.assert_allclose(
        np.asarray(rotations.matrix_from_six_d(convert(sheared))), matrices, atol=1e-13
    )


def test_geodesic_angle_is_scipys(convert: Any) -> None:
    start = Rotation.random(len(CASES), random_state=1)
    angles = np.asarray(
        rotations.geodesic_angle(
            convert(start.as_matrix()), convert((start * Rotation.from_rotvec(CASES)).as_matrix())
        )
    )
    expected = np.linalg.norm(CASES, axis=1)
    expected = np.where(expected > np.pi, 2 * np.pi - expected, expected)
    np.testing.assert_allclose(angles, expected, atol=1e-14)


def test_slerp_is_scipys_on_the_shorter_arc(convert: Any) -> None:
    start = Rotation.random(len(CASES), random_state=2)
    end = start * Rotation.from_rotvec(CASES)
    fractions = np.random.default_rng(3).uniform(size=len(CASES))
    ours = rotations.slerp(
        convert(start.as_quat(scalar_first=True)),
        convert(-end.as_quat(scalar_first=True)),
        convert(fractions),
    )
    expected = [
        Slerp([0, 1], Rotation.concatenate([start[i], end[i]]))(fractions[i]).as_matrix()
        for i in range(len(CASES))
    ]
    np.testing.assert_allclose(np.asarray(rotations.matrix_from_quaternion(ours)), expected, atol=1e-8)
    np.testing.assert_allclose(np.linalg.norm(np.asarray(ours), axis=1), 1, atol=1e-14)


def test_slerp_takes_a_plain_number_and_meets_both_ends(convert: Any) -> None:
    start, end = (convert(Rotation.random(5, random_state=s).as_quat(scalar_first=True)) for s in (4, 5))
    for fraction, goal in ((0.0, start), (1.0, end)):
        met = rotations.matrix_from_quaternion(rotations.slerp(start, end, fraction))
        np.testing.assert_allclose(
            np.asarray(met), np.asarray(rotations.matrix_from_quaternion(goal)), atol=1e-14
        )


def _jacobian(vectors: Any) -> np.ndarray:
    """The inverse right Jacobians (..., 3, 3): their rows are what unit pulls pull at."""
    pulls = (np.broadcast_to(axis, vectors.shape).copy() for axis in np.eye(3))
    like = np.asarray if isinstance(vectors, np.ndarray) else pytest.importorskip("torch").asarray
    return np.stack([np.asarray(rotations.log_gradient(vectors, like(pull))) for pull in pulls], axis=-2)


def test_log_gradient_predicts_a_small_step(convert: Any) -> None:
    vectors = CASES[np.linalg.norm(CASES, axis=1) < 3.1]
    steps = np.random.default_rng(6).normal(size=vectors.shape) * 1e-6
    moved = (Rotation.from_rotvec(vectors) * Rotation.from_rotvec(steps)).as_rotvec()
    jacobian = _jacobian(convert(vectors))
    predicted = vectors + (jacobian @ steps[..., None])[..., 0]
    np.testing.assert_allclose(predicted, moved, atol=1e-9)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_few_vectors_are_turned_as_many_are(dtype: str) -> None:
    vectors, pulls = np.random.default_rng(3).normal(size=(2, rotations.FEW, 3)).astype(dtype)
    vectors[0] = 0.0
    some, atol = slice(0, 5), 20.0 * float(np.finfo(dtype).eps)
    for work in (
        rotations.matrix_from_axis_angle,
        lambda turns: rotations.log_gradient(turns, pulls[: len(turns)]),
    ):
        few, many = work(vectors[some]), work(vectors)[some]
        assert few.dtype == many.dtype == dtype
        np.testing.assert_allclose(few, many, atol=atol)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_few_matrices_tell_the_vectors_that_many_do(dtype: str) -> None:
    vectors = np.random.default_rng(4).normal(size=(rotations.FEW, 3))
    vectors[:3] = [[0.0, 0.0, 0.0], [np.pi, 0.0, 0.0], [0.0, 3.14, 0.0]]
    matrices = rotations.matrix_from_axis_angle(vectors).astype(dtype)
    few, many = rotations.axis_angle_from_matrix(matrices[:5]), rotations.axis_angle_from_matrix(matrices)[:5]
    assert few.dtype == many.dtype == dtype
    np.testing.assert_allclose(few, many, atol=20.0 * float(np.finfo(dtype).eps))


def test_log_gradient_has_no_seam_between_series_and_quotient() -> None:
    below, above = (_jacobian(np.array([0.0, 0.2 + d, 0.0])) for d in (-1e-9, 1e-9))
    np.testing.assert_allclose(below, above, atol=2e-9)


def test_single_precision_stays_single() -> None:
    vectors = CASES.astype(np.float32)
    matrices = rotations.matrix_from_axis_angle(vectors)
    quaternions = rotations.quaternion_from_matrix(matrices)
    found = [
        matrices,
        quaternions,
        rotations.axis_angle_from_matrix(matrices),
        rotations.matrix_from_six_d(rotations.six_d_from_matrix(matrices)),
        rotations.log_gradient(vectors, vectors),
        rotations.geodesic_angle(matrices, matrices),
        rotations.slerp(quaternions, quaternions, 0.5),
    ]
    assert {values.dtype for values in found} == {np.dtype(np.float32)}


def test_batches_of_any_shape_keep_their_shape(convert: Any) -> None:
    vectors = convert(CASES[:24].reshape(2, 3, 4, 3))
    matrices = rotations.matrix_from_axis_angle(vectors)
    quaternions = rotations.quaternion_from_matrix(matrices)
    assert tuple(matrices.shape) == (2, 3, 4, 3, 3)
    assert tuple(quaternions.shape) == (2, 3, 4, 4)
    assert tuple(rotations.six_d_from_matrix(matrices).shape) == (2, 3, 4, 6)
    assert tuple(rotations.geodesic_angle(matrices, matrices).shape) == (2, 3, 4)
    assert tuple(rotations.log_gradient(vectors, vectors + 1).shape) == (2, 3, 4, 3)
    assert tuple(rotations.axis_angle_from_matrix(matrices[0, 0, 0]).shape) == (3,)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gradients_are_finite_at_degenerate_rotations(dtype: str) -> None:
    torch = pytest.importorskip("torch")
    vectors = torch.tensor(CASES, dtype=getattr(torch, dtype), requires_grad=True)
    matrices = rotations.matrix_from_axis_angle(vectors)
    identity = torch.eye(3, dtype=vectors.dtype)
    quaternions = rotations.quaternion_from_matrix(matrices)
    total = (
        rotations.axis_angle_from_matrix(matrices).sum()
        + rotations.geodesic_angle(matrices, identity).sum()
        + rotations.geodesic_angle(matrices, matrices.detach()).sum()
        + rotations.slerp(quaternions, quaternions.detach(), 0.3).sum()
        + rotations.matrix_from_six_d(rotations.six_d_from_matrix(matrices)).sum()
        + rotations.log_gradient(vectors, vectors.detach() + 1).sum()
    )
    total.backward()
    assert torch.isfinite(total)
    assert torch.isfinite(vectors.grad).all()


def test_gradients_of_log_after_exp_are_identity() -> None:
    torch = pytest.importorskip("torch")
    vectors = torch.tensor(CASES[np.linalg.norm(CASES, axis=1) < 3.0])
    jacobian = torch.func.vmap(
        torch.func.jacrev(lambda v: rotations.axis_angle_from_matrix(rotations.matrix_from_axis_angle(v)))
    )(vectors)
    torch.testing.assert_close(jacobian, torch.eye(3).double().expand_as(jacobian), atol=1e-6, rtol=0)


def test_quaternions_in_a_row_keep_the_nearer_sign():
    angles = np.linspace(0.0, 9.0, 60)[:, None] * np.eye(3)[0]
    turns = rotations.quaternion_from_matrix(rotations.matrix_from_axis_angle(angles))
    turns[1::3] *= -1.0
    steady = rotations.without_flips(turns[:, None])
    assert (np.einsum("tij,tij->t", steady[1:], steady[:-1]) > 0.9).all()
    assert np.allclose(np.abs(steady[:, 0]), np.abs(turns))
    assert np.array_equal(rotations.without_flips(turns[:1]), turns[:1])
