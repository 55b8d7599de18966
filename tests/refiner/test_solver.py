"""The closed-form half: its derivative is right, and it fits what it is given."""

from __future__ import annotations

import numpy as np
import pytest

from addon.body.points import POINT_NAMES
from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.body.skeleton import REST_OFFSETS
from addon.refiner.start.jacobian import EVERY, points_and_jacobian
from addon.refiner.start.solver import Evidence, Outlook, Prior, linearise, outlook, solve

from .motion import Truth

LOOSE = np.full((24, 3), 1e-3)


def test_the_jacobian_is_the_derivative_of_every_canonical_point() -> None:
    rng = np.random.default_rng(0)
    rotations = matrix_from_axis_angle(rng.normal(size=(2, 24, 3)) * 0.6)
    pelvis, indices = rng.normal(size=(2, 3)), np.arange(len(POINT_NAMES))
    points, jacobian = points_and_jacobian(rotations, pelvis, REST_OFFSETS, indices)
    step = 1e-6
    for joint in (0, 3, 9, 13, 16, 18, 4, 22):
        for axis in range(3):
            turn = np.zeros((24, 3))
            turn[joint, axis] = step
            moved, _ = points_and_jacobian(
                rotations @ matrix_from_axis_angle(turn), pelvis, REST_OFFSETS, indices
            )
            np.testing.assert_allclose((moved - points) / step, jacobian[..., joint * 3 + axis], atol=1e-5)


def test_it_reaches_reachable_joints_within_a_tenth_of_a_millimetre() -> None:
    truth = Truth(8, 6)
    evidence = Evidence(np.arange(24), truth.joints, np.full((6, 24), 1e6))
    start = truth.estimate(15.0).rotations
    priors = (Prior(start, LOOSE),)
    rotations, pelvis = solve(start, truth.pelvis + 0.1, truth.bones, evidence, priors, (0.0,) * 8)
    points, _ = points_and_jacobian(rotations, pelvis, truth.bones, np.arange(24))
    assert np.abs(points - truth.joints).max() < 1e-4


def test_without_evidence_the_prior_is_the_result() -> None:
    truth = Truth(8, 4)
    nothing = Evidence(np.arange(24), truth.joints, np.zeros((4, 24)))
    reference = truth.rotations
    for precision in (np.full((24, 3), 10.0), np.eye(72) * 10.0):
        priors = (Prior(reference, precision),)
        start = truth.estimate(20.0).rotations
        rotations, _ = solve(start, truth.pelvis, truth.bones, nothing, priors, (0.0,) * 5)
        assert np.degrees(geodesic_angle(rotations, reference)).max() < 0.1


def test_an_outlier_fades_when_asked() -> None:
    truth = Truth(8, 4)
    wrong = truth.joints.copy()
    wrong[:, 20] += 0.5
    evidence = Evidence(np.arange(24), wrong, np.full((4, 24), 1e4))
    priors = (Prior(truth.rotations, np.full((24, 3), 1.0)),)
    plain = solve(truth.rotations, truth.pelvis, truth.bones, evidence, priors, (0.0,) * 3)[0]
    robust = solve(truth.rotations, truth.pelvis, truth.bones, evidence, priors, (0.0,) * 3, 0.05)[0]
    plain_error, robust_error = (
        np.degrees(geodesic_angle(r, truth.rotations)).mean() for r in (plain, robust)
    )
    assert robust_error < 0.2 * plain_error


def test_torch_and_numpy_give_the_same() -> None:
    torch = pytest.importorskip("torch")
    truth = Truth(8, 5)
    start = truth.estimate(10.0).rotations
    precision = np.full((5, 24), 1e4)
    evidence = Evidence(np.arange(24), truth.joints, precision)
    ours = solve(start, truth.pelvis, truth.bones, evidence, (Prior(start, LOOSE + 1),))[0]
    tensor = torch.as_tensor
    evidence = Evidence(np.arange(24), tensor(truth.joints), tensor(precision))
    prior = Prior(tensor(start), tensor(LOOSE + 1))
    theirs = solve(tensor(start), tensor(truth.pelvis), tensor(truth.bones), evidence, (prior,))[0]
    np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-9)


@pytest.mark.parametrize("full", [True, False])
def test_leaving_out_joints_that_move_no_point_changes_no_step(full: bool) -> None:
    truth, rng = Truth(8, 4), np.random.default_rng(0)
    indices = np.array([1, 2, 4, 5, 16, 17, 18, 19, 20, 21])
    evidence = Evidence(indices, truth.joints[:, indices], np.full((4, 10), 1e2))
    tied = rng.normal(size=(72, 72))
    precision = tied @ tied.T + 20.0 * np.eye(72) if full else rng.uniform(10.0, 50.0, (4, 24, 3))
    start = truth.estimate(10.0).rotations
    priors = (Prior(truth.rotations[0], precision), Prior(truth.rotations, LOOSE + 5))
    few = outlook(priors, indices)
    assert len(few.joints) < 18
    together = np.pad(precision, (0, 3)) if full else None
    single = np.full(72, 5.0 + 1e-3) if full else precision.reshape(4, 72) + 5.0 + 1e-3
    found = []
    for known in (few, Outlook(EVERY, together, single)):
        system = linearise(start, truth.pelvis, truth.bones, evidence, priors, known=known)
        change = np.linalg.solve(system.matrix, system.vector[..., None])[..., 0]
        found.append(system.whole(change))
    np.testing.assert_allclose(found[0], found[1], atol=1e-4)


def test_frames_that_gain_next_to_nothing_take_no_further_step() -> None:
    truth = Truth(8, 4)
    evidence = Evidence(np.arange(24), truth.joints, np.full((4, 24), 1e4))
    start = truth.rotations.copy()
    start[2:] = truth.estimate(20.0).rotations[2:]
    priors = (Prior(truth.rotations, LOOSE + 1),)
    asked = (start, truth.pelvis, truth.bones, evidence, priors)
    once, thrice = solve(*asked, (0.0,))[0], solve(*asked, (0.0,) * 3)[0]
    some = solve(*asked, (0.0,) * 3, enough=1.0)[0]
    np.testing.assert_array_equal(some[:2], once[:2])
    np.testing.assert_allclose(some[2:], thrice[2:], atol=1e-6)
    assert np.abs(once[2:] - thrice[2:]).max() > 1e-4
    np.testing.assert_array_equal(solve(*asked, (0.0,) * 3, enough=np.inf)[0], once)
