"""BVH: the positions of its joints, taken as keypoints by name.

A BVH rests in any pose, so its rotations are not SMPL's; its joints are where the body is. Names of Mixamo,
MotionBuilder, CMU and of SMPL-like skeletons are known. Format: research.cs.wisc.edu/graphics/Courses/
cs-838-1999/Jeff/BVH.html.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from ...body.rotations import matrix_from_axis_angle
from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader
from ..marker_people import marker_people

_MAX_JOINTS = 1000
_MOST_CHANNELS = 6
_MIXAMO = {
    "upleg": "hipjointcenter", "thigh": "hipjointcenter", "leg": "knee", "shin": "knee", "calf": "knee",
    "foot": "ankle", "toebase": "foot", "toe": "foot", "arm": "shoulderjointcenter",
    "upperarm": "shoulderjointcenter", "forearm": "elbow", "lowerarm": "elbow", "hand": "wrist",
}  # fmt: skip
_SIDED = re.compile(r"(left|right|l|r)[_.\s]*([a-z]+)")


@dataclass
class _Joint:
    name: str
    parent: int
    offset: np.ndarray
    channels: list[str] = field(default_factory=list)


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
    positions = _positions(joints, values)
    named = [place for place, joint in enumerate(joints) if joint.name]
    names = _plain_names([joints[place].name for place in named])
    return Draft(marker_people(names, positions[:, named]), fps=fps, units=None, likely_up=("+y", "+z"))


def _hierarchy(words: list[str]) -> list[_Joint]:
    joints: list[_Joint] = []
    open_joints: list[int] = [-1]
    place = 1
    while place < len(words):
        word = words[place].upper()
        if word in ("ROOT", "JOINT", "END"):
            name = "" if word == "END" else words[place + 1]
            joints.append(_Joint(name, open_joints[-1], np.zeros(3)))
            place += 2
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
    step = float(words[at])
    values = np.array(words[at + 1 :], dtype=float)
    frames = len(values) // max(channels, 1)
    if frames == 0 or channels == 0:
        raise FormatError("The BVH file has no frames; export it again.")
    return (round(1.0 / step, 3) if step > 0 else None), values[: frames * channels].reshape(frames, channels)


def _positions(joints: list[_Joint], values: np.ndarray) -> np.ndarray:
    """(T, J, 3) by forward kinematics; rotation channels apply in the order they are listed."""
    places: list[np.ndarray] = []
    turns: list[np.ndarray] = []
    column = 0
    for joint in joints:
        shift = np.repeat(joint.offset[None], len(values), axis=0)
        turn = np.repeat(np.eye(3)[None], len(values), axis=0)
        for channel in joint.channels:
            axis = "xyz".index(channel[0])
            if channel.endswith("position"):
                shift[:, axis] = values[:, column] + (joint.offset[axis] if joint.parent >= 0 else 0.0)
            else:
                vectors = np.zeros((len(values), 3))
                vectors[:, axis] = np.radians(values[:, column])
                turn = turn @ matrix_from_axis_angle(vectors)
            column += 1
        if joint.parent >= 0:
            shift = places[joint.parent] + (turns[joint.parent] @ shift[..., None])[..., 0]
            turn = turns[joint.parent] @ turn
        places.append(shift)
        turns.append(turn)
    return np.stack(places, axis=1)


def _plain_names(names: list[str]) -> list[str]:
    """Mixamo's names (LeftUpLeg, LeftArm) as joint centres; other skeletons keep theirs.

    Spines, collars and the root differ too much between skeletons to stand for SMPL's.
    """
    squashed = [re.sub(r"[^a-z]", "", name.rpartition(":")[2].lower()) for name in names]
    if not any(word.endswith(("upleg", "thigh", "forearm")) or "forearm" in word for word in squashed):
        return names
    found = []
    for name in names:
        match = _SIDED.fullmatch(re.sub(r"[^a-z_.\s]", "", name.rpartition(":")[2].lower()))
        prefix = name.rpartition(":")[0]
        part = _MIXAMO.get(match[2]) if match else None
        plain = f"{match[1]}_{part}" if match and part else ("head" if name.lower().endswith("head") else "")
        found.append(f"{prefix}:{plain}" if prefix else plain)
    return found


READER = Reader("BVH", "BVH", "joint positions by name", ".bvh", recognises, read)
