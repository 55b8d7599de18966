"""Batched Gauss–Newton on joint rotations: the closed-form half of the refiner.

Minimises, independently for each of B frames,

    sum_p w_p |target_p - point_p|^2  +  rho^T Lambda rho,     rho_j = log(reference_j^T R_j)

over 24 local rotations and the pelvis position, with an analytic Jacobian: turning joint j about the
axis a (world) moves a point by a x (what hangs below j of the point - its share of joint j's place).
Written once against the array API: NumPy and torch, CPU and CUDA, differentiable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from array_api_compat import array_namespace, device

from ..body.kinematics import forward
from ..body.points import POINT_OFFSETS, POINT_WEIGHTS, size
from ..body.rotations import axis_angle_from_matrix, matrix_from_axis_angle, right_jacobian_inverse
from ..body.skeleton import JOINT_COUNT, SUBTREE

LARGEST_STEP = 0.8
"""Radians that one joint may turn in one iteration; keeps far starts from tumbling."""
DAMPING, RELATIVE_DAMPING = 1e-3, 1e-6


@dataclass(frozen=True)
class Evidence:
    """Target positions of canonical points.

    indices: (P,) which canonical points. positions: (B, P, 3) metres, any value where the precision is 0.
    precision: (B, P) in 1/m^2, 0 where a point is missing.
    """

    indices: np.ndarray
    positions: Any
    precision: Any


@dataclass(frozen=True)
class Prior:
    """What pose is likely: reference (24, 3, 3) or (B, 24, 3, 3), and its precision in 1/rad^2 as a full
    matrix (72, 72) or, per joint axis, as (B, 24, 3) or (24, 3)."""

    reference: Any
    precision: Any


def solve(
    rotations: Any,
    pelvis: Any,
    bone_offsets: Any,
    evidence: Evidence,
    priors: tuple[Prior, ...],
    coarse: tuple[float, ...] = (0.0, 0.0),
    outlier_scale: float | None = None,
) -> tuple[Any, Any]:
    """Fits poses to evidence under priors.

    rotations (B, 24, 3, 3), pelvis (B, 3): where to start. bone_offsets (24, 3) or (B, 24, 3).
    coarse: one iteration per entry, with that much added to every point's standard deviation (metres).
    outlier_scale: distance in metres from which a point's pull fades (Geman–McClure), None for none.
    Returns the fitted rotations and pelvis.
    """
    for extra in coarse:
        rotations, pelvis = _step(rotations, pelvis, bone_offsets, evidence, priors, extra, outlier_scale)
    return rotations, pelvis


def _step(
    rotations: Any,
    pelvis: Any,
    bone_offsets: Any,
    evidence: Evidence,
    priors: tuple[Prior, ...],
    extra: float,
    outlier_scale: float | None,
) -> tuple[Any, Any]:
    xp = array_namespace(rotations)
    system = linearise(rotations, pelvis, bone_offsets, evidence, priors, extra, outlier_scale)
    step = xp.linalg.solve(system.matrix, system.vector[..., None])[..., 0]
    return moved(rotations, pelvis, step)


@dataclass(frozen=True)
class System:
    """Normal equations of B frames over 72 turns and 3 translations, and what they were made from.

    matrix (B, 75, 75), vector (B, 75). rows (B, 75, 3 P): how each coordinate of the points changes, residual
    (B, 3 P) and root (B, 3 P), the square root of the precision by which both are multiplied.
    """

    matrix: Any
    vector: Any
    rows: Any
    residual: Any
    root: Any


def linearise(
    rotations: Any,
    pelvis: Any,
    bone_offsets: Any,
    evidence: Evidence,
    priors: tuple[Prior, ...],
    extra: float = 0.0,
    outlier_scale: float | None = None,
) -> System:
    """The Gauss–Newton step of each frame as a linear system; arguments as in `solve`."""
    xp = array_namespace(rotations)
    points, jacobian = _points_and_turns(rotations, pelvis, bone_offsets, evidence.indices)
    residual = evidence.positions - points
    precision = evidence.precision / (1.0 + evidence.precision * extra**2)
    if outlier_scale is not None:
        squared = xp.sum(residual**2, axis=-1) / (outlier_scale**2 + extra**2)
        precision = precision / (1.0 + squared) ** 2
    system = _evidence_system(jacobian, residual, precision)
    for prior in priors:
        _add_prior(system.matrix, system.vector, rotations, prior)
    own, matrix = np.arange(system.matrix.shape[-1]), system.matrix
    # What no evidence tells must not be left to the last digits of single precision.
    matrix[:, own, own] += DAMPING + RELATIVE_DAMPING * xp.max(matrix[:, own, own], axis=-1, keepdims=True)
    return system


def moved(rotations: Any, pelvis: Any, step: Any) -> tuple[Any, Any]:
    """Poses after a step (B, 75) of turns in each joint's own axes and translation; turns are limited."""
    xp = array_namespace(rotations)
    turn = xp.reshape(step[..., : JOINT_COUNT * 3], (*step.shape[:-1], JOINT_COUNT, 3))
    angle = xp.sqrt(xp.sum(turn**2, axis=-1, keepdims=True) + 1e-18)
    turn = turn * xp.clip(LARGEST_STEP / angle, None, 1.0)
    return rotations @ matrix_from_axis_angle(turn), pelvis + step[..., JOINT_COUNT * 3 :]


def information(rotations: Any, pelvis: Any, bone_offsets: Any, evidence: Evidence) -> Any:
    """(B, 24, 3) in 1/rad^2, how well the evidence alone tells each joint's turn about its own axes, all else
    fixed."""
    xp = array_namespace(rotations)
    _, jacobian = _points_and_turns(rotations, pelvis, bone_offsets, evidence.indices)
    batch, points = evidence.precision.shape
    swept = xp.sum(xp.reshape(jacobian**2, (batch, JOINT_COUNT * 3, points, 3)), axis=-1)
    return xp.reshape(swept @ evidence.precision[..., None], (batch, JOINT_COUNT, 3))


def points_and_jacobian(
    rotations: Any, pelvis: Any, bone_offsets: Any, indices: np.ndarray
) -> tuple[Any, Any]:
    """Canonical points (B, P, 3) and their derivative (B, P, 3, 72) by turns in each joint's own axes."""
    points, jacobian = _points_and_turns(rotations, pelvis, bone_offsets, indices)
    xp = array_namespace(jacobian)
    shaped = xp.reshape(jacobian, (points.shape[0], JOINT_COUNT * 3, points.shape[1], 3))
    return points, xp.permute_dims(shaped, (0, 2, 3, 1))


def _points_and_turns(rotations: Any, pelvis: Any, bone_offsets: Any, indices: np.ndarray) -> tuple[Any, Any]:
    """Points (B, P, 3) and the transposed derivative (B, 72, 3 P): rows are turns, columns coordinates."""
    xp = array_namespace(rotations)
    like = {"dtype": rotations.dtype, "device": device(rotations)}
    joints, world = forward(rotations, pelvis, bone_offsets)
    turned = xp.matrix_transpose(world)
    batch, count = rotations.shape[0], len(indices)
    weights = xp.asarray(POINT_WEIGHTS[indices].T[..., None], **like)  # (24, P, 1)
    offsets = xp.asarray(np.moveaxis(POINT_OFFSETS[indices], 1, 0).copy(), **like)  # (24, P, 3)
    scale = size(bone_offsets)
    scale = xp.reshape(scale, (-1, 1, 1, 1)) if scale.ndim else scale
    carried = weights * joints[:, :, None] + scale * (offsets @ turned)  # what each joint has of each point
    points = xp.sum(carried, axis=1)
    below = xp.asarray(SUBTREE, **like)
    hanging = xp.reshape(below @ xp.reshape(carried, (batch, JOINT_COUNT, -1)), carried.shape)
    arms = hanging - (below @ weights[..., 0])[..., None] * joints[:, :, None]
    # Only points that hang below a joint move with it: most pairs are zero.
    movers, moved = np.nonzero(SUBTREE @ POINT_WEIGHTS[indices].T)
    axes, arm = turned[:, movers], arms[:, movers, moved][:, :, None]  # (B, N, axis, xyz), (B, N, 1, xyz)
    swept = xp.stack(
        [
            axes[..., 1] * arm[..., 2] - axes[..., 2] * arm[..., 1],
            axes[..., 2] * arm[..., 0] - axes[..., 0] * arm[..., 2],
            axes[..., 0] * arm[..., 1] - axes[..., 1] * arm[..., 0],
        ],
        axis=-1,
    )
    jacobian = xp.zeros((batch, JOINT_COUNT * count, 3, 3), **like)
    jacobian[:, movers * count + moved] = swept
    jacobian = xp.permute_dims(xp.reshape(jacobian, (batch, JOINT_COUNT, count, 3, 3)), (0, 1, 3, 2, 4))
    return points, xp.reshape(jacobian, (batch, JOINT_COUNT * 3, count * 3))


def _evidence_system(jacobian: Any, residual: Any, precision: Any) -> System:
    xp = array_namespace(jacobian)
    batch, points = residual.shape[:2]
    root = xp.reshape(xp.broadcast_to(xp.sqrt(precision)[..., None], residual.shape), (batch, 1, points * 3))
    shift = xp.asarray(np.tile(np.eye(3), (1, points)), dtype=jacobian.dtype, device=device(jacobian))
    rows = xp.concat([jacobian, xp.broadcast_to(shift, (batch, 3, points * 3))], axis=1) * root
    pull = xp.reshape(residual, (batch, points * 3)) * root[:, 0]
    matrix, vector = rows @ xp.matrix_transpose(rows), (rows @ pull[..., None])[..., 0]
    return System(matrix, vector, rows, pull, root[:, 0])


def _add_prior(matrix: Any, vector: Any, rotations: Any, prior: Prior) -> None:
    """Adds a prior in place, with its exact pull; its curvature is that of small deviations."""
    xp = array_namespace(rotations)
    batch, turns = rotations.shape[0], JOINT_COUNT * 3
    deviation = axis_angle_from_matrix(xp.matrix_transpose(prior.reference) @ rotations)
    across = xp.matrix_transpose(right_jacobian_inverse(deviation))  # (B, 24, 3, 3)
    if prior.precision.shape[-2:] == (turns, turns):
        pull = xp.reshape(deviation, (batch, turns)) @ prior.precision
        matrix[:, :turns, :turns] += prior.precision
    else:
        pull = xp.reshape(prior.precision * deviation, (batch, turns))
        own = np.arange(turns)
        matrix[:, own, own] += xp.reshape(prior.precision, (-1, turns))
    vector[:, :turns] -= xp.reshape(across @ xp.reshape(pull, (batch, JOINT_COUNT, 3, 1)), (batch, turns))
