"""Two processes that torchrun starts train one network, each on examples of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from addon.refiner.network.model import load_model  # noqa: E402  (after importorskip)
from bundled_model.training.team import Team  # noqa: E402
from dev.processes import ONE_THREAD, ROOT  # noqa: E402

PROGRAM = """
import hashlib, json, sys
from pathlib import Path
from addon.refiner.network.layers import Shape
from bundled_model.training import stream, train
from tests.training.test_train import makers_here

for name, value in {"WINDOW": 12, "WINDOWS": 2, "SINGLES": 8, "AHEAD": 1}.items():
    setattr(stream, name, value)
train.makers, train.VALIDATION_BATCHES = makers_here, 3
train.SHAPE = Shape(width=16, hidden=16, taps=3, dilations=(1,))
first, learn, teach = [], train.train, train.losses

def seen(network, batch, *more):
    first.append(batch.truth.double().sum().item())
    return teach(network, batch, *more)

def told(args, prior, processes, pace, own):
    network = learn(args, prior, processes, pace, own)
    digest = hashlib.sha256()
    for values in network.state_dict().values():
        digest.update(values.numpy().tobytes())
    said = {"size": own.size, "weights": digest.hexdigest(), "examples": first[0]}
    Path(args.output, f"rank{own.rank}.json").write_text(json.dumps(said))
    return network

train.train, train.losses = told, seen
train.main(sys.argv[1:])
"""


def test_two_processes_end_with_one_network_from_different_examples(tmp_path: Path) -> None:
    model = load_model()
    np.savez(tmp_path / "prior.npz", mean=model.prior_mean, precision=model.prior_precision)
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, "utf-8")
    runner = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command = [*runner, str(program), "--output", str(tmp_path), "--steps", "3", "--report", "2"]
    variables = os.environ | ONE_THREAD | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    one, two = (json.loads((tmp_path / f"rank{rank}.json").read_text()) for rank in (0, 1))
    assert one["size"] == two["size"] == 2
    assert one["weights"] == two["weights"]
    assert one["examples"] != two["examples"]
    assert torch.load(tmp_path / "checkpoint.pt", weights_only=True)["step"] == 3
    assert [row["step"] for row in json.loads((tmp_path / "curves.json").read_text())] == [2]


def test_alone_the_seed_is_the_one_that_was_asked_for_and_no_two_share_one() -> None:
    assert Team().seed(5) == 5
    seeds = {Team(rank, 4).seed(seed) for rank in range(4) for seed in range(3)}
    assert len(seeds) == 12
