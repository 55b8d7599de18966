"""People whose file leaves open what is level or how high they stand: turned upright, put on the floor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..overrides import give
from ..recording import Person
from .floor import floor_height
from .upright import find_up, lean, turn_upright

_LEAST_TILT = 3.0
"""Degrees: what the walk of a person shows about a camera no better than this."""
_CLEAR_TILT = 8.0
"""Degrees: the same in a world that may be level."""
_CLEAR_LEAN = 12.0
"""Degrees by which nobody leans for most of a clip: the axes are tilted, or the body is not upright."""
_ABOUT = 0.15
"""Metres by which feet miss a floor that they stand on, because of other bones or noise."""
_ON_IT = (-0.035, 0.035)
"""Metres from the floor at 0 that count as on it, where feet are known by the ankles or by mean bones."""

KEEP_HEIGHT = f"to keep the file's own height, {give('keep_height')}."


def settle(
    people: tuple[Person, ...], axis: str, *, keep_height: bool = False
) -> tuple[tuple[Person, ...], bool, str]:
    """(people on the floor, whether their walk showed what is up, a sentence about what was done).

    people: metres, the camera's own up, which the file has as `axis`, as +Y. Where nobody walks clearly,
    they are not turned.
    """
    up = find_up(people)
    tilt = 0.0 if up is None else _degrees(up)
    if up is not None and tilt >= _LEAST_TILT:
        people = tuple(moved(one, turn_upright(up), np.zeros(3)) for one in people)
        done = f"The camera was tilted by {tilt:.0f}°, as the walk shows, so the motion was turned upright"
    elif up is not None:
        done = "The camera was level, as the walk shows"
    else:
        done = "The file does not say how the camera was tilted and no walk shows it, so it counts as level"
    people, put = (people, False) if keep_height else put_on_floor(people)
    done += "; the feet were put on the floor" if put else ""
    return people, up is not None, f"{done}; {_keep(axis)}"


def level(people: tuple[Person, ...], axis: str) -> tuple[tuple[Person, ...], list[str]]:
    """The people (Y up) levelled where their steps show a tilt; else a sentence where all of them lean.

    For files that say nothing of their axes, as of cameras that were calibrated but not levelled.
    """
    up = find_up(people)
    if up is not None:
        tilt = _degrees(up)
        if tilt < _CLEAR_TILT:
            return people, []
        told = f"The axes were tilted by {tilt:.0f}°, as the steps show, so the motion was levelled; "
        told += _keep(axis)
        return tuple(moved(one, turn_upright(up), np.zeros(3)) for one in people), [told]
    leans = [_degrees(along) for along in map(lean, people) if along is not None]
    if len(leans) < len(people) or min(leans) < _CLEAR_LEAN:
        return people, []
    return people, [
        f"The body leans by {np.median(leans):.0f}° all the time and no steps show what is level; the axes"
        f" of the file may be tilted."
    ]


def unsure(axis: str) -> str:
    """A sentence that asks for the axis that points up."""
    return (
        f"The motion does not show clearly that {axis} is up; check it, and if it is another, {give('up')}."
    )


def _keep(axis: str) -> str:
    return f"to keep the file's own axes and place, {give('up', axis)}."


def _degrees(up: np.ndarray) -> float:
    """The angle between a unit vector and +Y."""
    return float(np.degrees(np.arccos(np.clip(up[1], -1.0, 1.0))))


def on_floor(
    people: tuple[Person, ...], *, floating: bool, mean_bones: bool = False
) -> tuple[tuple[Person, ...], list[str]]:
    """The people (Y up) on the floor at 0, and a sentence where they had to be moved.

    floating: the file has no floor of its own; else only those are moved who stand far below it.
    mean_bones: who is about on the floor would be on it with the bones of the true body.
    """
    floor = floor_height(people)
    if floor is None:
        return people, []
    if floating and not _ON_IT[0] <= floor <= _ON_IT[1]:
        return put_on_floor(people)[0], [f"The feet were put on the floor; {KEEP_HEIGHT}"]
    if not floating and floor < -_ABOUT:
        told = f"The person stood {-floor:.2f} m below the floor and was put on it; {KEEP_HEIGHT}"
        return put_on_floor(people)[0], [told]
    if mean_bones and all(map(_may_shift, people)) and not _ON_IT[0] <= floor <= _ON_IT[1] and floor < _ABOUT:
        told = (
            f"With mean bones the feet were {abs(100 * floor):.0f} cm {'over' if floor > 0 else 'below'} the"
            f" floor and were put on it; {KEEP_HEIGHT}"
        )
        return tuple(_shifted(one, np.array([0.0, -floor, 0.0])) for one in people), [told]
    return people, []


def _may_shift(one: Person) -> bool:
    """Whether the poses can tell the true body, whose feet are on the floor as they are, not to be moved."""
    poses = one.poses
    if poses is None or poses.rest_pelvis is None or poses.rest_turns.ndim != 2:
        return False
    # J0 tells SMPL from SMPL-X by its y, so only a world with another axis up may change it.
    return abs(float(poses.rest_turns[1, 1])) < 1e-6


def _shifted(one: Person, shift: np.ndarray) -> Person:
    """The person moved by (3,) metres; with J0 of the true body the place stays that of the file."""
    one = moved(one, np.eye(3), shift)
    assert one.poses is not None and one.poses.rest_pelvis is not None
    rest_pelvis = one.poses.rest_pelvis + one.poses.rest_turns.T @ shift
    return replace(one, poses=replace(one.poses, rest_pelvis=rest_pelvis))


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
