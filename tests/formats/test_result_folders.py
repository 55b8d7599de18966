"""The folder that a tool makes of a video or a session opens as the result in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.body.layouts import find_layout
from addon.safe_read import FormatError
from tests.formats.bodies import FROM_Y_UP, walking
from tests.formats.test_estimators import gvhmr, tram, wham

FRAMES = 30


def freemocap(folder: Path) -> Path:
    """A session with one array and the table of the same points, which has the times as well."""
    data = folder / "output_data"
    data.mkdir()
    points = walking(FRAMES).layout("mediapipe33") @ FROM_Y_UP["+z"].T * 1000
    np.save(data / "mediapipe_body_3d_xyz.npy", points)
    names = [f"body_{name}_{axis}" for name in find_layout("coco17").keypoints for axis in "xyz"]
    rows = walking(FRAMES).layout("coco17").reshape(FRAMES, -1) * 1000
    lines = [",".join(["timestamp", *names])]
    lines += [",".join(f"{value:.4f}" for value in (n / 50, *row)) for n, row in enumerate(rows)]
    (data / "session_by_frame.csv").write_text("\n".join(lines))
    return data


BUILDERS: dict[str, Callable[[Path], Path]] = {
    "GVHMR": gvhmr, "WHAM": wham, "TRAM": tram, "keypoint table": freemocap,
}  # fmt: skip


@pytest.mark.parametrize("tool", list(BUILDERS))
def test_a_results_folder_is_opened_by_what_is_in_it(tmp_path, tool):
    BUILDERS[tool](tmp_path)
    for name in ("0_input_video_0001.mp4", "video_000.jpg"):
        (tmp_path / name).write_bytes(b"\0\0\0\x18ftypmp42")
    recording = formats.read(tmp_path)
    assert recording.format == tool and Path(recording.path).is_relative_to(tmp_path)


def test_a_sessions_table_goes_before_its_array_as_it_has_the_times(tmp_path):
    freemocap(tmp_path)
    assert formats.read(tmp_path).fps.value == 50.0


def test_another_folder_is_refused_with_the_way_out(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(FormatError, match="choose a file"):
        formats.read(tmp_path)
