"""People seen by a camera whose tilt and height no file tells: turned upright, and put on the floor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..recording import Person
from .floor import floor_height
from .upright import find_up, turn_upright

_LEAST_TILT = 3.0
"""Degrees: what the walk of a person shows about a camera no better than this."""


KEEP = "to keep the file's own axes and place, give --up {}."


def settle(people: tuple[Person, ...], axis: str) -> tuple[tuple[Person, ...], bool, str]:
    """(people on the floor, whether their walk showed what is up, a sentence about what was done).

    people: metres, the camera's own up, which the file has as `axis`, as +Y. Where nobody walks clearly,
    they are not turned.
    """
    up = find_up(people)
    tilt = 0.0 if up is None else float(np.degrees(np.arccos(np.clip(up[1], -1.0, 1.0))))
    if up is not None and tilt >= _LEAST_TILT:
        people = tuple(moved(one, turn_upright(up), np.zeros(3)) for one in people)
        done = f"The camera was tilted by {tilt:.0f}°, as the walk shows, so the motion was turned upright"
    elif up is not None:
        done = "The camera was level, as the walk shows"
    else:
        done = "The file does not say how the camera was tilted and no walk shows it, so it counts as level"
    people, put = put_on_floor(people)
    done += "; the feet were put on the floor" if put else ""
    return people, up is not None, f"{done}; {KEEP.format(axis)}"


def put_on_floor(people: tuple[Person, ...]) -> tuple[tuple[Person, ...], bool]:
    """The people (Y up) with their floor at height 0, and whether any foot shows where it is."""
    floor = floor_height(people)
    if floor is None:
        return people, False
    return tuple(moved(one, np.eye(3), np.array([0.0, -floor, 0.0])) for one in people), True


def moved(one: Person, turn: np.ndarray, shift: np.ndarray) -> Person:
    """The person turned by a rotation (3, 3) about the origin, then shifted by (3,) metres."""
    keypoints, poses = one.keypoints, one.poses
    if keypoints is not None:
        keypoints = replace(keypoints, positions=keypoints.positions @ turn.T + shift)
    if poses is not None:
        rotations = poses.rotations.copy()
        rotations[:, 0] = turn @ rotations[:, 0]
        pelvis, rest_turns = poses.pelvis @ turn.T + shift, turn @ poses.rest_turns
        poses = replace(poses, rotations=rotations, pelvis=pelvis, rest_turns=rest_turns)
    return replace(one, keypoints=keypoints, poses=poses)
