"""The paper's pairwise network, implemented again: one frame's target keypoints and an initial pose in, one
rotation change per joint out (Learnable SMPLify, arXiv 2508.13562).

As there: human-centric normalisation by the initial pose, a residual composed from the right in 6D, 6.1 M
parameters, one pass for one pair. Other than there it takes any subset of canonical points instead of BODY_25
alone, and a residual perceptron stands in for the graph network, whose published graph is not the body's.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from addon.body.kinematics import forward
from addon.body.points import POINT_NAMES, point_positions
from addon.body.rotations import matrix_from_six_d, six_d_from_matrix
from addon.body.skeleton import JOINT_COUNT, REST_OFFSETS
from addon.refiner.network.normalise import human_frame, to_human
from addon.refiner.start.closed_form import move_to
from addon.refiner.start.solver import Evidence

WIDTH, BLOCKS = 1136, 2
POINT_COUNT = len(POINT_NAMES)
INPUTS = JOINT_COUNT * 6 + 7 * POINT_COUNT + JOINT_COUNT - 1
RESIDUAL_UNIT, FARTHEST = 0.1, 10.0
WEIGHTS = Path("training_output/pairwise.npz")
"""Where training leaves the weights and the benchmark looks for them: 12 MB, not part of the repository."""

_LENGTHS = torch.as_tensor(np.linalg.norm(REST_OFFSETS, axis=-1)[1:], dtype=torch.float32)
_IDENTITY = torch.tensor([1.0, 0.0, 0.0, 0.0, 1.0, 0.0])


class Block(nn.Module):
    """Two linear layers with a way round them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.before = nn.LayerNorm(width)
        self.first, self.second = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """(B, width) to the same."""
        return x + self.second(nn.functional.gelu(self.first(self.before(x))))


class PairwiseNetwork(nn.Module):
    """Inputs (B, INPUTS) to 6D rotation changes (B, 24, 6)."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Linear(INPUTS, WIDTH)
        self.blocks = nn.Sequential(*(Block(WIDTH) for _ in range(BLOCKS)))
        self.before_leave = nn.LayerNorm(WIDTH)
        self.leave = nn.Linear(WIDTH, JOINT_COUNT * 6)
        nn.init.normal_(self.leave.weight, std=1e-3)

    def forward(self, inputs: Tensor) -> Tensor:
        """(B, INPUTS) to (B, 24, 6), the identity's 6D added."""
        raw = self.leave(self.before_leave(self.blocks(self.enter(inputs))))
        return raw.unflatten(-1, (JOINT_COUNT, 6)).float() + _IDENTITY.to(raw.device)

    def refine(self, initial: Tensor, bones: Tensor, targets: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
        """Rotations (B, 24, 3, 3) and pelvis (B, 3) from initial rotations and target points.

        bones (24, 3) or (B, 24, 3); targets (B, 71, 3) metres, any value where known (B, 71) is 0 and not 1.
        """
        place = _placed(initial, bones, targets, known)
        inputs = network_inputs(initial, place, bones, targets, known)
        rotations = initial @ matrix_from_six_d(self(inputs))
        return rotations, _placed(rotations, bones, targets, known)


def network_inputs(initial: Tensor, pelvis: Tensor, bones: Tensor, targets: Tensor, known: Tensor) -> Tensor:
    """(B, INPUTS): pose, own points, what the targets are away from them, which are known, bone lengths."""
    joints, world = forward(initial, pelvis, bones)
    axes, origin = human_frame(joints)
    points = point_positions(joints, world, bones)
    root = axes.mT[:, None] @ initial[:, :1]
    away = (targets - points) @ axes / RESIDUAL_UNIT * known[..., None]
    ratios = (bones[..., 1:, :].norm(dim=-1) / _LENGTHS.to(bones.device) - 1.0) * 5.0
    parts = [
        six_d_from_matrix(torch.cat([root, initial[:, 1:]], 1)).flatten(1),
        to_human(points, axes, origin).flatten(1),
        away.clamp(-FARTHEST, FARTHEST).flatten(1),
        known,
        ratios.expand(len(initial), -1),
    ]
    return torch.cat(parts, -1)


def _placed(rotations: Tensor, bones: Tensor, targets: Tensor, known: Tensor) -> Tensor:
    """The pelvis (B, 3) that brings a pose onto its targets: the initial place is never needed."""
    return move_to(rotations, Evidence(np.arange(POINT_COUNT), targets, known), bones)


def save(network: PairwiseNetwork, path: Path) -> None:
    """Writes the weights in half precision."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {name: value.detach().half().numpy() for name, value in network.state_dict().items()}
    np.savez_compressed(path, **arrays)


def load(path: Path = WEIGHTS) -> PairwiseNetwork:
    """The trained network. Raises FileNotFoundError before it was trained."""
    network = PairwiseNetwork()
    with np.load(path, allow_pickle=False) as stored:
        network.load_state_dict({name: torch.as_tensor(stored[name]).float() for name in stored.files})
    return network.eval()
