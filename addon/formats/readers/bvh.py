"""BVH: poses from the rotations of its joints, and their positions as keypoints, by the joints' names.

A BVH rests in any pose. Where that is a standing body (arms out, hanging or between), each rotation is taken
relative to how SMPL rests; where it is not (all bones along one axis), only the positions are used. Format:
research.cs.wisc.edu/graphics/Courses/cs-838-1999/Jeff/BVH.html.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import numpy as np

from ...body.rotations import matrix_from_axis_angle
from ...recording import Person
from ...safe_read import FormatError, one_line
from ...words import plural
from ..container import Container
from ..draft import NO_PLACE, Draft, OwnUnit, Reader, missing_frames
from ..marker_names import subject_of
from ..marker_people import joint_count, marker_people
from ..rates import rate_of_step
from ..skeletons import ENOUGH, Clip, person_of, without_rest

_MAX_JOINTS = 1000
_MOST_CHANNELS = 6
_COMMA = re.compile(r"\bFrame\s+Time\s*:\s*\d+,\d", re.IGNORECASE)
"""A decimal comma, as programs write it where the language has one."""
_TIME = re.compile(r"\bFrame\s+Time\s*:\s*(\S+)", re.IGNORECASE)
_SEPARATOR = re.compile(r"[;,]")
_LONGEST_STEP = 5.0
"""Seconds; a longer time between frames is one in milliseconds."""
_CMU_JOINTS = {"lhipjoint", "rhipjoint", "lowerback", "lthumb"}
_CMU_UNIT = OwnUnit(
    "5.64 cm",
    0.0254 / 0.45,
    "The unit is the CMU database's, 1/0.45 inch, as the size of the skeleton shows.",
)
"""The database's ASF skeletons say `length 0.45`, and cgspeed's BVH keeps that unit."""
_POSITIONS_ONLY = (
    "The skeleton's rest pose is no standing body, so only the positions of its joints are used, not their"
    " rotations."
)


@dataclass
class Joint:
    """A joint of a skeleton whose parents come first; "" is one without a name."""

    name: str
    parent: int
    offset: np.ndarray
    channels: list[str] = field(default_factory=list)


def recognises(container: Container) -> bool:
    """The word every BVH starts with."""
    return container.kind == "text" and container.head.lstrip()[:9].upper() == b"HIERARCHY"


def read(container: Container) -> Draft:
    """One person, or one per prefix of the joint names. Raises FormatError."""
    text = _plain(container.text)
    start = _TIME.search(text)
    words = text[: start.start() if start else None].split()
    upper = [word.upper() for word in words[: 40 * _MAX_JOINTS]]
    if "MOTION" not in upper:
        raise FormatError("The BVH file has a skeleton but no motion; export it again.")
    if start is None:
        raise FormatError("The BVH file has no frame time; export it again.")
    joints, said = _hierarchy(words[: upper.index("MOTION")]), words[upper.index("MOTION") :]
    line = text.count("\n", 0, start.end()) + 1
    values, cut = _rows(text[start.end() :], sum(len(joint.channels) for joint in joints), line)
    positions, turns = _forward(joints, values)
    people, warnings = _people(joints, positions, turns)
    warnings += _cut(said, len(values), cut)
    warnings += [] if all(one.poses is not None for one in people) else [_POSITIONS_ONLY]
    placed = _is_placed(joints)
    warnings += [] if placed else [NO_PLACE]
    fps = rate_of_step(start[1])
    if fps is not None and fps < 1 / _LONGEST_STEP:
        fps = 1000 * fps
        warnings.append("The frame time was taken for milliseconds.")
    own_unit = _CMU_UNIT if {joint.name.lower() for joint in joints} >= _CMU_JOINTS else None
    return Draft(
        people, fps=fps, units=None, own_unit=own_unit, likely_up=("+y", "+z"), warnings=warnings,
        floating=not placed,
    )  # fmt: skip


def _plain(text: str) -> str:
    """The text with points in its numbers and blanks between them."""
    if _COMMA.search(text) is not None:
        text = text.replace(",", ".")
    start = _TIME.search(text)
    if start is None or not _SEPARATOR.search(text, start.end()):
        return text
    return text[: start.end()] + _SEPARATOR.sub(" ", text[start.end() :])


def _people(joints: list[Joint], positions: np.ndarray, turns: np.ndarray) -> tuple[list[Person], list[str]]:
    """Everybody, and what to know of them: each root is a skeleton, in which prefixes tell people apart."""
    tops = _tops(joints)
    groups = [[place for place, each in enumerate(tops) if each == top] for top in dict.fromkeys(tops)]
    whole = [list(range(len(joints)))]
    for skeletons in (groups, whole):
        read = [(own[0], *_of_root(joints, positions, turns, own)) for own in skeletons]
        held = [(top, people, told) for top, people, told in read if people]
        if held:
            people = [
                replace(one, id=one_line(joints[top].name)) if len(held) > 1 and one.id == "0" else one
                for top, found, _ in held
                for one in found
            ]
            return _told_apart(people), list(dict.fromkeys(said for *_, told in held for said in told))
    return _by_markers(joints, positions), []


def _of_root(
    joints: list[Joint], positions: np.ndarray, turns: np.ndarray, own: list[int]
) -> tuple[list[Person], list[str]]:
    """People among some of the joints, with all that hang on them."""
    at = {place: number for number, place in enumerate(own)}
    held = [replace(joints[place], parent=at.get(joints[place].parent, -1)) for place in own]
    names, parents = [joint.name for joint in held], [joint.parent for joint in held]
    whole = Clip(names, parents, positions[:, own], turns[:, own], _rest(held), whole=True)
    clip, first, warnings = without_rest(whole)
    subjects = dict.fromkeys(subject_of(name) for name in names if name)
    people = [one for one in (person_of(clip, subject) for subject in subjects) if one is not None]
    return [replace(one, frame_ids=one.frame_ids + first) for one in people], warnings


def _tops(joints: list[Joint]) -> list[int]:
    """The root of each joint."""
    tops: list[int] = []
    for place, joint in enumerate(joints):
        tops.append(place if joint.parent < 0 else tops[joint.parent])
    return tops


def _told_apart(people: list[Person]) -> list[Person]:
    """With a number behind a name that comes again."""
    found: list[Person] = []
    for one in people:
        again = sum(other.id == one.id or other.id.startswith(f"{one.id} (") for other in found)
        found.append(replace(one, id=f"{one.id} ({again + 1})") if again else one)
    return found


def _by_markers(joints: list[Joint], positions: np.ndarray) -> list[Person]:
    named = [place for place, joint in enumerate(joints) if joint.name]
    names = [joints[place].name for place in named]
    if joint_count(names) < ENOUGH:
        shown = ", ".join(map(one_line, names[:3]))
        raise FormatError(
            f"The skeleton's joints are not named as a person's ({shown} …); name them like LeftUpLeg,"
            f" LeftLeg, LeftFoot, LeftArm, LeftForeArm, LeftHand."
        )
    return marker_people(names, positions[:, named])


def _cut(words: list[str], frames: int, cut: bool) -> list[str]:
    """A sentence where the file has fewer or more frames than it says."""
    lower = [word.lower() for word in words[:6]]
    said = words[lower.index("frames:") + 1] if "frames:" in lower[:-1] else ""
    if not said.isdecimal():
        return []
    if frames > int(said):
        return [f"The file says that it has {plural(int(said), 'frame')} but holds {frames}; all were read."]
    return missing_frames(int(said), frames) if frames < int(said) or cut else []


def _is_placed(joints: list[Joint]) -> bool:
    """Whether the skeleton moves as a whole: its root does, or what hangs on a root without channels."""
    tops = [joint.parent < 0 for joint in joints]
    for place, joint in enumerate(joints):
        if joint.parent >= 0:
            tops[place] = tops[joint.parent] and not joints[joint.parent].channels
    named = [joint.channels for joint, top in zip(joints, tops, strict=True) if top]
    return any(channel.endswith("position") for channels in named for channel in channels)


def _hierarchy(words: list[str]) -> list[Joint]:
    joints: list[Joint] = []
    open_joints: list[int] = [-1]
    place = 1
    while place < len(words):
        word = words[place].upper()
        if word in ("ROOT", "JOINT", "END"):
            # 3ds Max writes names of several words.
            end = words.index("{", place) if "{" in words[place : place + 8] else place + 2
            name = "" if word == "END" else " ".join(words[place + 1 : end])
            joints.append(Joint(name, open_joints[-1], np.zeros(3)))
            place = end
        elif word == "{":
            open_joints.append(len(joints) - 1)
            place += 1
        elif word == "}":
            open_joints.pop()
            place += 1
        elif word == "OFFSET":
            joints[open_joints[-1]].offset = np.array([float(cell) for cell in words[place + 1 : place + 4]])
            place += 4
        elif word == "CHANNELS":
            count = int(words[place + 1])
            if not 0 <= count <= _MOST_CHANNELS:
                raise FormatError(
                    "A joint of the BVH file has an impossible number of channels; export again."
                )
            joints[open_joints[-1]].channels = [cell.lower() for cell in words[place + 2 : place + 2 + count]]
            place += 2 + count
        else:
            place += 1
        if len(joints) > _MAX_JOINTS:
            raise FormatError("The BVH file has more joints than a body; export one person.")
    return joints


def _rows(text: str, channels: int, line: int) -> tuple[np.ndarray, bool]:
    """(T, channels) from the lines behind the frame time, which is on `line`; whether the last one was
    incomplete and left out. Frames that are all broken into other lines are put together.

    Raises FormatError for a line with another number of values.
    """
    rows = [(number, row.split()) for number, row in enumerate(text.splitlines(), start=line)]
    rows = [(number, row) for number, row in rows if row]
    if channels and not any(len(row) == channels for _, row in rows):
        rows = _rewrapped(rows, channels) or rows
    cut = len(rows) > 1 and len(rows[-1][1]) < channels
    rows = rows[:-1] if cut else rows
    if not rows or channels == 0:
        raise FormatError("The BVH file has no frames; export it again.")
    for number, row in rows:
        if len(row) != channels:
            raise FormatError(
                f"Line {number} of the BVH file has {len(row)} values for the {channels} channels of its"
                " skeleton; export it again."
            )
    return np.array([row for _, row in rows], dtype=float), cut


def _rewrapped(rows: list[tuple[int, list[str]]], channels: int) -> list[tuple[int, list[str]]]:
    """Frames out of all values one after another; [] where they do not come out even."""
    values = [value for _, row in rows for value in row]
    if len(values) % channels or not rows:
        return []
    first = rows[0][0]
    return [(first, values[at : at + channels]) for at in range(0, len(values), channels)]


def _forward(joints: list[Joint], values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions (T, J, 3) and orientations (T, J, 3, 3); rotation channels apply in the order listed."""
    places: list[np.ndarray] = []
    turns: list[np.ndarray] = []
    column = 0
    for joint in joints:
        own = values[:, column : column + len(joint.channels)]
        column += len(joint.channels)
        shift, turn = _shift(joint, own), np.repeat(np.eye(3)[None], len(values), axis=0)
        for channel, degrees in zip(joint.channels, own.T, strict=True):
            if not channel.endswith("position"):
                vectors = np.zeros((len(values), 3))
                vectors[:, "xyz".index(channel[0])] = np.radians(degrees)
                turn = turn @ matrix_from_axis_angle(vectors)
        if joint.parent >= 0:
            shift = places[joint.parent] + (turns[joint.parent] @ shift[..., None])[..., 0]
            turn = turns[joint.parent] @ turn
        places.append(shift)
        turns.append(turn)
    return np.stack(places, axis=1), np.stack(turns, axis=1)


def _shift(joint: Joint, own: np.ndarray) -> np.ndarray:
    """(T, 3) from the parent: position channels take the offset's place, in some files they add to it."""
    shift = np.repeat(joint.offset[None], len(own), axis=0)
    axes = {"xyz".index(name[0]): at for at, name in enumerate(joint.channels) if name.endswith("position")}
    moved = own[:, list(axes.values())]
    if not axes or joint.parent < 0:
        shift[:, list(axes)] = moved
        return shift
    typical = np.linalg.norm(np.median(moved, axis=0))
    adds = typical < 0.5 * np.linalg.norm(joint.offset[list(axes)])
    shift[:, list(axes)] = moved + (joint.offset[list(axes)] if adds else 0.0)
    return shift


def _rest(joints: list[Joint]) -> np.ndarray:
    places: list[np.ndarray] = []
    for joint in joints:
        places.append(joint.offset + (places[joint.parent] if joint.parent >= 0 else 0.0))
    return np.array(places)


READER = Reader("BVH", "BVH", "poses and joint positions by name", ".bvh", recognises, read, "real file")
