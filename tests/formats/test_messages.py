"""What a file says about itself comes back on one short, printable line."""

from __future__ import annotations

import json
import re

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


@pytest.mark.parametrize(("unit", "length"), [("mm", "0.4 mm"), ("cm", "4 mm")])
def test_lengths_tell_when_the_unit_is_taken_too_small(tmp_path, unit, length):
    np.savez(tmp_path / "metres.npz", keypoints=walking().layout("coco17"), layout="coco17", fps=30)
    warnings = formats.read(tmp_path / "metres.npz", units=unit).warnings
    small = rf"is small \(thigh {length}, .*\); check the unit unless this is a child\.$"
    assert re.search(small, warnings[-1])


@pytest.mark.parametrize(
    ("factor", "length"), [(1000.0, "400 m"), (100.0, "40 m"), (10.0, "400 cm"), (1.5, "60 cm")]
)
def test_lengths_tell_when_the_unit_is_taken_too_large(tmp_path, factor, length):
    points = factor * walking().layout("coco17")
    np.savez(tmp_path / "large.npz", keypoints=points, layout="coco17", fps=30)
    (warning,) = formats.read(tmp_path / "large.npz", units="m", keep_height=True).warnings
    assert re.search(rf"is too large for a human \(thigh {length}, .*\); check the unit\.$", warning)


@pytest.mark.parametrize(("thigh", "length"), [(1.0, "100 cm"), (0.0, "0 mm")])
def test_a_single_wrong_limb_is_not_taken_for_a_wrong_unit(tmp_path, thigh, length):
    points = walking().layout("coco17")
    names = find_layout("coco17").keypoints
    hips, knees = ([names.index(f"{side}_{part}") for side in ("left", "right")] for part in ("hip", "knee"))
    points[:, knees] = points[:, hips] + np.array([0.0, -thigh, 0.0])
    np.savez(tmp_path / "broken.npz", keypoints=points, layout="coco17", fps=30)
    warnings = formats.read(tmp_path / "broken.npz", units="m").warnings
    assert any(f"limbs of an unlikely length (thigh {length}, " in warning for warning in warnings)
