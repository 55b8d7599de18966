"""Trains the contact network: `python -m bundled_model.training.feet.train`, a quarter of an hour on one
core, half of it to refine what it learns from."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from addon.refiner.feet.contacts import DILATIONS, REACH, TAPS, WEIGHTS, WIDTH
from addon.refiner.feet.features import FEATURES

from ..motion_data import Clip, load_split
from .refined import example, parts_of

SLIDING = ("60", "61", "94")
"""Subjects whose feet slide on the floor at 0.5 m/s, for the capture was put on another skeleton: their speed
says nothing of contact."""
WINDOW, BATCH = 116, 48
RATE, DECAY = 3e-3, 0.02
ODD, HIDDEN = 0.25, 0.15
"""By how much of their spread the features of a window in training lie off all through, and the share of
channels that each block goes without: few people teach the network, each with feet of their own, and it
learnt these by heart."""
RATHER = 0.7
"""Logits by which the network says rather that something bears: a foot held on what it leaves is let go for
its speed, while one that is not floats."""
SEEDS = 4
"""How often a training clip is made, each time in another dialect and body and with other errors."""


@dataclass(frozen=True)
class Examples:
    """features (N, F) and labels (N, 2) of many recordings in a row, one foot each; first and last (N,): the
    rows of each one's recording, the last not among them."""

    features: Tensor
    labels: Tensor
    first: Tensor
    last: Tensor


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

    def forward(self, features: Tensor, inside: Tensor) -> Tensor:
        """(B, T, 2) logits of features (B, T, F), where (B, T) is inside a recording."""
        there = inside[:, None].float()
        seen = (features - self.mean) * self.scale
        if self.training:
            seen = seen + ODD * torch.randn_like(seen[:, :1])
        x = self.enter(seen).transpose(1, 2) * there
        for block in self.blocks:
            x = (x + nn.functional.dropout1d(torch.relu(block(x)), HIDDEN, self.training)) * there
        found: Tensor = self.leave(x.transpose(1, 2))
        return found


def standing(split: str) -> list[Clip]:
    """The clips of a split whose feet tell when they bear."""
    return [clip for clip in load_split(split, "*") if clip.subject not in SLIDING]


def make_examples(clips: list[Clip], seeds: int, rng: np.random.Generator) -> Examples:
    """All clips as refined, labelled by what they were before."""
    features: list[np.ndarray] = []
    labels: list[np.ndarray] = []
    lengths: list[int] = []
    for clip in clips * seeds:
        for part in parts_of(clip, rng):
            seen, bears = example(part, rng)
            features.extend(seen.astype(np.float16))
            labels.extend(bears.transpose(1, 0, 2))
            lengths.extend([len(bears)] * 2)
    count, last = np.array(lengths), np.cumsum(lengths)
    return Examples(
        *(torch.as_tensor(np.concatenate(rows)) for rows in (features, labels)),
        *(torch.as_tensor(np.repeat(row, count)) for row in (last - count, last)),
    )  # fmt: skip


def train(examples: Examples, steps: int, seed: int = 0) -> ContactNetwork:
    """The network after so many steps of training."""
    torch.manual_seed(seed)
    net = ContactNetwork()
    some = examples.features[::7].float()
    net.mean.copy_(some.mean(0))
    net.scale.copy_(1.0 / (some.std(0) + 1e-3))
    optimiser = torch.optim.AdamW(net.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps, pct_start=0.05)
    mean = 0.0
    for step in range(steps):
        loss = _loss(net, examples, torch.randint(len(examples.labels), (BATCH,)))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        mean += (loss.item() - mean) * (0.01 if step else 1.0)
        if step % 500 == 499:
            print(f"step {step + 1}: loss {mean:.4f}", flush=True)
    with torch.no_grad():
        net.leave.bias += RATHER
    return net.eval()


def _loss(net: ContactNetwork, examples: Examples, middles: Tensor) -> Tensor:
    """Of windows around these rows (B,)."""
    rows, inside = windows(examples, middles)
    logits = net(examples.features[rows].float(), inside)[:, REACH:-REACH]
    asked = inside[:, REACH:-REACH]
    labels = examples.labels[rows][:, REACH:-REACH][asked].float()
    return nn.functional.binary_cross_entropy_with_logits(logits[asked], labels)


def windows(examples: Examples, middles: Tensor) -> tuple[Tensor, Tensor]:
    """(B, WINDOW + 2 REACH) rows around these (B,), with all that an answer within the window depends on, and
    where they are of the same recording: the network sees ends as it does in use."""
    rows = middles[:, None] + torch.arange(WINDOW + 2 * REACH) - (WINDOW // 2 + REACH)
    inside = (rows >= examples.first[middles][:, None]) & (rows < examples.last[middles][:, None])
    return rows.clamp(0, len(examples.labels) - 1), inside


def export(net: ContactNetwork) -> None:
    """Writes the weights that ship."""
    arrays = {name: value.numpy().astype(np.float16) for name, value in net.state_dict().items()}
    np.savez_compressed(WEIGHTS, **arrays)


def score(net: ContactNetwork, examples: Examples) -> tuple[float, float, float]:
    """(F1, precision, recall) over recordings of people who were not trained on."""
    hits = found = true = 0.0
    for first in examples.first.unique().tolist():
        rows = slice(first, int(examples.last[first]))
        inside = torch.ones((1, rows.stop - first), dtype=torch.bool)
        with torch.no_grad():
            told = net(examples.features[None, rows].float(), inside)[0] > 0
        bears = examples.labels[rows]
        hits += float((told & bears).sum())
        found, true = found + float(told.sum()), true + float(bears.sum())
    return 2 * hits / (found + true), hits / found, hits / true


def main() -> None:
    """Trains, says how well it does on subjects that were not trained on, and writes the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    rng = np.random.default_rng(arguments.seed)
    examples = make_examples(standing("train"), arguments.seeds, rng)
    print(f"{len(examples.labels)} frames, {examples.labels.float().mean():.2f} bear", flush=True)
    net = train(examples, arguments.steps, arguments.seed)
    for split in ("val", "test"):
        f1, precision, recall = score(net, make_examples(standing(split), 1, np.random.default_rng(1)))
        print(f"{split}: F1 {f1:.3f}, precision {precision:.3f}, recall {recall:.3f}")
    export(net)


if __name__ == "__main__":
    main()
