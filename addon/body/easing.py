"""Values that are known at some moments, eased to nothing on either side: how an edit spreads over frames."""

from __future__ import annotations

import numpy as np

from .rotations import axis_angle_from_matrix


def eased(
    times: np.ndarray,
    knots: np.ndarray,
    values: np.ndarray,
    reach: float | np.ndarray,
    flat: np.ndarray | None = None,
) -> np.ndarray:
    """Values (T, C) at these times (T,): as known (N, C) at the knots (N,), zero from `reach` away on.

    Both times and knots increase. reach: one distance or one for each knot (N,). flat: (N,) distance around
    each knot in which its value is whole. Between knots that are no farther apart than they reach, one value
    goes over into the next.
    """
    flat = np.zeros(len(knots)) if flat is None else flat
    reach = np.broadcast_to(np.asarray(reach, float), knots.shape)
    after = np.searchsorted(knots, times, side="left")
    left, right = np.clip(after - 1, 0, None), np.minimum(after, len(knots) - 1)
    behind = np.where(after > 0, times - knots[left], np.inf)
    ahead = np.where(after < len(knots), knots[right] - times, np.inf)
    gap = behind + ahead
    joined = gap <= np.maximum(reach[left], reach[right])
    crossing = _crossing(np.where(joined, behind, 0.0), np.where(joined, gap, 1.0), flat[left], flat[right])
    share = np.where(joined, crossing, _rising(ahead, reach[right], flat[right]))
    rest = np.where(joined, 1.0 - share, _rising(behind, reach[left], flat[left]))
    return share[:, None] * values[right] + rest[:, None] * values[left]


def _rising(distance: np.ndarray, reach: np.ndarray, flat: np.ndarray) -> np.ndarray:
    """1 within `flat` of a knot, 0 from `reach` beyond that on."""
    return smooth_step(1.0 - (distance - flat) / reach)


def _crossing(behind: np.ndarray, gap: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """0 at a knot … 1 at the next, `gap` away; straight where there is little room between what is flat."""
    room = gap - left - right
    roomy = room > gap / 2
    return np.where(roomy, smooth_step((behind - left) / np.where(roomy, room, 1.0)), behind / gap)


def smooth_step(share: np.ndarray) -> np.ndarray:
    """(...) 0 … 1 for shares (...) below 0 … above 1, level at both ends."""
    share = np.clip(share, 0.0, 1.0)
    return share**2 * (3.0 - 2.0 * share)


def offsets_between(free: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """(N, 3) rotation vectors that turn rotations (N, 3, 3) into wanted ones, from one to the next without a
    jump to the other way round."""
    vectors = axis_angle_from_matrix(np.swapaxes(free, -1, -2) @ wanted)
    angles = np.linalg.norm(vectors, axis=-1)
    large = angles > np.pi / 2
    against = (vectors[1:] * vectors[:-1]).sum(-1) < 0
    other_way = np.cumprod(np.concatenate([[1.0], np.where(large[1:] & large[:-1] & against, -1.0, 1.0)])) < 0
    turned = other_way & large
    round_trip = vectors / np.maximum(angles, 1e-9)[:, None] * 2.0 * np.pi
    return np.where(turned[:, None], vectors - round_trip, vectors)
