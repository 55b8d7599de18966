"""What the network is trained for: rotations, joints, surface, velocity, and to know how wrong it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from addon.body import open_body
from addon.body.kinematics import forward
from addon.body.points import point_positions, size
from addon.body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from addon.body.skeleton import JOINT_COUNT
from addon.refiner.network.features import Seen, network_inputs
from addon.refiner.network.layers import split

from .pool import Pool, unpack

SURFACE_POINTS = 64


@dataclass(frozen=True)
class Design:
    """The paper's ideas, each of which can be left out to measure what it is worth."""

    human_centric: bool = True
    residual: bool = True
    temporal_sampling: bool = True


def seen_in(batch: Pool) -> Seen:
    """What the network sees of a batch."""
    frames = batch.truth.shape[1]
    known = batch.has_initial[:, None].float().expand(-1, frames)
    return Seen(
        unpack(batch.start),
        batch.start_pelvis,
        batch.seen_bones,
        batch.positions,
        batch.detail,
        batch.precision,
        batch.information,
        unpack(batch.initial),
        known,
        batch.constant,
        batch.shake,
    )


def losses(
    network: torch.nn.Module, batch: Pool, design: Design, mean: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """Training loss of a batch, and what it consists of.

    Rotations by their likelihood under the predicted deviation, joints and surface points in metres, their
    velocity and acceleration, and the evidence's own error by its likelihood under the predicted trust. mean
    (24, 3, 3): the usual pose, which takes the place of the start where the residual is left out.
    """
    seen = seen_in(batch)
    inputs = network_inputs(seen, design.human_centric)
    with torch.autocast(batch.truth.device.type, torch.bfloat16):
        raw = network(inputs.features)
    result = split(raw.float(), inputs.proposals if design.residual else 0.0 * inputs.proposals)
    truth, bones = unpack(batch.truth), batch.bones[:, None]
    alone = ~(batch.precision > 0).any(-1).any(-1)
    refined = (seen.rotations if design.residual else mean) @ matrix_from_axis_angle(
        _moving(result.turns, alone)
    )
    error = axis_angle_from_matrix(refined.mT @ truth)
    spread = result.deviation
    # A likelihood weighted by its own deviation (beta-NLL, Seitzer 2022) keeps hard joints in the gradient.
    likelihood = (error**2 / (2 * spread**2) + torch.log(spread)) * spread.detach().sqrt()
    joints, surface = _joints_and_surface(refined, bones)
    true_joints, true_surface = _joints_and_surface(truth, bones)
    away = torch.cat([joints - true_joints, surface - true_surface], -2)
    error, away = _moving(error, alone), _moving(away, alone)
    step = torch.diff(away, dim=1).norm(dim=-1).mean() if away.shape[1] > 1 else torch.zeros(())
    jolt = torch.diff(away, n=2, dim=1).norm(dim=-1).mean() if away.shape[1] > 2 else torch.zeros(())
    evidence = _evidence_likelihood(batch, result.point_deviation, truth)
    parts = {
        "rotation": error.norm(dim=-1).mean(),
        "joints": away[..., :JOINT_COUNT, :].norm(dim=-1).mean(),
        "surface": away[..., JOINT_COUNT:, :].norm(dim=-1).mean(),
        "likelihood": likelihood.mean(),
        "step": step,
        "jolt": jolt,
        "trust": evidence,
    }
    weights = {
        "rotation": 2.0,
        "joints": 5.0,
        "surface": 10.0,
        "likelihood": 1.0,
        "step": 20.0,
        "jolt": 30.0,
        "trust": 0.02,
    }
    return sum((weights[name] * value for name, value in parts.items()), torch.zeros(())), parts


def _moving(values: Tensor, alone: Tensor) -> Tensor:
    """Values (N, T, ...) less their mean over time where poses come alone (N,): what is constant there may be
    right, and the refiner leaves it."""
    shape = (-1, *[1] * (values.ndim - 1))
    return values - torch.where(alone.reshape(shape), values.mean(1, keepdim=True), 0.0)


def _evidence_likelihood(batch: Pool, trust: Tensor, truth: Tensor) -> Tensor:
    """How well the predicted deviation (N, T, 71) of the evidence tells its distance from the true points."""
    bones = batch.bones[:, None]
    joints, world = forward(truth, batch.pelvis, bones)
    miss = batch.positions - point_positions(joints, world, bones)
    known = batch.precision > 0
    each = torch.where(known, (miss**2).sum(-1) / (2 * trust**2) + 3 * torch.log(trust), 0.0)
    return each.sum() / known.sum().clamp(min=1)


def _joints_and_surface(rotations: Tensor, bones: Tensor) -> tuple[Tensor, Tensor]:
    """Joints (N, T, 24, 3) and points on the open body's surface (N, T, S, 3), the pelvis at the origin."""
    joints, world = forward(rotations, torch.zeros_like(rotations[..., 0, 0, :]), bones)
    weights, offsets = _surface(rotations.device)
    columns = world.mT.flatten(-3, -2)  # (..., 72, 3)
    return joints, weights @ joints + size(bones)[..., None, None] * (offsets @ columns)


@lru_cache(maxsize=1)
def _surface(device: torch.device) -> tuple[Tensor, Tensor]:
    """Skin weights (S, 24) of surface points spread over the body, and weighted offsets (S, 72) from the
    joints."""
    body = open_body.load()
    rows = body.surface_points[:: max(1, len(body.surface_points) // SURFACE_POINTS)]
    weights = torch.as_tensor(body.weights[rows], dtype=torch.float32)
    apart = torch.as_tensor(body.vertices[rows][:, None] - body.joints, dtype=torch.float32)
    return weights.to(device), (weights[..., None] * apart).flatten(1).to(device)
