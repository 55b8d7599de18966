"""Tables of keypoints: the ways in which people name columns, and FreeMoCap's Parquet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.body.layouts import find_layout
from addon.safe_read import FormatError
from tests.formats.bodies import keypoints_of, walking

TABLE = Path(__file__).parent / "data" / "freemocap_data_by_frame.parquet"
"""Written by pandas 3.1 and pyarrow 26."""
HEADERS = {
    "axis last": "{name}_{axis}", "axis first": "{axis}_{name}", "dots": "{name}.{axis}",
    "colons": "{name}:{axis}", "a word between": "{name}_pos_{axis}", "brackets": "{name} [{axis}]",
    "parentheses and a unit": "{name} ({axis}) (m)",
}  # fmt: skip


@pytest.mark.parametrize("header", list(HEADERS))
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_wide_tables_name_their_columns_in_many_ways(tmp_path, header, separator):
    body, names = walking(12).layout("coco17"), find_layout("coco17").keypoints
    cells = [HEADERS[header].format(name=name, axis=axis) for name in names for axis in "xyz"]
    lines = ["# exported by a script", separator.join(["frame", "time", *cells])]
    lines += [separator.join(["", "s", *["m"] * len(cells)])]
    for number, frame in enumerate(body):
        row = [str(number), f"{number / 50:.4f}", *(f"{value:.6f}" for value in frame.reshape(-1))]
        lines.append(separator.join(row if separator == "," else [cell.replace(".", ",") for cell in row]))
    lines[4], lines[9] = lines[9], lines[4]
    (tmp_path / "clip.csv").write_text("\n".join(lines))
    recording = formats.read(tmp_path / "clip.csv", keep_height=True)
    assert (recording.fps.value, recording.fps.how) == (50.0, "stated")
    np.testing.assert_allclose(keypoints_of(recording).positions, body, atol=1e-5)
    lines[5] = lines[5].partition(separator)[2]
    (tmp_path / "clip.csv").write_text("\n".join(lines))
    with pytest.raises(FormatError, match="Line 6 of the table"):
        formats.read(tmp_path / "clip.csv")


def parquet(folder: Path) -> Path:
    """A table of the walking body that pandas wrote, with a rigid body's points and a hand's."""
    (folder / TABLE.name).write_bytes(TABLE.read_bytes())
    return folder / TABLE.name


def test_freemocaps_parquet_is_the_bodys_measured_points(tmp_path):
    recording, expected = formats.read(parquet(tmp_path)), walking(12).layout("coco17")
    assert (recording.tool, recording.up.value, recording.units.value) == ("FreeMoCap", "+z", "mm")
    keypoints = keypoints_of(recording)
    wrist = keypoints.names.index("left_wrist")
    assert np.isnan(keypoints.positions[3, wrist]).all()
    keypoints.positions[3, wrist] = expected[3, find_layout("coco17").keypoints.index("left_wrist")]
    order = [keypoints.names.index(name) for name in find_layout("coco17").keypoints]
    np.testing.assert_allclose(keypoints.positions[:, order], expected, atol=2e-4)


def test_a_parquet_table_of_something_else_is_refused_with_the_way_out(tmp_path):
    data = parquet(tmp_path).read_bytes()
    (tmp_path / "clip.parquet").write_bytes(data.replace(b"keypoint", b"keypaint"))
    with pytest.raises(FormatError, match=r"without FreeMoCap's columns.*save its points"):
        formats.read(tmp_path / "clip.parquet")
