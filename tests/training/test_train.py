"""Training goes on where it stopped, ends in time, and mixes its examples as it says."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from addon.refiner.network.layers import Shape  # noqa: E402
from addon.refiner.network.model import load_model, save_model  # noqa: E402  (after importorskip)
from addon.refiner.network.torch_layers import Network  # noqa: E402
from addon.refiner.start.solver import Prior  # noqa: E402
from bundled_model.training import stream, train  # noqa: E402
from bundled_model.training.motion_data import load_split  # noqa: E402
from bundled_model.training.stream import Pace, batches  # noqa: E402

CPU = torch.device("cpu")


class Here(Executor):
    """Makes examples in this process."""

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(work(*args, **kwargs))
        return future


@contextmanager
def makers_here(clips: Any, prior: Any, number: int) -> Iterator[Executor]:
    stream._begin(clips, prior)
    yield Here()


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {"WINDOW": 12, "WINDOWS": 2, "SINGLES": 8, "AHEAD": 1}.items():
        monkeypatch.setattr(stream, name, value)
    monkeypatch.setattr(train, "makers", makers_here)
    monkeypatch.setattr(train, "VALIDATION_BATCHES", 3)
    monkeypatch.setattr(train, "SHAPE", Shape(width=16, hidden=16, taps=3, dilations=(1,)))
    model = load_model()
    prior = {"mean": model.prior_mean, "precision": model.prior_precision}
    np.savez(tmp_path / "prior.npz", **prior)


def test_training_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    options = ["--output", str(tmp_path), "--report", "2"]
    train.main([*options, "--steps", "2"])
    stopped = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    train.main([*options, "--steps", "4"])
    ended = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert (stopped["step"], ended["step"]) == (2, 4)
    curves = json.loads((tmp_path / "curves.json").read_text())
    assert [row["step"] for row in curves] == [2, 4] and curves[0] == stopped["curves"][0]
    assert curves[0]["seconds"] < curves[1]["seconds"]


def test_training_ends_in_time_with_the_rate_at_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = itertools.count(step=20.0)
    monkeypatch.setattr("time.time", lambda: next(clock))
    rates, schedule = [], train.schedule

    def noted(step: int, done: float) -> float:
        rates.append(schedule(step, done))
        return rates[-1]

    monkeypatch.setattr(train, "schedule", noted)
    monkeypatch.setattr(train, "WARM_UP", 1)
    train.main(["--output", str(tmp_path), "--minutes", "20"])
    assert 10 < len(rates) < 30 and rates[0] == 1.0 and rates[-1] < 0.25
    assert torch.load(tmp_path / "checkpoint.pt", weights_only=True)["step"] == len(rates)


def test_steps_mix_batches_of_one_kind_and_are_the_same_for_the_same_seed() -> None:
    model = load_model()
    prior = Prior(torch.as_tensor(model.prior_mean), torch.as_tensor(model.prior_precision))
    stream._begin({"train": load_split("val")}, prior)
    pace = Pace(makers=1, reused=2, kept=4, together=2)
    one, two = (list(itertools.islice(batches(Here(), 0, 0, pace, CPU), 9)) for _ in range(2))
    for first, second in zip(one, two, strict=True):
        torch.testing.assert_close(first.truth, second.truth)
    assert [batch.truth.shape[:2] for batch in one][:7:3] == [(4, 12), (4, 12), (16, 1)]
    assert {tuple(batch.truth.shape[:2]) for batch in one} == {(4, 12), (16, 1)}


def test_weights_that_knew_fewer_inputs_begin_as_they_were(tmp_path: Path) -> None:
    torch.manual_seed(0)
    whole = Network(train.SHAPE)
    torch.nn.init.normal_(whole.leave.weight)
    weights = {name: value.numpy() for name, value in whole.state_dict().items()}
    fewer = train.SHAPE.features - 24
    for name in ("enter.weight", "feature_mean", "feature_scale"):
        weights[name] = weights[name][..., :fewer]
    model = load_model()
    shape = Shape(**{**vars(train.SHAPE), "features": fewer})
    path = tmp_path / "former.npz"
    save_model(path, shape, weights, model.prior_mean, model.prior_precision, model.honesty)
    begun = Network(train.SHAPE)
    train.begin_from(begun, path)
    seen = torch.randn(1, 5, train.SHAPE.features)
    known = torch.cat([seen[..., :fewer], torch.zeros(1, 5, 24)], -1)
    torch.testing.assert_close(begun(seen), begun(known))
    torch.testing.assert_close(begun(known), whole(known), atol=0.02, rtol=0.02)


def test_without_dialects_every_clip_speaks_the_mean_one() -> None:
    model = load_model()
    prior = Prior(torch.as_tensor(model.prior_mean), torch.as_tensor(model.prior_precision))
    stream._begin({"train": load_split("val")}, prior)
    own, alike = (stream.make("train", 0, 0, (True, dialects)) for dialects in (True, False))
    assert (own.truth - alike.truth).abs().max() > 0.05
