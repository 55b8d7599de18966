"""Somebody who walks on a floor: feet stand flat, roll over the ball and swing; nothing of them slides."""

from __future__ import annotations

import numpy as np

from addon.body.hands import SIDES
from addon.body.kinematics import forward
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS, rest_joints
from addon.body.soles import CARRIERS, INNER, OUTER, sole_offsets
from addon.motion import Floor, Motion
from addon.retarget.geometry import reach

FRAMES, FPS = 240, 30.0
STEP, PERIOD = 0.5, 40
"""Metres, and frames from one step of a foot to its next."""
FLAT, ROLL = 18, 8
"""Frames of each period in which a foot stands flat, and then on its ball."""


def walk() -> Motion:
    """The motion, with contacts."""
    rotations = np.asarray(matrix_from_axis_angle(_arms()))
    phase = np.arange(FRAMES) / PERIOD
    pelvis = np.stack(
        [0.03 * np.sin(2 * np.pi * phase), 0.86 + 0.015 * np.cos(4 * np.pi * phase), STEP * phase], axis=-1
    )
    joints, worlds = forward(rotations, pelvis, REST_OFFSETS)
    contacts = np.zeros((FRAMES, 2, 2))
    for index, side in enumerate(SIDES):
        ankle, turn, contacts[:, index] = _foot(index, joints[0, 7 + index, 0])
        hip, knee = (JOINT_NAMES.index(f"{side}_{name}") for name in ("hip", "knee"))
        axis = np.tile([1.0, 0.0, 0.0], (FRAMES, 1))
        goal = ankle - joints[:, hip]
        upper, lower = reach(
            joints[:, knee] - joints[:, hip], joints[:, 7 + index] - joints[:, knee], goal, axis
        )
        thigh, shin = upper @ worlds[:, hip], lower @ worlds[:, knee]
        rotations[:, hip] = np.swapaxes(worlds[:, 0], -1, -2) @ thigh
        rotations[:, knee] = np.swapaxes(thigh, -1, -2) @ shin
        rotations[:, 7 + index] = np.swapaxes(shin, -1, -2) @ turn
        rotations[:, 10 + index] = np.swapaxes(turn, -1, -2)  # toes stay level
    nothing = np.full((FRAMES, 24), np.nan)
    floor = Floor(np.array([0.0, 1.0, 0.0]), np.zeros(1))
    return Motion(
        rotations, pelvis, REST_OFFSETS, FPS, np.arange(FRAMES), nothing[:, 0], nothing,
        contacts=contacts.reshape(FRAMES, 4), floor=floor,
    )  # fmt: skip


def stand() -> Motion:
    """Somebody who stands on both feet with legs a hair from straight, and sways."""
    times = np.arange(FRAMES) / FPS
    rotations = np.tile(np.eye(3), (FRAMES, 24, 1, 1))
    sway = np.stack(
        [0.02 * np.sin(times), 0.0025 * np.sin(2.7 * times), 0.015 * np.sin(1.7 * times)], axis=-1
    )
    rest = rest_joints(REST_OFFSETS)
    soles = rest[CARRIERS] + sole_offsets(REST_OFFSETS)
    pelvis = sway - [0.0, soles[..., 1].min() + 0.008, 0.0]
    joints, _ = forward(rotations, pelvis, REST_OFFSETS)
    for index, side in enumerate(SIDES):
        hip, knee = (JOINT_NAMES.index(f"{side}_{name}") for name in ("hip", "knee"))
        ankle = rest[7 + index] - [0.0, soles[index, :, 1].min(), 0.0]
        axis = np.tile([1.0, 0.0, 0.0], (FRAMES, 1))
        upper, lower = reach(
            joints[:, knee] - joints[:, hip], joints[:, 7 + index] - joints[:, knee],
            ankle - joints[:, hip], axis,
        )  # fmt: skip
        rotations[:, hip] = upper
        rotations[:, knee] = np.swapaxes(upper, -1, -2) @ lower
        rotations[:, 7 + index] = np.swapaxes(lower, -1, -2)
    nothing = np.full((FRAMES, 24), np.nan)
    return Motion(
        rotations, pelvis, REST_OFFSETS, FPS, np.arange(FRAMES), nothing[:, 0], nothing,
        contacts=np.ones((FRAMES, 4)), floor=Floor(np.array([0.0, 1.0, 0.0]), np.zeros(1)),
    )  # fmt: skip


def _arms() -> np.ndarray:
    times = np.arange(FRAMES) / FPS
    turns = np.zeros((FRAMES, 24, 3))
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        shoulder, elbow = (JOINT_NAMES.index(f"{side}_{name}") for name in ("shoulder", "elbow"))
        turns[:, shoulder, 2] = -sign * (0.9 + 0.2 * np.sin(3 * times))
        turns[:, shoulder, 1] = -sign * (0.4 + 0.3 * sign * np.sin(2 * times))
        turns[:, elbow, 1] = -sign * (0.8 + 0.4 * np.sin(2 * times))
        turns[:, 3, 1] = 0.2 * np.sin(4 * times)
    return turns


def _foot(index: int, across: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ankle (T, 3), turn (T, 3, 3) and whether heel and toes bear (T, 2)."""
    soles = sole_offsets(REST_OFFSETS)[index]
    ball = soles[[INNER, OUTER]].mean(0)
    ankle, turns, bears = np.empty((FRAMES, 3)), np.empty((FRAMES, 3, 3)), np.zeros((FRAMES, 2))
    for frame in range(FRAMES):
        count, moment = divmod(frame + index * PERIOD // 2, PERIOD)
        start = STEP * (count - index / 2 + 0.2)
        lift, along = 0.0, 0.0
        if moment >= FLAT:
            lift = min((moment - FLAT) / ROLL, 1.0)
        swing = (moment - FLAT - ROLL) / (PERIOD - FLAT - ROLL)
        if swing > 0:
            along = swing * swing * (3 - 2 * swing)
            lift = 1.0 - along
        pitch = 0.6 * lift * lift * (3 - 2 * lift)
        turns[frame] = matrix_from_axis_angle(np.array([pitch, 0.0, 0.0]))
        place = np.array([across, 0.0, start + STEP * along])
        place[1] = 0.06 * np.sin(np.pi * along)
        ankle[frame] = place + ball * [0.0, 0.0, 1.0] - turns[frame] @ ball
        bears[frame] = moment <= FLAT, moment <= FLAT + ROLL
    return ankle, turns, bears
