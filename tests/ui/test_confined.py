"""The whole way works with sockets refused, starts no program, and writes only what it was asked to write."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dev.processes import ROOT
from tests.wave import joints_of_a_wave

HOMES = ("home", "temporary", "here", "user")


@pytest.fixture(scope="module")
def flow(tmp_path_factory):
    """What the program told, and the files in the folders that it could have taken for its own."""
    folder = tmp_path_factory.mktemp("flow")
    (folder / "takes").mkdir()
    for name in HOMES:
        (folder / name).mkdir()
    for name, frames in (("walk", 20), ("jump", 12)):
        points = joints_of_a_wave(frames, 30.0)
        path = folder / "takes" / f"{name}.npz"
        np.savez(path, keypoints=points, layout="smpl24", fps=30.0, up_axis="y", units="m")
    variables = {
        "HOME": "home", "XDG_CACHE_HOME": "home", "XDG_CONFIG_HOME": "home", "TMPDIR": "temporary",
        "BLENDER_USER_RESOURCES": "user",
    }  # fmt: skip
    environment = os.environ | {name: str(folder / value) for name, value in variables.items()}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "ui" / "whole_flow.py"), str(folder)],
        env=environment, cwd=folder / "here", capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line.startswith("TOLD ")]
    assert done.returncode == 0 and lines, done.stdout + done.stderr
    return folder, json.loads(lines[0].removeprefix("TOLD "))


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_everything_works_without_a_network(flow):
    folder, told = flow
    assert told["done"] == [["FINISHED"]] * 6 and told["status"] == 0
    assert files(folder / "out") == {
        "walk.fbx", "walk.blend", "batch/walk.fbx", "batch/jump.fbx", "batch/results.jsonl",
        "folder/walk.npz", "folder/results.jsonl",
    }  # fmt: skip


@pytest.mark.parametrize("place", ["home", "here", "takes"])
def test_nothing_is_left_where_nobody_asked_for_it(flow, place):
    folder, _ = flow
    # Blender 5.2 itself keeps a small picture of each .blend that it saves, for the desktop.
    left = {name for name in files(folder / place) if not name.startswith("thumbnails/")}
    assert left == ({"walk.npz", "jump.npz"} if place == "takes" else set())


def test_python_writes_nothing_but_the_named_outputs(flow):
    folder, told = flow
    allowed = (folder / "out", folder / "user", folder / "temporary", Path("/dev"))
    stray = [path for path in told["written"] if not any(map(Path(path).is_relative_to, allowed))]
    assert stray == []
    assert [path for path in told["written"] if Path(path).is_relative_to(folder / "temporary")] == []
