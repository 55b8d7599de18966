"""The camera of a recording: out of what files tell of it, and carried along with the people.

A camera's axes are x right, y down, z ahead, as OpenCV and all estimators have them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np

from ..recording import Camera, Person, Poses

_MOST_PIXELS = 100_000
_LEAST_POINTS = 6
_LARGEST_MISS = 2.0
"""Pixels by which points miss their pixels, in the middle, with a lens that fits."""
_SAME = 0.002
"""Part of a focal length that is no zoom."""
_MOST_COMPARED = 3000

Unit = Literal["pixels", "diagonals", "longer sides"]


def told(value: Any) -> np.ndarray:
    """An array of float64; empty where the value is none, as a broken camera is no reason to refuse."""
    try:
        return np.asarray([] if value is None else value, np.float64)
    except (TypeError, ValueError, OverflowError):
        return np.zeros(0)


def still(focal: Any, frame_ids: Any = (0.0,), **lens: Any) -> Camera | None:
    """A camera that the file's axes are those of, with one focal length or that of each frame (F,).

    lens: as for `moving`. None without a proper focal length.
    """
    count = len(np.atleast_1d(frame_ids))
    found = moving(frame_ids, np.tile(np.eye(3), (count, 1, 1)), np.zeros((count, 3)), focal, **lens)
    if found is None or np.ptp(found.focal) > 0:
        return found
    rows = {name: getattr(found, name)[:1] for name in ("focal", "turns", "places", "frame_ids")}
    return replace(found, **rows)


def moving(
    frame_ids: Any,
    turns: np.ndarray,
    places: np.ndarray,
    focal: Any,
    *,
    unit: Unit = "pixels",
    middle: Any = None,
    size: tuple[int, int] | None = None,
) -> Camera | None:
    """A camera in the file's world from its axes (F, 3, 3) and places (F, 3); None where these are none.

    focal: one, or (F,). middle: (2,) pixels from the upper left corner where the lens points, the picture's
    middle where size is None.
    """
    numbers, focals = told(frame_ids).reshape(-1), told(focal).reshape(-1)
    focals = focals if len(focals) == len(numbers) else focals[:1]
    if turns.shape != (len(numbers), 3, 3) or places.shape != (len(numbers), 3) or not focals.size:
        return None
    if np.ptp(focals) <= _SAME * abs(np.median(focals)):
        focals = np.full(len(numbers), np.median(focals))
    known = (numbers, turns, places, focals)
    if not all(np.isfinite(each).all() for each in known) or (np.diff(numbers) <= 0).any():
        return None
    if not (focals > 1e-3).all() or not (np.abs(np.linalg.det(turns) - 1.0) < 0.05).all():
        return None
    size, centre = _picture(middle, size)
    return Camera(focals, turns, places, numbers, unit, size, centre)


def _picture(middle: Any, size: tuple[int, int] | None) -> tuple[tuple[int, int] | None, tuple[float, float]]:
    """The picture's size, and from its middle (right, down) to where the lens points; in pixels."""
    if middle is None:
        return size, (0.0, 0.0)
    point = told(middle).reshape(-1)
    if point.shape != (2,) or not np.isfinite(point).all() or not (2 * point > 1).all():
        return size, (0.0, 0.0)
    if size is not None:
        return size, (float(point[0] - size[0] / 2), float(point[1] - size[1] / 2))
    if (2 * point > _MOST_PIXELS).any():
        return None, (0.0, 0.0)
    return (round(2 * point[0]), round(2 * point[1])), (0.0, 0.0)


def of_matrix(matrix: Any) -> tuple[np.ndarray, np.ndarray] | None:
    """(focal length (F,) in pixels, (2,) where the lens points) out of intrinsics (3, 3) or (F, 3, 3)."""
    held = told(matrix)
    if held.shape[-2:] != (3, 3) or held.ndim not in (2, 3) or not len(held):
        return None
    held = held.reshape(-1, 3, 3)
    return np.sqrt(np.abs(held[:, 0, 0] * held[:, 1, 1])), np.median(held[:, :2, 2], axis=0)


def of_pixels(points: np.ndarray, pixels: np.ndarray) -> tuple[float, np.ndarray] | None:
    """(focal length, (2,) where the lens points) in pixels, from points (N, 3) seen at pixels (N, 2).

    None where the points do not tell it, or are not seen there through any lens.
    """
    seen = np.isfinite(points).all(-1) & np.isfinite(pixels).all(-1) & (points[:, 2] > 1e-3)
    points, pixels = points[seen], pixels[seen]
    if len(points) < _LEAST_POINTS:
        return None
    ways = points[:, :2] / points[:, 2:]
    about = ways - ways.mean(0)
    spread = float((about**2).sum())
    if spread < 1e-9:
        return None
    focal = float((about * (pixels - pixels.mean(0))).sum() / spread)
    middle = pixels.mean(0) - focal * ways.mean(0)
    miss = np.linalg.norm(focal * ways + middle - pixels, axis=1)
    return (focal, middle) if focal > 0 and np.median(miss) < _LARGEST_MISS else None


def of_views(views: Any, matrix: Any) -> Camera | None:
    """The camera from world-to-camera matrices (F, 4, 4) of frames 0 and on, and intrinsics; else None."""
    lens, into = of_matrix(matrix), told(views)
    if lens is None or into.ndim != 3 or into.shape[1:] != (4, 4):
        return None
    turns = np.swapaxes(into[:, :3, :3], -1, -2)
    places = -(turns @ into[:, :3, 3:])[..., 0]
    return moving(np.arange(len(into)), turns, places, lens[0], middle=lens[1])


def seen_from(world: Poses, seen: Poses) -> tuple[np.ndarray, np.ndarray]:
    """Axes (F, 3, 3) and places (F, 3) of a camera: the same body in the world and as the camera sees it."""
    turns = world.rotations[:, 0] @ np.swapaxes(seen.rotations[:, 0], -1, -2)
    return turns, world.pelvis - (turns @ seen.pelvis[..., None])[..., 0]


def carried(camera: Camera | None, turn: np.ndarray, shift: np.ndarray, metres: float = 1.0) -> Camera | None:
    """The camera where `metres * turn @ place + shift` is what `place` was: turn (3, 3), shift (3,)."""
    if camera is None:
        return None
    return replace(camera, turns=turn @ camera.turns, places=metres * camera.places @ turn.T + shift)


def way(before: Person, after: Person) -> tuple[np.ndarray, np.ndarray]:
    """The rotation (3, 3) and shift (3,) that have taken a person from here to there, as a whole."""
    if before is after:
        return np.eye(3), np.zeros(3)
    if before.poses is not None and after.poses is not None:
        turn = after.poses.rotations[0, 0] @ before.poses.rotations[0, 0].T
        return turn, after.poses.pelvis[0] - turn @ before.poses.pelvis[0]
    assert before.keypoints is not None and after.keypoints is not None
    here, there = (one.positions.reshape(-1, 3) for one in (before.keypoints, after.keypoints))
    seen = np.flatnonzero(np.isfinite(here).all(-1) & np.isfinite(there).all(-1))
    some = seen[:: len(seen) // _MOST_COMPARED + 1]
    here, there = here[some], there[some]
    left, _, right = np.linalg.svd((there - there.mean(0)).T @ (here - here.mean(0)))
    turn = left @ np.diag([1.0, 1.0, np.linalg.det(left @ right)]) @ right
    return turn, there.mean(0) - turn @ here.mean(0)


def at_frames(camera: Camera | None, frame_ids: np.ndarray) -> Camera | None:
    """The camera with its rows at these frame numbers (F,); None where it moves and has other rows."""
    if camera is None or len(camera.frame_ids) == 1:
        return camera
    return replace(camera, frame_ids=frame_ids) if len(frame_ids) == len(camera.frame_ids) else None
