"""Two builds are timed in turn on the same clips."""

from __future__ import annotations

from pathlib import Path

import pytest

from dev.benchmarks import against


def test_a_build_is_as_fast_as_itself() -> None:
    (ratio,) = against.measure(against.HERE, (1,), rounds=1)
    assert ratio.frames == 1 and min(ratio.ours, ratio.other) > 0
    assert f"{ratio.other / ratio.ours:.2f} times as fast" in ratio.line()


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert against.against(tmp_path) == 2
    assert "is no checkout" in capsys.readouterr().err
