"""The baseline: SMPLify on 3D joints with the iterations of the published joints2smpl (SMPLify3D).

Our own implementation on forward kinematics alone. Per frame: L-BFGS (step 0.01, strong Wolfe) for 10 rounds
of 100 iterations on orientation and place, then 100 rounds of 100 on everything; Geman–McClure joint error,
pose prior, bent-joint prior. In place of the licensed mixture of Gaussians stands the refiner's own prior,
and
the trunk is laid on its keypoints first; both favour the baseline. Bone lengths are given.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from addon.body.kinematics import forward
from addon.body.points import point_positions
from addon.body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES
from addon.refiner.model import load_model
from addon.refiner.solver import Evidence
from addon.refiner.start import lay_on

JOINT_WEIGHT, PRIOR_WEIGHT, BEND_WEIGHT = 600.0**2, (4.78 * 1.5) ** 2, 15.2**2
ROBUST_SCALE = 100.0
ROUNDS_PLACE, ROUNDS_BODY, ITERATIONS, STEP = 10, 100, 100, 1e-2
_BENDS = [("left_elbow", 1, -1.0), ("right_elbow", 1, 1.0), ("left_knee", 0, 1.0), ("right_knee", 0, 1.0)]


def smplify(
    targets: np.ndarray, indices: np.ndarray, bone_offsets: np.ndarray, rounds: int = ROUNDS_BODY
) -> tuple[np.ndarray, np.ndarray]:
    """Rotations (24, 3, 3) and pelvis (3,) for one frame of canonical points (P, 3) in metres, NaN
    missing."""
    model = load_model()
    seen = np.isfinite(targets).all(-1)
    goal = torch.as_tensor(np.nan_to_num(targets), dtype=torch.float32)[None]
    weight = torch.as_tensor(seen, dtype=torch.float32)[None]
    bones = torch.as_tensor(bone_offsets, dtype=torch.float32)
    mean, precision = torch.as_tensor(model.prior_mean), torch.as_tensor(model.prior_precision)
    laid, place = lay_on(mean[None], Evidence(indices, goal, weight), bones)
    pose = axis_angle_from_matrix(laid).requires_grad_()
    pelvis = place.clone().requires_grad_()

    def loss() -> Tensor:
        rotations = matrix_from_axis_angle(pose)
        joints, world = forward(rotations, pelvis, bones)
        squared = (point_positions(joints, world, bones, indices) - goal) ** 2
        robust = ROBUST_SCALE**2 * squared / (ROBUST_SCALE**2 + squared)
        deviation = axis_angle_from_matrix(mean.mT @ rotations).reshape(1, 72)
        prior = 0.5 * (deviation @ precision * deviation).sum()
        return (
            JOINT_WEIGHT * (weight[..., None] * robust).sum()
            + PRIOR_WEIGHT * prior
            + BEND_WEIGHT * _bends(pose)
        )

    _lbfgs(loss, [pose, pelvis], ROUNDS_PLACE, only_root=True)
    _lbfgs(loss, [pose, pelvis], rounds, only_root=False)
    return matrix_from_axis_angle(pose.detach())[0].numpy(), pelvis.detach()[0].numpy()


def _lbfgs(loss: object, parameters: list[Tensor], rounds: int, only_root: bool) -> None:
    optimiser = torch.optim.LBFGS(parameters, lr=STEP, max_iter=ITERATIONS, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        value = loss()  # type: ignore[operator]
        value.backward()
        if only_root:
            parameters[0].grad[:, 1:] = 0.0
        return value

    for _ in range(rounds):
        optimiser.step(closure)


def _bends(pose: Tensor) -> Tensor:
    """Punishes elbows and knees that bend the wrong way (SMPLify, equation 6)."""
    return sum(
        torch.exp(-sign * pose[:, JOINT_NAMES.index(name), axis]).sum() ** 2 for name, axis, sign in _BENDS
    )
