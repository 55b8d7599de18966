"""Tables of marker programs: Qualisys' TSV, Nexus' CSV, and krajjat's sequences."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.safe_read import FormatError
from tests.formats.bodies import FROM_Y_UP, keypoints_of, walking
from tests.formats.test_trc import COLUMNS, NAMES

FRAMES = 20


def points() -> np.ndarray:
    """(T, K, 3) millimetres, Z up; the fourth point is not seen in frame 1."""
    found = walking(FRAMES).layout("coco17")[:, COLUMNS] @ FROM_Y_UP["+z"].T * 1000
    found[1, 3] = 0.0
    return found


def expected() -> np.ndarray:
    found = walking(FRAMES).layout("coco17")[:, COLUMNS]
    found[1, 3] = np.nan
    return found


def qualisys(folder: Path, before: int = 0, titles: bool = False) -> Path:
    """before: columns in front of the markers', none, a frame number, or that and a time."""
    cells = [f"{name} {axis}" for name in NAMES for axis in "XYZ"]
    lines = [
        f"NO_OF_FRAMES\t{FRAMES}", "NO_OF_CAMERAS\t12", f"NO_OF_MARKERS\t{len(NAMES)}", "FREQUENCY\t200",
        "NO_OF_ANALOG\t0", "ANALOG_FREQUENCY\t0", "DESCRIPTION\t--",
        "TIME_STAMP\t2026-06-03, 10:47:36.627\t94247.45402301", "DATA_INCLUDED\t3D",
        "\t".join(["MARKER_NAMES", *NAMES, ""]), "\t".join(["TRAJECTORY_TYPES", *["Measured"] * len(NAMES)]),
    ]  # fmt: skip
    lines += ["\t".join([*["Frame", "Time"][:before], *cells])] if titles else []
    for n, frame in enumerate(points()):
        start = [str(n + 1), f"{n / 200:.5f}"][:before]
        lines.append("\t".join([*start, *(f"{value:.4f}" for value in frame.reshape(-1))]))
    (folder / "walk.tsv").write_text("\r\n".join(lines) + "\r\n")
    return folder / "walk.tsv"


def nexus(folder: Path, devices: bool = True) -> Path:
    """Two sections of points, after one of devices, and one of angles that is no place."""
    half = len(NAMES) // 2
    sections = [
        section("Model Outputs", NAMES[half:], points()[:, half:], "mm"),
        section("Trajectories", NAMES[:half], points()[:, :half], "mm"),
        section("Model Outputs", ["LHipAngles"], points()[:, :1], "deg"),
    ]
    force = "Devices\n2000\n,,Plate,,\nFrame,Sub Frame,Fx,Fy,Fz\n,,N,N,N\n1,0,1,2,3\n1,1,1,2,3\n\n"
    (folder / "walk.csv").write_text((force if devices else "") + "\n".join(sections))
    return folder / "walk.csv"


def section(title: str, names: list[str], values: np.ndarray, unit: str) -> str:
    rows = [title, "100"]
    rows += [",".join(["", "", *(cell for name in names for cell in (f"Anna:{name}", "", ""))])]
    rows += [",".join(["Frame", "Sub Frame", *"XYZ" * len(names)])]
    rows += [",".join(["", "", *[unit] * 3 * len(names)])]
    for n, frame in enumerate(values, start=301):
        cells = ["" if value == 0 else f"{value:.4f}" for value in frame.reshape(-1)]
        rows.append(",".join([str(n), "0", *cells]))
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize(("before", "titles"), [(0, False), (1, False), (2, True), (2, False)])
def test_qualisys_points_come_out_upright_in_metres_at_its_rate(tmp_path, before, titles):
    recording = formats.read(qualisys(tmp_path, before, titles))
    assert (recording.fps.value, recording.fps.how) == (200.0, "stated")
    assert (recording.up.value, recording.units.value) == ("+z", "mm")
    assert recording.people[0].frame_ids[0] == (1 if before else 0)
    np.testing.assert_allclose(keypoints_of(recording).positions, expected(), atol=1e-6)


def test_decimal_commas_are_numbers_where_tabs_part_the_cells(tmp_path):
    path = qualisys(tmp_path, 2, titles=True)
    head, rows = path.read_text().split("\nFrame\t")
    path.write_text(f"{head}\nFrame\t{rows.replace('.', ',')}")
    np.testing.assert_allclose(keypoints_of(formats.read(path)).positions, expected(), atol=1e-6)


def test_a_qualisys_file_that_is_cut_off_says_so(tmp_path):
    path = qualisys(tmp_path)
    path.write_text("\n".join(path.read_text().splitlines()[:-4]))
    assert any("says that it has 20 frames but holds 16" in each for each in formats.read(path).warnings)


@pytest.mark.parametrize("devices", [False, True])
def test_nexus_trajectories_and_joint_centres_are_one_person(tmp_path, devices):
    recording = formats.read(nexus(tmp_path, devices))
    assert (recording.fps.value, recording.fps.how) == (100.0, "stated")
    assert (recording.up.value, recording.units.value, recording.units.how) == ("+z", "mm", "stated")
    assert (recording.people[0].id, recording.people[0].frame_ids[0]) == ("Anna", 301)
    keypoints = keypoints_of(recording)
    order = [keypoints.names.index(f"Anna:{name}") for name in NAMES]
    np.testing.assert_allclose(keypoints.positions[:, order], expected(), atol=1e-6)


def test_a_shifted_row_is_refused_with_its_line(tmp_path):
    path = nexus(tmp_path, devices=False)
    lines = path.read_text().splitlines()
    lines[9] += ",1.0,2.0"
    path.write_text("\n".join(lines))
    with pytest.raises(FormatError, match="Line 10 has"):
        formats.read(path)


def kinect_name(name: str) -> str:
    """HipRight of RHip."""
    side = {"R": "Right", "L": "Left"}.get(name[0], "")
    return name[1:] + side if side else "Head"


def krajjat(folder: Path, ending: str) -> Path:
    """Metres, Y up, 30 poses a second, as Kinect's joints are called."""
    body = walking(FRAMES).layout("coco17")[:, COLUMNS]
    names, path = [kinect_name(name) for name in NAMES], folder / f"sequence.{ending}"
    if ending == "json":
        poses = [
            {"Bodies": [{"Joints": [{"JointType": name, "Position": dict(zip("XYZ", place, strict=True))}
                                    for name, place in zip(names, frame.tolist(), strict=True)]}],
             "Timestamp": n / 30}
            for n, frame in enumerate(body)
        ]  # fmt: skip
        path.write_text(json.dumps({"name": "walk", "Poses": poses}))
        return path
    separator = {"csv": ",", "tsv": "\t"}[ending]
    lines = [f"name{separator}walk", f"device{separator}Kinect"]
    lines += [separator.join(["Timestamp", *(f"{name}_{axis}" for name in names for axis in "XYZ")])]
    lines += [
        separator.join([f"{n / 30:.9f}", *(f"{value:.9f}" for value in frame.reshape(-1))])
        for n, frame in enumerate(body)
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("ending", ["json", "csv", "tsv"])
def test_krajjats_sequences_are_joints_at_the_rate_of_their_times(tmp_path, ending):
    recording = formats.read(krajjat(tmp_path, ending))
    assert (recording.format, recording.fps.value, recording.fps.how) == ("krajjat", 30.0, "stated")
    assert (recording.up.value, recording.units.value) == ("+y", "m")
    keypoints, body = keypoints_of(recording), walking(FRAMES).layout("coco17")
    span = [keypoints.positions[:, keypoints.canonical.index(each)] for each in ("left_knee", "right_wrist")]
    np.testing.assert_allclose(span[0] - span[1], body[:, 13] - body[:, 10], atol=1e-6)
