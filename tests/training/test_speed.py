"""The rows of speed compare like with like."""

from __future__ import annotations

import time

import pytest

torch = pytest.importorskip("torch")

from bundled_model.training.benchmark.methods import SMPLIFY_ADAM  # noqa: E402  (after importorskip)
from dev.benchmarks import speed  # noqa: E402


def test_speed_is_told_as_ratios_of_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "FRAMES", 40)
    monkeypatch.setattr(speed, "WANTED", {SMPLIFY_ADAM: 5.0})
    threads = torch.get_num_threads()

    def once(work) -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    found = speed.measure(once)
    assert set(found.clip) == set(found.single) == {"numpy", "torch"} and set(found.others) == {SMPLIFY_ADAM}
    assert torch.get_num_threads() == threads
    ratio = found.others[SMPLIFY_ADAM] / found.clip["numpy"]
    assert any(f"{ratio:,.1f} times as fast as {SMPLIFY_ADAM}" in text for text in found.lines())


def test_a_bar_of_speed_that_is_missed_is_named() -> None:
    slow = speed.Speed({"numpy": 2.0}, {"numpy": 20.0}, {SMPLIFY_ADAM: 9.0})
    text = "\n".join(slow.lines())
    assert (
        "50 a second (MISSED: at least 60)" in text and "4.5 times" in text and "(MISSED: at least 5)" in text
    )
