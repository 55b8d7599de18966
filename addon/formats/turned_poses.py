"""Poses of a body that a tool took for its mirror image along the view for some frames, turned back.

Such poses have left and right exchanged and look the other way; who is seen from the side hardly turns about,
but arms and legs change sides.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..body.kinematics import forward
from ..body.skeleton import JOINT_NAMES, REST_OFFSETS, mirror_name
from ..recording import Person
from .turned_about import SLOWEST, Turn, stretches_of, told_of, turns_of, view_of

_OTHERS = np.array([JOINT_NAMES.index(mirror_name(name)) for name in JOINT_NAMES])
_MIRROR = np.diag([-1.0, 1.0, 1.0])


def poses_turned_back(people: tuple[Person, ...]) -> tuple[tuple[Person, ...], list[str]]:
    """Everybody's poses the same way round in depth in all frames; a sentence for each whose were not."""
    found = [_turned_back(one) for one in people]
    return tuple(one for one, _ in found), [sentence for _, told in found for sentence in told]


def _turned_back(one: Person) -> tuple[Person, list[str]]:
    poses = one.poses
    if poses is None or poses.hands is not None or one.fps < SLOWEST or one.frames < 2:
        return one, []
    joints = forward(poses.rotations, poses.pelvis, REST_OFFSETS)[0]
    turns = turns_of(joints, _OTHERS, one)
    if not turns or not all(turn.exchanged for turn in turns):
        return one, []
    rotations = poses.rotations.copy()
    for rows, ends in stretches_of(turns, one.frames):
        rotations[rows] = _mirrored(rotations[rows], ends)
    return replace(one, poses=replace(poses, rotations=rotations)), told_of(one, turns)


def _mirrored(rotations: np.ndarray, ends: list[Turn]) -> np.ndarray:
    """(N, 24, 3, 3) of the mirror image along the view."""
    normal = view_of(ends)
    found = (_MIRROR @ rotations @ _MIRROR)[:, _OTHERS]
    found[:, 0] = (np.eye(3) - 2.0 * np.outer(normal, normal)) @ rotations[:, 0] @ _MIRROR
    return np.asarray(found)
