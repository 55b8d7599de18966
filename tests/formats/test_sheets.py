"""Keypoint tables in other clothes: JSON as pandas writes it, and cells that hold a whole place."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.layouts import find_layout

from .bodies import keypoints_of, walking
from .test_table_columns import table

FRAMES = 24
NAMES = find_layout("coco17").keypoints
COLUMNS = [f"{name}_{axis}" for name in NAMES for axis in "xyz"]
BODY = walking(FRAMES).layout("coco17")
FIRST = 5
"""Number of the first frame, where rows are numbered."""

CELLS: dict[str, Callable[[Any], str]] = {
    "plain": lambda p: "{:.5f}, {:.5f}, {:.5f}".format(*p),
    "semicolons": lambda p: "{:.5f};{:.5f};{:.5f}".format(*p),
    "tuples": lambda p: "({:.5f}, {:.5f}, {:.5f})".format(*p),
    "tuples of NumPy 2": lambda p: "(np.float64({:.5f}), np.float64({:.5f}), np.float64({:.5f}))".format(*p),
    "lists with visibility": lambda p: "[{:.5f}, {:.5f}, {:.5f}, 0.9]".format(*p),
    "arrays": lambda p: "[{:.5f} {:.5f}  {:.5f}]".format(*p),
    "NumPy's own words": lambda p: "array([{:.5f}, {:.5f}, {:.5f}], dtype=float32)".format(*p),
    "JSON": lambda p: '{{"x":{:.5f},"y":{:.5f},"z":{:.5f}}}'.format(*p),
    "objects": lambda p: "Point(x={:.5f}, y={:.5f}, z={:.5f})".format(*p),
    "mappings": lambda p: "{{'x': {:.5f}, 'y': {:.5f}, 'z': {:.5f}}}".format(*p),
    "landmarks": lambda p: "x: {:.5f}\ny: {:.5f}\nz: {:.5f}\nvisibility: 0.9\n".format(*p),
}


@pytest.mark.parametrize("cells", list(CELLS))
def test_a_cell_may_hold_a_whole_place(tmp_path, cells):
    rows = [[n, *map(CELLS[cells], frame)] for n, frame in enumerate(BODY, FIRST)]
    rows[3][1] = ""
    recording = formats.read(table(tmp_path / "a.csv", ["frame", *NAMES], rows), keep_height=True)
    read = keypoints_of(recording)
    assert list(recording.people[0].frame_ids) == list(range(FIRST, FIRST + FRAMES))
    assert np.isnan(read.positions[3, 0]).all()
    np.testing.assert_allclose(read.positions[4:], BODY[4:], atol=1e-5)


def rows_of(frames: Any) -> list[dict[str, float]]:
    return [dict(zip(COLUMNS, row, strict=True)) for row in frames.reshape(FRAMES, -1).tolist()]


def columns_of(frames: Any) -> dict[str, list[float]]:
    return dict(zip(COLUMNS, frames.reshape(FRAMES, -1).T.tolist(), strict=True))


def numbered(values: Any) -> dict[str, Any]:
    return {str(n): value for n, value in enumerate(values, FIRST)}


SPLIT = {"columns": COLUMNS, "index": list(range(FIRST, FIRST + FRAMES))}
ORIENTS: dict[str, Callable[[Any], Any]] = {
    "records": rows_of,
    "index": lambda b: numbered(rows_of(b)),
    "columns": lambda b: {name: numbered(values) for name, values in columns_of(b).items()},
    "list": columns_of,
    "split": lambda b: SPLIT | {"data": b.reshape(FRAMES, -1).tolist()},
    "tight": lambda b: SPLIT | {"data": b.reshape(FRAMES, -1).tolist(), "index_names": [None]},
    "split with two levels": lambda b: {
        "columns": [[name, axis] for name in NAMES for axis in "xyz"], "data": b.reshape(FRAMES, -1).tolist(),
    },
    "table": lambda b: {"schema": {"fields": []}, "data": rows_of(b)},
    "columns of places": lambda b: {
        name: b[:, k].tolist() for k, name in enumerate(NAMES)
    } | {"fps": 50},
}  # fmt: skip


@pytest.mark.parametrize("orient", list(ORIENTS))
def test_pandas_tables_are_read_in_each_orient(tmp_path, orient):
    (tmp_path / "a.json").write_text(json.dumps(ORIENTS[orient](BODY)))
    recording = formats.read(tmp_path / "a.json", keep_height=True)
    np.testing.assert_allclose(keypoints_of(recording).positions, BODY, atol=1e-6)
    assert recording.fps.value == (50.0 if orient == "columns of places" else 30.0)
    starts_late = orient in ("index", "columns", "split", "tight")
    assert recording.people[0].frame_ids[0] == (FIRST if starts_late else 0)


def test_rows_of_points_are_read_whether_their_rows_are_numbered_or_not(tmp_path):
    rows = [
        {"person": who, "frame": n, "joint": NAMES[k], "x": p[0] + 2 * (who == "b"), "y": p[1], "z": p[2]}
        for n, frame in enumerate(BODY.tolist())
        for who in ("a", "b")
        for k, p in enumerate(frame)
    ]
    columns = {name: {str(at): row[name] for at, row in enumerate(rows)} for name in rows[0]}
    for tree in (rows, columns):
        (tmp_path / "a.json").write_text(json.dumps(tree))
        recording = formats.read(tmp_path / "a.json", keep_height=True)
        assert [one.id for one in recording.people] == ["a", "b"]
        np.testing.assert_allclose(keypoints_of(recording, 0).positions, BODY, atol=1e-6)
    del columns["frame"], columns["person"]
    alone = {name: {at: v for at, v in each.items() if rows[int(at)]["person"] == "a"}
             for name, each in columns.items()}  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps(alone))
    recording = formats.read(tmp_path / "a.json", keep_height=True)
    np.testing.assert_allclose(keypoints_of(recording).positions, BODY, atol=1e-6)


@pytest.mark.parametrize("time", ["00:00:{:06.3f}", "2024-05-01", "2024-05-01 12:00:{:06.3f}"])
def test_dates_and_times_are_no_places(tmp_path, time):
    rows = [[time.format(n / 50), *frame.ravel()] for n, frame in enumerate(BODY)]
    recording = formats.read(table(tmp_path / "a.csv", ["when", *COLUMNS], rows), keep_height=True)
    assert len(keypoints_of(recording).names) == len(NAMES)
