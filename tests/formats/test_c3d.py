"""C3D in all its number formats, held against ezc3d where a person has it."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.safe_read import FormatError
from addon.safe_read.c3d import read_c3d
from tests.formats.bodies import FROM_Y_UP, keypoints_of, walking

SAMPLES = Path(__file__).parents[2] / "bundled_model" / "samples"
TENNIS = SAMPLES / "kineticstoolkit" / "kinematics_tennis_serve_2players.c3d"
NAMES = ["RHJC", "LHJC", "RKJC", "LKJC", "RAJC", "LAJC", "RSJC", "LSJC", "REJC", "LEJC", "RWJC", "LWJC"]
JOINTS = [2, 1, 5, 4, 8, 7, 17, 16, 19, 18, 21, 20]
INTEL, DEC, MIPS = 84, 85, 86


class Writer:
    """Numbers as one of the three processors writes them."""

    def __init__(self, processor: int) -> None:
        self.processor = processor
        self.order = ">" if processor == MIPS else "<"

    def word(self, value: int) -> bytes:
        return struct.pack(self.order + "H", value & 0xFFFF)

    def real(self, values) -> bytes:
        flat = np.asarray(values, dtype=np.float32).reshape(-1)
        if self.processor != DEC:
            return flat.astype(self.order + "f4").tobytes()
        words = (flat * 4).astype("<f4").view("<u2").reshape(-1, 2)[:, ::-1]
        return np.ascontiguousarray(words).tobytes()

    def parameter(self, group: int, name: str, kind: int, shape: tuple[int, ...], data: bytes) -> bytes:
        body = struct.pack("<bB", kind, len(shape)) + bytes(shape) + data + b"\0"
        return struct.pack("<bb", len(name), group) + name.encode() + self.word(len(body) + 2) + body

    def text(self, group: int, name: str, words: list[str]) -> bytes:
        width = max(map(len, words))
        return self.parameter(
            group, name, -1, (width, len(words)), "".join(w.ljust(width) for w in words).encode()
        )


def c3d(path: Path, points: np.ndarray, names: list[str], *, processor=INTEL, integers=False, units="mm",
        first=1, analog=0, segments: dict[str, np.ndarray] | None = None) -> Path:  # fmt: skip
    """A C3D file: header block, parameter blocks, points with a residual of -1 where missing.

    segments: label -> (T, 4, 4), as Theia writes them behind the points; NaN where missing.
    """
    w = Writer(processor)
    count, frames = points.shape[1], len(points)
    scale = np.float32(0.1) if integers else np.float32(-1.0)
    parameters = bytes([1, 0x50, 0, processor])
    group = b"POINT"
    parameters += struct.pack("<bb", len(group), -1) + group + w.word(3) + b"\0"
    parameters += w.text(1, "LABELS", names or [""]) + w.text(1, "UNITS", [units])
    parameters += w.parameter(1, "USED", 2, (), w.word(count)) + w.parameter(
        1, "FRAMES", 2, (), w.word(frames)
    )
    parameters += w.parameter(1, "RATE", 4, (), w.real([100.0])) + w.parameter(
        1, "SCALE", 4, (), w.real(scale)
    )
    blocks = -(-(len(parameters) + 1500) // 512) if segments else -(-(len(parameters) + 2) // 512)
    point_bytes = frames * (4 * count + analog) * (2 if integers else 4)
    parameters += rotation_group(w, segments, 2 + blocks + -(-point_bytes // 512)) if segments else b""
    parameters += b"\0\0"
    parameters = (parameters[:2] + bytes([blocks]) + parameters[3:]).ljust(blocks * 512, b"\0")
    header = bytes([2, 0x50]) + w.word(count) + w.word(analog) + w.word(first) + w.word(first + frames - 1)
    header += w.word(10) + w.real([scale]) + w.word(2 + blocks) + w.word(1) + w.real([100.0])
    missing = ~np.isfinite(points).all(-1)
    rows = np.concatenate([np.nan_to_num(points), np.where(missing, -1.0, 0.0)[..., None]], axis=-1)
    if integers:
        rows[..., :3] = np.round(rows[..., :3] / scale)
    rows = np.concatenate([rows.reshape(frames, -1), np.zeros((frames, analog))], axis=1)
    data = rows.astype(w.order + "i2").tobytes() if integers else w.real(rows)
    data = data.ljust(-(-len(data) // 512) * 512, b"\0") + rotations(w, segments) if segments else data
    path.write_bytes(header.ljust(512, b"\0") + parameters + data)
    return path


def rotation_group(w: Writer, segments: dict[str, np.ndarray], block: int) -> bytes:
    group = b"ROTATION"
    found = struct.pack("<bb", len(group), -2) + group + w.word(3) + b"\0"
    found += w.text(2, "LABELS", list(segments)) + w.parameter(2, "RATE", 4, (), w.real([100.0]))
    numbers = {"USED": len(segments), "DATA_START": block, "RATIO": 1}
    return found + b"".join(w.parameter(2, name, 2, (), w.word(value)) for name, value in numbers.items())


def rotations(w: Writer, segments: dict[str, np.ndarray]) -> bytes:
    """Column by column, with a reliability behind each matrix."""
    stack = np.stack(list(segments.values()), axis=1)
    reliability = np.where(np.isfinite(stack).all((-1, -2)), 0.0, -1.0)[..., None]
    columns = stack.swapaxes(-1, -2).reshape(*stack.shape[:2], 16)
    return w.real(np.concatenate([columns, reliability], axis=-1))


def joints() -> np.ndarray:
    return walking().joints[:, JOINTS]


@pytest.mark.parametrize("processor", [INTEL, DEC, MIPS], ids=["Intel", "DEC", "MIPS"])
@pytest.mark.parametrize("integers", [False, True], ids=["floats", "integers"])
@pytest.mark.parametrize("analog", [0, 6])
def test_joint_centres_in_every_number_format(tmp_path, processor, integers, analog):
    points = joints() @ FROM_Y_UP["+z"].T * 1000
    points[3, 2] = np.nan
    path = c3d(tmp_path / "walk.c3d", points, NAMES, processor=processor, integers=integers, analog=analog)
    recording = formats.read(path)
    keypoints = keypoints_of(recording)
    assert (recording.fps.value, recording.units.value, recording.up.value) == (100.0, "mm", "+z")
    expected = joints()
    expected[3, 2] = np.nan
    np.testing.assert_allclose(keypoints.positions, expected, atol=1e-4)
    assert keypoints.canonical[:3] == ("right_hip", "left_hip", "right_knee")


def test_two_subjects_and_a_late_start(tmp_path):
    names = [f"{who}:{name}" for who in ("Derrick", "Viktor") for name in NAMES]
    points = np.concatenate([joints(), joints() + 1.0], axis=1)
    recording = formats.read(c3d(tmp_path / "two.c3d", points, names, units="m", first=52))
    assert [person.id for person in recording.people] == ["Derrick", "Viktor"]
    assert recording.people[0].frame_ids[0] == 51


def test_a_real_file_is_read_as_ezc3d_reads_it():
    ezc3d = pytest.importorskip("ezc3d")
    ours, theirs = read_c3d(TENNIS.read_bytes()), ezc3d.c3d(str(TENNIS))
    assert ours.labels == theirs["parameters"]["POINT"]["LABELS"]["value"]
    assert ours.first_frame == theirs["header"]["points"]["first_frame"] and ours.rate == 50.0
    expected = np.moveaxis(theirs["data"]["points"][:3], -1, 0).swapaxes(1, 2)
    np.testing.assert_allclose(ours.positions, expected, atol=1e-6)


def test_a_file_cut_off_gives_whole_frames_or_a_refusal(tmp_path):
    path = c3d(tmp_path / "walk.c3d", joints() * 1000, NAMES)
    data = path.read_bytes()
    for end in range(0, len(data), 97):
        path.write_bytes(data[:end])
        try:
            assert formats.read(path).people[0].frames <= 40
        except FormatError as refusal:
            assert "\n" not in str(refusal)


@pytest.mark.parametrize("processor", [INTEL, DEC], ids=["Intel", "DEC"])
@pytest.mark.parametrize("integers", [False, True], ids=["floats", "integers"])
def test_number_formats_are_read_as_ezc3d_reads_them(tmp_path, processor, integers):
    """All but MIPS, which ezc3d refuses."""
    ezc3d = pytest.importorskip("ezc3d")
    points = joints() * 1000
    points[3, 2] = np.nan
    path = c3d(tmp_path / "walk.c3d", points, NAMES, processor=processor, integers=integers, first=4)
    ours, theirs = read_c3d(path.read_bytes()), ezc3d.c3d(str(path))
    assert ours.labels == theirs["parameters"]["POINT"]["LABELS"]["value"]
    assert ours.first_frame == theirs["header"]["points"]["first_frame"]
    expected = np.moveaxis(theirs["data"]["points"][:3], -1, 0).swapaxes(1, 2)
    np.testing.assert_allclose(ours.positions, expected, rtol=1e-6)


@pytest.mark.parametrize("analog", [0, 10])
@pytest.mark.parametrize("extra", [0, 290])
def test_what_ezc3d_writes_is_read(tmp_path, analog, extra):
    """More than 255 labels lie in LABELS2; analog samples lie between the points of two frames."""
    ezc3d = pytest.importorskip("ezc3d")
    points = np.concatenate([joints() * 1000, np.ones((40, extra, 3))], axis=1)
    points[5, 1] = np.nan
    file = ezc3d.c3d()
    file["data"]["points"] = np.concatenate(
        [np.moveaxis(points, (0, 2), (2, 0)), np.ones((1, *points.shape[1::-1]))]
    )
    labels = NAMES + [f"skin{n}" for n in range(extra)]
    file["parameters"]["POINT"]["LABELS"]["value"] = labels
    file["parameters"]["POINT"]["RATE"]["value"] = [120.0]
    file["parameters"]["POINT"]["UNITS"]["value"] = ["mm"]
    if analog:
        file["parameters"]["ANALOG"]["LABELS"]["value"] = ["Fz"]
        file["parameters"]["ANALOG"]["RATE"]["value"] = [120.0 * analog]
        file["data"]["analogs"] = np.ones((1, 1, 40 * analog))
    file.write(str(tmp_path / "theirs.c3d"))
    ours = read_c3d((tmp_path / "theirs.c3d").read_bytes())
    assert ours.labels == labels and ours.rate == 120.0
    np.testing.assert_allclose(ours.positions, points, rtol=1e-6)
    keypoints = keypoints_of(formats.read(tmp_path / "theirs.c3d"))
    assert np.isnan(keypoints.positions[5, 1]).all() and keypoints.canonical[:2] == ("right_hip", "left_hip")


@pytest.mark.parametrize(("unit", "metres"), [("in", 0.0254), ("ft", 0.3048), ("Inches", 0.0254)])
def test_inches_and_feet_are_units_that_a_file_may_state(tmp_path, unit, metres):
    recording = formats.read(c3d(tmp_path / "walk.c3d", joints() / metres, NAMES, units=unit))
    assert (recording.units.value, recording.units.how) == (unit[:2].lower(), "stated")
    np.testing.assert_allclose(keypoints_of(recording).positions, joints(), atol=1e-5)


def with_parameters(path: Path, *more: bytes, words: dict[int, int] | None = None) -> Path:
    """The file with parameters of POINT put before its own, and with words of its header changed."""
    data, added = bytearray(path.read_bytes()), b"".join(more)
    end = 512 * (1 + data[514])
    data[516:end] = (added + data[516:end])[: end - 516]
    for offset, value in (words or {}).items():
        data[offset : offset + 2] = struct.pack("<H", value)
    path.write_bytes(data)
    return path


def point_text(name: str, value: str) -> bytes:
    return Writer(INTEL).text(1, name, [value])


@pytest.mark.parametrize("up", ["+Y", "+Z"])
def test_somebody_who_lies_all_the_time_stays_lying_where_the_file_says_what_is_up(tmp_path, up):
    lying = joints() @ FROM_Y_UP["+x"].T @ FROM_Y_UP[up.lower()].T
    path = c3d(tmp_path / "lying.c3d", lying * 1000, NAMES)
    recording = formats.read(with_parameters(path, point_text("Y_SCREEN", up)))
    assert (recording.up.value, recording.up.how) == (up.lower(), "stated")
    assert any("but the body stands along" in warning for warning in recording.warnings)
    heights = keypoints_of(recording).positions[..., 1]
    assert np.ptp(heights, axis=1).max() < 0.8


LONG = 70_000


def long_clip(path: Path, first: int, frames: int, *more: bytes, words: dict[int, int]) -> Path:
    points = np.repeat(joints(), -(-frames // 40), axis=0)[:frames] * 1000
    return with_parameters(c3d(path, points, NAMES, first=first), *more, words=words)


def number(group: int, name: str, kind: str, *values: float) -> bytes:
    w = Writer(INTEL)
    data = w.real(values) if kind == "f4" else b"".join(w.word(int(value)) for value in values)
    shape = () if len(values) == 1 else (len(values),)
    return w.parameter(group, name, 4 if kind == "f4" else 2, shape, data)


TRIAL = struct.pack("<bb", 5, -9) + b"TRIAL" + struct.pack("<H", 3) + b"\0"


def test_clips_past_frame_65535_have_all_their_frames(tmp_path):
    """As ezc3d (the size of the file), C-Motion (LONG_FRAMES) and py-c3d (TRIAL) write them."""
    header = {6: 1, 8: 65_535}
    whole = long_clip(tmp_path / "ezc3d.c3d", 1, LONG, number(1, "FRAMES", "i2", 65_535), words=header)
    said = long_clip(tmp_path / "said.c3d", 1, LONG, number(1, "LONG_FRAMES", "f4", LONG), words=header)
    fields = number(9, "ACTUAL_START_FIELD", "i2", 4_465, 1), number(9, "ACTUAL_END_FIELD", "i2", 8_929, 2)
    trial = long_clip(tmp_path / "trial.c3d", 1, 70_001, TRIAL, *fields, words={6: 65_535, 8: 65_535})
    for path, first, frames in ((whole, 0, LONG), (said, 0, LONG), (trial, 70_000, 70_001)):
        file = read_c3d(path.read_bytes())
        assert (file.first_frame, len(file.positions), file.frames) == (first, frames, frames)


def test_a_clip_that_starts_late_has_all_its_frames(tmp_path):
    """Frames 60,001 to 70,000: the header stops at 65,535, POINT:FRAMES says how many there are."""
    path = long_clip(tmp_path / "late.c3d", 1, 10_000, words={6: 60_001, 8: 65_535})
    one = formats.read(path).people[0]
    assert (one.frames, one.frame_ids[0]) == (10_000, 60_000)


def test_a_trial_that_was_cropped_has_the_frames_of_its_header(tmp_path):
    fields = number(9, "ACTUAL_START_FIELD", "i2", 1, 0), number(9, "ACTUAL_END_FIELD", "i2", 400, 0)
    path = with_parameters(c3d(tmp_path / "cropped.c3d", joints() * 1000, NAMES), TRIAL, *fields)
    recording = formats.read(path)
    assert recording.people[0].frames == 40 and not any("cut off" in each for each in recording.warnings)
