"""Trains the refiner that ships: `python3 build.py train` (hours on two CPU cores, or minutes on a GPU with
--makers, --together and --minutes; resumable, seeded).

1. Fits the absolute pose prior on augmented motion.
2. Trains the network on examples that other processes make (`stream.py`), writing a checkpoint and the
   curves (`curves.json`) every few minutes. The learning rate falls over the last three
   quarters of the way. With --processes N, or under torchrun on several machines, all train the same network.
3. With --export: measures how honest the predicted uncertainty is, and writes `bundled_model/refiner.npz`.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from concurrent.futures import Executor
from pathlib import Path

import numpy as np
import torch

from addon.body.rotations import axis_angle_from_matrix
from addon.body.skeleton import JOINT_COUNT
from addon.refiner.network.features import network_inputs
from addon.refiner.network.layers import Shape
from addon.refiner.network.model import MODEL_PATH, forget_models, load_model, save_model
from addon.refiner.network.torch_layers import Network
from addon.refiner.start.solver import Prior

from .honesty import measure_honesty
from .losses import Design, losses, seen_in
from .motion_data import load_motion, load_split
from .pool import Pool, joined, unpack
from .prior import fit_prior
from .stream import Pace, batches, make, makers
from .team import Team, team

SHAPE = Shape(width=256, hidden=512, taps=7, dilations=(1, 2, 3, 4, 3, 1))
WARM_UP, FALL = 300, 0.75
VALIDATION_SEED, VALIDATION_BATCHES = 7_000, 8

_BEFORE = """Before all others: --processes N trains in so many processes, one for each GPU; --pairwise trains
the paper's network, with arguments of its own."""


def main(argv: list[str] | None = None) -> None:
    """Runs the stages that are not done yet."""
    parser = argparse.ArgumentParser(
        prog="build.py train",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
        epilog=_BEFORE,
    )
    parser.add_argument(
        "--output", type=Path, default=Path("training_output"), help="folder for prior, checkpoint and curves"
    )
    parser.add_argument("--data", type=Path, help="folder of AMASS files to train on beside the motion here")
    parser.add_argument("--steps", type=int, default=30000)
    parser.add_argument("--minutes", type=float, default=math.inf, help="end by then at the latest")
    parser.add_argument("--rate", type=float, default=1e-3, help="highest learning rate")
    pace = Pace()
    parser.add_argument("--makers", type=int, default=pace.makers, help="processes that make examples")
    parser.add_argument("--together", type=int, default=pace.together, help="batches in one step")
    parser.add_argument("--reused", type=int, default=pace.reused, help="steps on kept batches per fresh one")
    parser.add_argument("--kept", type=int, default=pace.kept, help="batches kept")
    parser.add_argument("--report", type=int, default=200, help="steps from one checkpoint to the next")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--begin", type=Path, metavar="MODEL.npz", help="begin from the weights of a model")
    for name in ("human-centric", "residual", "temporal-sampling", "dialects"):
        parser.add_argument(
            f"--without-{name}", action="store_true", help="leave this idea out, to measure it"
        )
    parser.add_argument(
        "--export", action="store_true", help="write the last checkpoint as the bundled model and stop"
    )
    args = parser.parse_args(argv)
    args.output.mkdir(parents=True, exist_ok=True)
    if args.export:
        export(args.output, load_prior(args.output, args.seed))
        return
    clips = load_split("train", "*") + (load_motion(args.data) if args.data else [])
    pace = Pace(args.makers, args.reused, args.kept, args.together)
    with team() as own:
        prior = _shared_prior(args, own)
        with makers({"train": clips, "val": load_split("val", "*")}, prior, pace.makers) as processes:
            train(args, prior, processes, pace, own)


def _shared_prior(args: argparse.Namespace, own: Team) -> Prior:
    """The pose prior, which the leader fits for all."""
    if own.leads:
        load_prior(args.output, args.seed)
    own.wait()
    return load_prior(args.output, args.seed)


def load_prior(folder: Path, seed: int) -> Prior:
    """The pose prior, fitted on the first call."""
    path = folder / "prior.npz"
    if not path.exists():
        mean, precision = fit_prior(load_split("train", "*"), seed)
        np.savez(path, mean=mean, precision=precision)
    with np.load(path) as stored:
        return Prior(*(torch.as_tensor(stored[k], dtype=torch.float32) for k in ("mean", "precision")))


def train(args: argparse.Namespace, prior: Prior, processes: Executor, pace: Pace, own: Team) -> Network:
    """Trains from the last checkpoint on; the network."""
    torch.manual_seed(args.seed)
    device = own.device
    design = Design(
        not args.without_human_centric, not args.without_residual, not args.without_temporal_sampling
    )
    network = Network(SHAPE).to(device)
    optimiser = torch.optim.AdamW(network.parameters(), lr=args.rate, weight_decay=0.05, betas=(0.9, 0.98))
    step, curves, checkpoint = 0, [], args.output / "checkpoint.pt"
    if checkpoint.exists():
        stored = torch.load(checkpoint, weights_only=True, map_location=device)
        network.load_state_dict(stored["network"])
        optimiser.load_state_dict(stored["optimiser"])
        step, curves = stored["step"], stored["curves"]
    together = own.joined(network)
    began = time.time() - (curves[-1]["seconds"] if curves else 0.0)
    number = step // (1 + pace.reused)
    ideas = (design.temporal_sampling, not args.without_dialects)
    stream = batches(processes, own.seed(args.seed), number, pace, device, ideas)
    validation = validation_pools(processes, device) if own.leads else {}
    seen, waited = [], 0.0

    def way() -> float:
        return own.agreed(max(step / args.steps, (time.time() - began) / (60.0 * args.minutes)))

    while (done := way()) < 1.0:
        asked = time.time()
        batch = next(stream)
        waited += time.time() - asked
        if step == 0:
            fit_normalisation(network, batch, design)
            if args.begin is not None:
                begin_from(network, args.begin)
        for group in optimiser.param_groups:
            group["lr"] = args.rate * schedule(step, done)
        loss, _ = losses(together, batch, design, prior.reference.to(device))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        seen.append(loss.detach())
        step += 1
        if own.leads and step % args.report == 0:
            row = {"step": step, "loss": float(torch.stack(seen).mean()), "seconds": time.time() - began}
            row["waited"], waited = waited, 0.0
            row |= validate(network, validation, design, prior, device)
            curves.append(row)
            print(" ".join(f"{k} {v:.4g}" for k, v in row.items()), flush=True)
            seen.clear()
            keep(args.output, network, optimiser, curves, step)
    if own.leads:
        keep(args.output, network, optimiser, curves, step)
    own.wait()
    return network


def keep(
    folder: Path, network: Network, optimiser: torch.optim.Optimizer, curves: list[dict], step: int
) -> None:
    """Writes the checkpoint and the curves."""
    state = {"network": network.state_dict(), "optimiser": optimiser.state_dict(), "curves": curves}
    part = folder / "checkpoint.part"
    torch.save(state | {"step": step}, part)
    part.replace(folder / "checkpoint.pt")
    (folder / "curves.json").write_text(json.dumps(curves))


def schedule(step: int, done: float) -> float:
    """Share of the highest learning rate, done being the share of the way that lies behind: a short rise, a
    plateau, a long fall to nothing."""
    return min((step + 1) / WARM_UP, 1.0, (1.0 - done) / FALL)


def fit_normalisation(network: Network, batch: Pool, design: Design) -> None:
    """Scales the network's inputs by what they are like in one batch."""
    inputs = network_inputs(seen_in(batch), design.human_centric).features.flatten(0, 1)
    network.feature_mean.copy_(inputs.mean(0))
    network.feature_scale.copy_(1.0 / inputs.std(0).clamp(min=0.1))


def begin_from(network: Network, path: Path) -> None:
    """Takes over the weights of a model. Inputs and outputs that it did not know, which come last, begin
    without effect, scaled as the first batch has them."""
    earlier = {
        name: torch.as_tensor(values.astype(np.float32)) for name, values in load_model(path).weights.items()
    }
    state = network.state_dict()
    for name, values in state.items():
        known = earlier[name]
        inside = tuple(slice(0, size) for size in known.shape)
        if known.shape != values.shape and not name.startswith("feature_"):
            values.zero_()
        values[inside] = known
    network.load_state_dict(state)


def validation_pools(processes: Executor, device: torch.device) -> dict[str, Pool]:
    """Windows and single frames of the validation subjects, always the same."""
    numbers = range(VALIDATION_BATCHES)
    coming = [processes.submit(make, "val", VALIDATION_SEED, number) for number in numbers]
    made = [future.result().to(device) for future in coming]
    return {
        "window": joined(b for b in made if b.truth.shape[1] > 1),
        "single": joined(b for b in made if b.truth.shape[1] == 1),
    }


@torch.no_grad()
def validate(
    network: Network, pools: dict[str, Pool], design: Design, prior: Prior, device: torch.device
) -> dict[str, float]:
    """Errors on the validation subjects: all joints' rotation in degrees (start and refined), surface in
    mm."""
    network.eval()
    row = {}
    for kind, pool in pools.items():
        _, parts = losses(network, pool, design, prior.reference.to(device))
        error = axis_angle_from_matrix(unpack(pool.start).mT @ unpack(pool.truth))
        row[f"{kind}_start_deg"] = float(torch.rad2deg(error.norm(dim=-1).mean()))
        row[f"{kind}_deg"] = float(torch.rad2deg(parts["rotation"]))
        row[f"{kind}_mm"] = 1000 * float(parts["surface"])
    network.train()
    return row


def export(folder: Path, prior: Prior) -> None:
    """Writes the last checkpoint as the model that ships."""
    stored = torch.load(folder / "checkpoint.pt", weights_only=True, map_location="cpu")
    weights = {name: value.numpy() for name, value in stored["network"].items()}

    def save(honesty: np.ndarray) -> None:
        save_model(MODEL_PATH, SHAPE, weights, prior.reference.numpy(), prior.precision.numpy(), honesty)
        forget_models()

    save(np.ones((2, JOINT_COUNT)))
    save(measure_honesty())
    print(f"{MODEL_PATH}: step {stored['step']}, {MODEL_PATH.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
