"""Fingers of a motion: from the points of hands that keypoints hold, else as the person's poses have them.

The points are smoothed as the body's are, as much as their own noise calls for; each hand is then solved in
every frame by itself (`hand_solver`), the right one as its mirror image. What is not seen lies as a relaxed hand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..body.hands import (
    FINGER_COUNT,
    FINGERS,
    HAND_OFFSETS,
    HAND_POINTS,
    JOINTS_PER_FINGER,
    MIRROR,
    POINT_NAMES,
    REST_FINGERS,
    REST_TIPS,
    SIDES,
    WRISTS,
    mirrored,
)
from ..body.kinematics import forward
from ..body.points import size
from ..motion import Hands, Motion
from ..recording import Keypoints, Person
from ..steps import Steps, in_chunks
from .anatomy import rotations_of
from .controls import LARGEST_GAIN, Controls
from .hand_solver import Seen, solve
from .smoothing import FEWEST_SMOOTHED, measure
from .timeline import pieces, spread

FEWEST = 5
"""Points beside the wrist that a hand is told by at least, in some frame."""
NOISE, LEAST_NOISE = 0.006, 0.0015
"""Metres that points are off where a clip is too short to tell, and at least."""
OWN_LENGTH = 0.15
"""Share by which a bone's length usually differs from what the size of the hand makes it."""
INDEPENDENT = 4.0
"""Frames that tell as much of a length as one: noise is alike in neighbours."""
_ENDS = JOINTS_PER_FINGER + 1
_ABOVE = [
    0,
    *(
        0 if end == 0 else 1 + finger * _ENDS + end - 1
        for finger in range(len(FINGERS))
        for end in range(_ENDS)
    ),
]
"""For each point the one on the other end of its bone."""
_LENGTHS = np.linalg.norm(
    np.concatenate([REST_FINGERS.reshape(len(FINGERS), -1, 3), REST_TIPS[:, None]], axis=1), axis=-1
).ravel()
"""(20) metres of the mean hand's bones, each ending in a point."""
_PALM = np.arange(len(_LENGTHS)) % _ENDS == 0
"""(20) bool, the bones from the wrist to the knuckles."""
_BEYOND = [2 + finger * _ENDS + level for finger in range(len(FINGERS)) for level in range(JOINTS_PER_FINGER)]
"""(15) the point that tells how each joint is turned: the next one of its finger."""
_LIMIT = (0.5, 1.6)


@dataclass(frozen=True)
class HandPoints:
    """The points of both hands through a clip. positions (T, 2, 21, 3) metres, smoothed; deviation (2, 21) metres
    of the noise left in them; support (T, 2, 21) in 0..1, how much of each is evidence; offsets (2, 15, 3)
    metres."""

    positions: np.ndarray
    deviation: np.ndarray
    support: np.ndarray
    offsets: np.ndarray

    def rows(self, rows: np.ndarray) -> HandPoints:
        """The same in some of the frames."""
        return replace(self, positions=self.positions[rows], support=self.support[rows])


def has_hands(keypoints: Keypoints | None) -> bool:
    """Whether keypoints hold enough points of any hand."""
    if keypoints is None or not any(keypoints.hand_points):
        return False
    return bool((_seen_points(keypoints)[1][..., 1:] > 0).sum(-1).max(initial=0) >= FEWEST)


def _seen_points(keypoints: Keypoints) -> tuple[np.ndarray, np.ndarray]:
    """Positions (T, 2, 21, 3) and confidence (T, 2, 21); where a hand has no wrist, the body's stands in."""
    frames = len(keypoints.positions)
    positions = np.full((frames, len(HAND_POINTS), 3), np.nan)
    confidence = np.zeros((frames, len(HAND_POINTS)))
    named = [
        (HAND_POINTS.index(f"{side}_hand_wrist"), keypoints.canonical.index(f"{side}_wrist"))
        for side in SIDES
        if f"{side}_wrist" in keypoints.canonical
    ]
    named += [(HAND_POINTS.index(point), k) for k, point in enumerate(keypoints.hand_points) if point]
    for place, column in named:
        seen = np.isfinite(keypoints.positions[:, column]).all(-1) & (keypoints.confidence[:, column] > 0)
        positions[seen, place] = keypoints.positions[seen, column]
        confidence[seen, place] = keypoints.confidence[seen, column]
    shape = (frames, len(SIDES), len(POINT_NAMES))
    return positions.reshape(*shape, 3), confidence.reshape(shape)


def read_hands(keypoints: Keypoints, person: Person, smoothness: float) -> Steps[HandPoints]:
    """The hands' points, smoothed (as `Controls.smoothness`), and how long the fingers are."""
    positions, confidence = _seen_points(keypoints)
    flat = len(HAND_POINTS)
    values, weights = positions.reshape(-1, flat, 3), confidence.reshape(-1, flat)
    smoothed, support = np.zeros((person.frames, flat, 3)), np.zeros((person.frames, flat))
    measured_error, error = np.zeros(flat), np.zeros(flat)
    for piece in pieces(person.frame_ids, person.fps):
        told = np.nan_to_num(spread(weights, piece))
        measured = yield from measure(spread(values, piece), told, person.fps)
        usual = yield from measured.at(smoothness)
        smoothed[piece.rows], support[piece.rows] = usual.positions[piece.places], usual.support[piece.places]
        share = piece.length / max(person.frames, 1)
        short = piece.length < FEWEST_SMOOTHED
        measured_error += np.minimum(share, 1.0) * (0.0 if short else usual.error) ** 2
        error += np.minimum(share, 1.0) * (NOISE if short else usual.error) ** 2
    shape = (person.frames, len(SIDES), len(POINT_NAMES))
    found = smoothed.reshape(*shape, 3), support.reshape(shape)
    offsets = _offsets(*found, np.sqrt(error).reshape(shape[1:]), np.sqrt(measured_error).reshape(shape[1:]))
    yield None
    return HandPoints(found[0], np.sqrt(error).reshape(shape[1:]), found[1], offsets)


def _offsets(
    positions: np.ndarray, support: np.ndarray, noise: np.ndarray, measured: np.ndarray
) -> np.ndarray:
    """(2, 15, 3) metres: the rest hand with the lengths that the points tell, alike on both sides.

    Noise makes a distance longer: its square by that of both ends, as far as it was measured. A bone is told
    as far as noise allows, and has the length that the size of the hand makes it for the rest.
    """
    bones = positions - positions[:, :, _ABOVE]
    known = (support > 0.5) & (support[:, :, _ABOVE] > 0.5)
    squared = np.where(known, (bones**2).sum(-1), 0.0).sum((0, 1))[1:]
    number = known.sum((0, 1))[1:]
    excess, longer = (3.0 * (each**2 + each[:, _ABOVE] ** 2).max(0)[1:] for each in (noise, measured))
    told = number > 0
    if not told.any():
        return HAND_OFFSETS.copy()
    length = np.sqrt(np.maximum(squared / np.maximum(number, 1) - longer, 1e-8))
    ratio = np.where(told, length / _LENGTHS, 1.0)
    unsure = excess / 1.5 / _LENGTHS**2 / np.maximum(number / INDEPENDENT, 1.0) + 1e-6
    weight = np.where(told, 1.0 / (unsure + OWN_LENGTH**2), 0.0)
    whole = np.ones(len(ratio))
    # Detectors put the wrist at different places, so that the palm's size is not that of the fingers.
    for part in (_PALM, ~_PALM):
        some = part if weight[part].any() else np.ones(len(part), bool)
        whole[part] = np.clip((weight * ratio)[some].sum() / weight[some].sum(), *_LIMIT)
    own = np.where(told, whole + (ratio - whole) * OWN_LENGTH**2 / (OWN_LENGTH**2 + unsure), whole)
    own = np.clip(own, *_LIMIT).reshape(len(FINGERS), _ENDS)
    hand = REST_FINGERS.reshape(len(FINGERS), JOINTS_PER_FINGER, 3) * own[:, :JOINTS_PER_FINGER, None]
    hand = hand.reshape(FINGER_COUNT, 3)
    return np.stack([hand, hand * MIRROR])


def with_hands(
    motion: Motion, person: Person, points: HandPoints | None, controls: Controls
) -> Steps[Motion]:
    """The motion with fingers, and with wrists turned as the hands' points have them; as it is where nothing
    tells of hands, or where they are not wanted. points: in the motion's frames."""
    poses = person.poses
    if controls.hands is None or (points is None and (poses is None or poses.hands is None)):
        return motion
    if points is None:
        assert poses is not None and poses.hands is not None
        offsets = HAND_OFFSETS * float(size(np.asarray(motion.bone_offsets)))
        return replace(motion, hands=Hands(poses.hands, offsets, np.zeros(poses.hands.shape[:3], bool)))
    joints, world = yield from in_chunks(
        lambda rows: forward(motion.rotations[rows], motion.pelvis[rows], motion.bone_offsets), motion.frames
    )
    rotations, found, guessed = motion.rotations.copy(), [], []
    gain = LARGEST_GAIN ** (controls.hands - 1.0)
    for side, wrist in enumerate(WRISTS):
        seen = _as_left(points, side, joints[:, wrist], world[:, wrist], gain)
        solved = yield from solve(seen)
        turned, turn = rotations_of(solved.angles), solved.turn
        if side:
            turned, turn = mirrored(turned), mirrored(turn)
        elbow = world[:, wrist - 2]
        rotations[:, wrist] = np.swapaxes(elbow, 1, 2) @ turn
        told = points.support[:, side] > 0
        joint_told = told[:, _BEYOND]
        if poses is not None and poses.hands is not None:
            unseen = ~told[:, 1:].any(1)
            turned[unseen] = poses.hands[unseen, side]
            joint_told[unseen] = True
        found.append(turned)
        guessed.append(~joint_told)
        yield None
    hands = Hands(np.stack(found, axis=1), points.offsets, np.stack(guessed, axis=1))
    return replace(motion, rotations=rotations, hands=hands)


def _as_left(points: HandPoints, side: int, wrist: np.ndarray, turn: np.ndarray, gain: float) -> Seen:
    """What is seen of one hand, as if it were a left one."""
    variance = np.maximum(points.deviation[side], LEAST_NOISE) ** 2
    precision = points.support[:, side] / variance * gain
    places = points.positions[:, side]
    if side:
        return Seen(places * MIRROR, precision, wrist * MIRROR, mirrored(turn), points.offsets[0])
    return Seen(places, precision, wrist, turn, points.offsets[0])
