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


def test_skin_markers_of_a_real_file_are_refused():
    with pytest.raises(FormatError, match="skin markers"):
        formats.read(TENNIS)


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
