"""Fingers of a motion: from the points of hands that keypoints hold, else as the person's poses have them.

Each hand is solved in every frame by itself (`solver`), the right one as its mirror image; its angles
are then smoothed as much as their own noise calls for. What is not seen lies as a relaxed hand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...body.easing import smooth_step
from ...body.hands import (
    FINGER_COUNT,
    FINGERS,
    HAND_OFFSETS,
    HAND_POINTS,
    JOINTS_PER_FINGER,
    MIRROR,
    POINT_NAMES,
    RELAXED,
    REST_FINGERS,
    REST_TIPS,
    SIDES,
    WRISTS,
    mirrored,
)
from ...body.kinematics import forward
from ...body.points import size
from ...body.rotations import (
    axis_angle_from_matrix,
    matrix_from_axis_angle,
    matrix_from_six_d,
    six_d_from_matrix,
)
from ...body.skeleton import JOINT_NAMES
from ...motion import Hands, Motion
from ...recording import Keypoints, Person
from ...steps import Steps, in_chunks
from ..controls import LARGEST_GAIN, Controls
from ..evidence.smoothing import FEWEST_SMOOTHED, measure
from ..timeline import pieces, spread
from .anatomy import HIGH, LOW, USUAL, rotations_of
from .solver import MOVES, Seen, Solved, solve

FEWEST = 5
"""Points beside the wrist that a hand is told by at least, in some frame."""
NOISE, LEAST_NOISE = 0.006, 0.0015
"""Metres that points are off where a clip is too short to tell, and at least."""
USUAL_BONES = 4
"""Bones seen on both sides that tell as much of the points' noise as what is usual does."""
UNTOLD = 0.02
"""What an angle that no point tells counts beside one that is told, when they are smoothed."""
OWN_LENGTH = 0.15
"""Share by which a bone's length usually differs from what the size of the hand makes it."""
OUTLIER = 4.0
"""Times the usual square of a length from which it is none."""
FAR = 9.0
"""Times the median by which a number lies off its smooth path where it is an outlier: as far among all as 4
times for a place, of which three numbers tell."""
EASE = 0.4
"""Seconds after which a hand that is not seen any more begins to relax, and over which it does."""
FEWEST_OF_PALM = 3
"""Points of the palm that tell how the wrist is turned."""
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
_KNUCKLES = [0, *range(1, len(POINT_NAMES), _ENDS)]
_BEYOND = [2 + finger * _ENDS + level for finger in range(len(FINGERS)) for level in range(JOINTS_PER_FINGER)]
"""(15) the point that tells how each joint is turned: the next one of its finger."""
_LIMIT = (0.5, 1.6)
_TURN = 6
"""Numbers that tell how a wrist is turned, in which turns can be smoothed."""


@dataclass(frozen=True)
class HandPoints:
    """The points of both hands through a clip. positions (T, 2, 21, 3) metres, any where the confidence
    (T, 2, 21) is 0; deviation (2) metres of each hand's noise; offsets (2, 15, 3) metres."""

    positions: np.ndarray
    deviation: np.ndarray
    confidence: np.ndarray
    offsets: np.ndarray

    def rows(self, rows: np.ndarray) -> HandPoints:
        """The same in some of the frames."""
        return replace(self, positions=self.positions[rows], confidence=self.confidence[rows])


def has_hands(keypoints: Keypoints | None) -> bool:
    """Whether keypoints hold enough points of any hand."""
    return any(hands_seen(keypoints))


def hands_seen(keypoints: Keypoints | None) -> tuple[bool, bool]:
    """Whether keypoints hold enough points of the left and of the right hand."""
    if keypoints is None or not any(keypoints.hand_points):
        return False, False
    most = (_seen_points(keypoints)[1][..., 1:] > 0).sum(-1).max(0, initial=0)
    return bool(most[0] >= FEWEST), bool(most[1] >= FEWEST)


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


def read_hands(keypoints: Keypoints, person: Person) -> HandPoints:
    """The hands' points, how noisy they are, and how long the fingers are."""
    positions, confidence = _seen_points(keypoints)
    squared = np.where(confidence > 0, 0.0, np.nan)[..., 1:] + _squared_lengths(positions)
    noise = _noise(squared) if person.frames >= FEWEST_SMOOTHED else _noise_of_few(squared)
    offsets = _offsets(squared, NOISE if noise is None else noise.max(), noise is not None)
    noise = np.full(len(SIDES), NOISE) if noise is None else noise
    return HandPoints(np.nan_to_num(positions), noise, confidence, offsets)


def _squared_lengths(positions: np.ndarray) -> np.ndarray:
    """(T, 2, 20) square metres of all bones, NaN where an end is missing."""
    return np.asarray(((positions - positions[:, :, _ABOVE])[:, :, 1:] ** 2).sum(-1))


def _noise(squared: np.ndarray) -> np.ndarray:
    """(2) metres that the points of each hand are off, per axis: bones keep their length, however hands move.

    The lengths of a bone spread by the noise of both ends (median deviation, 1.4826 for white noise).
    """
    found = np.full(squared.shape[1], NOISE)
    for side in range(len(found)):
        lengths = np.sqrt(squared[:, side])
        often = np.isfinite(lengths).sum(0) >= FEWEST_SMOOTHED
        if often.any():
            apart = np.abs(lengths[:, often] - np.nanmedian(lengths[:, often], axis=0))
            found[side] = np.median(1.4826 * np.nanmedian(apart, axis=0)) / np.sqrt(2.0)
    return np.maximum(found, LEAST_NOISE)


def _noise_of_few(squared: np.ndarray) -> np.ndarray | None:
    """(2) metres as above from few frames (T, 2, 20): both hands of a person are alike, the noise of their
    points is not. None where too few bones are seen on both sides."""
    lengths = np.sqrt(squared)
    apart = np.abs(lengths[:, 0] - lengths[:, 1])
    apart = apart[np.isfinite(apart)]
    if len(apart) < USUAL_BONES:
        return None
    told = len(apart) / (len(apart) + USUAL_BONES)
    measured = 1.4826 * float(np.median(apart)) / 2.0
    return np.full(len(SIDES), max(np.hypot(told**0.5 * measured, (1 - told) ** 0.5 * NOISE), LEAST_NOISE))


def _offsets(squared: np.ndarray, noise: float, measured: bool) -> np.ndarray:
    """(2, 15, 3) metres: the rest hand with the lengths that the bones (T, 2, 20) tell, alike on both sides.

    Noise makes a distance longer: its square by that of both ends, as far as it was measured. A bone is told
    as far as noise allows, and has the length that the size of the hand makes it for the rest.
    """
    bones = squared.reshape(-1, len(_LENGTHS))
    number = np.isfinite(bones).sum(0)
    some = number > 0
    mean = np.ones(len(_LENGTHS))
    if some.any():
        usual = np.nanmedian(bones[:, some], axis=0)
        mean[some] = np.nanmean(np.where(bones[:, some] < OUTLIER * usual, bones[:, some], np.nan), axis=0)
    excess = np.full(len(_LENGTHS), 6.0 * noise**2)
    longer = excess if measured else 0.0
    told = number > 0
    if not told.any():
        return HAND_OFFSETS.copy()
    length = np.sqrt(np.maximum(mean - longer, 1e-8))
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
    motion: Motion,
    person: Person,
    points: HandPoints | None,
    controls: Controls,
    share: np.ndarray | float = 1.0,
) -> Steps[Motion]:
    """The motion with fingers, and with wrists turned as the hands' points have them; as it is where nothing
    tells of hands and nobody asks for fingers all the same, or where they are not wanted.

    points: in the motion's frames. share: (T, 2) how far each hand goes from the initial pose to its points.
    """
    poses = person.poses
    initial = None if poses is None else poses.hands
    told_of = points is not None or initial is not None
    if controls.hands is None or not (told_of or controls.finger_bones):
        return motion
    at_ease = np.broadcast_to(matrix_from_axis_angle(RELAXED), (motion.frames, *RELAXED.shape, 3))
    before = at_ease if initial is None else initial
    if points is None:
        offsets = HAND_OFFSETS * float(size(np.asarray(motion.bone_offsets)))
        guessed = np.full(before.shape[:3], initial is None)
        return replace(motion, hands=Hands(np.array(before), offsets, guessed))
    share = np.broadcast_to(share, (motion.frames, len(SIDES)))
    joints, world = yield from in_chunks(
        lambda rows: forward(motion.rotations[rows], motion.pelvis[rows], motion.bone_offsets), motion.frames
    )
    gain = LARGEST_GAIN ** (controls.hands - 1.0)
    seen = [
        _as_left(points, side, joints[:, wrist], world[:, wrist], gain) for side, wrist in enumerate(WRISTS)
    ]
    both = yield from solve(Seen.joined(seen))
    solved = [both.rows(rows) for rows in np.split(np.arange(len(seen) * motion.frames), len(seen))]
    told = points.confidence > 0
    smoothness = np.broadcast_to(controls.joint_smoothness, len(JOINT_NAMES))[list(WRISTS)]
    angles, turns = yield from _calmed(solved, seen, told, person, smoothness)
    rotations, found, unsure = motion.rotations.copy(), [], []
    for side, wrist in enumerate(WRISTS):
        turned, turn = rotations_of(angles[:, side]), turns[:, side]
        if side:
            turned, turn = mirrored(turned), mirrored(turn)
        way = share[:, side]
        local = np.swapaxes(world[:, wrist - 2], 1, 2) @ turn
        rotations[:, wrist] = _part_way(rotations[:, wrist], local, way)
        joint_told = told[:, side, _BEYOND]
        if initial is not None:
            unseen = ~told[:, side, 1:].any(1)
            turned[unseen] = initial[unseen, side]
            joint_told[unseen] = True
        turned = _part_way(before[:, side], turned, way[:, None])
        joint_told[way == 0.0] = initial is not None
        found.append(turned)
        unsure.append(~joint_told)
        yield None
    hands = Hands(np.stack(found, axis=1), points.offsets, np.stack(unsure, axis=1))
    return replace(motion, rotations=rotations, hands=hands)


def _calmed(
    solved: list[Solved], seen: list[Seen], told: np.ndarray, person: Person, smoothness: np.ndarray
) -> Steps[tuple[np.ndarray, np.ndarray]]:
    """Angles (T, 2, 21) and turns of the wrists in the world (T, 2, 3, 3) without the noise that is left in
    them; where points (T, 2, 21) have long not been seen, hands at ease on the body's wrists.

    smoothness (2,): of each hand.
    """
    angles = (told[:, :, None] & MOVES.T).any(-1)
    palm = told[..., _KNUCKLES].sum(-1, keepdims=True) >= FEWEST_OF_PALM
    heard = np.concatenate([angles, palm.repeat(_TURN, axis=2)], axis=2)
    given = np.stack(
        [np.concatenate([one.angles, six_d_from_matrix(one.turn)], axis=1) for one in solved], axis=1
    )
    calm = yield from _smoothed(given, heard, person, smoothness)
    fading = np.concatenate([angles, palm], axis=2).astype(float)
    share = np.empty(fading.shape)
    for piece in pieces(person.frame_ids, person.fps):
        grid = np.nan_to_num(spread(fading, piece))
        share[piece.rows] = _fading(grid, person.fps)[piece.places]
    eased = USUAL + share[..., :-1] * (calm[..., :-_TURN] - USUAL)
    body = six_d_from_matrix(np.stack([one.turn for one in seen], axis=1))
    turns = share[..., -1:] * calm[..., -_TURN:] + (1.0 - share[..., -1:]) * body
    return np.clip(eased, LOW, HIGH), matrix_from_six_d(turns)


def _part_way(before: np.ndarray, after: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Rotations (..., 3, 3) that share (...) of the way from some to others."""
    if (share == 1.0).all():
        return after
    turn = axis_angle_from_matrix(np.swapaxes(before, -1, -2) @ after)
    return np.asarray(before @ matrix_from_axis_angle(turn * share[..., None]))


def _smoothed(
    values: np.ndarray, heard: np.ndarray, person: Person, smoothness: np.ndarray
) -> Steps[np.ndarray]:
    """Numbers (T, 2, N) of both hands, of which some are told (T, 2, N), as much smoothed as their noise
    calls for. All at once: the smoother takes hardly longer for many than for one."""
    frames, hands, count = heard.shape
    flat = values.reshape(frames, hands * count, 1)
    bodies = (2 * np.arange(hands)[:, None] + (np.arange(count) >= count - _TURN)).ravel()
    calm, asked = flat.copy(), np.repeat(smoothness, count)
    for piece in pieces(person.frame_ids, person.fps):
        weights = np.where(heard, 1.0, UNTOLD).reshape(frames, -1)
        weights = np.nan_to_num(spread(weights, piece))
        measured = yield from measure(spread(flat, piece), weights, person.fps, bodies, FAR)
        calm[piece.rows] = (yield from measured.at(asked)).positions[piece.places]
    return calm.reshape(values.shape)


def _fading(heard: np.ndarray, fps: float) -> np.ndarray:
    """(T, 2, C) 1 where an angle is told (T, 2, C), fading to 0 where it has not been for long and will not
    be."""
    frames = np.arange(float(len(heard)))[:, None, None]
    before = np.maximum.accumulate(np.where(heard > 0, frames, -np.inf))
    after = np.minimum.accumulate(np.where(heard > 0, frames, np.inf)[::-1])[::-1]
    return smooth_step(2.0 - np.minimum(frames - before, after - frames) / (EASE * fps))


def _as_left(points: HandPoints, side: int, wrist: np.ndarray, turn: np.ndarray, gain: float) -> Seen:
    """What is seen of one hand, as if it were a left one."""
    precision = points.confidence[:, side] / points.deviation[side] ** 2 * gain
    places = points.positions[:, side]
    if side:
        return Seen(places * MIRROR, precision, wrist * MIRROR, mirrored(turn), points.offsets[0])
    return Seen(places, precision, wrist, turn, points.offsets[0])
