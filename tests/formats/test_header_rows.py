"""Tables with several header rows and remarks, and what else people write beside keypoints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.layouts import find_layout
from addon.recording import Recording

from .bodies import keypoints_of, walking

FRAMES = 20
POINTS = walking(FRAMES).layout("coco17")
NAMES = find_layout("coco17").keypoints
ROWS = [",".join(map(str, row)) for row in POINTS.reshape(FRAMES, -1)]
NUMBERED = [f"{number},{row}" for number, row in enumerate(ROWS)]
AXES = ",".join(["x,y,z"] * len(NAMES))


def each(between: str = "{0},{0},{0}") -> str:
    return ",".join(between.format(name) for name in NAMES)


HEADERS = {
    "names repeated": [each(), AXES, *ROWS],
    "names once": [f"frame,{each('{0},,')}", f",{AXES}", *NUMBERED],
    "pandas": [f",{each()}", f",{AXES}", *NUMBERED],
    "pandas with named levels": [
        f"joint,{each()}", f"axis,{AXES}", "frame" + "," * 3 * len(NAMES), *NUMBERED,
    ],
    "pandas read and written again": [f"frame,{each('{0},{0}.1,{0}.2')}", f",{AXES}", *NUMBERED],
    "semicolons": [line.replace(",", ";") for line in (f"Frame,{each()}", f",{AXES.upper()}", *NUMBERED)],
}  # fmt: skip


def read(path: Path, lines: list[str]) -> Recording:
    path.write_text("\n".join(lines))
    return formats.read(path, up="+y", keep_height=True)


@pytest.mark.parametrize("header", list(HEADERS))
def test_names_may_stand_above_the_axes(tmp_path, header):
    recording = read(tmp_path / "a.csv", HEADERS[header])
    np.testing.assert_allclose(keypoints_of(recording).positions, POINTS, atol=1e-5)
    np.testing.assert_array_equal(recording.people[0].frame_ids, np.arange(FRAMES))


@pytest.mark.parametrize(
    ("remark", "fps"),
    [("# fps: 50", 50.0), ("# Frame rate (Hz) = 59.94", 59.94), ("# fps,60000/1001", 59.94)],
)
def test_remarks_above_the_header_tell_the_rate(tmp_path, remark, fps):
    recording = read(tmp_path / "a.csv", ["# made by hand", remark, each("{0}_x,{0}_y,{0}_z"), *ROWS])
    assert (recording.fps.value, recording.fps.how) == (fps, "stated")


def test_a_frame_that_is_written_twice_counts_once(tmp_path):
    lines = [*NUMBERED[:6], NUMBERED[5], *NUMBERED[6:]]
    recording = read(tmp_path / "a.csv", [f"frame,{each('{0}_x,{0}_y,{0}_z')}", *lines])
    np.testing.assert_array_equal(recording.people[0].frame_ids, np.arange(FRAMES))
    np.testing.assert_allclose(keypoints_of(recording).positions, POINTS, atol=1e-5)


@pytest.mark.parametrize(
    "beside",
    [{"fps": "60000/1001"}, {"info": {"video": {"fps": 59.94}}}, {"metadata": {"frame_rate": "59.94"}}],
)
def test_the_rate_may_be_a_fraction_or_lie_deeper(tmp_path, beside):
    held: dict[str, Any] = {"keypoints": POINTS.tolist(), "layout": "coco17"} | beside
    (tmp_path / "a.json").write_text(json.dumps(held))
    fps = formats.read(tmp_path / "a.json").fps
    assert (fps.value, fps.how) == (59.94, "stated")


def test_null_is_a_missing_point_or_a_missing_frame(tmp_path):
    rows: list[Any] = POINTS.tolist()
    rows[3][5], rows[4][6], rows[7] = None, [None, None, None], None
    (tmp_path / "a.json").write_text(json.dumps({"keypoints": rows, "layout": "coco17", "fps": 30}))
    keypoints = keypoints_of(formats.read(tmp_path / "a.json", up="+y", keep_height=True))
    missing = ~np.isfinite(keypoints.positions).all(-1)
    assert missing[3, 5] and missing[4, 6] and missing[7].all() and missing.sum() == 2 + len(NAMES)


@pytest.mark.parametrize(
    ("said", "layout"),
    [
        ("COCO", "coco17"),
        ("coco-17", "coco17"),
        ("BODY_25", "body25"),
        ("H36M", "h36m17"),
        ("SMPL", "smpl24"),
    ],
)
def test_a_layout_may_be_spelt_otherwise(tmp_path, said, layout):
    np.savez(tmp_path / "a.npz", keypoints=walking(FRAMES).layout(layout), layout=said)
    assert keypoints_of(formats.read(tmp_path / "a.npz")).layout == layout
