"""What a file says about itself comes back on one short, printable line."""

from __future__ import annotations

import json

import numpy as np
import pytest

from addon import formats
from addon.body.layouts import find_layout
from addon.safe_read import FormatError, one_line
from tests.formats.bodies import keypoints_of, walking

STRANGE = "a\nb\x1b[2J\u202e" + "x" * 500


def test_one_line_keeps_what_a_person_can_read():
    assert one_line("Hüfte links 左") == "Hüfte links 左"
    assert one_line(" two\r\n lines\t") == "two lines"
    assert len(one_line("x" * 1000)) == 80 and one_line("x" * 1000).endswith("…")
    assert one_line("\ud800y") == "y"


@pytest.mark.parametrize("field", ["layout", "up_axis", "units"])
def test_a_field_that_is_refused_is_repeated_on_one_line(tmp_path, field):
    path = tmp_path / "points.npz"
    held = {"keypoints": walking().layout("coco17"), "layout": "coco17", "fps": 30} | {field: STRANGE}
    np.savez(path, **held)
    with pytest.raises(FormatError) as refusal:
        formats.read(path)
    assert str(refusal.value).isprintable() and "a b" in str(refusal.value).lower()


def test_field_names_that_no_reader_knows_are_short(tmp_path):
    path = tmp_path / "clip.json"
    path.write_text(json.dumps({STRANGE: 1, "other": 2}))
    with pytest.raises(FormatError) as refusal:
        formats.read(path)
    assert str(refusal.value).isprintable() and len(str(refusal.value)) < 300


def test_names_of_keypoints_are_printable(tmp_path):
    names = [*find_layout("coco17").keypoints, f"odd{STRANGE}"]
    points = np.concatenate([walking().layout("coco17"), np.ones((40, 1, 3))], axis=1)
    np.savez(tmp_path / "points.npz", keypoints=points, names=np.array(names), fps=30)
    recording = formats.read(tmp_path / "points.npz")
    assert all(name.isprintable() for name in keypoints_of(recording).names)
    assert all(warning.isprintable() for warning in recording.warnings)
