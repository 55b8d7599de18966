"""Trains the paper's pairwise network as a baseline: `python3 build.py train --pairwise`.

Pairs of frames s = 1 … 10 apart, half of them backwards, of the same augmented motion, layouts and faults of
keypoints that the refiner learns from. The first frame's true pose is the initial pose of the second.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from addon.body.kinematics import forward
from addon.body.points import POINT_INDEX, point_positions
from addon.body.rotations import axis_angle_from_matrix, matrix_from_six_d
from addon.refiner.start.closed_form import move_to
from addon.refiner.start.solver import Evidence

from ..augment import augment, proportions, sample_windows
from ..motion_data import Clip, load_split
from ..synthesis import draw_faults, draw_layout, observe, scatter_points
from .network import POINT_COUNT, WEIGHTS, PairwiseNetwork, network_inputs, save

LONGEST_STRIDE = 10
WINDOWS, TARGET_FRAMES = 128, 8
"""A chunk of data: windows of LONGEST_STRIDE + TARGET_FRAMES frames, each with so many pairs."""
CHUNKS_KEPT, STEPS_PER_CHUNK = 48, 2
RATE, WEIGHT_DECAY = 6e-4, 0.05
POINT_LOSS = 5.0
"""Weight of points in metres beside rotations in radians, as in the paper's code."""


@dataclass
class Pairs:
    """N pairs: initial and true rotations (N, 24, 3, 3), bones (N, 24, 3), targets (N, 71, 3), known (N,
    71)."""

    initial: Tensor
    truth: Tensor
    bones: Tensor
    targets: Tensor
    known: Tensor

    def rows(self, chosen: Tensor) -> Pairs:
        """Some of the pairs."""
        return Pairs(*(values[chosen] for values in self.tensors()))

    def tensors(self) -> tuple[Tensor, ...]:
        """All fields in order."""
        return (self.initial, self.truth, self.bones, self.targets, self.known)


def main(argv: list[str] | None = None) -> None:
    """Trains from the beginning and writes the weights."""
    parser = argparse.ArgumentParser(prog="build.py train --pairwise", description=__doc__)
    parser.add_argument("--output", type=Path, default=WEIGHTS, help="file for the weights")
    parser.add_argument("--steps", type=int, default=3600)
    parser.add_argument("--batch", type=int, default=2048, help="pairs a step")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    save(train(load_split("train"), args.steps, args.batch, args.seed), args.output)


def train(clips: list[Clip], steps: int, batch: int, seed: int = 0) -> PairwiseNetwork:
    """A network trained on pairs of these clips."""
    torch.manual_seed(seed)
    network = PairwiseNetwork()
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps, pct_start=0.05)
    rng, chunks, seen, began = torch.Generator().manual_seed(seed), [], [], time.time()
    for step in range(steps):
        if step % STEPS_PER_CHUNK == 0:
            chunks.append(make_pairs(clips, seed * 1_000_003 + step))
            chunks = chunks[-CHUNKS_KEPT:]
        loss, turn = losses(network, _draw(chunks, batch, rng))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        seen.append(np.degrees(turn))
        if (step + 1) % 100 == 0:
            print(f"step {step + 1}: {np.mean(seen):.2f} degrees, {time.time() - began:.0f} s", flush=True)
            seen.clear()
    return network.eval()


def make_pairs(clips: list[Clip], seed: int) -> Pairs:
    """A chunk of pairs in one layout."""
    rng, chance = torch.Generator().manual_seed(seed), np.random.default_rng(seed)
    layout = draw_layout(chance)
    rotations, pelvis = sample_windows(clips, WINDOWS, LONGEST_STRIDE + TARGET_FRAMES, rng)
    if chance.random() < 0.5:
        rotations, pelvis = rotations.flip(1), pelvis.flip(1)
    rotations, pelvis = augment(rotations, pelvis, rng)
    bones = proportions(WINDOWS, rng)
    faults = [draw_faults(chance, layout, told=False) for _ in range(WINDOWS)]
    points = observe(rotations, pelvis, bones, layout, faults, rng)[:, LONGEST_STRIDE:]
    known = torch.isfinite(points).all(-1, keepdim=True).float()
    indices = [POINT_INDEX[name] for name in layout.canonical if name is not None]
    full = torch.as_tensor(scatter_points(torch.cat([points.nan_to_num(), known], -1).numpy(), indices))
    stride = torch.randint(1, LONGEST_STRIDE + 1, (WINDOWS, TARGET_FRAMES), generator=rng)
    earlier = torch.arange(LONGEST_STRIDE, LONGEST_STRIDE + TARGET_FRAMES) - stride
    initial = rotations[torch.arange(WINDOWS)[:, None], earlier]
    bones = bones[:, None].expand(-1, TARGET_FRAMES, -1, -1)
    parts = (initial, rotations[:, LONGEST_STRIDE:], bones, full[..., :3], full[..., 3])
    return Pairs(*(values.flatten(0, 1).contiguous() for values in parts))


def losses(network: PairwiseNetwork, pairs: Pairs) -> tuple[Tensor, float]:
    """Loss of some pairs, and the mean angle that is left in radians."""
    place = move_to(pairs.initial, Evidence(np.arange(POINT_COUNT), pairs.targets, pairs.known), pairs.bones)
    inputs = network_inputs(pairs.initial, place, pairs.bones, pairs.targets, pairs.known)
    with torch.autocast("cpu", torch.bfloat16):
        change = network(inputs)
    refined = pairs.initial @ matrix_from_six_d(change)
    turn = axis_angle_from_matrix(refined.mT @ pairs.truth).norm(dim=-1).mean()
    apart = (_points(refined, pairs.bones) - _points(pairs.truth, pairs.bones)).norm(dim=-1).mean()
    return turn + POINT_LOSS * apart, float(turn.detach())


def _points(rotations: Tensor, bones: Tensor) -> Tensor:
    joints, world = forward(rotations, torch.zeros_like(rotations[..., 0, 0, :]), bones)
    return point_positions(joints, world, bones)


def _draw(chunks: list[Pairs], batch: int, rng: torch.Generator) -> Pairs:
    """A batch from everything that is kept."""
    size = len(chunks[0].truth)
    chosen = torch.randint(len(chunks) * size, (batch,), generator=rng)
    parts = [chunk.rows(chosen[chosen // size == k] % size) for k, chunk in enumerate(chunks)]
    return Pairs(*(torch.cat(values) for values in zip(*(p.tensors() for p in parts), strict=True)))


if __name__ == "__main__":
    main()
