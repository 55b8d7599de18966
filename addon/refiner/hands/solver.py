"""Fits a left hand to its 21 points in all frames at once: a damped Gauss-Newton over the angles of `anatomy`
and the hand's own place and turn, held by the anatomical ranges and by how hands usually are.

Source of the method: Levenberg (1944), with iteratively reweighted points (Geman and McClure, 1985).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...body.hands import FINGERS, JOINTS_PER_FINGER, tip_offsets
from ...body.rotations import matrix_from_axis_angle
from ...steps import Steps
from . import anatomy
from .anatomy import AXES_PER_JOINT, COUNT, JOINTS, SLOTS, slots_of

ITERATIONS = 8
FRAMES = 320
"""Frames that are solved at once."""
STRIDE = 8
"""Frames from one that is solved first to the next."""
DAMPING = 1e-3
SETTLED = 0.2
"""Radians of the last step from which a further one tells nothing."""
TURN, MOVE = 0.35, 0.015
"""Radians and metres by which the wrist usually is elsewhere than the body's pose has it."""
OUTLIER = 4.0
"""Standard deviations from which a point counts less and less."""
SINGLE = np.float32
"""Of all the arithmetic: faster, and much finer than any hand is seen."""
AXES, HIGH, LOW, PRECISION, USUAL = (
    values.astype(SINGLE)
    for values in (anatomy.AXES, anatomy.HIGH, anatomy.LOW, anatomy.PRECISION, anatomy.USUAL)
)
_UNITS = np.eye(3, dtype=SINGLE)
_ENDS = JOINTS_PER_FINGER + 1


def _own() -> np.ndarray:
    """(5, 5) the angles of each finger; COUNT fills up for fingers that have fewer than the thumb."""
    found = [np.flatnonzero(finger == JOINTS // JOINTS_PER_FINGER) for finger in range(len(FINGERS))]
    most = max(map(len, found))
    return np.stack([np.append(own, [COUNT] * (most - len(own))) for own in found]).astype(int)


_OWN = _own()
MOVES = np.zeros((1 + len(FINGERS) * _ENDS, COUNT), bool)
"""(21, 21) whether each point moves with each angle."""
for _angle in range(COUNT):
    _finger, _level = divmod(int(JOINTS[_angle]), JOINTS_PER_FINGER)
    MOVES[1 + _finger * _ENDS + _level + 1 : 1 + (_finger + 1) * _ENDS, _angle] = True
_LEVEL = np.append(JOINTS % JOINTS_PER_FINGER, _ENDS)
_MOVES = np.arange(_ENDS) > _LEVEL[_OWN][..., None]
"""(5, 5, 4) whether each of a finger's angles moves each of its points: those farther out."""


@dataclass(frozen=True)
class Seen:
    """What is known of a left hand in T frames. points (T, 21, 3) metres, any value where the precision
    (T, 21) in 1/m^2 is 0; wrist (T, 3) and turn (T, 3, 3): the body's; offsets (15, 3) metres at rest."""

    points: np.ndarray
    precision: np.ndarray
    wrist: np.ndarray
    turn: np.ndarray
    offsets: np.ndarray

    def rows(self, rows: slice | np.ndarray) -> Seen:
        """The same in some of the frames."""
        return Seen(self.points[rows], self.precision[rows], self.wrist[rows], self.turn[rows], self.offsets)

    def of_type(self, kind: type[np.floating]) -> Seen:
        """The same in numbers of this kind."""
        return Seen(*(values.astype(kind) for values in vars(self).values()))

    @classmethod
    def joined(cls, hands: list[Seen]) -> Seen:
        """Hands of the same size, the frames of one after those of the other."""
        points, precision, wrist, turn = (
            np.concatenate([getattr(one, name) for one in hands])
            for name in ("points", "precision", "wrist", "turn")
        )
        return cls(points, precision, wrist, turn, hands[0].offsets)


@dataclass(frozen=True)
class Solved:
    """angles (T, 21) radians; turn (T, 3, 3) of the wrist in the world; wrist (T, 3) metres."""

    angles: np.ndarray
    turn: np.ndarray
    wrist: np.ndarray

    def rows(self, rows: np.ndarray) -> Solved:
        """The same in some of the frames."""
        return Solved(self.angles[rows], self.turn[rows], self.wrist[rows])

    def put(self, rows: np.ndarray, found: Solved) -> None:
        """Take what was found of some of the frames."""
        self.angles[rows], self.turn[rows], self.wrist[rows] = found.angles, found.turn, found.wrist


def solve(seen: Seen) -> Steps[Solved]:
    """The hand in every frame, each for itself; but some frames come first, so that those between begin where
    a hand on its way from one to the next would be."""
    seen = seen.of_type(SINGLE)
    found = _start(seen)
    frames = np.arange(len(seen.points))
    first = frames % STRIDE == 0
    yield from _settle(seen, found, frames[first], early=1)
    between = frames[~first]
    for angle in found.angles.T:
        angle[between] = np.interp(between, frames[first], angle[first])
    yield from _settle(seen, found, between, early=0)
    return Solved(*(values.astype(float) for values in vars(found).values()))


def _settle(seen: Seen, found: Solved, frames: np.ndarray, early: int) -> Steps[None]:
    """Solves some frames in place, until their last step tells nothing more; up to the early one, all points
    count whatever they are off."""
    for part in np.array_split(frames, range(FRAMES, len(frames), FRAMES)):
        moving = part
        for iteration in range(ITERATIONS if len(part) else 0):
            before = found.rows(moving)
            now = _step(seen.rows(moving), before, robust=iteration > early)
            found.put(moving, now)
            yield None
            if iteration > early:
                moving = moving[np.abs(now.angles - before.angles).max(1) >= SETTLED]
            if not len(moving):
                break


def _start(seen: Seen) -> Solved:
    """A relaxed hand, laid on the palm's points as far as they are seen."""
    frames = len(seen.points)
    knuckles = [0, *(1 + finger * _ENDS for finger in range(len(FINGERS)))]
    rest = np.concatenate([np.zeros((1, 3), SINGLE), seen.offsets[::JOINTS_PER_FINGER]])
    weight = seen.precision[:, knuckles, None]
    total = weight.sum(1, keepdims=True)
    share = weight / np.maximum(total, 1e-12)
    points = seen.points[:, knuckles]
    ours = np.broadcast_to(rest, points.shape)
    theirs, ours = (
        points - (share * points).sum(1, keepdims=True),
        ours - (share * ours).sum(1, keepdims=True),
    )
    loose = seen.turn * (1e-5 if frames else 0.0)
    spin = np.swapaxes(theirs * share, 1, 2) @ ours + loose
    u, _, vt = np.linalg.svd(spin)
    flip = np.ones((frames, 3), SINGLE)
    flip[:, 2] = np.linalg.det(u @ vt)
    return Solved(np.tile(USUAL, (frames, 1)), (u * flip[:, None]) @ vt, seen.wrist.copy())


def points_of(now: Solved, offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points (T, 21, 3), and axes (T, 21, 3) and pivots (T, 21, 3) of the angles, in the world."""
    slots = slots_of(now.angles)
    bones = offsets.reshape(len(FINGERS), JOINTS_PER_FINGER, 3)
    bones = np.concatenate([bones, tip_offsets(offsets)[:, None].astype(offsets.dtype)], axis=1)
    shape = (len(now.angles), len(FINGERS), JOINTS_PER_FINGER, 3, 3, 3)
    slots = slots.reshape(shape)
    place, world = now.wrist[:, None], now.turn[:, None]
    places, frames = [], []
    for level in range(_ENDS):
        place = place + (world @ bones[:, level, :, None])[..., 0]
        places.append(np.broadcast_to(place, (len(now.angles), len(FINGERS), 3)))
        if level < JOINTS_PER_FINGER:
            own = [np.broadcast_to(world, (len(now.angles), len(FINGERS), 3, 3))]
            for slot in range(AXES_PER_JOINT):
                hinge = slot > 0 and level > 0  # which has one axis
                own.append(own[-1] if hinge else own[-1] @ slots[:, :, level, slot])
            frames.append(np.stack(own[:3], axis=2))
            world = own[3]
    joints = np.stack(places, axis=2)
    finger, place_in = JOINTS // JOINTS_PER_FINGER, JOINTS % JOINTS_PER_FINGER
    axes = (np.stack(frames, axis=2)[:, finger, place_in, SLOTS] @ AXES[..., None])[..., 0]
    points = np.concatenate([now.wrist[:, None], joints.reshape(len(joints), -1, 3)], axis=1)
    return points, axes, joints[:, finger, place_in]


def _step(seen: Seen, now: Solved, *, robust: bool) -> Solved:
    points, axes, pivots = points_of(now, seen.offsets)
    residual = seen.points - points
    weight = seen.precision
    if robust:
        squared = (residual**2).sum(-1) * weight
        weight = weight / (1.0 + squared / (3.0 * OUTLIER**2)) ** 2
    normal, pull = _normal(points, axes, pivots, residual, weight)
    normal[:, :COUNT, :COUNT] += PRECISION
    pull[:, :COUNT] += (USUAL - now.angles) @ PRECISION
    for part, spread, apart in (
        (slice(COUNT, COUNT + 3), TURN, _turned(seen.turn @ np.swapaxes(now.turn, 1, 2))),
        (slice(COUNT + 3, COUNT + 6), MOVE, seen.wrist - now.wrist),
    ):
        normal[:, part, part] += _UNITS / spread**2
        pull[:, part] += apart / spread**2
    diagonal = np.arange(COUNT + 6)
    normal[:, diagonal, diagonal] *= 1.0 + DAMPING
    step = _solved(normal, pull)
    angles = np.clip(now.angles + np.clip(step[:, :COUNT], -0.7, 0.7), LOW, HIGH)
    turn = matrix_from_axis_angle(step[:, COUNT : COUNT + 3]) @ now.turn
    return Solved(angles, turn, now.wrist + step[:, COUNT + 3 :])


def _normal(
    points: np.ndarray, axes: np.ndarray, pivots: np.ndarray, residual: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(T, 27, 27) below the diagonal, and (T, 27), of the normal equations, finger by finger: a finger's
    points move with its own angles and with the wrist's turn and place alone. Small products also keep BLAS
    from starting threads."""
    shape = (len(points), len(FINGERS), _ENDS)
    places = points[:, 1:].reshape(*shape, 3)
    root = np.sqrt(weight[:, 1:]).reshape(shape)
    own, turn = _OWN.shape[1], slice(_OWN.shape[1], _OWN.shape[1] + 3)
    columns = np.minimum(_OWN, COUNT - 1)
    rows = np.zeros((*shape[:2], own + 6, _ENDS, 3), SINGLE)
    arms = places[:, :, None] - pivots[:, columns][:, :, :, None]
    rows[:, :, :own] = _cross(axes[:, columns][:, :, :, None], arms) * (_MOVES * root[:, :, None])[..., None]
    arms = (places - points[:, :1, None])[:, :, None]
    rows[:, :, turn] = _cross(_UNITS[:, None], arms) * root[:, :, None, :, None]
    rows[:, :, turn.stop :] = _UNITS[:, None] * root[:, :, None, :, None]
    rows = rows.reshape(*rows.shape[:3], -1)
    wanted = residual[:, 1:].reshape(*shape, 3) * root[..., None]
    squares = rows @ np.swapaxes(rows, -1, -2)
    pulls = (rows @ wanted.reshape(*shape[:2], -1, 1))[..., 0]
    normal = np.zeros((len(points), COUNT + 6, COUNT + 6), SINGLE)
    pull = np.zeros((len(points), COUNT + 6), SINGLE)
    for finger, angles in enumerate(_OWN):
        there = slice(angles[0], angles[angles < COUNT][-1] + 1)
        here = slice(there.stop - there.start)
        normal[:, there, there] = squares[:, finger, here, here]
        normal[:, COUNT:, there] = squares[:, finger, own:, here]
        pull[:, there] = pulls[:, finger, here]
    normal[:, COUNT:, COUNT:] = squares[:, :, own:, own:].sum(1)
    pull[:, COUNT:] = pulls[:, :, own:].sum(1)
    place = np.arange(COUNT + 3, COUNT + 6)
    normal[:, place, place] += weight[:, :1]
    pull[:, place] += weight[:, :1] * residual[:, 0]
    return normal, pull


def _solved(normal: np.ndarray, pull: np.ndarray) -> np.ndarray:
    """(T, N) solutions of positive definite systems (T, N, N), by Cholesky's way: `numpy.linalg.solve` wakes
    BLAS's threads for each of them, which on a busy processor takes a hundred times as long."""
    lower = np.linalg.cholesky(normal)
    found = pull.copy()
    for row in range(pull.shape[1]):
        found[:, row] -= (lower[:, row, :row] * found[:, :row]).sum(1)
        found[:, row] /= lower[:, row, row]
    for row in reversed(range(pull.shape[1])):
        found[:, row] -= (lower[:, row + 1 :, row] * found[:, row + 1 :]).sum(1)
        found[:, row] /= lower[:, row, row]
    return found


def _cross(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    (a, b, c), (x, y, z) = np.moveaxis(first, -1, 0), np.moveaxis(second, -1, 0)
    return np.stack([b * z - c * y, c * x - a * z, a * y - b * x], axis=-1)


def _turned(matrices: np.ndarray) -> np.ndarray:
    """(T, 3) rotation vectors of small turns."""
    skew = (matrices - np.swapaxes(matrices, 1, 2)) / 2
    return np.stack([skew[:, 2, 1], skew[:, 0, 2], skew[:, 1, 0]], axis=-1)
