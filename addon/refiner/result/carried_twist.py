"""Twist that jumps on a straight limb is carried over time instead.

Where an elbow or knee is straight, joint centres say nothing of how a limb is turned about itself, and
solvers make up another answer from one frame to the next. The jumps are taken out; the limb keeps the twist
that it had when it was bent, and what is left between two bends is spread over the time between them.
"""

from __future__ import annotations

import numpy as np

from ...body.rotations import matrix_from_axis_angle, quaternion_from_matrix
from ...body.runs import runs
from ...body.skeleton import JOINT_NAMES, REST_OFFSETS
from ...steps import Stepped, Steps

STRAIGHT = float(np.radians(15.0))
"""Radians of bend up to which twist may be a guess: a few millimetres of noise bend a forearm by two
degrees."""
JUMP, ISOLATED, AROUND = float(np.radians(15.0)), 4.0, 5
"""Radians of twist in one frame that are a jump where they are so many times what is usual in so many frames
to each side: no limb starts and stops so fast."""
_LIMBS = tuple(
    tuple(JOINT_NAMES.index(f"{side}_{joint}") for joint in joints)
    for side in ("left", "right")
    for joints in (("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist"))
)


@Stepped
def carried_twist(rotations: np.ndarray) -> Steps[np.ndarray]:
    """Local rotations (T, 24, 3, 3) of frames one after the other without jumps of twist on straight limbs;
    the same array where there are none."""
    found = rotations
    for limb in _LIMBS if len(rotations) > 2 else ():
        calm = _carried(rotations[:, list(limb)], limb)
        if calm is not None:
            found = rotations.copy() if found is rotations else found
            found[:, list(limb)] = calm
        yield None
    return found


def _carried(local: np.ndarray, limb: tuple[int, ...]) -> np.ndarray | None:
    """(T, 3, 3, 3) rotations of a limb's upper, lower and end joint as they should be; None as they are."""
    upper, lower, end = local[:, 0], local[:, 0] @ local[:, 1], local[:, 0] @ local[:, 1] @ local[:, 2]
    along = _unit(upper @ REST_OFFSETS[limb[1]])
    bend = np.arccos(np.clip((along * _unit(lower @ REST_OFFSETS[limb[2]])).sum(-1), -1.0, 1.0))
    straight = bend < STRAIGHT
    axis = _unit(along[1:] + along[:-1])
    segments, changed = [], False
    for segment in (upper, lower, end):
        jumps = _jumps(_twist_steps(segment, axis), straight)
        changed |= bool(jumps.any())
        back = _taken_back(jumps, straight)
        segments.append(matrix_from_axis_angle(along * back[:, None]) @ segment)
    if not changed:
        return None
    upper, lower, end = segments
    turned = [upper, np.swapaxes(upper, -1, -2) @ lower, np.swapaxes(lower, -1, -2) @ end]
    return np.stack(turned, axis=1)


def _twist_steps(segment: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """(T-1,) radians by which a segment (T, 3, 3) turns about an axis (T-1, 3) from frame to frame."""
    turn = quaternion_from_matrix(segment[1:] @ np.swapaxes(segment[:-1], -1, -2))
    angle = 2.0 * np.arctan2((turn[:, 1:] * axis).sum(-1), turn[:, 0])
    return np.asarray((angle + np.pi) % (2.0 * np.pi) - np.pi)


def _jumps(steps: np.ndarray, straight: np.ndarray) -> np.ndarray:
    """(T-1,) the steps that are jumps, less what is usual around them; 0 elsewhere."""
    padded = np.pad(steps, AROUND, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * AROUND + 1)
    usual, size = np.median(windows, axis=-1), np.median(np.abs(windows), axis=-1)
    jumps = (np.abs(steps) > JUMP) & (np.abs(steps) > ISOLATED * size) & straight[1:] & straight[:-1]
    return np.where(jumps, steps - usual, 0.0)


def _taken_back(jumps: np.ndarray, straight: np.ndarray) -> np.ndarray:
    """(T,) radians of twist that take the jumps out of each straight stretch and leave its bent ends as they
    are."""
    back = np.zeros(len(straight))
    for first, last in runs(straight):
        offsets = np.concatenate([[0.0], -np.cumsum(jumps[first:last])])
        if not offsets.any():
            continue
        bent_before, bent_after = first > 0, last + 1 < len(straight)
        if bent_before and bent_after:
            offsets -= offsets[-1] * np.linspace(0.0, 1.0, len(offsets) + 1)[1:]
        elif bent_after:
            offsets -= offsets[-1]
        elif not bent_before:
            offsets -= np.median(offsets)
        back[first : last + 1] = offsets
    return back


def _unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))
