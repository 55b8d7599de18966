"""Batched Gauss–Newton on joint rotations: the closed-form half of the refiner.

Minimises, independently for each of B frames,

    sum_p w_p |target_p - point_p|^2  +  rho^T Lambda rho,     rho_j = log(reference_j^T R_j)

over 24 local rotations and the pelvis position, with an analytic Jacobian (`jacobian`). Written once
against the array API: NumPy and torch, CPU and CUDA, differentiable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from array_api_compat import array_namespace, device

from ...body.rotations import axis_angle_from_matrix, log_gradient, matrix_from_axis_angle
from ...body.skeleton import JOINT_COUNT
from ...steps import Stepped, Steps
from .jacobian import Levers, levers, swept

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


@Stepped
def solve(
    rotations: Any,
    pelvis: Any,
    bone_offsets: Any,
    evidence: Evidence,
    priors: tuple[Prior, ...],
    coarse: tuple[float, ...] = (0.0, 0.0),
    outlier_scale: float | None = None,
) -> Steps[tuple[Any, Any]]:
    """Fits poses to evidence under priors, half an iteration a step.

    rotations (B, 24, 3, 3), pelvis (B, 3): where to start. bone_offsets (24, 3) or (B, 24, 3).
    coarse: one iteration per entry, with that much added to every point's standard deviation (metres).
    outlier_scale: distance in metres from which a point's pull fades (Geman–McClure), None for none.
    Returns the fitted rotations and pelvis.
    """
    for extra in coarse:
        system = linearise(rotations, pelvis, bone_offsets, evidence, priors, extra, outlier_scale)
        yield None
        rotations, pelvis = moved(rotations, pelvis, _change(system))
        yield None
    return rotations, pelvis


def _change(system: System) -> Any:
    """The turns and translations (B, 75) that solve it."""
    on_numpy = isinstance(system.matrix, np.ndarray)
    solver = np.linalg if on_numpy else array_namespace(system.matrix).linalg
    return solver.solve(system.matrix, system.vector[..., None])[..., 0]


@dataclass(frozen=True)
class System:
    """Normal equations of B frames over 72 turns and 3 translations, and what they were made from.

    matrix (B, 75, 75), vector (B, 75). rows (B, 75, 3 P): how the points' coordinates change, first the x of
    all points, and residual (B, 3 P), both multiplied by root (B, P), the square root of the precision.
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
    found = levers(rotations, pelvis, bone_offsets, evidence.indices)
    residual = xp.matrix_transpose(evidence.positions) - found.points
    precision = evidence.precision / (1.0 + evidence.precision * extra**2)
    if outlier_scale is not None:
        squared = xp.sum(residual**2, axis=-2) / (outlier_scale**2 + extra**2)
        precision = precision / (1.0 + squared) ** 2
    system = _evidence_system(found, residual, precision)
    for prior in priors:
        _add_prior(system.matrix, system.vector, rotations, prior)
    diagonal = _diagonal(system.matrix)
    # What no evidence tells must not be left to the last digits of single precision.
    diagonal += DAMPING + RELATIVE_DAMPING * xp.max(diagonal, axis=-1, keepdims=True)
    return system


def _diagonal(matrices: Any) -> Any:
    """The diagonals (B, N) of matrices (B, N, N), as a view that can be added to."""
    xp = array_namespace(matrices)
    return xp.reshape(matrices, (matrices.shape[0], -1))[:, :: matrices.shape[-1] + 1]


def moved(rotations: Any, pelvis: Any, step: Any) -> tuple[Any, Any]:
    """Poses after a step (B, 75) of turns in each joint's own axes and translation; turns are limited."""
    xp = array_namespace(rotations)
    turn = xp.reshape(step[..., : JOINT_COUNT * 3], (*step.shape[:-1], JOINT_COUNT, 3))
    angle = xp.sqrt(xp.sum(turn**2, axis=-1, keepdims=True) + 1e-18)
    turn = turn * xp.clip(LARGEST_STEP / angle, None, 1.0)
    return rotations @ matrix_from_axis_angle(turn), pelvis + step[..., JOINT_COUNT * 3 :]


def _evidence_system(found: Levers, residual: Any, precision: Any) -> System:
    xp = array_namespace(residual)
    batch, _, points = residual.shape
    root = xp.sqrt(precision)[:, None]
    turns = swept(found.world, found.arms * root[:, None])
    identity = xp.eye(3, dtype=residual.dtype, device=device(residual))
    shift = xp.reshape(identity[..., None] * root[:, None], (batch, 3, 3 * points))
    rows = xp.concat([turns, shift], axis=1)
    pull = xp.reshape(residual * root, (batch, 3 * points))
    matrix, vector = rows @ xp.matrix_transpose(rows), (rows @ pull[..., None])[..., 0]
    return System(matrix, vector, rows, pull, root[:, 0])


def _add_prior(matrix: Any, vector: Any, rotations: Any, prior: Prior) -> None:
    """Adds a prior in place, with its exact pull; its curvature is that of small deviations."""
    xp = array_namespace(rotations)
    batch, turns = rotations.shape[0], JOINT_COUNT * 3
    deviation = axis_angle_from_matrix(xp.matrix_transpose(prior.reference) @ rotations)
    if prior.precision.shape[-2:] == (turns, turns):
        pull = xp.reshape(xp.reshape(deviation, (batch, turns)) @ prior.precision, deviation.shape)
        matrix[:, :turns, :turns] += prior.precision
    else:
        pull = prior.precision * deviation
        diagonal = _diagonal(matrix)[:, :turns]
        diagonal += xp.reshape(prior.precision, (-1, turns))
    vector[:, :turns] -= xp.reshape(log_gradient(deviation, pull), (batch, turns))


def prior_cost(rotations: Any, prior: Prior) -> float:
    """rho^T Lambda rho of all frames together."""
    xp = array_namespace(rotations)
    batch, turns = rotations.shape[0], JOINT_COUNT * 3
    deviation = axis_angle_from_matrix(xp.matrix_transpose(prior.reference) @ rotations)
    if prior.precision.shape[-2:] != (turns, turns):
        return float(xp.sum(prior.precision * deviation**2))
    flat = xp.reshape(deviation, (batch, turns))
    return float(xp.sum((flat @ prior.precision) * flat))
