"""The job type for Flamenco: its script compiles as documented, and its tasks do the whole folder once."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from addon.batch import Ledger
from dev.processes import ROOT
from tests.environments import ready
from tests.wave import joints_of_a_wave

SCRIPT = ROOT / "docs/farm/smpl_pose_refiner.js"
MANAGER = Path(__file__).parent / "flamenco_manager.py"
# The schema AvailableJobSetting of Flamenco's API.
KEYS = {
    "key", "type", "subtype", "choices", "propargs", "description", "label", "default", "eval", "evalInfo",
    "visible", "required", "editable",
}  # fmt: skip
TYPES = {"string": str, "int32": int, "float": float, "bool": bool}
SUBTYPES = {"file_path", "dir_path", "file_name", "hashed_file_path"}
VISIBLE = {"visible", "hidden", "submission", "web"}
COMMAND = ["--background", "--command", "smpl_pose_refiner"]


def compiled(**settings):
    """The job's type and its tasks. Raises RuntimeError with what the script throws."""
    command = [ready("farm").python, MANAGER, SCRIPT, json.dumps(settings)]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def settings_for(recordings: Path | str, results: Path | str, **more):
    chosen = {"file_kind": "npz", "fbx_for": "plain", "tasks": 3, "more": ""} | more
    return chosen | {"recordings": str(recordings), "results": str(results)}


def test_its_settings_are_as_the_documented_schema_has_them():
    for one in compiled(**settings_for("/in", "/out"))["type"]["settings"]:
        assert set(one) <= KEYS and one["description"]
        assert one["visible"] in VISIBLE and one.get("subtype", "dir_path") in SUBTYPES
        kind = TYPES[one["type"]]
        assert isinstance(one.get("default", kind()), kind)
        assert one.get("default", "") in one.get("choices", [one.get("default", "")])
        assert re.fullmatch(r"[a-z_]+", one["key"])


def test_a_setting_that_the_panel_shows_has_no_word_of_the_command_line():
    shown = [one["key"] for one in compiled(**settings_for("/in", "/out"))["type"]["settings"]]
    assert shown == ["recordings", "results", "file_kind", "fbx_for", "tasks", "more"]


def test_each_task_runs_blender_with_a_share_and_the_last_one_waits_for_all():
    *shares, last = compiled(**settings_for("/in", "/out", file_kind="fbx", fbx_for="unreal"))["tasks"]
    assert [task["name"] for task in shares] == ["refine 1 of 3", "refine 2 of 3", "refine 3 of 3"]
    assert last["dependencies"] == [task["name"] for task in shares]
    for number, task in enumerate(shares, 1):
        (command,) = task["commands"]
        assert (task["type"], command["name"], command["parameters"]["exe"]) == (
            "blender",
            "exec",
            "{blender}",
        )
        assert command["parameters"]["args"] == [
            *COMMAND, "refine", "/in", "--output", "/out", "--to", "fbx", "--fbx-preset", "unreal",
            "--part", f"{number}/3",
        ]  # fmt: skip
    assert "--part" not in last["commands"][0]["parameters"]["args"]


def test_no_task_at_all_is_refused():
    with pytest.raises(RuntimeError, match="At least one task is needed"):
        compiled(**settings_for("/in", "/out", tasks=0))


def test_its_tasks_refine_every_recording_once_and_put_the_results_together(tmp_path):
    takes, out = tmp_path / "takes", tmp_path / "out"
    takes.mkdir()
    names = [f"take {number}" for number in range(7)]
    for place, name in enumerate(names):
        points = joints_of_a_wave(8 + place, 30.0)
        np.savez(takes / f"{name}.npz", keypoints=points, layout="smpl24", fps=30.0, up_axis="y", units="m")
    tasks = compiled(**settings_for(takes, out, more="--smoothing 0.5"))["tasks"]
    statuses = [refine(task["commands"][0]["parameters"]["args"][len(COMMAND) :]) for task in tasks]
    assert statuses == [0, 0, 0, 0]
    shares = [path.read_text("utf-8").splitlines() for path in sorted(out.glob("results_*.jsonl"))]
    assert sorted(json.loads(line)["name"] for lines in shares for line in lines) == names
    whole = (out / "results.jsonl").read_text("utf-8").splitlines()
    assert sorted(json.loads(line)["name"] for line in whole) == names
    assert {record.status for record in Ledger(out).records.values()} == {"done"}
    assert sorted(path.stem for path in out.glob("*.npz")) == names


def refine(words: list[str]) -> int:
    program = "import sys; from addon.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-P", "-c", program, *words]
    return subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False).returncode
