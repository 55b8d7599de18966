"""Cuts of a video inside one track, told by the camera or by how it sees a person.

At a cut the camera turns, or a person both turns and moves in the picture, further between two frames than
the frames around it let expect, and for good. Somebody who is taken for facing the other way stays in place.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..body.rotations import axis_angle_from_matrix
from ..recording import Person
from .cuts import split

_CAMERA_TURNS, _PERSON_TURNS = 15.0, 25.0
"""Degrees from frame to frame that are a cut."""
_MOVES, _DEPTH = 0.08, np.log(1.15)
"""How far a person goes in the picture, as a part of the distance; by how much the distance changes."""
_USUAL_STEPS, _ALONE, _AROUND = 4.0, 2.0, 3
"""Times the clip's usual step, and times the largest of so many steps before and after it."""
_MOST = 0.1
_LONGEST_STEP = 2
"""Frames; who was not seen for longer may have moved in the meantime."""
NEAREST = 0.3
"""Metres from the camera below which nobody is seen."""


def camera_turns(turns: np.ndarray) -> list[int]:
    """Frames with which a shot starts, from the camera's orientations (T, 3, 3) in the world."""
    return _few(_sudden(_angles(turns, 1), _angles(turns, 3), _CAMERA_TURNS), len(turns))


def seen_cuts(turns: np.ndarray, places: np.ndarray) -> list[int]:
    """Frames with which a shot starts, from how a person lies (T, 3, 3) and where (T, 3) in the camera.

    places: z ahead, in any unit; nothing is told where some are not in front of the camera.
    """
    if len(places) < 4 or not (places[:, 2] > 0).all():
        return []
    turned = _sudden(_angles(turns, 1), _angles(turns, 3), _PERSON_TURNS)
    picture, depth = places[:, :2] / places[:, 2:], np.log(places[:, 2:])
    moved = _sudden(_steps(picture, 1), _steps(picture, 3), _MOVES)
    nearer = _sudden(_steps(depth, 1), _steps(depth, 3), _DEPTH)
    return _few(turned & (moved | nearer), len(places))


def split_at(people: Iterable[Person], cuts: dict[str, list[int]]) -> tuple[list[Person], list[str]]:
    """The people split at their cuts (id -> places in the frames), and a sentence where there are some."""
    found, frames = list[Person](), set[int]()
    for one in people:
        steps = np.diff(one.frame_ids, prepend=one.frame_ids[0])
        parts = split(one, [at for at in cuts.get(one.id, []) if steps[at] <= _LONGEST_STEP])
        frames |= {int(part.frame_ids[0]) for part in parts[1:]}
        found += parts
    if not frames:
        return found, []
    at = ", ".join(map(str, sorted(frames)[:10]))
    return found, [f"The camera changes at frame {at}, as at a cut, so the tracks were split there."]


def without_cuts(people: tuple[Person, ...]) -> tuple[tuple[Person, ...], list[str]]:
    """People in the axes of a camera that looks along z (metres), split where it sees a cut; sentences."""
    cuts = {
        one.id: seen_cuts(one.poses.rotations[:, 0], one.poses.pelvis)
        for one in people
        if one.poses is not None and (one.poses.pelvis[:, 2] > NEAREST).all()
    }
    found, told = split_at(people, cuts)
    return tuple(found), told


def _angles(turns: np.ndarray, apart: int) -> np.ndarray:
    """(T - apart,) degrees between rotations so many frames apart."""
    relative = np.swapaxes(turns[:-apart], 1, 2) @ turns[apart:]
    return np.degrees(np.linalg.norm(axis_angle_from_matrix(relative), axis=-1))


def _steps(places: np.ndarray, apart: int) -> np.ndarray:
    return np.linalg.norm(places[apart:] - places[:-apart], axis=-1)


def _sudden(steps: np.ndarray, around: np.ndarray, least: float) -> np.ndarray:
    """(T,) frames whose step (T - 1,) from the one before is far larger than usual and than those around it,
    also from the second frame before to the one behind (T - 3,), so that it is no single frame that strays.
    """
    found = np.zeros(len(steps) + 1, bool)
    if len(steps) < 3:
        return found
    large = max(least, _USUAL_STEPS * float(np.median(steps)))
    wide = np.pad(steps, _AROUND)
    before = np.lib.stride_tricks.sliding_window_view(wide[: -_AROUND - 1], _AROUND).max(1)
    behind = np.lib.stride_tricks.sliding_window_view(wide[_AROUND + 1 :], _AROUND).max(1)
    alone = steps > _ALONE * np.maximum(before, behind)
    found[2:-1] = ((steps > large) & alone)[1:-1] & (around > least)
    return found


def _few(found: np.ndarray, frames: int) -> list[int]:
    """The places of what was found, none where it is so often that it is noise."""
    places = np.flatnonzero(found)
    return places.tolist() if len(places) <= max(1.0, _MOST * frames) else []
