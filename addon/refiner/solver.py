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
    points, jacobian = points_and_jacobian(rotations, pelvis, bone_offsets, evidence.indices)
    residual = evidence.positions - points
    precision = evidence.precision / (1.0 + evidence.precision * extra**2)
    if outlier_scale is not None:
        squared = xp.sum(residual**2, axis=-1) / (outlier_scale**2 + extra**2)
        precision = precision / (1.0 + squared) ** 2
    matrix, vector = _evidence_system(jacobian, residual, precision)
    for prior in priors:
        matrix, vector = _add_prior(matrix, vector, rotations, prior)
    count = matrix.shape[-1]
    damping = xp.asarray(np.eye(count) * 1e-3, dtype=matrix.dtype, device=device(matrix))
    step = xp.linalg.solve(matrix + damping, vector[..., None])[..., 0]
    turn = xp.reshape(step[..., : JOINT_COUNT * 3], (*step.shape[:-1], JOINT_COUNT, 3))
    angle = xp.sqrt(xp.sum(turn**2, axis=-1, keepdims=True) + 1e-18)
    turn = turn * xp.clip(LARGEST_STEP / angle, None, 1.0)
    return rotations @ matrix_from_axis_angle(turn), pelvis + step[..., JOINT_COUNT * 3 :]


def points_and_jacobian(
    rotations: Any, pelvis: Any, bone_offsets: Any, indices: np.ndarray
) -> tuple[Any, Any]:
    """Canonical points (B, P, 3) and their derivative (B, P, 3, 72) by turns in each joint's own axes."""
    xp = array_namespace(rotations)
    like = {"dtype": rotations.dtype, "device": device(rotations)}
    joints, world = forward(rotations, pelvis, bone_offsets)
    turned = xp.matrix_transpose(world)
    weights = xp.asarray(POINT_WEIGHTS[indices], **like)
    offsets = xp.asarray(POINT_OFFSETS[indices], **like)
    below = xp.asarray(SUBTREE, **like)
    batch = rotations.shape[0]
    scale = size(bone_offsets)
    scale = xp.reshape(scale, (-1, 1, 1, 1)) if scale.ndim else scale
    # (B, 24, P, 3): what each joint carries of each point.
    carried = xp.matrix_transpose(weights)[..., None] * joints[:, :, None, :]
    carried = carried + scale * (xp.permute_dims(offsets, (1, 0, 2)) @ turned)
    points = xp.sum(carried, axis=1)
    hanging = below @ xp.reshape(carried, (batch, JOINT_COUNT, -1))
    arms = (
        xp.reshape(hanging, carried.shape)
        - (below @ xp.matrix_transpose(weights))[..., None] * joints[:, :, None, :]
    )
    local = arms @ world  # rows are G^T m: the lever arm in the joint's own axes
    # Turning about own axis c moves the point by G (e_c x local).
    x, y, z = local[..., 0], local[..., 1], local[..., 2]
    zero = xp.zeros_like(x)
    moved = xp.stack(
        [
            xp.stack([zero, -z, y], axis=-1),
            xp.stack([z, zero, -x], axis=-1),
            xp.stack([-y, x, zero], axis=-1),
        ],
        axis=-2,
    )
    jacobian = moved @ turned[:, :, None]  # (B, 24, P, axis, xyz)
    jacobian = xp.permute_dims(jacobian, (0, 2, 4, 1, 3))
    return points, xp.reshape(jacobian, (batch, points.shape[1], 3, JOINT_COUNT * 3))


def _evidence_system(jacobian: Any, residual: Any, precision: Any) -> tuple[Any, Any]:
    """Normal equations over 72 turns and 3 translations."""
    xp = array_namespace(jacobian)
    batch, points = residual.shape[:2]
    root = xp.sqrt(precision)[..., None]
    shift = xp.eye(3, dtype=jacobian.dtype, device=device(jacobian))
    shift = xp.broadcast_to(shift, (batch, points, 3, 3))
    full = xp.concat([jacobian, shift], axis=-1) * root[..., None]
    full = xp.reshape(full, (batch, points * 3, full.shape[-1]))
    pull = xp.reshape(residual * root, (batch, points * 3, 1))
    across = xp.matrix_transpose(full)
    return across @ full, (across @ pull)[..., 0]


def _add_prior(matrix: Any, vector: Any, rotations: Any, prior: Prior) -> tuple[Any, Any]:
    xp = array_namespace(rotations)
    deviation = axis_angle_from_matrix(xp.matrix_transpose(prior.reference) @ rotations)
    slope = right_jacobian_inverse(deviation)  # (B, 24, 3, 3)
    across = xp.matrix_transpose(slope)
    batch, turns = rotations.shape[0], JOINT_COUNT * 3
    if prior.precision.shape[-2:] == (turns, turns):
        blocks = xp.reshape(prior.precision, (turns, JOINT_COUNT, 3))
        weighted = xp.permute_dims(blocks, (1, 0, 2)) @ slope  # (B, 24 k, 72 i, 3): Lambda J, column block k
        weighted = xp.permute_dims(weighted, (0, 2, 1, 3))
        weighted = xp.reshape(weighted, (batch, JOINT_COUNT, 3, turns))
        added = xp.reshape(across @ weighted, (batch, turns, turns))
        pull = xp.reshape(xp.reshape(deviation, (batch, turns)) @ prior.precision, (batch, JOINT_COUNT, 3, 1))
        back = xp.reshape(across @ pull, (batch, turns))
    else:
        weighted = prior.precision[..., None] * slope
        blocks = across @ weighted  # (B, 24, 3, 3)
        added = _block_diagonal(blocks)
        back = xp.reshape(across @ (prior.precision * deviation)[..., None], (batch, turns))
    pad = xp.zeros((batch, 3), dtype=matrix.dtype, device=device(matrix))
    wide = xp.concat([added, xp.zeros((batch, turns, 3), dtype=matrix.dtype, device=device(matrix))], axis=-1)
    tall = xp.zeros((batch, 3, turns + 3), dtype=matrix.dtype, device=device(matrix))
    return matrix + xp.concat([wide, tall], axis=-2), vector - xp.concat([back, pad], axis=-1)


def _block_diagonal(blocks: Any) -> Any:
    """(B, 24, 3, 3) -> (B, 72, 72) with the blocks on the diagonal."""
    xp = array_namespace(blocks)
    batch, count = blocks.shape[:2]
    eye = xp.eye(count, dtype=blocks.dtype, device=device(blocks))
    spread = eye[:, None, :, None] * blocks[:, :, :, None, :]
    return xp.reshape(spread, (batch, count * 3, count * 3))
