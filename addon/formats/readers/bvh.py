"""BVH: poses from the rotations of its joints, and their positions as keypoints, by the joints' names.

A BVH rests in any pose. Where that is a standing body (arms out, hanging or between), each rotation is taken
relative to how SMPL rests; where it is not (all bones along one axis), only the positions are used. Format:
research.cs.wisc.edu/graphics/Courses/cs-838-1999/Jeff/BVH.html.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...body.rotations import matrix_from_axis_angle
from ...body.skeleton import JOINT_NAMES
from ...recording import Person
from ...safe_read import FormatError, one_line
from ..container import Container
from ..draft import Draft, OwnUnit, Reader, missing_frames, named_keypoints, person
from ..joint_names import joint_roles
from ..marker_names import canonical_names, subject_of
from ..marker_people import joint_count, marker_people
from ..rates import rate_of_step
from ..rest_pose import poses_from_skeleton

_MAX_JOINTS = 1000
_MOST_CHANNELS = 6
_ENOUGH = 6
_CMU_JOINTS = {"LHipJoint", "RHipJoint", "LowerBack", "LeftUpLeg", "LThumb"}
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
class _Joint:
    name: str
    parent: int
    offset: np.ndarray
    channels: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Clip:
    """Positions (T, J, 3) and orientations (T, J, 3, 3) of all joints, and their places at rest (J, 3)."""

    joints: list[_Joint]
    positions: np.ndarray
    turns: np.ndarray
    rest: np.ndarray


def recognises(container: Container) -> bool:
    """The word every BVH starts with."""
    return container.kind == "text" and container.head.lstrip()[:9].upper() == b"HIERARCHY"


def read(container: Container) -> Draft:
    """One person, or one per prefix of the joint names. Raises FormatError."""
    words = container.text.split()
    upper = [word.upper() for word in words[: 40 * _MAX_JOINTS]]
    if "MOTION" not in upper:
        raise FormatError("The BVH file has a skeleton but no motion; export it again.")
    start = upper.index("MOTION")
    joints = _hierarchy(words[:start])
    fps, values = _motion(words[start:], sum(len(joint.channels) for joint in joints))
    positions, turns = _forward(joints, values)
    clip = _Clip(joints, positions, turns, _rest(joints))
    subjects = dict.fromkeys(subject_of(joint.name) for joint in joints if joint.name)
    people = [one for one in (_person(clip, subject) for subject in subjects) if one is not None]
    if not people:
        people = _by_markers(joints, positions)
    warnings = _cut(words[start:], len(values))
    warnings += [] if all(one.poses is not None for one in people) else [_POSITIONS_ONLY]
    placed = any(each.endswith("position") for joint in joints if joint.parent < 0 for each in joint.channels)
    warnings += [] if placed else ["The file has no translation, so the hips stay at one place."]
    own_unit = _CMU_UNIT if {joint.name for joint in joints} >= _CMU_JOINTS else None
    return Draft(
        people, fps=fps, units=None, own_unit=own_unit, likely_up=("+y", "+z"), warnings=warnings,
        floating=not placed,
    )  # fmt: skip


def _by_markers(joints: list[_Joint], positions: np.ndarray) -> list[Person]:
    named = [place for place, joint in enumerate(joints) if joint.name]
    names = [joints[place].name for place in named]
    if joint_count(names) < _ENOUGH:
        shown = ", ".join(map(one_line, names[:3]))
        raise FormatError(
            f"The skeleton's joints are not named as a person's ({shown} …); name them like LeftUpLeg,"
            f" LeftLeg, LeftFoot, LeftArm, LeftForeArm, LeftHand."
        )
    return marker_people(names, positions[:, named])


def _cut(words: list[str], frames: int) -> list[str]:
    """A sentence where the file has fewer frames than it says."""
    lower = [word.lower() for word in words[:6]]
    said = words[lower.index("frames:") + 1] if "frames:" in lower[:-1] else ""
    return missing_frames(int(said), frames) if said.isdigit() else []


def _hierarchy(words: list[str]) -> list[_Joint]:
    joints: list[_Joint] = []
    open_joints: list[int] = [-1]
    place = 1
    while place < len(words):
        word = words[place].upper()
        if word in ("ROOT", "JOINT", "END"):
            # 3ds Max writes names of several words.
            end = words.index("{", place) if "{" in words[place : place + 8] else place + 2
            name = "" if word == "END" else " ".join(words[place + 1 : end])
            joints.append(_Joint(name, open_joints[-1], np.zeros(3)))
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


def _motion(words: list[str], channels: int) -> tuple[float | None, np.ndarray]:
    lower = [word.lower() for word in words[:12]]
    at = lower.index("time:") + 1
    values = np.array(words[at + 1 :], dtype=float)
    frames = len(values) // max(channels, 1)
    if frames == 0 or channels == 0:
        raise FormatError("The BVH file has no frames; export it again.")
    return rate_of_step(words[at]), values[: frames * channels].reshape(frames, channels)


def _forward(joints: list[_Joint], values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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


def _shift(joint: _Joint, own: np.ndarray) -> np.ndarray:
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


def _rest(joints: list[_Joint]) -> np.ndarray:
    places: list[np.ndarray] = []
    for joint in joints:
        places.append(joint.offset + (places[joint.parent] if joint.parent >= 0 else 0.0))
    return np.array(places)


def _person(clip: _Clip, subject: str) -> Person | None:
    """The subject whose joint names have this prefix; None when its names are too few of a body's."""
    own = [bool(joint.name) and subject_of(joint.name) == subject for joint in clip.joints]
    names = [joint.name if mine else "" for joint, mine in zip(clip.joints, own, strict=True)]
    parents = [joint.parent for joint in clip.joints]
    places = [place for place, mine in enumerate(own) if mine]
    roles = joint_roles(names, parents)
    canonical: list[str | None] = list(canonical_names([names[place] for place in places]))
    if set(JOINT_NAMES[:22]) <= set(canonical):
        roles |= {name: place for place, name in zip(places, canonical, strict=True) if name in JOINT_NAMES}
    else:
        # Spines, necks, collars and the root differ too much between skeletons to stand for SMPL's.
        told = {place: joint for joint, place in roles.items() if joint not in ("pelvis", "spine3", "neck")}
        canonical = [told.get(place) for place in places]
        canonical = [None if name and name.endswith("collar") else name for name in canonical]
    if joint_count([name or "" for name in canonical]) < _ENOUGH:
        return None
    keypoints = named_keypoints(
        clip.positions[:, places], [names[place] for place in places], canonical=canonical
    )
    poses = poses_from_skeleton(roles, clip.positions, clip.turns, clip.rest)
    return person(subject or "0", keypoints=keypoints, poses=poses)


READER = Reader("BVH", "BVH", "poses and joint positions by name", ".bvh", recognises, read, "real file")
