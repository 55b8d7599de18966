"""Trains the contact network: `python -m bundled_model.training.feet.train`, five minutes on one core."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from addon.body.rotations import axis_angle_from_matrix
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.refiner.feet.contacts import DILATIONS, TAPS, WEIGHTS, WIDTH
from addon.refiner.feet.features import FEATURES, Stance, feet_features, stance_of
from addon.refiner.timeline import interpolate, interpolate_rotations

from ..augment import proportions
from ..dialect import draw, speak
from ..motion_data import Clip, load_split
from .errors import with_errors
from .labels import bearing

FPS = 30.0
SLIDING = ("60", "61", "94")
"""Subjects whose feet slide on the floor at 0.5 m/s, for the capture was put on another skeleton: their speed
says nothing of contact."""
WINDOW, BATCH, EDGE = 160, 48, 10
RATE = 3e-3
RATHER = 0.5
"""Logits by which the network says rather that something bears: what is refined looks less still than what
it learnt from, and a foot held on what it leaves is let go for its speed, while one that is not floats."""
SLOWEST, FASTEST = 0.75, 1.35
SEEDS = 2
"""How often a training clip is made, each time in another dialect and body and with other errors."""


@dataclass(frozen=True)
class Examples:
    """features (N, F) and labels (N, 2) of many clips in a row, one foot each; starts of windows."""

    features: np.ndarray
    labels: np.ndarray
    starts: np.ndarray


class ContactNetwork(nn.Module):
    """`contacts.network` in torch."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(FEATURES))
        self.register_buffer("scale", torch.ones(FEATURES))
        self.enter = nn.Linear(FEATURES, WIDTH)
        self.blocks = nn.ModuleList(
            nn.Conv1d(WIDTH, WIDTH, TAPS, padding=(TAPS - 1) // 2 * dilation, dilation=dilation)
            for dilation in DILATIONS
        )
        self.leave = nn.Linear(WIDTH, 2)

    def forward(self, features: Tensor) -> Tensor:
        """(B, T, 2) logits of features (B, T, F)."""
        x = self.enter((features - self.mean) * self.scale).transpose(1, 2)
        for block in self.blocks:
            x = x + torch.relu(block(x))
        found: Tensor = self.leave(x.transpose(1, 2))
        return found


def standing(split: str) -> list[Clip]:
    """The clips of a split whose feet tell when they bear."""
    return [clip for clip in load_split(split, "*") if clip.subject not in SLIDING]


def make_examples(clips: list[Clip], seeds: int, rng: torch.Generator) -> Examples:
    """All clips in bodies and dialects of their own, seen with errors, labelled without."""
    features, labels, starts, row = [], [], [], 0
    for clip in clips * seeds:
        seen, bears = example(clip, rng)
        for side in (0, 1):
            features.append(seen[side])
            labels.append(bears[:, side])
            keep = max(len(bears) - WINDOW, 0)
            # People who stand are many minutes of few poses.
            count = max(1, round(clip.share * len(bears) / WINDOW * 4))
            starts.append(row + np.linspace(0, keep, count).astype(int))
            row += len(bears)
    return Examples(np.concatenate(features), np.concatenate(labels), np.concatenate(starts))


def example(clip: Clip, rng: torch.Generator, clean: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Features (2, T, F) of one clip as it is seen, and (T, 2, 2) whether heels and toes bear: in another
    body, dialect and pace."""
    clip = at_pace(clip, SLOWEST * (FASTEST / SLOWEST) ** float(torch.rand((), generator=rng)))
    frames, poses = len(clip.poses), clip.rotations()
    bears = bearing(poses, clip.pelvis.astype(float), REST_OFFSETS, FPS)
    bones = proportions(1, rng)[0].double().numpy()
    rotations = speak(torch.as_tensor(poses)[None].float(), draw(1, frames, rng)).double()
    pelvis = torch.as_tensor(on_legs(clip.pelvis, bones))[None].double()
    if not clean:
        rotations, pelvis = with_errors(rotations, pelvis, rng)
    stance = Stance(*stance_of(rotations[0].numpy(), pelvis[0].numpy(), bones))
    return feet_features(stance, bones), bears


def at_pace(clip: Clip, pace: float) -> Clip:
    """The clip so many times as fast."""
    times = np.arange(0.0, len(clip.poses) - 1.0 + 1e-6, pace)
    poses = axis_angle_from_matrix(interpolate_rotations(clip.rotations(), times))
    return replace(clip, poses=poses.astype(np.float32), pelvis=interpolate(clip.pelvis, times))


def on_legs(pelvis: np.ndarray, bones: np.ndarray) -> np.ndarray:
    """A path (T, 3) as long as legs (24, 3) make it that are longer or shorter than the mean skeleton's."""
    legs = [JOINT_NAMES.index(f"left_{joint}") for joint in ("knee", "ankle")]
    grown = np.linalg.norm(bones[legs], axis=-1).sum() / np.linalg.norm(REST_OFFSETS[legs], axis=-1).sum()
    return np.asarray(pelvis * grown)


def train(examples: Examples, steps: int, seed: int = 0) -> ContactNetwork:
    """The network after so many steps of training."""
    torch.manual_seed(seed)
    net = ContactNetwork()
    net.mean.copy_(torch.as_tensor(examples.features.mean(0)))
    net.scale.copy_(torch.as_tensor(1.0 / (examples.features.std(0) + 1e-3)))
    features, labels = torch.as_tensor(examples.features), torch.as_tensor(examples.labels).float()
    starts = torch.as_tensor(examples.starts)
    optimiser = torch.optim.AdamW(net.parameters(), RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps, pct_start=0.05)
    mean = 0.0
    for step in range(steps):
        rows = starts[torch.randint(len(starts), (BATCH,))][:, None] + torch.arange(WINDOW)
        rows = rows.clamp(max=len(labels) - 1)
        # A window that runs into the next clip ends in nobody's motion: its outer frames count nothing.
        logits = net(features[rows])[:, EDGE:-EDGE]
        loss = nn.functional.binary_cross_entropy_with_logits(logits, labels[rows][:, EDGE:-EDGE])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        mean += (loss.item() - mean) * (0.01 if step else 1.0)
        if step % 500 == 499:
            print(f"step {step + 1}: loss {mean:.4f}", flush=True)
    with torch.no_grad():
        net.leave.bias += RATHER
    return net


def export(net: ContactNetwork) -> None:
    """Writes the weights that ship."""
    arrays = {name: value.numpy().astype(np.float16) for name, value in net.state_dict().items()}
    np.savez_compressed(WEIGHTS, **arrays)


def score(net: ContactNetwork, clips: list[Clip], seed: int, clean: bool) -> tuple[float, float, float]:
    """(F1, precision, recall) over clips that were not trained on."""
    rng = torch.Generator().manual_seed(seed)
    hits = found = true = 0
    for clip in clips:
        seen, bears = example(clip, rng, clean)
        with torch.no_grad():
            told = (net(torch.as_tensor(seen)) > 0).numpy().transpose(1, 0, 2)
        hits, found, true = hits + (told & bears).sum(), found + told.sum(), true + bears.sum()
    return 2 * hits / (found + true), hits / found, hits / true


def main() -> None:
    """Trains, says how well it does on the validation subjects, and writes the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    rng = torch.Generator().manual_seed(arguments.seed)
    examples = make_examples(standing("train"), arguments.seeds, rng)
    print(f"{len(examples.labels)} frames, {examples.labels.mean():.2f} bear", flush=True)
    net = train(examples, arguments.steps, arguments.seed)
    for clean in (True, False):
        for split in ("val", "test"):
            f1, precision, recall = score(net, standing(split), 1, clean)
            seen = "clean" if clean else "with errors"
            print(f"{split}, {seen}: F1 {f1:.3f}, precision {precision:.3f}, recall {recall:.3f}")
    export(net)


if __name__ == "__main__":
    main()
