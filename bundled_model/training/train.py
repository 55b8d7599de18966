"""Trains the refiner that ships: `python3 build.py train` (hours on one CPU core, resumable, seeded).

1. Fits the absolute pose prior on augmented motion.
2. Prepares a pool of examples with their closed-form starts (`pool.py`), kept in the output folder.
3. Trains the network on it, writing a checkpoint every few minutes and the curves as `curves.json`.
4. Writes `bundled_model/refiner.npz` with --export.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from addon.body.kinematics import forward
from addon.body.points import point_positions
from addon.body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from addon.body.skeleton import JOINT_COUNT
from addon.refiner.features import features
from addon.refiner.model import MODEL_PATH, save_model
from addon.refiner.network import Shape, split
from addon.refiner.network_torch import Network
from addon.refiner.solver import Prior

from .motion_data import load_split
from .pool import Pool, load_pool, make_batch, unpack
from .prior import fit_prior

SHAPE = Shape(width=256, hidden=512, taps=7, dilations=(1, 1, 2, 2, 3, 1))
WINDOW, WINDOWS_PER_SHARD, SINGLES_PER_SHARD = 48, 64, 1024
SINGLES_EVERY = 6
"""One shard, and one training step, in six holds single frames instead of windows."""


def main(argv: list[str] | None = None) -> None:
    """Runs the stages that are not done yet."""
    parser = argparse.ArgumentParser(
        prog="build.py train", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--output", type=Path, default=Path("training_output"), help="folder for pool and checkpoints"
    )
    parser.add_argument("--shards", type=int, default=240, help="shards of the pool")
    parser.add_argument("--steps", type=int, default=3600)
    parser.add_argument("--batch", type=int, default=32, help="windows a step")
    parser.add_argument("--rate", type=float, default=1.5e-3, help="highest learning rate")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pool-only", action="store_true", help="stop after the pool")
    parser.add_argument(
        "--export", action="store_true", help="write the last checkpoint as the bundled model and stop"
    )
    args = parser.parse_args(argv)
    args.output.mkdir(parents=True, exist_ok=True)
    prior = load_prior(args.output, args.seed)
    if args.export:
        export(args.output, prior)
        return
    make_pool(args.output, args.shards, prior, args.seed)
    if not args.pool_only:
        train(args, prior)


def load_prior(folder: Path, seed: int) -> Prior:
    """The pose prior, fitted on the first call."""
    path = folder / "prior.npz"
    if not path.exists():
        mean, precision = fit_prior(load_split("train"), seed)
        np.savez(path, mean=mean, precision=precision)
    with np.load(path) as stored:
        return Prior(*(torch.as_tensor(stored[k], dtype=torch.float32) for k in ("mean", "precision")))


def make_pool(folder: Path, shards: int, prior: Prior, seed: int) -> None:
    """Writes the shards that are missing; the last tenth of them is made of the validation subjects."""
    for number in range(shards):
        path = shard_path(folder, number)
        if path.exists():
            continue
        single = number % SINGLES_EVERY == SINGLES_EVERY - 1
        clips = load_split("val" if is_validation(number) else "train")
        count, frames = (SINGLES_PER_SHARD, 1) if single else (WINDOWS_PER_SHARD, WINDOW)
        make_batch(clips, count, frames, prior, seed * 100_003 + number).save(path.with_suffix(".part"))
        path.with_suffix(".part").rename(path)
        print(f"pool {number + 1}/{shards}", flush=True)


def shard_path(folder: Path, number: int) -> Path:
    """Where a shard is kept."""
    return folder / f"pool_{number:04d}.pt"


def is_validation(number: int) -> bool:
    """Whether a shard holds the validation subjects: two neighbours (windows and singles) in twenty-four."""
    return number % 24 in (22, 23)


def train(args: argparse.Namespace, prior: Prior) -> None:
    """Trains from the last checkpoint on."""
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    pools = {
        (kind, part): _pool(args, kind == "single", part == "val")
        for kind in ("window", "single")
        for part in ("train", "val")
    }
    network = Network(SHAPE).to(device)
    optimiser = torch.optim.AdamW(network.parameters(), lr=args.rate, weight_decay=0.05, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, args.rate, args.steps, pct_start=0.05)
    first, curves = 0, []
    checkpoint = args.output / "checkpoint.pt"
    if checkpoint.exists():
        stored = torch.load(checkpoint, weights_only=True, map_location=device)
        network.load_state_dict(stored["network"])
        optimiser.load_state_dict(stored["optimiser"])
        schedule.load_state_dict(stored["schedule"])
        first, curves = stored["step"], stored["curves"]
    else:
        _fit_normalisation(network, pools["window", "train"])
    rng = torch.Generator().manual_seed(args.seed + first)
    began, seen = time.time(), []
    for step in range(first, args.steps):
        single = step % SINGLES_EVERY == SINGLES_EVERY - 1
        pool = pools["single" if single else "window", "train"]
        rows = torch.randint(len(pool.truth), (args.batch * (WINDOW if single else 1),), generator=rng)
        loss, _ = losses(network, pool, rows, device, rng)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        seen.append(loss.item())
        if (step + 1) % 200 == 0:
            row = {"step": step + 1, "loss": float(np.mean(seen)), "seconds": time.time() - began}
            row |= validate(network, pools, device)
            curves.append(row)
            print(" ".join(f"{k} {v:.4g}" for k, v in row.items()), flush=True)
            seen.clear()
            state = {"network": network.state_dict(), "optimiser": optimiser.state_dict(), "curves": curves}
            torch.save(state | {"schedule": schedule.state_dict(), "step": step + 1}, checkpoint)
            (args.output / "curves.json").write_text(json.dumps(curves))


def _pool(args: argparse.Namespace, single: bool, validation: bool) -> Pool:
    numbers = range(args.shards)
    wanted = [n for n in numbers if (n % SINGLES_EVERY == SINGLES_EVERY - 1) == single]
    return load_pool([shard_path(args.output, n) for n in wanted if is_validation(n) == validation])


def _fit_normalisation(network: Network, pool: Pool) -> None:
    inputs = _inputs(pool, torch.arange(min(512, len(pool.truth))), torch.device("cpu"))[0].flatten(0, 1)
    network.feature_mean.copy_(inputs.mean(0))
    network.feature_scale.copy_(1.0 / inputs.std(0).clamp(min=0.05))


def _inputs(pool: Pool, rows: Tensor, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Features, and the starting rotations and pelvis, of some windows."""

    def pick(values: Tensor) -> Tensor:
        return values[rows].to(device)

    start, pelvis, bones = unpack(pick(pool.start)), pick(pool.start_pelvis), pick(pool.seen_bones)
    known = pick(pool.has_initial)[:, None].float().expand(-1, start.shape[1])
    initial = unpack(pick(pool.initial))
    inputs = features(start, pelvis, bones, pick(pool.positions), pick(pool.precision), initial, known)
    return inputs, start, pelvis


def losses(
    network: Network, pool: Pool, rows: Tensor, device: torch.device, rng: torch.Generator | None
) -> tuple[Tensor, dict[str, Tensor]]:
    """Training loss of some windows, and what it consists of.

    Rotations by their likelihood under the predicted deviation, joints and points in metres, their velocity,
    and the evidence's own error by its likelihood under the predicted trust.
    """
    inputs, start, _ = _inputs(pool, rows, device)
    with torch.autocast(device.type, torch.bfloat16):
        raw = network(inputs)
    result = split(raw.float())
    truth, bones = unpack(pool.truth[rows].to(device)), pool.bones[rows].to(device)[:, None]
    refined = start @ matrix_from_axis_angle(result.turns)
    error = axis_angle_from_matrix(refined.mT @ truth)
    spread = result.deviation
    # A likelihood weighted by its own deviation (beta-NLL, Seitzer 2022) keeps hard joints in the gradient.
    likelihood = (error**2 / (2 * spread**2) + torch.log(spread)) * spread.detach().sqrt()
    pelvis = pool.pelvis[rows].to(device)
    points, true_points = (_relative_points(r, bones) for r in (refined, truth))
    place = (points - true_points).norm(dim=-1)
    step = torch.diff(points - true_points, dim=1).norm(dim=-1).mean() if points.shape[1] > 1 else 0.0
    known = pool.precision[rows].to(device) > 0
    miss = pool.positions[rows].to(device) - (true_points + pelvis[..., None, :])
    trust = result.point_deviation
    evidence = torch.where(known, (miss**2).sum(-1) / (2 * trust**2) + 3 * torch.log(trust), 0.0)
    parts = {
        "rotation": error.norm(dim=-1).mean(),
        "place": place[..., :JOINT_COUNT].mean(),
        "likelihood": likelihood.mean(),
        "step": torch.as_tensor(step),
        "trust": evidence.sum() / known.sum(),
    }
    total = (
        likelihood.mean()
        + 2.0 * parts["rotation"]
        + 10.0 * place.mean()
        + 20.0 * step
        + 0.02 * parts["trust"]
    )
    return total, parts


def _relative_points(rotations: Tensor, bones: Tensor) -> Tensor:
    nowhere = torch.zeros_like(rotations[..., 0, 0, :])
    joints, world = forward(rotations, nowhere, bones)
    return point_positions(joints, world, bones)


@torch.no_grad()
def validate(network: Network, pools: dict[tuple[str, str], Pool], device: torch.device) -> dict[str, float]:
    """Rotation error in degrees (start and refined) and joint error in mm on the validation subjects."""
    network.eval()
    row = {}
    for kind in ("window", "single"):
        pool = pools[kind, "val"]
        if kind == "window":
            rows = torch.arange(min(192, len(pool.truth)))
        else:
            rows = torch.arange(min(2048, len(pool.truth)))
        _, parts = losses(network, pool, rows, device, None)
        error = axis_angle_from_matrix(unpack(pool.start[rows]).mT @ unpack(pool.truth[rows]))
        row[f"{kind}_start_deg"] = float(torch.rad2deg(error.norm(dim=-1).mean()))
        row[f"{kind}_deg"] = float(torch.rad2deg(parts["rotation"]))
        row[f"{kind}_mm"] = 1000 * float(parts["place"])
    network.train()
    return row


def export(folder: Path, prior: Prior) -> None:
    """Writes the last checkpoint as the model that ships."""
    stored = torch.load(folder / "checkpoint.pt", weights_only=True, map_location="cpu")
    weights = {name: value.numpy() for name, value in stored["network"].items()}
    save_model(MODEL_PATH, SHAPE, weights, prior.reference.numpy(), prior.precision.numpy())
    print(f"{MODEL_PATH}: step {stored['step']}, {MODEL_PATH.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
