"""TRC: real files of Pose2Sim, pyomeca and OpenSim, and the variants that people write."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.formats.limbs import limb_lengths
from addon.safe_read import FormatError
from tests.formats.bodies import FROM_Y_UP, keypoints_of, walking

SAMPLES = Path(__file__).parents[2] / "bundled_model" / "samples"
TRIAL = SAMPLES / "pose2sim" / "S00_P00_T01_BalancingTrial_0-100.trc"
BROKEN = SAMPLES / "pose2sim" / "S00_P01_T02_Participants1-2_P1_0-100.trc"
WITH_STUDY_MARKERS = SAMPLES / "pose2sim" / "S00_P00_T01_BalancingTrial_0-100_filt_butterworth_LSTM.trc"
NAMES = ["RHip", "LHip", "RKnee", "LKnee", "RAnkle", "LAnkle", "RShoulder", "LShoulder", "RElbow", "LElbow",
         "RWrist", "LWrist", "Nose"]  # fmt: skip
COLUMNS = [12, 11, 14, 13, 16, 15, 6, 5, 8, 7, 10, 9, 0]


def trc(points, names=NAMES, *, separator="\t", units="m", blank=False, claimed=None, rate=60):
    """A TRC text as Pose2Sim (tabs) or pyomeca (commas) writes it."""
    cells = [f"{name}{separator * 2}" for name in names]
    rows = [
        separator.join(["PathFileType", "4", "(X/Y/Z)", r"D:\data\walk.trc"]),
        separator.join(["DataRate", "CameraRate", "NumFrames", "NumMarkers", "Units"]),
        separator.join(map(str, [rate, rate, claimed or len(points), len(names), units])),
        separator.join(["Frame#", "Time", *cells]),
        separator.join(["", "", *(f"{axis}{n + 1}" for n in range(len(names)) for axis in "XYZ")]),
    ]
    rows += [""] if blank else []
    for number, frame in enumerate(points, start=1):
        values = ["" if np.isnan(value) else f"{value:.7f}" for value in frame.reshape(-1)]
        rows.append(separator.join([str(number), f"{number / rate:.7f}", *values]))
    return "\n".join(rows) + "\n"


def written(tmp_path, text):
    path = tmp_path / "clip.trc"
    path.write_text(text)
    return path


def test_the_balancing_trial_is_a_whole_body_upright_at_60_fps():
    recording = formats.read(TRIAL)
    person = recording.people[0]
    assert (recording.fps.value, recording.fps.how) == (60.0, "stated")
    assert (recording.up.value, recording.units.value, recording.warnings) == ("+y", "m", ())
    assert person.frames == 100 and person.frame_ids[0] == 1
    assert {"coco_left_hip", "right_knee", "left_wrist", "head_top"} <= set(keypoints_of(recording).canonical)
    assert 0.38 < np.median(limb_lengths(keypoints_of(recording))["thigh", "left"]) < 0.45


def test_the_broken_track_is_opened_with_a_warning():
    warnings = formats.read(BROKEN).warnings
    assert any("hardly moves" in warning for warning in warnings)
    assert any("thigh 30 cm" in warning for warning in warnings)


def test_blank_line_windows_path_and_extra_markers_do_no_harm():
    recording = formats.read(WITH_STUDY_MARKERS)
    keypoints = keypoints_of(recording)
    assert recording.fps.value == 60.0 and len(keypoints.positions) == 100
    assert sum(name is not None for name in keypoints.canonical) == 21
    assert any("43 keypoints not used" in warning for warning in recording.warnings)


@pytest.mark.parametrize("name", ["opensim/subject01_walk1.trc", "pyomeca/markers.trc"])
def test_skin_markers_alone_are_refused_and_the_reason_given(name):
    with pytest.raises(FormatError, match="skin markers instead of joints"):
        formats.read(SAMPLES / name)


@pytest.mark.parametrize("separator", ["\t", ","])
@pytest.mark.parametrize("blank", [False, True])
@pytest.mark.parametrize(("units", "factor"), [("m", 1.0), ("cm", 100.0), ("mm", 1000.0)])
def test_every_dialect_gives_the_same_points(tmp_path, separator, blank, units, factor):
    points = walking().layout("coco17")[:, COLUMNS]
    text = trc(points * factor, separator=separator, blank=blank, units=units, claimed=652)
    recording = formats.read(written(tmp_path, text))
    assert (recording.units.value, recording.people[0].frames) == (units, 40)
    np.testing.assert_allclose(keypoints_of(recording).positions, points, atol=1e-6)


def test_z_up_is_inferred(tmp_path):
    points = walking().layout("coco17")[:, COLUMNS]
    recording = formats.read(written(tmp_path, trc(points @ FROM_Y_UP["+z"].T)))
    assert recording.up.value == "+z"
    np.testing.assert_allclose(keypoints_of(recording).positions, points, atol=1e-6)


def test_a_wrong_unit_in_the_header_is_noticed(tmp_path):
    points = walking().layout("coco17")[:, COLUMNS]
    recording = formats.read(written(tmp_path, trc(points * 1000, units="m")))
    assert (recording.units.value, recording.units.how) == ("mm", "inferred")
    np.testing.assert_allclose(keypoints_of(recording).positions, points, atol=1e-6)


def test_empty_cells_and_zeros_are_missing(tmp_path):
    points = walking().layout("coco17")[:, COLUMNS]
    points[4, 2] = np.nan
    points[5, 3] = 0.0
    keypoints = keypoints_of(formats.read(written(tmp_path, trc(points))))
    assert np.isnan(keypoints.positions[4, 2]).all() and np.isnan(keypoints.positions[5, 3]).all()
    assert keypoints.confidence[4, 2] == 0 and keypoints.confidence[5, 3] == 0


def test_two_subjects_by_prefix_are_two_people(tmp_path):
    points = walking().layout("coco17")[:, COLUMNS]
    names = [f"{who}:{name}" for who in ("Derrick", "Viktor") for name in NAMES]
    recording = formats.read(
        written(tmp_path, trc(np.concatenate([points, points + np.array([1.0, 0, 0])], axis=1), names))
    )
    assert [person.id for person in recording.people] == ["Derrick", "Viktor"]


def test_mirrored_data_is_noticed(tmp_path):
    body = walking()
    names = [*NAMES, "LBigToe", "RBigToe", "LHeel", "RHeel"]
    points = np.concatenate(
        [body.layout("coco17")[:, COLUMNS], body.layout("body25")[:, [19, 22, 21, 24]]], axis=1
    )
    assert not any("swapped" in each for each in formats.read(written(tmp_path, trc(points, names))).warnings)
    mirrored = formats.read(written(tmp_path, trc(points * [-1, 1, 1], names)))
    assert any("swapped" in warning for warning in mirrored.warnings)


@pytest.mark.parametrize("keep", [1, 2, 3, 4, 5])
def test_a_file_that_ends_in_its_header_is_refused(tmp_path, keep):
    lines = trc(walking().layout("coco17")[:, COLUMNS]).splitlines()[:keep]
    with pytest.raises(FormatError):
        formats.read(written(tmp_path, "\n".join(lines)))


OPENCAP_MARKERS = [
    "r_shoulder",
    "l_shoulder",
    "r_elbow",
    "l_elbow",
    "r_melbow",
    "l_melbow",
    "r_wrist_radius",
    "l_wrist_radius",
    "C7",
    "r_ASIS",
    "l_ASIS",
    "r_knee",
    "l_knee",
    "r_mknee",
    "l_mknee",
    "r_ankle",
    "l_ankle",
    "r_mankle",
    "l_mankle",
    "r_5meta",
    "r_big_toe",
    "l_big_toe",
]
OPENCAP_JOINTS = [
    "Nose",
    "Neck",
    "RShoulder",
    "RElbow",
    "RWrist",
    "LShoulder",
    "LElbow",
    "LWrist",
    "MidHip",
    "RHip",
    "RKnee",
    "RAnkle",
    "LHip",
    "LKnee",
    "LAnkle",
    "REye",
    "LEye",
    "REar",
    "LEar",
    "LBigToe",
    "LSmallToe",
    "LHeel",
    "RBigToe",
    "RSmallToe",
    "RHeel",
]


def opencap(folder: Path) -> Path:
    """OpenCap Monocular: skin markers first, then OpenPose's joints, some under names that differ little."""
    joints = walking(40).layout("body25")
    joints = joints[:, [0, 1, *range(2, 25)]]
    markers = np.repeat(joints[:, :1], len(OPENCAP_MARKERS), axis=1)
    return written(folder, trc(np.concatenate([markers, joints], axis=1), OPENCAP_MARKERS + OPENCAP_JOINTS,
                               blank=True, rate=53))  # fmt: skip


def test_joints_go_before_skin_markers_of_nearly_the_same_name(tmp_path):
    keypoints = keypoints_of(formats.read(opencap(tmp_path)))
    used = {name: point for name, point in zip(keypoints.names, keypoints.canonical, strict=True) if point}
    assert {"RKnee": "right_knee", "LAnkle": "left_ankle", "RElbow": "right_elbow"}.items() <= used.items()
    assert set(used) <= set(OPENCAP_JOINTS)
    place = keypoints.names.index("LKnee")
    np.testing.assert_allclose(keypoints.positions[:, place], walking(40).layout("body25")[:, 13], atol=1e-6)


def test_values_that_two_tabs_part_belong_to_the_names_above(tmp_path):
    """As OpenSim's own example markers_walk.trc has them."""
    text = trc(walking().layout("coco17")[:, COLUMNS] * 1000, units="mm", rate=100)
    values = "100\t100\t40\t13\tmm"
    assert values in text
    recording = formats.read(
        written(tmp_path, text.replace(values, "  100.0\t\t  100.0\t\t 40\t\t13\t\t mm\t"))
    )
    assert (recording.fps.value, recording.fps.how) == (100.0, "stated")
    assert (recording.units.value, recording.units.how) == ("mm", "stated")


def test_names_without_empty_cells_behind_them_belong_to_three_columns_each(tmp_path):
    text = trc(walking().layout("coco17")[:, COLUMNS])
    lines = [
        line.replace("\t\t\t", "\t") if line.startswith("Frame#") else line for line in text.splitlines()
    ]
    keypoints = keypoints_of(formats.read(written(tmp_path, "\n".join(lines))))
    np.testing.assert_allclose(keypoints.positions, walking().layout("coco17")[:, COLUMNS], atol=1e-6)


@pytest.mark.parametrize(("unit", "metres"), [("in", 0.0254), ("inches", 0.0254), ("ft", 0.3048)])
def test_inches_and_feet_are_what_the_file_says(tmp_path, unit, metres):
    recording = formats.read(
        written(tmp_path, trc(walking().layout("coco17")[:, COLUMNS] / metres, units=unit))
    )
    assert (recording.units.value, recording.units.how) == (unit[:2], "stated")
    knee = keypoints_of(recording).positions[:, keypoints_of(recording).canonical.index("left_knee")]
    np.testing.assert_allclose(knee, walking().layout("coco17")[:, 13], atol=1e-5)


def test_a_file_of_one_frame_opens(tmp_path):
    recording = formats.read(written(tmp_path, trc(walking().layout("coco17")[:1, COLUMNS])))
    assert recording.people[0].frames == 1 and any("single frame" in each for each in recording.warnings)


def test_two_tabs_between_the_header_s_values_are_one(tmp_path):
    """As in opensim-core's markers_walk.trc."""
    lines = trc(walking().layout("coco17")[:, COLUMNS] * 1000, units="mm", rate=100).splitlines()
    lines[2] = "\t\t".join(lines[2].split("\t"))
    recording = formats.read(written(tmp_path, "\n".join(lines)))
    assert (recording.fps.value, recording.units.value, recording.people[0].frames) == (100.0, "mm", 40)


@pytest.mark.parametrize(("claimed", "said"), [(41, False), (43, True)])
def test_one_frame_less_than_the_header_says_is_pose2sims_filter(tmp_path, claimed, said):
    path = written(tmp_path, trc(walking().layout("coco17")[:, COLUMNS], claimed=claimed))
    assert any("cut off" in warning for warning in formats.read(path).warnings) == said


@pytest.mark.parametrize("cells", [-1, 1])
def test_a_row_with_a_cell_too_few_or_too_many_is_refused_by_its_line(tmp_path, cells):
    lines = trc(walking().layout("coco17")[:, COLUMNS]).splitlines()
    row = lines[15].split("\t")
    lines[15] = "\t".join(row[:4] + row[5:] if cells < 0 else [*row[:4], "0.1", *row[4:]])
    with pytest.raises(FormatError, match=r"Line 16 .* shifted"):
        formats.read(written(tmp_path, "\n".join(lines)))


def test_a_row_without_one_marker_s_cells_is_refused_and_one_cut_behind_the_last_seen_is_read(tmp_path):
    """Some tools leave empty cells at the end of a row out."""
    lines = trc(walking().layout("coco17")[:, COLUMNS]).splitlines()
    row = lines[15].split("\t")
    lines[15] = "\t".join(row[:8] + row[11:])
    with pytest.raises(FormatError, match=r"Line 16 .* shifted"):
        formats.read(written(tmp_path, "\n".join(lines)))
    lines[15] = "\t".join(row[:-3])
    keypoints = keypoints_of(formats.read(written(tmp_path, "\n".join(lines))))
    assert np.isnan(keypoints.positions[10, -1]).all() and np.isfinite(keypoints.positions[10, :-1]).all()


PAIRED = ["r_knee", "r_mknee", "l_knee", "l_mknee", "r_ankle", "r_mankle", "l_ankle", "l_mankle",
          "r_lelbow", "r_melbow", "l_lelbow", "l_melbow"]  # fmt: skip


def test_the_middle_of_two_skin_markers_is_the_joint_and_what_no_point_tells_is_named(tmp_path):
    """Knees, ankles and elbows have markers on both sides; wrists have none."""
    joints = walking().layout("coco17")[:, [14, 13, 16, 15, 8, 7]]
    markers = np.repeat(joints, 2, axis=1) + np.tile([[0.05, 0, 0], [-0.05, 0, 0]], (6, 1))
    skin = markers[:, :1] + [0.0, 1.0, 0.0]
    text = trc(np.concatenate([markers, skin], axis=1), [*PAIRED, "r_shoulder"], units="m")
    recording = formats.read(written(tmp_path, text))
    keypoints = keypoints_of(recording)
    for joint, column in (("right_knee", 0), ("left_ankle", 3), ("right_elbow", 4)):
        found = keypoints.positions[:, keypoints.canonical.index(joint)]
        np.testing.assert_allclose(found, joints[:, column], atol=1e-6)
    used = [name for name, point in zip(keypoints.names, keypoints.canonical, strict=True) if point]
    assert all(" + " in name for name in used) and len(used) == 6
    assert any(
        "no keypoint that tells the left forearm, right forearm" in each for each in recording.warnings
    )


def test_decimal_commas_are_read(tmp_path):
    points = walking(20).layout("coco17")[:, COLUMNS]
    text = trc(points)
    head, rows = text.split("\tZ13\n")
    recording = formats.read(written(tmp_path, head + "\tZ13\n" + rows.replace(".", ",")))
    np.testing.assert_allclose(keypoints_of(recording).positions, points, atol=1e-6)


def test_rows_out_of_order_are_put_in_that_of_their_numbers(tmp_path):
    points = walking(20).layout("coco17")[:, COLUMNS]
    lines = trc(points).splitlines()
    lines.insert(7, lines.pop(15))
    recording = formats.read(written(tmp_path, "\n".join(lines)))
    np.testing.assert_array_equal(recording.people[0].frame_ids, 1 + np.arange(20))
    np.testing.assert_allclose(keypoints_of(recording).positions, points, atol=1e-6)


def test_a_row_that_is_there_twice_is_left_out_and_said(tmp_path):
    lines = trc(walking(20).layout("coco17")[:, COLUMNS]).splitlines()
    lines.insert(12, lines[11])
    recording = formats.read(written(tmp_path, "\n".join(lines)))
    assert (recording.people[0].frames, recording.fps.value) == (20, 60.0)
    assert any("1 frame at the same time" in warning for warning in recording.warnings)
    assert not any("uneven" in warning for warning in recording.warnings)
