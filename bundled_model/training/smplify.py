"""The baseline: SMPLify on 3D joints with the iterations of the published joints2smpl (SMPLify3D).

Our own implementation on forward kinematics alone; Geman–McClure joint error, pose prior, bent-joint prior.
`smplify`: one frame, L-BFGS (step 0.01, strong Wolfe) for 10 rounds of 100 iterations on orientation and
place, then 100 rounds of 100 on everything. `smplify_adam`: its other path, 20 iterations of Adam (step 0.01)
and then 100, here for all frames at once. In place of the licensed mixture of Gaussians stands the
refiner's own prior, and the trunk is laid on its keypoints first; both favour the baseline. Bone lengths
are given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from addon.body.kinematics import forward
from addon.body.points import point_positions
from addon.body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES
from addon.refiner.network.model import load_model
from addon.refiner.start.closed_form import lay_on
from addon.refiner.start.solver import Evidence

JOINT_WEIGHT, PRIOR_WEIGHT, BEND_WEIGHT = 600.0**2, (4.78 * 1.5) ** 2, 15.2**2
ROBUST_SCALE = 100.0
ROUNDS_PLACE, ROUNDS_BODY, ITERATIONS, STEP = 10, 100, 100, 1e-2
ADAM_PLACE, ADAM_BODY = 20, 100
_BENDS = [("left_elbow", 1, -1.0), ("right_elbow", 1, 1.0), ("left_knee", 0, 1.0), ("right_knee", 0, 1.0)]

Loss = Callable[[], Tensor]


@dataclass(frozen=True)
class _Fit:
    """Axis-angle poses (B, 24, 3) and pelvis (B, 3) that are fitted, and their loss, summed over frames."""

    pose: Tensor
    pelvis: Tensor
    loss: Loss

    def result(self) -> tuple[np.ndarray, np.ndarray]:
        """Rotations (B, 24, 3, 3) and pelvis (B, 3)."""
        return matrix_from_axis_angle(self.pose.detach()).numpy(), self.pelvis.detach().numpy()


def smplify(
    targets: np.ndarray,
    indices: np.ndarray,
    bone_offsets: np.ndarray,
    rounds: int = ROUNDS_BODY,
    initial: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Rotations (24, 3, 3) and pelvis (3,) for one frame of canonical points (P, 3) in metres, NaN
    missing; from an initial pose (24, 3, 3) where there is one."""
    fit = _begin(targets[None], indices, bone_offsets, None if initial is None else initial[None])
    _lbfgs(fit, ROUNDS_PLACE, only_root=True)
    _lbfgs(fit, rounds, only_root=False)
    rotations, pelvis = fit.result()
    return rotations[0], pelvis[0]


def smplify_adam(
    targets: np.ndarray, indices: np.ndarray, bone_offsets: np.ndarray, initial: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Rotations (B, 24, 3, 3) and pelvis (B, 3) for B frames at once, from targets (B, P, 3)."""
    fit = _begin(targets, indices, bone_offsets, initial)
    _adam(fit, ADAM_PLACE, only_root=True)
    _adam(fit, ADAM_BODY, only_root=False)
    return fit.result()


def _begin(
    targets: np.ndarray, indices: np.ndarray, bone_offsets: np.ndarray, initial: np.ndarray | None
) -> _Fit:
    model = load_model()
    goal = torch.as_tensor(np.nan_to_num(targets), dtype=torch.float32)
    weight = torch.as_tensor(np.isfinite(targets).all(-1), dtype=torch.float32)
    bones = torch.as_tensor(bone_offsets, dtype=torch.float32)
    mean, precision = torch.as_tensor(model.prior_mean), torch.as_tensor(model.prior_precision)
    start = mean.expand(len(goal), -1, -1, -1)
    if initial is not None:
        start = torch.as_tensor(initial, dtype=torch.float32)
    laid, place = lay_on(start, Evidence(indices, goal, weight), bones)
    pose = axis_angle_from_matrix(laid).requires_grad_()
    pelvis = place.clone().requires_grad_()

    def loss() -> Tensor:
        rotations = matrix_from_axis_angle(pose)
        joints, world = forward(rotations, pelvis, bones)
        squared = (point_positions(joints, world, bones, indices) - goal) ** 2
        robust = ROBUST_SCALE**2 * squared / (ROBUST_SCALE**2 + squared)
        deviation = axis_angle_from_matrix(mean.mT @ rotations).flatten(1)
        prior = 0.5 * ((deviation @ precision) * deviation).sum()
        return (
            JOINT_WEIGHT * (weight[..., None] * robust).sum()
            + PRIOR_WEIGHT * prior
            + BEND_WEIGHT * _bends(pose)
        )

    return _Fit(pose, pelvis, loss)


def _lbfgs(fit: _Fit, rounds: int, only_root: bool) -> None:
    optimiser = torch.optim.LBFGS(
        [fit.pose, fit.pelvis], lr=STEP, max_iter=ITERATIONS, line_search_fn="strong_wolfe"
    )
    closure = _closure(fit, optimiser, only_root)
    for _ in range(rounds):
        optimiser.step(closure)


def _adam(fit: _Fit, iterations: int, only_root: bool) -> None:
    optimiser = torch.optim.Adam([fit.pose, fit.pelvis], lr=STEP)
    closure = _closure(fit, optimiser, only_root)
    for _ in range(iterations):
        closure()
        optimiser.step()


def _closure(fit: _Fit, optimiser: torch.optim.Optimizer, only_root: bool) -> Loss:
    def closure() -> Tensor:
        optimiser.zero_grad()
        value = fit.loss()
        value.backward()
        if only_root and fit.pose.grad is not None:
            fit.pose.grad[:, 1:] = 0.0
        return value

    return closure


def _bends(pose: Tensor) -> Tensor:
    """Punishes elbows and knees that bend the wrong way (SMPLify, equation 6)."""
    return sum(
        (torch.exp(-sign * pose[:, JOINT_NAMES.index(name), axis]) ** 2).sum() for name, axis, sign in _BENDS
    )
