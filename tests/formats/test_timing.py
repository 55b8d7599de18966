"""Frames keep their real times, and rates are those that were meant, whatever the digits that stamps have."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.layouts import find_layout
from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES
from addon.formats.rates import rate_of_step
from addon.formats.resampling import on_even_frames
from addon.formats.timing import read_clock
from addon.recording import Person, Poses, Recording
from tests.formats.bodies import keypoints_of, walking
from tests.formats.test_skeleton_files import MIXAMO, bvh
from tests.formats.test_trc import COLUMNS, NAMES, written
from tests.wave import joints_of_a_wave

OFFICIAL = find_layout("mediapipe33").keypoints


def table(path: Path, times: Sequence[float], name: str = "timestamp", start: int | None = None) -> Path:
    """A table of a body that walks, in which each frame shows the body at its time."""
    points = walking(len(times)).layout("coco17")
    names = find_layout("coco17").keypoints
    with path.open("w", newline="") as stream:
        rows = csv.writer(stream)
        own = [] if start is None else ["frame"]
        rows.writerow([*own, name, *(f"{each}_{axis}" for each in names for axis in "xyz")])
        for number, (time, frame) in enumerate(zip(times, points, strict=True)):
            rows.writerow([*([] if start is None else [start + number]), time, *frame.reshape(-1)])
    return path


@pytest.mark.parametrize("fps", [23.976, 24, 25, 29.97, 30, 50, 59.94, 60, 120, 240])
def test_whole_milliseconds_tell_the_exact_rate(tmp_path, fps):
    times = [int(1000 * n / fps) for n in range(180)]
    recording = formats.read(table(tmp_path / "clip.csv", times, "timestamp_ms"))
    assert (recording.fps.value, recording.fps.how) == (fps, "stated")
    frames = [
        {"timestamp_ms": time, "worldLandmarks": [[float(v) for v in q] + [0.9] for q in frame]}
        for time, frame in zip(times, walking(180).layout("mediapipe33") - [0, 0.9, 0], strict=True)
    ]
    (tmp_path / "clip.json").write_text(json.dumps({"frames": frames}))
    assert formats.read(tmp_path / "clip.json").fps.value == fps


@pytest.mark.parametrize(("step", "rate"), [
    ("0.01667", 60.0), ("0.00833", 120.0), ("0.01668", 59.94), ("0.016666", 60.0), ("0.0333", 30.0),
    ("0.033367", 29.97), ("0.04", 25.0), ("0.0416667", 24.0), ("0.0083333335", 120.0), ("1.00000000", 1.0),
    ("0.033926", 29.476),
])  # fmt: skip
def test_a_step_of_few_digits_is_the_rate_that_was_meant(step, rate):
    assert rate_of_step(step) == pytest.approx(rate, abs=2e-3 if rate == 29.476 else 1e-9)


def three_decimals(fps: float, said: float, frames: int = 90, start: float = 0.0) -> str:
    """A TRC whose time column has three digits."""
    points = walking(frames).layout("coco17")[:, COLUMNS]
    head = ["PathFileType\t4\t(X/Y/Z)\tclip.trc", "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits",
            f"{said}\t{said}\t{frames}\t{len(NAMES)}\tm", "Frame#\tTime\t" + "\t\t\t".join(NAMES) + "\t\t",
            "\t\t" + "\t".join(f"{axis}{n}" for n in range(len(NAMES)) for axis in "XYZ"), ""]  # fmt: skip
    rows = [
        f"{n + 1}\t{start + n / fps:.3f}\t" + "\t".join(f"{v:.5f}" for v in row.reshape(-1))
        for n, row in enumerate(points)
    ]
    return "\n".join([*head, *rows]) + "\n"


@pytest.mark.parametrize("rate", [60, 180, 300, 29.97])
def test_the_headers_rate_stays_where_rounded_times_allow_it(tmp_path, rate):
    recording = formats.read(written(tmp_path, three_decimals(rate, rate)))
    assert (recording.fps.value, recording.fps.how) == (rate, "stated")
    assert not any(", not at " in warning for warning in recording.warnings)


def test_times_that_contradict_the_header_win_and_it_is_said(tmp_path):
    recording = formats.read(written(tmp_path, three_decimals(30, 60)))
    assert recording.fps.value == 30.0
    assert any("run at 30 frames per second, not at 60" in warning for warning in recording.warnings)


def test_the_start_of_the_time_column_is_kept(tmp_path):
    recording = formats.read(written(tmp_path, three_decimals(50, 50, start=12.5)))
    assert recording.start == pytest.approx(12.5, abs=0.011)
    recording = formats.read(table(tmp_path / "clip.csv", [7 + n / 25 for n in range(40)]))
    assert recording.start == pytest.approx(7.0)
    by_clock = formats.read(table(tmp_path / "clip.csv", [1.7e9 + n / 25 for n in range(40)], start=3))
    assert by_clock.people[0].frame_ids[0] == 3 and by_clock.fps.value == 25.0


def test_frames_that_were_dropped_are_missing_and_not_closed_up(tmp_path):
    times = [n / 30 for n in range(60) if not 20 <= n < 35]
    recording = formats.read(table(tmp_path / "clip.csv", times))
    assert recording.fps.value == 30.0
    assert recording.people[0].frame_ids.tolist() == [n for n in range(60) if not 20 <= n < 35]


def test_a_rate_that_changes_on_the_way_keeps_the_real_times(tmp_path):
    """Two seconds at 30 frames a second, then five at 12, as a phone does in the dark."""
    times = np.concatenate([np.arange(60) / 30, 2 + np.arange(60) / 12])
    recording = formats.read(table(tmp_path / "clip.csv", times.tolist()))
    one = recording.people[0]
    assert one.times[-1] - one.times[0] == pytest.approx(times[-1], abs=0.04)
    assert any("uneven" in warning for warning in recording.warnings)
    own = walking(120).layout("coco17")
    at = np.searchsorted(times, 2 + 10 / 12 - 1e-6)
    found = keypoints_of(recording).positions[round((2 + 10 / 12) * recording.fps.value)]
    np.testing.assert_allclose(found, own[at], atol=0.03)


def test_small_jitter_of_a_webcam_is_no_reason_to_resample(tmp_path):
    times = np.arange(90) / 29.476 + np.random.default_rng(0).normal(0, 0.002, 90)
    recording = formats.read(table(tmp_path / "clip.csv", times.tolist()))
    assert recording.fps.value == pytest.approx(29.476, rel=3e-3) and recording.people[0].frames == 90
    assert not any("uneven" in warning for warning in recording.warnings)


def test_rotations_between_frames_lie_on_the_shortest_arc_and_gaps_stay():
    seconds = np.array([0.0, 0.1, 0.3, 0.4, 2.0, 2.1])
    angles = seconds[:, None] * [0.0, 1.0, 0.0]
    rotations = np.tile(np.eye(3), (6, 24, 1, 1))
    rotations[:, 3] = matrix_from_axis_angle(angles)
    one = Person("0", np.arange(6), 1.0, None, Poses(rotations, angles))
    even = on_even_frames(one, seconds, 20.0)
    assert even.poses is not None
    assert even.frame_ids.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 40, 41, 42]
    expected = matrix_from_axis_angle(even.frame_ids[:, None] / 20 * [0.0, 1.0, 0.0])
    assert float(np.max(geodesic_angle(even.poses.rotations[:, 3], expected))) < 1e-6
    np.testing.assert_allclose(even.poses.pelvis[:, 1], even.frame_ids / 20, atol=1e-9)


@pytest.mark.parametrize("values", [
    [], [0.0], [1.0, 1.0, 1.0], [3.0, 2.0, 1.0], [np.nan] * 5, ["a", "b"], [0, 1e300], [0, 1e-300, 1],
    [None, None],
])  # fmt: skip
def test_times_that_tell_nothing_tell_no_clock(values):
    assert read_clock(values) is None or 0 < (read_clock(values) or pytest.fail()).fps < 1e6


def freemocap(folder: Path, fps: float, names: str, row: str) -> Path:
    """FreeMoCap's folders: the keypoints, and a table of the times at which the cameras took each frame."""
    (folder / "output_data").mkdir()
    (folder / "synchronized_videos" / "timestamps").mkdir(parents=True)
    np.save(folder / "output_data" / "mediapipe_body_3d_xyz.npy", walking(45).layout("mediapipe33") * 1000)
    lines = [row.format(n=n, t=n / fps, ns=int(1e9 * (5000 + n / fps)), step=1000 / fps) for n in range(45)]
    stamps = folder / "synchronized_videos" / "timestamps" / "recording_timestamps.csv"
    stamps.write_text("\n".join([names, *lines]))
    return folder / "output_data" / "mediapipe_body_3d_xyz.npy"


@pytest.mark.parametrize(("names", "row"), [
    ("multiframe_number,from_recording_start.s,from_previous.framerate.hz", "{n},{t:.6f},29.1"),
    ("# recording_frame_number,timestamp.from_recording_start.sec,from_previous.frame_duration.ms",
     "{n},{t:.9f},{step}"),
    ("recording_frame_number,timestamp.perf_counter_ns.ns,from_previous.frame_duration.ms",
     "{n},{ns},{step}"),
])  # fmt: skip
def test_freemocaps_own_times_lie_beside_the_recording(tmp_path, names, row):
    recording = formats.read(freemocap(tmp_path, 29.476, names, row))
    assert recording.fps.value == pytest.approx(29.476, abs=2e-3)
    assert (recording.fps.how, recording.fps.confidence) == ("inferred", 1.0)
    assert any("recording_timestamps.csv" in warning for warning in recording.warnings)
    assert formats.read(Path(recording.path), fps=50).fps.value == 50.0


def test_times_beside_an_array_of_any_tool(tmp_path):
    np.save(tmp_path / "walk.npy", walking(40).layout("coco17"))
    np.save(tmp_path / "walk_timestamps.npy", np.arange(40) / 24)
    assert formats.read(tmp_path / "walk.npy", layout="coco17").fps.value == 24.0
    np.save(tmp_path / "walk_timestamps.npy", np.arange(400) / 24)
    other = formats.read(tmp_path / "walk.npy", layout="coco17")
    assert (other.fps.value, other.fps.how) == (30.0, "assumed")


def test_an_open_keypoint_file_may_hold_the_time_of_each_frame(tmp_path):
    times = np.concatenate([np.arange(30) / 30, 1 + np.arange(30) / 10])
    held: dict[str, Any] = {"keypoints": walking(60).layout("coco17"), "layout": "coco17"}
    np.savez(tmp_path / "clip.npz", **held, timestamps=times)
    one = formats.read(tmp_path / "clip.npz").people[0]
    assert one.times[-1] == pytest.approx(times[-1], abs=0.04)
    np.savez(tmp_path / "clip.npz", **held, timestamps=np.arange(60) / 50, fps=50)
    assert formats.read(tmp_path / "clip.npz").fps.value == 50.0


def test_one_frame_a_second_is_told_with_the_likely_rate(tmp_path):
    text = bvh(tmp_path / "clip.bvh", MIXAMO).read_text().splitlines()
    at = next(n for n, line in enumerate(text) if line.startswith("Frame Time"))
    text[at] = "Frame Time: 1.00000000"
    (tmp_path / "clip.bvh").write_text("\n".join(text))
    recording = formats.read(tmp_path / "clip.bvh")
    assert recording.fps.value == 1.0
    assert any("hardly the rate" in warning and "--fps 30" in warning for warning in recording.warnings)


def test_limbs_faster_than_anybodys_are_told(tmp_path):
    np.savez(tmp_path / "fast.npz", keypoints=walking(40).layout("coco17"), layout="coco17", fps=500)
    assert any("m/s" in warning for warning in formats.read(tmp_path / "fast.npz").warnings)
    np.savez(tmp_path / "right.npz", keypoints=walking(40).layout("coco17"), layout="coco17", fps=30)
    assert not any("m/s" in warning for warning in formats.read(tmp_path / "right.npz").warnings)


@pytest.mark.parametrize("rate", [24, 48, 50, 60])
@pytest.mark.parametrize("start", [0.0, 5.0, 1.7e9])
def test_hundredths_of_a_second_hide_no_missing_frames(rate, start):
    """Steps of 20 and 30 ms are the rounding of 48 frames per second."""
    clock = read_clock(np.round(start + np.arange(200) / rate, 2), "time")
    assert clock is not None and clock.fps == pytest.approx(rate, rel=1e-3)
    np.testing.assert_array_equal(clock.numbers, np.arange(200))


def _skipping(folder: Path, number: Callable[[int], int] = int, **header: float) -> Recording:
    """Ten frames of a body under names, of which some were skipped."""
    joints = joints_of_a_wave(10, 30.0)
    frames = [
        {"frame": number(row), "joints": dict(zip(JOINT_NAMES, points.tolist(), strict=True))}
        for row, points in enumerate(joints)
    ]
    path = folder / "kept.json"
    path.write_text(json.dumps({**header, "frames": frames}))
    return formats.read(path)


@pytest.mark.parametrize(
    ("header", "fps"),
    [
        ({"fps": 30, "frame_skip": 2, "video_fps": 30}, 15.0),
        ({"video_fps": 30, "fps": 15, "frame_skip": 2}, 15.0),
        ({"fps": 15, "source_fps": 30, "frame_skip": 2}, 15.0),
        ({"source_fps": 30, "frame_skip": 2}, 15.0),
        ({"fps": 10, "source_fps": 30, "frame_skip": 2}, 10.0),
        ({"fps": 30, "frame_skip": 2, "total_frames": 20}, 15.0),
        ({"fps": 30, "frame_skip": 2, "total_frames": 30}, 10.0),
        ({"fps": 30, "frame_stride": 3, "duration": 1.0}, 10.0),
        ({"fps": 10, "frame_stride": 3, "duration": 1.0}, 10.0),
        ({"fps": 30, "frame_skip": 1}, 30.0),
        ({"fps": 30, "frame_skip": 0, "total_frames": 10}, 30.0),
    ],
)
def test_of_a_video_whose_frames_were_skipped_the_rate_of_the_kept_ones_counts(tmp_path, header, fps):
    assert _skipping(tmp_path, **header).fps.value == fps


def test_a_rate_that_may_be_either_is_told_of(tmp_path):
    recording = _skipping(tmp_path, fps=30, frame_skip=2)
    (told,) = (line for line in recording.warnings if "frame_skip 2" in line)
    assert recording.fps.value == 30.0 and "give 15 as the frame rate" in told


def test_frames_with_the_videos_numbers_are_at_the_videos_rate(tmp_path):
    recording = _skipping(tmp_path, number=lambda row: 2 * row, fps=30, frame_skip=2)
    assert recording.fps.value == 30.0 and np.ptp(recording.people[0].frame_ids) == 18
    assert any("the video's numbers (frame_skip 2)" in line for line in recording.warnings)


def test_skipped_frames_of_an_archive_are_told_in_the_same_words(tmp_path):
    np.savez(
        tmp_path / "a.npz", keypoints=joints_of_a_wave(10, 30.0), layout="smpl24", fps=30.0, frame_skip=2,
        video_fps=30.0,
    )  # fmt: skip
    assert formats.read(tmp_path / "a.npz").fps.value == 15.0
    assert formats.read(tmp_path / "a.npz", fps=25.0).fps.value == 25.0
