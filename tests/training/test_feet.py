"""Training of the contact network."""

from __future__ import annotations

import numpy as np
import torch

from addon.refiner.feet.contacts import REACH, network
from addon.refiner.feet.features import FEATURES
from bundled_model.training.feet.refined import LONGEST, SHORTEST, example, parts_of
from bundled_model.training.feet.train import WINDOW, ContactNetwork, Examples, windows
from bundled_model.training.motion_data import load_split


def recordings(lengths: tuple[int, ...]) -> Examples:
    """Of random features, one after another."""
    count, last = np.array(lengths), np.cumsum(lengths)
    features = torch.randn(int(last[-1]), FEATURES, generator=torch.Generator().manual_seed(0))
    ends = (torch.as_tensor(np.repeat(row, count)) for row in (last - count, last))
    return Examples(features, torch.zeros(len(features), 2, dtype=torch.bool), *ends)


def test_windows_show_the_ends_of_recordings_as_use_does():
    """What a window learns at an end, and beside the next recording, is what the whole one would be told."""
    torch.manual_seed(0)
    net, examples = ContactNetwork().eval(), recordings((150, 40, 90))
    middles = torch.tensor([10, 140, 170, 200])
    rows, inside = windows(examples, middles)
    assert rows.shape == (4, WINDOW + 2 * REACH)
    with torch.no_grad():
        seen = net(examples.features[rows], inside)
    for row, middle in enumerate(middles.tolist()):
        first, last = int(examples.first[middle]), int(examples.last[middle])
        whole = net(examples.features[None, first:last], torch.ones(1, last - first, dtype=torch.bool))[0]
        answered = inside[row].clone()
        answered[:REACH] = answered[-REACH:] = False
        expected = whole[rows[row, answered] - first]
        assert len(expected) >= min(WINDOW // 2, last - first) - 1
        torch.testing.assert_close(seen[row, answered], expected, atol=1e-5, rtol=0.0)


def test_it_learns_what_the_extension_runs():
    torch.manual_seed(1)
    net, examples = ContactNetwork().eval(), recordings((60,))
    weights = {name: value.numpy() for name, value in net.state_dict().items()}
    for number in range(len(net.blocks)):
        kernel = weights[f"blocks.{number}.weight"]
        weights[f"blocks.{number}.weight"] = kernel.transpose(2, 1, 0).reshape(-1, len(kernel))
    with torch.no_grad():
        told = net(examples.features[None], torch.ones(1, 60, dtype=torch.bool)).numpy()
    np.testing.assert_allclose(network(weights, examples.features[None].numpy()), told, atol=1e-4)


def test_it_learns_from_refined_recordings_with_the_truths_labels():
    walk = next(clip for clip in load_split("val") if len(clip.poses) > 2 * SHORTEST)
    rng = np.random.default_rng(0)
    parts = list(parts_of(walk, rng))
    assert sum(len(part.poses) for part in parts) > len(walk.poses) - SHORTEST
    assert all(SHORTEST <= len(part.poses) < LONGEST + SHORTEST for part in parts)
    features, bears = example(parts[0], rng)
    assert features.shape == (2, len(bears), FEATURES) and bears.shape[1:] == (2, 2)
    assert np.isfinite(features).all() and 0.0 < bears.mean() < 1.0
