"""Figures for people: lines, a table, the time that is left."""

from __future__ import annotations

import os
import time
from dataclasses import replace

import pytest

from addon.batch import DONE, FAILED, Figures, Pace, Record, record_line, remove_leftovers, table

WALK = Record("walk", "walk.trc", DONE, people=(Figures("0", 100, 30.0, 4.0), Figures("1", 300, 10.0, 8.0)),
              warnings=("a", "b"), seconds=1.26)  # fmt: skip
JUMP = Record("monday/jump", "jump.trc", FAILED, sentence="jump.trc is empty; export it again.", seconds=0.01)


def test_errors_are_means_over_all_frames():
    assert (WALK.frames, WALK.before_mm, WALK.after_mm) == (400, 15.0, 7.0)
    assert record_line(WALK) == "walk: 400 frames, 15.0 → 7.0 mm, 2 warnings, 1.3 s"
    pose = replace(WALK, people=(Figures("0", 1, 15.0, 7.0),), warnings=("short",))
    assert record_line(pose) == "walk: 1 frame, 15.0 → 7.0 mm, 1 warning, 1.3 s"


def test_a_failure_says_why():
    assert record_line(JUMP) == "monday/jump: failed. jump.trc is empty; export it again."


def test_the_table_has_a_line_each_and_the_sums():
    lines = table([WALK, JUMP], [WALK]).split("\n")
    assert len(lines) == 4
    assert lines[1].split() == ["walk", "2", "400", "15.0", "mm", "7.0", "mm", "2", "1.3", "done", "before"]
    assert lines[2].split() == ["monday/jump", "0.0", "failed"]
    assert lines[3] == "1 done (1 of them before), 1 failed; 400 frames."


def test_names_are_told_on_one_line_that_steers_no_terminal():
    odd = replace(WALK, name="a\nb\x1b[31m\u202e步")
    assert record_line(odd).startswith("a\\nb\\x1b[31m\\u202e步: ")
    assert table([odd]).split("\n")[1].startswith("a\\nb\\x1b[31m\\u202e步 ")


def test_one_long_name_does_not_stretch_the_table():
    lines = table([WALK, replace(WALK, name=f"first{'x' * 240}last")]).split("\n")
    assert max(map(len, lines)) < 130
    assert lines[2].startswith("first") and "…" in lines[2] and "xlast " in lines[2]


def test_the_time_left_is_that_of_the_work_and_what_was_done_before_takes_none(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    pace = Pace(10)
    for _ in range(6):
        pace.add(worked=False)
    assert pace.seconds_left() is None
    now[0] += 5.0
    assert pace.seconds_left(part=0.5) == pytest.approx(35.0)
    now[0] += 5.0
    pace.add()
    assert pace.seconds_left() == pytest.approx(30.0)


def test_half_written_files_of_earlier_runs_go_and_all_others_stay(tmp_path):
    names = {
        ".walk-0a1b2c3d.npz": True,
        ".walk_Anna-0a1b2c3d.fbx": True,
        ".walk-0a1b2c3d.glb": True,
        ".walk-0a1b2c3d.vrma": True,
        ".walk-0a1b2c3d.blend@": True,
        ".jump-0a1b2c3d.npz": False,
        ".walk-notes.npz": False,
        f".{'é' * 100}-0a1b2c3d.npz": True,
        "walk-0a1b2c3d.npz": False,
        ".walk-0a1b2c3e.npz": False,
    }
    for name in names:
        path = tmp_path / "monday" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
        if name != ".walk-0a1b2c3e.npz":  # somebody is writing to that one
            os.utime(path, (1.0, 1.0))
    remove_leftovers(tmp_path, ["monday/walk", f"monday/{'é' * 120}", "tuesday/run"])
    assert {path.name for path in (tmp_path / "monday").iterdir()} == {
        n for n, gone in names.items() if not gone
    }
