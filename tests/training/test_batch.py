"""The throughput of two processes is told beside that of one."""

from __future__ import annotations

import os

import pytest

from dev.benchmarks import batch
from dev.benchmarks.batch import Throughput


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core")
def test_both_refine_all_files(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    measured = batch._seconds

    def counted(takes, output, jobs):
        seconds = measured(takes, output, jobs)
        made.append(len([path for path in output.glob("*/*.npz") if path.name[0] != "."]))
        return seconds

    monkeypatch.setattr(batch, "_seconds", counted)
    found = batch.measure(2, frames=(2,), rounds=1)
    assert made == [2, 2, 4] and min(found.one, found.two, found.twice) > 0


def test_a_bar_that_is_missed_is_named() -> None:
    held = Throughput(60, 19.0, 10.0, 20.0).line()
    assert "1.90 times the throughput (holds: at least 1.8" in held
    assert "two commands that share nothing give 1.90 times" in held
    assert "1.50 times the throughput (MISSED: at least 1.8" in Throughput(60, 15.0, 10.0, 20.0).line()


def test_one_file_can_not_be_shared(capsys: pytest.CaptureFixture[str]) -> None:
    assert batch.batch(1) == 2
    assert "two files or more" in capsys.readouterr().err
