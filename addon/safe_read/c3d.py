"""C3D files: header, parameters, 3D points and segment rotations, in all number formats.

Analog data is passed over. Format: https://www.c3d.org/docs/C3D_User_Guide.pdf; the ROTATION group is that of
C-Motion (has-motion.com, "ROTATION data type"). Processors: 84 Intel, 85 DEC (VAX floats), 86 MIPS.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import FormatError
from .npy import check_shape

MAGIC = 0x50
_BLOCK = 512
_PROCESSORS = {84: "<", 85: "dec", 86: ">"}
_TYPES = {-1: "S1", 1: "i1", 2: "i2", 4: "f4"}
_SEGMENT_NUMBERS = 17


@dataclass(frozen=True)
class C3d:
    """Points of a C3D file: positions (T, K, 3) in `units`, NaN where missing, with their labels and rate.

    first_frame counts from 0, so that frame n lies at n / rate seconds; frames is how many the file says that
    it has. units is "" where it does not say.
    software: what wrote the file, with its version, "" where it does not say.
    segments: (T, S, 4, 4) segment to laboratory, NaN where missing, for S segment_labels; empty without them.
    """

    labels: list[str]
    positions: np.ndarray
    rate: float
    units: str
    first_frame: int
    frames: int
    groups: dict[str, dict[str, Any]]
    segments: np.ndarray
    segment_labels: list[str]

    @property
    def software(self) -> str:
        """Who wrote the file, in its own words; empty where it does not say."""
        maker = self.groups.get("MANUFACTURER", {})
        names = [str(np.ravel(maker[name])[0]) for name in _MAKER if len(np.ravel(maker.get(name, [])))]
        return " ".join(dict.fromkeys(name for name in names if name))


_MAKER = ("SOFTWARE", "VERSION_LABEL")


class _Numbers:
    """Reads numbers of one processor; DEC floats are those of a VAX (words swapped, four times as large)."""

    def __init__(self, processor: int) -> None:
        if processor not in _PROCESSORS:
            raise FormatError(
                f"The C3D file was written by an unknown processor ({processor}); export it again."
            )
        self._dec = _PROCESSORS[processor] == "dec"
        self._order = "<" if self._dec else _PROCESSORS[processor]

    def array(self, data: bytes, kind: str) -> np.ndarray:
        """Numbers of the kind "i1", "i2" or "f4"."""
        if kind == "f4" and self._dec:
            words = np.frombuffer(data, "<u2").reshape(-1, 2)[:, ::-1]
            return np.ascontiguousarray(words).view("<f4").reshape(-1) / 4.0
        return np.frombuffer(data, self._order + kind)

    def word(self, data: bytes, offset: int) -> int:
        """An unsigned 16-bit number."""
        return int(struct.unpack_from(("<" if self._order == "<" else ">") + "H", data, offset)[0])


def is_c3d(head: bytes) -> bool:
    """Whether data starts like a C3D file: a parameter block number and the key 0x50."""
    return len(head) >= _BLOCK and head[1] == MAGIC and 0 < head[0] < 50


def read_c3d(data: bytes) -> C3d:
    """The points of a C3D file. Raises FormatError (or what struct and NumPy raise on damage)."""
    start = (data[0] - 1) * _BLOCK
    numbers = _Numbers(data[start + 3])
    groups = _parameters(data, start, numbers)
    point = groups.get("POINT", {})
    count = numbers.word(data, 2)
    first, frames = _first_frame(groups, data, numbers), _frame_count(data, groups, numbers)
    labels = _labels(point, count)
    rate = (
        float(np.ravel(point["RATE"])[0]) if "RATE" in point else float(numbers.array(data[20:24], "f4")[0])
    )
    units = _text(point, "UNITS")
    segments, segment_labels = _segments(data, groups, numbers, frames)
    if count == 0 and segment_labels:
        positions = np.zeros((len(segments), 0, 3))
    else:
        positions = _points(data, groups, numbers, count, frames)
    return C3d(labels, positions, rate, units, first, frames, groups, segments, segment_labels)


def _parameters(data: bytes, start: int, numbers: _Numbers) -> dict[str, dict[str, Any]]:
    """Group name -> parameter name -> value; groups have negative numbers, parameters positive ones."""
    names: dict[int, str] = {}
    found: dict[int, dict[str, Any]] = {}
    place = start + 4
    while place + 2 < len(data):
        length, number = struct.unpack_from("<bb", data, place)
        length = abs(length)
        if length == 0 or number == 0:
            break
        name = data[place + 2 : place + 2 + length].decode("latin1").upper()
        at = place + 2 + length
        step = numbers.word(data, at)
        if number < 0:
            names[-number] = name
        else:
            found.setdefault(number, {})[name] = _value(data, at + 2, numbers)
        if step == 0:
            break
        place = at + step
    return {names.get(number, str(number)): values for number, values in found.items()}


def _value(data: bytes, at: int, numbers: _Numbers) -> Any:
    kind, dimensions = struct.unpack_from("<bB", data, at)
    shape = tuple(data[at + 2 : at + 2 + dimensions])
    count = int(np.prod(shape, dtype=np.int64)) if shape else 1
    size = abs(kind)
    check_shape((count,), max(size, 1))
    raw = data[at + 2 + dimensions : at + 2 + dimensions + count * size]
    if kind not in _TYPES or len(raw) != count * size:
        raise FormatError("A parameter of the C3D file is damaged; export it again.")
    if kind == -1:
        width = shape[0] if shape else 1
        return [raw[n : n + width].decode("latin1").strip("\0 ") for n in range(0, len(raw), max(width, 1))]
    return numbers.array(raw, _TYPES[kind])


def _labels(point: dict[str, Any], count: int) -> list[str]:
    """LABELS, LABELS2, LABELS3 … hold up to 255 names each."""
    labels: list[str] = []
    for suffix in ("", *map(str, range(2, 20))):
        labels += list(point.get(f"LABELS{suffix}", []))
    return (labels + [f"point {number}" for number in range(len(labels), count)])[:count]


def _text(group: dict[str, Any], name: str) -> str:
    """The first text of a parameter, "" where there is none."""
    values = group.get(name)
    return str(values[0]) if isinstance(values, list) and values else ""


def _first_frame(groups: dict[str, dict[str, Any]], data: bytes, numbers: _Numbers) -> int:
    """Counted from 0; the header's word is limited to 65535."""
    start = _field(groups, "ACTUAL_START_FIELD")
    return max((numbers.word(data, 6) if start is None else start) - 1, 0)


def _frame_count(data: bytes, groups: dict[str, dict[str, Any]], numbers: _Numbers) -> int:
    """TRIAL or POINT:LONG_FRAMES, unless the file is too short for them and not for what its header says.

    Without them the header, whose last frame stops at 65535; then POINT:FRAMES or the size of the file.
    """
    first, last = numbers.word(data, 6), numbers.word(data, 8)
    header, room, point = last - first + 1, _room(data, groups, numbers), groups.get("POINT", {})
    start, end = (_field(groups, name) for name in _FIELDS)
    said = [end - start + 1] if start is not None and end is not None else []
    said = [number for number in (*said, _integer(point, "LONG_FRAMES")) if number > 0]
    if said:
        return header if said[0] > room >= header > 0 else said[0]
    if header > 0 and last < _LAST_WORD:
        return header
    frames = _integer(point, "FRAMES")
    return frames if header < frames < _LAST_WORD else max(room, header)


_LAST_WORD = 0xFFFF
_FIELDS = ("ACTUAL_START_FIELD", "ACTUAL_END_FIELD")


def _field(groups: dict[str, dict[str, Any]], name: str) -> int | None:
    """A frame number of TRIAL: two words, the lower one first."""
    words = np.ravel(groups.get("TRIAL", {}).get(name, []))
    if len(words) != 2 or words.dtype.kind not in "if":
        return None
    low, high = (int(word) & 0xFFFF for word in words)
    return low + (high << 16)


def _room(data: bytes, groups: dict[str, dict[str, Any]], numbers: _Numbers) -> int:
    """How many frames of points lie in the file, without the zeros that fill its last block."""
    block, kind, width, _ = _layout(data, groups, numbers)
    size = np.dtype(kind).itemsize * width
    if width == 0 or block <= 0:
        return 0
    start = (block - 1) * _BLOCK
    rotations = _integer(groups.get("ROTATION", {}), "USED")
    frames = 0 if rotations else max(0, len(data) - start) // size
    while (
        frames
        and len(data) - start - (frames - 1) * size <= _BLOCK
        and not any(data[start + (frames - 1) * size : start + frames * size])
    ):
        frames -= 1
    return frames


def _layout(data: bytes, groups: dict[str, dict[str, Any]], numbers: _Numbers) -> tuple[int, str, int, float]:
    """Where the points start (block), their kind of number, how many a frame has, and the scale."""
    block = numbers.word(data, 16) or int(np.ravel(groups.get("POINT", {}).get("DATA_START", [0]))[0])
    scale = float(numbers.array(data[12:16], "f4")[0])
    return block, "f4" if scale < 0 else "i2", 4 * numbers.word(data, 2) + numbers.word(data, 4), scale


def _segments(
    data: bytes, groups: dict[str, dict[str, Any]], numbers: _Numbers, frames: int
) -> tuple[np.ndarray, list[str]]:
    """(T, S, 4, 4) and labels: 16 numbers column by column and a reliability, negative where not seen.

    With several samples per frame (RATIO), the first of each frame.
    """
    group = groups.get("ROTATION", {})
    count, block = _integer(group, "USED"), _integer(group, "DATA_START")
    if count <= 0 or block <= 0 or frames <= 0:
        return np.zeros((0, 0, 4, 4)), []
    ratio, start = max(_integer(group, "RATIO"), 1), (block - 1) * _BLOCK
    check_shape((frames, ratio, count, _SEGMENT_NUMBERS), 4)
    width = ratio * count * _SEGMENT_NUMBERS
    stored = min(frames, max(0, (len(data) - start) // (width * 4)))
    if stored == 0:
        raise FormatError("The C3D file ends before its first frame; copy it again.")
    raw = numbers.array(data[start : start + stored * width * 4], "f4").astype(np.float64)
    rows = raw.reshape(stored, ratio, count, _SEGMENT_NUMBERS)[:, 0]
    matrices = rows[..., :16].reshape(stored, count, 4, 4).swapaxes(-1, -2)
    matrices = np.where((rows[..., 16] < 0)[..., None, None], np.nan, matrices)
    return matrices, _labels(group, count)


def _integer(group: dict[str, Any], name: str) -> int:
    """A whole number; words are unsigned, as those of POINT are."""
    values = np.ravel(group.get(name, [0]))
    number = int(values[0]) if len(values) else 0
    return number & 0xFFFF if values.dtype == np.int16 else number


def _points(
    data: bytes, groups: dict[str, dict[str, Any]], numbers: _Numbers, count: int, frames: int
) -> np.ndarray:
    """(T, K, 3); a negative fourth number marks a point that was not seen."""
    block, kind, width, scale = _layout(data, groups, numbers)
    size = np.dtype(kind).itemsize
    start = (block - 1) * _BLOCK
    if count == 0 or frames <= 0 or start < 0:
        raise FormatError("The C3D file holds no 3D points; export marker or joint positions.")
    check_shape((frames, width), size)
    stored = min(frames, max(0, (len(data) - start) // (width * size)))
    if stored == 0:
        raise FormatError("The C3D file ends before its first frame; copy it again.")
    raw = numbers.array(data[start : start + stored * width * size], kind).astype(np.float64)
    rows = raw.reshape(stored, width)[:, : 4 * count].reshape(stored, count, 4)
    positions = rows[..., :3] * (1.0 if scale < 0 else scale)
    missing = (rows[..., 3] < 0) | (positions == 0).all(-1)
    return np.where(missing[..., None], np.nan, positions)
