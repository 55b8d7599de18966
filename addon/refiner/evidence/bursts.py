"""Quick moves of a clean capture that a smoother would take for noise: heel strikes, punches, a T-pose that
ends.

Noise leaves the smooth path by about as much in every frame; a move that is too quick for the path leaves it
by far more in several frames on end. A single frame that jumps is no move.
"""

from __future__ import annotations

import numpy as np

from ...body.rotations import axis_angle_from_matrix, geodesic_angle, matrix_from_axis_angle

REACH = 2
"""Frames to each side that must, by their median, leave the smooth path too."""
NOISE, MOVE = 2.5, 5.0
"""Times the usual distance from the path that is surely noise, and surely a move."""
LEAST = float(np.radians(0.05))
"""Radians; the usual distance is never taken for less."""
GAUSSIAN = 1.538 / 1.732
"""Of white noise about three axes, the median angle as a share of the root mean square."""


def steadiness(given: np.ndarray, calm: np.ndarray) -> np.ndarray:
    """(J,) in 0..1, what usual frames of given rotations (T, J, 3, 3) leave the smooth path by, as a share of
    what all do: 1 for noise, less the more of it is in bursts."""
    far = geodesic_angle(given, calm)
    whole = np.sqrt((far**2).mean(0))
    share = np.median(far, axis=0) / (GAUSSIAN * np.where(whole > 0.0, whole, 1.0))
    return np.asarray(np.where(whole > 0.0, np.minimum(share, 1.0), 1.0))


def with_bursts(given: np.ndarray, calm: np.ndarray, share: float | np.ndarray = 1.0) -> np.ndarray:
    """Smoothed rotations (T, J, 3, 3) with the quick moves of the given ones back in them, as far as share,
    one for all or for each joint (J,), says that these are a capture."""
    if not np.any(share):
        return calm
    taken = axis_angle_from_matrix(np.swapaxes(calm, -1, -2) @ given)
    far = np.linalg.norm(taken, axis=-1)
    usual = np.maximum(np.median(far, axis=0), LEAST)
    padded = np.pad(far, ((REACH, REACH), (0, 0)), mode="reflect" if len(far) > REACH else "edge")
    around = np.median(np.stack([padded[k : k + len(far)] for k in range(2 * REACH + 1)]), axis=0)
    move = np.clip((around / usual - NOISE) / (MOVE - NOISE), 0.0, 1.0)
    return calm @ matrix_from_axis_angle(taken * (share * _spread(move))[..., None])


def _spread(move: np.ndarray) -> np.ndarray:
    """(T, J) each frame as far as it or the mean around it is a move, so that nothing switches in one
    frame."""
    padded = np.pad(move, ((REACH, REACH), (0, 0)), mode="edge")
    around = np.mean([padded[k : k + len(move)] for k in range(2 * REACH + 1)], axis=0)
    return np.maximum(move, around)
