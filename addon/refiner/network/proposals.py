"""What the network may choose from for each joint: its start, steadied over time, and the initial pose.

A steadied pose is right where a joint moves slowly and its evidence is noisy, the initial pose where the
evidence says nothing. Both are turns from the start, which the network weighs joint by joint.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...body.arrays import array_namespace, device
from ...body.rotations import axis_angle_from_matrix, matrix_from_six_d, six_d_from_matrix, turned_back
from ...steps import Stepped, Steps, in_chunks

WIDTHS = (5, 13, 41)
"""Frames (of 1/30 s) of the moving averages, each run three times over the start."""
INITIAL_WIDTH = 41
PROPOSALS = len(WIDTHS) + 3
UNKNOWN_DEVIATION = 0.3
"""Radians; a joint that the evidence tells worse than this counts as unseen."""
LEAST_WEIGHT = 0.02
_PASSES = 3


@Stepped
def proposals(rotations: Any, information: Any, initial: Any, has_initial: Any, constant: Any) -> Steps[Any]:
    """Turns (..., T, PROPOSALS, 24, 3) from a start (..., T, 24, 3, 3), as rotation vectors in its own axes.

    First the start steadied over each of WIDTHS, for which frames count by what the evidence tells of a joint
    in them (information (..., T, 24, 3) in 1/rad^2), then the initial pose (..., T, 24, 3, 3) as it is and
    steadied, then the turn (..., 24, 3) from the start to the initial pose that is constant over the clip;
    these three are zero where has_initial (..., T) is 0.
    """
    xp = array_namespace(rotations)
    given = has_initial[..., None, None]
    alone = rotations.shape[-4] == 1
    if alone and isinstance(given, np.ndarray) and not given.any():
        return np.zeros((*rotations.shape[:-3], PROPOSALS, *rotations.shape[-3:-1]), rotations.dtype)
    told = xp.sum(information, axis=-1, keepdims=True)
    weights = told / (told + UNKNOWN_DEVIATION**-2) + LEAST_WEIGHT
    turns = [xp.zeros_like(rotations[..., 0])] * len(WIDTHS) if alone else []
    sums, back = weighed(rotations, weights), turned_back(rotations)
    yield None
    for width in () if alone else WIDTHS:
        calm = steadied(sums, width)
        yield None
        turns.append(axis_angle_from_matrix(back @ calm))
        yield None
    if isinstance(given, np.ndarray) and not given.any():
        turns += [np.zeros_like(turns[0])] * 2
    else:
        even = steadied(weighed(initial, xp.ones_like(weights)), INITIAL_WIDTH)
        for pose in (initial, even):
            yield None
            turns.append(axis_angle_from_matrix(back @ pose) * given)
    turns.append(xp.broadcast_to(constant[..., None, :, :], turns[0].shape) * given)
    return xp.stack(turns, axis=-3)


def constant_turn_of_clip(rotations: np.ndarray, initial: np.ndarray) -> Steps[np.ndarray]:
    """`constant_turn` of a whole clip (T, 24, 3, 3), some frames a step."""
    if initial is rotations:
        return np.zeros(rotations.shape[1:-1])
    turns = yield from in_chunks(lambda rows: _turn(rotations[rows], initial[rows]), len(rotations))
    mean: np.ndarray = np.mean(turns, axis=-3)
    return mean


def constant_turn(rotations: Any, initial: Any) -> Any:
    """(..., 24, 3) the mean turn from poses (..., T, 24, 3, 3) to initial ones: what a tool means by its
    joints, as far as the evidence leaves it open."""
    xp = array_namespace(rotations)
    return xp.mean(_turn(rotations, initial), axis=-3)


def weighed(rotations: Any, weights: Any) -> Any:
    """(..., T, 24, 6): rotations (..., T, 24, 3, 3) as six numbers times their weights (..., T, 24, 1)."""
    return six_d_from_matrix(rotations) * weights


def steadied(sums: Any, width: int) -> Any:
    """Rotations (..., T, 24, 3, 3), `weighed`, averaged over time by three moving averages of an odd width in
    frames."""
    for _ in range(_PASSES if sums.shape[-3] > 1 else 0):
        sums = _moving_average(sums, width // 2)
    return matrix_from_six_d(sums)  # however long its columns are


def _moving_average(values: Any, reach: int) -> Any:
    """Values (..., T, 24, C) averaged over `reach` frames to each side, as far as there are any."""
    xp = array_namespace(values)
    frames, like = values.shape[-3], {"dtype": values.dtype, "device": device(values)}
    nothing = xp.zeros((*values.shape[:-3], reach, *values.shape[-2:]), **like)
    now = xp.arange(frames, **like)
    count = xp.clip(now + reach + 1, None, frames) - xp.clip(now - reach, 0, None)
    return _sums(xp.concat([nothing, values, nothing], axis=-3), 2 * reach + 1) / count[:, None, None]


def _sums(values: Any, width: int) -> Any:
    """Sums of so many frames in a row of values (..., T, 24, C), from sums of half as many."""
    sums, wide = values, 1
    for odd in f"{width:b}"[1:]:
        sums, wide = sums[..., :-wide, :, :] + sums[..., wide:, :, :], 2 * wide
        if odd == "1":
            sums, wide = sums[..., :-1, :, :] + values[..., wide:, :, :], wide + 1
    return sums


def _turn(source: Any, target: Any) -> Any:
    return axis_angle_from_matrix(turned_back(source) @ target)
