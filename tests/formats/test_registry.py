"""The registry: its table, its order, its refusal of what no reader knows."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.formats.container import Container
from addon.formats.listing import ENTRIES
from addon.safe_read import FormatError
from tests.formats.test_mutations import BUILDERS
from tests.formats.test_trc import TRIAL
from tests.wave import joints_of_a_wave

WHAT_SCRIPTS_SAVE = {"SMPL parameters", "keypoint table", "keypoints of people"}
"""Readers of shapes of data that are no tool's, which are asked after those of the tools."""
ROOT = Path(__file__).parents[2]


TWICE = 1
"""The reader of keypoints is asked first about files as they are documented, and late about the rest."""


def test_every_reader_but_the_refusal_has_a_row_in_the_table():
    rows = formats.table().splitlines()
    assert len(rows) - 2 == len(ENTRIES) - TWICE - 1
    assert len({reader.format for reader in formats.all_readers()}) == len(ENTRIES) - TWICE
    assert all(row.count("|") == 5 for row in rows)


def test_file_browsers_and_batches_look_at_the_endings_of_all_readers():
    files = [name for reader in formats.all_readers() for name in reader.files.split()]
    assert {Path(name).suffix or name for name in files if "." in name} == set(formats.ENDINGS)


def test_every_module_of_readers_is_listed():
    folder = Path(formats.__file__).parent / "readers"
    modules = {path.stem for path in folder.glob("*.py") if re.search("= Reader[(]", path.read_text("utf-8"))}
    assert modules == {entry.place.partition(".")[0] for entry in ENTRIES}


def test_a_reader_is_imported_when_a_file_may_be_its_own():
    code = (
        "import sys; from addon import formats;"
        f"formats.read({str(TRIAL)!r});"
        "print([name.rpartition('.')[2] for name in sys.modules if 'formats.readers.' in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    imported = set(ast.literal_eval(done.stdout))
    assert imported == {"rig_files", "strangers", "sam3d", "trc"}


def test_of_a_documented_file_no_other_reader_is_asked(tmp_path):
    np.savez(tmp_path / "mine.npz", keypoints=np.ones((3, 17, 3)), layout="coco17", fps=30.0)
    first = next(iter(formats.all_readers()))
    assert first.recognises(Container(tmp_path / "mine.npz")) and first.format == "keypoints"


@pytest.mark.parametrize("more", [{"poses": np.zeros((3, 72))}, {"body_pose": np.zeros((3, 69))}, {"id": 1}])
def test_a_file_that_holds_more_than_is_documented_is_for_the_others_first(tmp_path, more):
    np.savez(tmp_path / "other.npz", keypoints=np.ones((3, 17, 3)), layout="coco17", **more)
    first = next(iter(formats.all_readers()))
    assert not first.recognises(Container(tmp_path / "other.npz"))


@pytest.mark.parametrize(
    "tool", ["WHAM", "PHALP", "AMASS", "TRC", "C3D", "BVH", "table", "MediaPipe", "VIBE"]
)
def test_only_one_reader_of_a_tool_recognises_a_file(tmp_path, tool):
    container = Container(BUILDERS[tool](tmp_path))
    found = [reader.format for reader in formats.all_readers() if reader.recognises(container)]
    assert set(found[1:]) <= WHAT_SCRIPTS_SAVE


def test_the_refusal_names_what_the_file_holds(tmp_path):
    np.savez(tmp_path / "weather.npz", temperature=np.ones(3), rain=np.ones(3))
    with pytest.raises(FormatError, match="temperature, rain"):
        formats.read(tmp_path / "weather.npz")


def test_the_refusal_of_an_array_tells_its_shape_and_what_is_needed(tmp_path):
    np.save(tmp_path / "weather.npy", np.random.default_rng(0).normal(size=(30, 51)))
    with pytest.raises(FormatError, match=r"shape \(30, 51\).*with keypoints \(frames, keypoints, 3\)"):
        formats.read(tmp_path / "weather.npy")


def test_a_take_of_a_file_without_takes_is_no_silent_wish():
    recording = formats.read(TRIAL, take="Run")
    assert f"{TRIAL.name} has no takes, so Run was not looked for." in recording.warnings


def test_a_layout_for_a_file_that_names_its_keypoints_is_told():
    (told,) = set(formats.read(TRIAL, layout="coco17").warnings) - set(formats.read(TRIAL).warnings)
    assert told == f"{TRIAL.name} says itself which keypoints it has, so the layout coco17 was not taken."


def test_a_layout_that_is_taken_is_not(tmp_path):
    np.save(tmp_path / "points.npy", joints_of_a_wave(20, 30.0))
    recording = formats.read(tmp_path / "points.npy", layout=" SMPL24", fps=30.0)
    assert not any("not taken" in warning for warning in recording.warnings)
