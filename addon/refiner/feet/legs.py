"""Legs that reach where their feet are to be, the knees bending no more than they must."""

from __future__ import annotations

import numpy as np

from ...body.rotations import matrix_from_axis_angle, skew
from ...body.skeleton import JOINT_NAMES
from ...body.soles import ANKLES

_HIPS, _KNEES = (
    [JOINT_NAMES.index(f"{side}_{joint}") for side in ("left", "right")] for joint in ("hip", "knee")
)
ANKLE_JOINTS = list(ANKLES)
HIP, KNEE = 0.1, 0.055
"""Radians by which a hip about any axis and a knee about its hinge are thought to move."""
MISSED = 0.003
"""Metres by which a foot may miss its place: at full stretch a knee does not bend for a few of them."""
LOW = 0.005
"""Metres too low at which a foot may miss its place half as far."""
STRETCHED = 0.995
"""Share of a leg's length at which its knee is straight enough."""
OF_EACH = 0.25
"""Share that pelvis, hip, knee and ankle have each in how a foot is turned wrongly, where nothing tells one
of them better than another."""
ITERATIONS = 3
HINGE_SEEN = 0.2
"""Sine of the bend from which thigh and shin tell a knee's axis; less bent, it is that of its own frame."""


def reach(
    rotations: np.ndarray,
    world: np.ndarray,
    joints: np.ndarray,
    ankles: np.ndarray,
    feet: np.ndarray,
    low: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Local rotations (T, 24, 3, 3) whose ankles come to `ankles` (T, 2, 3) and whose feet are turned as
    `feet` (T, 2, 3, 3) in the world, with the hips where they are; and where these ankles are then (T, 2, 3).

    rotations, world (T, 24, 3, 3), joints (T, 24, 3) metres: of the pose that the legs start from. low (T, 2)
    metres: by which feet were too low before, and may miss their places the less.
    """
    missed = np.full(ankles.shape[:2], MISSED) if low is None else MISSED / (1.0 + low / LOW)
    hips = joints[:, _HIPS]
    thigh, shin = world[:, _HIPS], world[:, _KNEES]
    knees, ends = joints[:, _KNEES] - hips, joints[:, ANKLE_JOINTS] - joints[:, _KNEES]
    targets = _within(ankles - hips, knees, ends)
    turns = _forwards(targets, knees, ends, thigh)
    thigh, shin = turns[0] @ thigh, turns[1] @ shin
    knees, ends = ((turn @ bone[..., None])[..., 0] for turn, bone in zip(turns, (knees, ends), strict=True))
    moved = np.zeros((*hips.shape[:2], 4))
    spread = np.array([HIP**2] * 3 + [KNEE**2])
    hinge = _hinges(knees, ends, thigh)
    for _ in range(ITERATIONS):
        by_turn = _by_turns(knees, ends, hinge)
        left = targets - knees - ends + (by_turn @ moved[..., None])[..., 0]
        pulled = by_turn * spread
        system = pulled @ np.swapaxes(by_turn, -1, -2) + np.square(missed)[..., None, None] * np.eye(3)
        change = (np.swapaxes(pulled, -1, -2) @ np.linalg.solve(system, left[..., None]))[..., 0] - moved
        moved = moved + change
        of_hip = matrix_from_axis_angle(change[..., :3])
        of_knee = of_hip @ matrix_from_axis_angle(hinge * change[..., 3:])
        thigh, shin = of_hip @ thigh, of_knee @ shin
        knees, ends, hinge = (
            (turn @ values[..., None])[..., 0]
            for turn, values in ((of_hip, knees), (of_knee, ends), (of_hip, hinge))
        )
    result = rotations.copy()
    result[:, _HIPS] = np.swapaxes(world[:, [0, 0]], -1, -2) @ thigh
    result[:, _KNEES] = np.swapaxes(thigh, -1, -2) @ shin
    result[:, ANKLE_JOINTS] = np.swapaxes(shin, -1, -2) @ feet
    return result, hips + knees + ends


def leaning_with(
    turns: np.ndarray, untold: np.ndarray, rotations: np.ndarray, world: np.ndarray
) -> np.ndarray:
    """Local rotations (T, 24, 3, 3) whose hips and knees take their share of what their feet are to turn in
    the world, turns (T, 2, 3) axis-angle; the ankles are left as they were.

    untold (T, 2) 0..1: as in `Precision`; of a leg that keypoints tell, thigh and shin turn about themselves
    alone, which no keypoint of theirs sees. rotations, world (T, 24, 3, 3): of the pose that the legs start
    from.
    """
    thigh, shin = world[:, _HIPS], world[:, _KNEES]
    whole = untold[..., None]
    of_hip, of_knee = (
        matrix_from_axis_angle(OF_EACH * (whole * turns + (1.0 - whole) * _about(bone[..., 1], turns)))
        for bone in (thigh, shin)
    )
    thigh, shin = of_hip @ thigh, of_knee @ of_knee @ shin
    result = rotations.copy()
    result[:, _HIPS] = np.swapaxes(world[:, [0, 0]], -1, -2) @ thigh
    result[:, _KNEES] = np.swapaxes(thigh, -1, -2) @ shin
    return result


def _about(axes: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """What of turns (T, 2, 3) is about these unit axes (T, 2, 3)."""
    return np.asarray((turns * axes).sum(-1, keepdims=True) * axes)


def _within(targets: np.ndarray, knees: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Places (T, 2, 3) of ankles from their hips, no farther than legs reach that are STRETCHED
    or as straight as they were: beyond it no pose is the nearest."""
    lengths = np.linalg.norm(knees, axis=-1) + np.linalg.norm(ends, axis=-1)
    most = np.maximum(STRETCHED * lengths, np.linalg.norm(knees + ends, axis=-1))
    return np.asarray(targets * np.minimum(most / (np.linalg.norm(targets, axis=-1) + 1e-9), 1.0)[..., None])


def _forwards(
    targets: np.ndarray, knees: np.ndarray, ends: np.ndarray, thigh: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Turns in the world (T, 2, 3, 3) of thighs and shins that bend knees forwards, with ankles about where
    they are, which a little backwards would bend more so for their targets (T, 2, 3) from the hips."""
    upper, lower = np.linalg.norm(knees, axis=-1), np.linalg.norm(ends, axis=-1)
    hinge, both = thigh[..., 0], upper * lower
    bent = np.arctan2((np.cross(knees, ends) * hinge).sum(-1), (knees * ends).sum(-1))
    cosine = (np.square(targets).sum(-1) - upper**2 - lower**2) / (2.0 * both)
    more = np.arccos(np.clip(cosine, -1.0, 1.0)) / np.maximum(-bent, 1e-6) - 1.0
    turn = -2.0 * np.minimum(bent, 0.0) * np.clip(more, 0.0, 1.0)
    of_hip, of_knee = -turn * lower / (upper + lower), turn * upper / (upper + lower)
    return matrix_from_axis_angle(hinge * of_hip[..., None]), matrix_from_axis_angle(
        hinge * of_knee[..., None]
    )


def _by_turns(knees: np.ndarray, ends: np.ndarray, hinge: np.ndarray) -> np.ndarray:
    """(T, 2, 3, 4) metres that an ankle moves by a turn about each axis of its hip, and about its knee."""
    of_hip = -skew(knees + ends)
    return np.concatenate([of_hip, np.cross(hinge, ends)[..., None]], axis=-1)


def _hinges(knees: np.ndarray, ends: np.ndarray, thigh: np.ndarray) -> np.ndarray:
    """(T, 2, 3) unit axes about which knees bend, from thigh to shin."""
    across = np.cross(knees, ends) / (
        np.linalg.norm(knees, axis=-1, keepdims=True) * np.linalg.norm(ends, axis=-1, keepdims=True) + 1e-9
    )
    own = thigh[..., 0]
    seen = np.clip(np.linalg.norm(across, axis=-1, keepdims=True) / HINGE_SEEN, 0.0, 1.0)
    axis = seen * across / HINGE_SEEN + (1.0 - seen) * own
    return np.asarray(axis / (np.linalg.norm(axis, axis=-1, keepdims=True) + 1e-9))
