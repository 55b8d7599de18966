"""Two builds are timed in turn on the same clips."""

from __future__ import annotations

from pathlib import Path

import pytest

from dev.benchmarks import against
from dev.benchmarks.starting import starting


def test_a_build_is_as_fast_as_itself() -> None:
    (ratio,) = against.measure(against.HERE, (1,), rounds=1)
    assert ratio.frames == 1 and min(ratio.ours, ratio.other) > 0
    assert f"{ratio.other / ratio.ours:.2f} times as fast" in ratio.line()


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert against.against(tmp_path) == 2
    assert "is no checkout" in capsys.readouterr().err


def test_commands_are_timed_as_a_person_starts_them(tmp_path: Path) -> None:
    for name in ("there", "here"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "build.py").write_text("import sys\nopen(sys.argv[-1], 'a').write('once ')")
    found = starting((tmp_path / "there", tmp_path / "here"), tmp_path / "clip.npz", 1)
    assert list(found) == ["inspect", "refine"]
    assert all(0.0 < seconds < float("inf") for both in found.values() for seconds in both)
    assert (tmp_path / "clip.npz").read_text() == 4 * "once ", "inspect names its file last"
