"""Xsens' MVNX: where the 23 segments of a suit are and how they lie, as XML.

Each segment's place is its upper joint; its orientation (w x y z) is against a T-pose that faces +X. Frames
of other types than "normal" are that pose. Nymeria keeps the same as arrays (T, 69) and (T, 92). Sources:
Xsens MVN User Manual, "MVNX" and "Segment definitions"; facebookresearch/nymeria_dataset
nymeria/xsens_constants.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ...body.rotations import matrix_from_quaternion
from ...recording import Person
from ...safe_read import FormatError, one_line
from ...safe_read.npy import check_shape
from ...safe_read.xml_stream import Element, elements
from ..container import Container
from ..draft import Draft, Reader, numbers, scalar
from ..skeletons import person_in_world
from ..timing import timed

_SPINE = ("Pelvis", "L5", "L3", "T12", "T8")
_SEGMENTS = (
    *_SPINE, "Neck", "Head",
    *(f"{side}{part}" for side in ("Right", "Left") for part in ("Shoulder", "UpperArm", "ForeArm", "Hand")),
    *(f"{side}{part}" for side in ("Right", "Left") for part in ("UpperLeg", "LowerLeg", "Foot", "Toe")),
)  # fmt: skip
"""The 23 segments in MVN's order, for files that hold the frames alone."""
_START = re.compile(rb"<mvnx[\s>]|<frames\s[^>]*segmentCount")
_COLUMNS = {"position": 3, "orientation": 4}
_MOST_SEGMENTS = 200


@dataclass
class _Subject:
    """One suit: its name, rate, segments, and of each frame the number, the time and what it holds."""

    name: str = ""
    rate: str = ""
    segments: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    values: dict[str, list[np.ndarray]] = field(default_factory=dict)


def recognises(container: Container) -> bool:
    """The outermost element's name; some files hold its frames alone."""
    return container.kind == "text" and _START.search(container.head) is not None


def read(container: Container) -> Draft:
    """One person per subject. Raises FormatError."""
    subjects = list(_subjects(container))
    found = [_person(subject, place) for place, subject in enumerate(subjects)]
    people, told = [one for one, _ in found], [sentence for _, told in found for sentence in told]
    if not people:
        raise FormatError("The MVNX file has no frames of motion; export it again.")
    rate, times = subjects[0].rate, subjects[0].times
    draft = Draft(
        people, fps=float(rate) if rate else None, units=None, likely_up=("+z", "+y"), warnings=told
    )
    return draft if rate else timed(draft, times[-people[0].frames :], "time (ms)")


def _subjects(container: Container) -> Iterator[_Subject]:
    subject, held = _Subject(), dict[str, np.ndarray]()
    for element in elements(container.path):
        name, above = element.path[-1], element.path[-2] if len(element.path) > 1 else ""
        if above == "frame" and name in _COLUMNS:
            held[name] = np.array(element.text.split(), dtype=np.float64)
        elif name == "frame":
            _add(subject, element.attributes, held)
            held = {}
        elif above == "segments" and name == "segment":
            subject.segments.append(element.attributes.get("label", ""))
        elif name == "subject":
            yield _ended(subject, element)
            subject = _Subject()
    if subject.numbers:
        yield subject


def _add(subject: _Subject, attributes: Mapping[str, str], held: Mapping[str, np.ndarray]) -> None:
    if attributes.get("type", "normal") != "normal":
        return
    if not subject.segments:
        subject.segments.extend(_SEGMENTS)
    count = len(subject.segments)
    if not 0 < count <= _MOST_SEGMENTS or "position" not in held:
        raise FormatError("The MVNX file has frames without positions of segments; export it with positions.")
    for name, columns in _COLUMNS.items():
        if name in held and held[name].size != columns * count:
            raise FormatError(f"A frame has other numbers of segments in its {name}; export it again.")
        if name in held:
            subject.values.setdefault(name, []).append(held[name].reshape(count, columns))
    subject.numbers.append(attributes.get("index", ""))
    subject.times.append(scalar(attributes.get("time")) or 0.0)
    check_shape((len(subject.numbers), count, 12), 8)


def _ended(subject: _Subject, element: Element) -> _Subject:
    return replace(
        subject, name=element.attributes.get("label", ""), rate=element.attributes.get("frameRate", "")
    )


def _person(subject: _Subject, place: int) -> tuple[Person, list[str]]:
    if not subject.numbers:
        raise FormatError("The MVNX file has no frames of motion; export it again.")
    names, positions = subject.segments, np.stack(subject.values["position"])
    turned = subject.values.get("orientation", [])
    turns = matrix_from_quaternion(np.stack(turned)) if len(turned) == len(positions) else None
    if "Pelvis" not in names:
        shown = ", ".join(one_line(name, 30) for name in names[:3])
        raise FormatError(f"The segments ({shown} …) are no whole body's; export a whole person from MVN.")
    spine = [names.index(name) for name in _SPINE if name in names]
    numbers = np.arange(len(positions))
    if all(map(str.isdigit, subject.numbers)):
        numbers = np.array(subject.numbers, dtype=np.int64)
    if (np.diff(numbers) <= 0).any():
        raise FormatError("The frame numbers of the MVNX file do not increase; export it again.")
    one, told = person_in_world(names, spine, positions, turns, numbers)
    return replace(one, id=one_line(subject.name) or str(place)), told


def _is_arrays(container: Container) -> bool:
    """Nymeria's names of the segments' places and orientations."""
    return container.has("segment_tXYZ", "segment_qWXYZ")


def _read_arrays(container: Container) -> Draft:
    """The one subject of Nymeria's `xdata.npz`. Raises FormatError."""
    fields, count = container.fields, len(_SEGMENTS)
    held = [numbers(fields[name], name) for name in ("segment_tXYZ", "segment_qWXYZ")]
    frames = len(held[0])
    if not frames or [each.size for each in held] != [frames * count * columns for columns in (3, 4)]:
        raise FormatError(f"{container.name} does not hold {count} segments a frame; download it again.")
    positions, turned = (each.reshape(frames, count, -1) for each in held)
    lost = (turned == 0).all(-1, keepdims=True)
    turns = matrix_from_quaternion(np.where(lost, np.nan, turned))
    spine = [_SEGMENTS.index(name) for name in _SPINE]
    one, told = person_in_world(list(_SEGMENTS), spine, positions, turns, np.arange(frames))
    rate = scalar(fields.get("frameRate"))
    return Draft([one], fps=rate, units=None, likely_up=("+z", "+y"), warnings=told, tool="Nymeria")


ARRAYS = Reader(
    "Xsens arrays", "Nymeria", "poses and segments' joints", "xdata.npz", _is_arrays, _read_arrays,
    usual_fps=240.0,
)  # fmt: skip
READER = Reader("MVNX", "Xsens MVN", "poses and segments' joints", ".mvnx", recognises, read, usual_fps=60.0)
