"""Frames at their real times: gaps in a track, and the network's own rate of 30 frames a second."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ..body.arrays import array_namespace, device
from ..body.rotations import matrix_from_six_d, six_d_from_matrix
from ..motion import long_gaps
from ..steps import Stepped, Steps, in_chunks
from .evidence.whittaker import FEWEST_SMOOTHED, ORDER

NETWORK_FPS = 30.0
SLOWEST = 5.0
"""Frames a second below which a track is no recording at a rate of its own, but has gaps."""
FEWEST_TOLD = ORDER + 1
"""Frames that tell noise from motion, with unseen ones behind them if need be."""


@dataclass(frozen=True)
class Piece:
    """A stretch of a track without a long gap, on a grid without any: `rows` of the person's frames lie at
    `places` of the `length` grid frames."""

    rows: np.ndarray
    places: np.ndarray
    length: int

    @property
    def seen(self) -> np.ndarray:
        """(length,) bool, the grid frames with the person."""
        return np.isin(np.arange(self.length), self.places)


def own_step(frame_ids: np.ndarray, fps: float) -> int:
    """Numbers from one frame (T,), at `fps` a second, to the next of a track that holds every second or third
    one alone: between these nothing was seen, which is no noise."""
    step = int(np.gcd.reduce(np.diff(frame_ids))) if len(frame_ids) > 1 else 1
    return step if fps / step >= SLOWEST else 1


def pieces(frame_ids: np.ndarray, fps: float, step: int = 1) -> list[Piece]:
    """Splits a track with these frame numbers (T,), at `fps` a second, at long gaps; step: numbers from one
    frame of the grids to the next."""
    edges = [0, *(long_gaps(frame_ids, fps) + 1).tolist(), len(frame_ids)]
    found = []
    for first, last in pairwise(edges):
        rows = np.arange(first, last)
        places = (frame_ids[rows] - frame_ids[rows[0]]) // step
        least = FEWEST_SMOOTHED if len(rows) >= FEWEST_TOLD else 1
        found.append(Piece(rows, places, max(int(places[-1]) + 1, least)))
    return found


def window(piece: Piece, wanted: np.ndarray, context: int) -> slice | None:
    """The piece's grid frames from the first to the last wanted row (T,) of the person, with this many frames
    of context on either side; None where nothing of the piece is wanted."""
    places = piece.places[wanted[piece.rows]]
    if not len(places):
        return None
    return slice(max(int(places[0]) - context, 0), min(int(places[-1]) + context + 1, piece.length))


def cut(piece: Piece, frames: slice) -> Piece:
    """The part of a piece on these grid frames."""
    inside = (piece.places >= frames.start) & (piece.places < frames.stop)
    return Piece(piece.rows[inside], piece.places[inside] - frames.start, frames.stop - frames.start)


def spread(values: np.ndarray, piece: Piece) -> np.ndarray:
    """Values (T, …) of a person on a piece's grid, NaN in frames without the person."""
    grid = np.full((piece.length, *values.shape[1:]), np.nan)
    grid[piece.places] = values[piece.rows]
    return grid


def network_times(length: int, fps: float) -> np.ndarray | None:
    """(N,) fractional grid frames of the network's frames, None when the grid has the network's rate."""
    if length == 1 or abs(fps / NETWORK_FPS - 1.0) < 0.01:
        return None
    count = max(2, round((length - 1) / fps * NETWORK_FPS) + 1)
    return np.linspace(0.0, length - 1.0, count)


def interpolate(values: Any, times: np.ndarray) -> Any:
    """Values (T, …) of any array library at fractional frames (N,), linearly."""
    xp = array_namespace(values)
    first = np.clip(np.floor(times).astype(int), 0, len(values) - 1)
    last = np.minimum(first + 1, len(values) - 1)
    share = xp.asarray(
        (times - first).reshape(-1, *[1] * (values.ndim - 1)), dtype=values.dtype, device=device(values)
    )
    return (1.0 - share) * values[first] + share * values[last]


def smoothly(values: np.ndarray, at: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """Values (N, …) of some frames `at` (N,) at frames (F,) from the first to the last of them: cubic Hermite
    splines that go on at each as from its neighbour before to that after it (Catmull–Rom, for uneven steps),
    so that what moves has no kink there."""
    if len(at) == 1:
        return np.repeat(values, len(frames), axis=0)

    def column(numbers: np.ndarray) -> np.ndarray:
        return numbers.astype(values.dtype).reshape(-1, *[1] * (values.ndim - 1))

    apart = np.diff(at)
    slopes = np.diff(values, axis=0) / column(apart)
    share = column(apart[:-1] / (apart[:-1] + apart[1:]))
    inner = (1.0 - share) * slopes[:-1] + share * slopes[1:]
    speeds = np.concatenate([slopes[:1], inner, slopes[-1:]])
    here = np.clip(np.searchsorted(at, frames, side="right") - 1, 0, len(at) - 2)
    past, left = column(frames - at[here]), column(at[here + 1] - frames)
    bow = left * (speeds[here] - slopes[here]) - past * (speeds[here + 1] - slopes[here])
    return values[here] + past * (slopes[here] + left * bow / column(apart[here]) ** 2)


def between(
    poses: tuple[np.ndarray, np.ndarray], at: np.ndarray, frames: np.ndarray
) -> Steps[tuple[np.ndarray, np.ndarray]]:
    """Poses of frames (F,), rotations and pelvis, from those `at` others (N,); before the first and after the
    last they stay."""
    if np.array_equal(at, frames):
        return poses
    frames = frames.clip(at[0], at[-1])
    columns = six_d_from_matrix(poses[0])
    rotations = yield from in_chunks(
        lambda rows: matrix_from_six_d(smoothly(columns, at, frames[rows])), len(frames)
    )
    return rotations, smoothly(poses[1], at, frames)


def interpolate_rotations(rotations: Any, times: np.ndarray) -> Any:
    """Rotations (T, …, 3, 3) at fractional frames (N,)."""
    return matrix_from_six_d(interpolate(six_d_from_matrix(rotations), times))


def rotations_at(rotations: np.ndarray, times: np.ndarray) -> Steps[np.ndarray]:
    """`interpolate_rotations` of a whole clip (T, …, 3, 3), some frames a step."""
    columns = six_d_from_matrix(rotations)
    found: np.ndarray = yield from in_chunks(
        lambda rows: matrix_from_six_d(interpolate(columns, times[rows])), len(times)
    )
    return found


def at_network_rate(rotations: np.ndarray, fps: float) -> Steps[np.ndarray]:
    """Rotations (T, …, 3, 3) with nothing between the network's frames that it doesn't see: what it turns
    back in a frame that it sees would be wrong for one beside it from which they jump."""
    times = network_times(len(rotations), fps)
    if times is None or fps < NETWORK_FPS:
        return rotations
    back = np.interp(np.arange(len(rotations)), times, np.arange(len(times)))
    return (yield from rotations_at((yield from rotations_at(rotations, times)), back))


@Stepped
def bridge(
    rotations: np.ndarray, pelvis: np.ndarray, known: np.ndarray
) -> Steps[tuple[np.ndarray, np.ndarray]]:
    """Poses (T, 24, 3, 3), pelvis (T, 3) with the frames that are not known (T,) taken from their
    neighbours."""
    rows = np.flatnonzero(known)
    if not len(rows) or known.all():
        return rotations, pelvis
    times = np.interp(np.arange(len(known)), rows, np.arange(len(rows)))
    return (yield from rotations_at(rotations[rows], times)), interpolate(pelvis[rows], times)


def bridge_joints(rotations: np.ndarray, seen: np.ndarray) -> Steps[np.ndarray]:
    """Rotations (T, 24, 3, 3) in which joints without evidence turn on from where they were last seen to
    where they are seen next, instead of falling back to the usual pose; seen (T, 24) in 0..1 blends the
    two."""
    result = rotations.copy()
    for joint in range(rotations.shape[1]):
        rows = np.flatnonzero(seen[:, joint] > 0.5)
        if len(rows) in (0, len(seen)):
            continue
        times = np.interp(np.arange(len(seen)), rows, np.arange(len(rows)))
        bridged = interpolate_rotations(rotations[rows, joint], times)
        share = seen[:, joint, None]
        blended = share * six_d_from_matrix(rotations[:, joint]) + (1 - share) * six_d_from_matrix(bridged)
        result[:, joint] = matrix_from_six_d(blended)
        yield None
    return result
