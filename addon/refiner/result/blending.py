"""Refined and kept poses put together: a share of the way, some joints, some frames, without a pop."""

from __future__ import annotations

import numpy as np

from ...body.kinematics import forward
from ...body.points import POINT_INDEX, POINT_WEIGHTS, point_positions
from ...body.rotations import axis_angle_from_matrix, geodesic_angle, matrix_from_axis_angle
from ...body.skeleton import JOINT_COUNT, JOINT_NAMES, PARENTS
from ...steps import Steps, in_chunks
from ..controls import Controls
from ..start.jacobian import points_and_jacobian

Poses = tuple[np.ndarray, np.ndarray]
"""Rotations (T, 24, 3, 3) and pelvis (T, 3)."""

BLEND_SECONDS = 0.2
"""How long the change from kept to refined poses takes at each end of a range of frames."""
SAME_TURN, SAME_PLACE = np.radians(15.0), 0.3
"""Medians below which poses count as given in the world of the keypoints: radians and metres."""

REACH_STEPS = 5
REACH_DEVIATION = 0.03
LIMB_DEVIATION = float(np.deg2rad(8.0))
"""When joints reach for the refined body from kept ones: metres by which points, and radians by which
rotations may differ from it. Hands come within 2 cm from a trunk that is 12 degrees off in every joint."""
LARGEST_TURN = 0.5
CHUNK = 64


def kept_poses(given: Poses, aligned: Poses) -> Poses:
    """The initial poses for where nothing is refined: as given, if they lie where the keypoints are.

    aligned: the same poses brought to the world of the keypoints.
    """
    turn = np.median(geodesic_angle(given[0][:, 0], aligned[0][:, 0]))
    move = np.median(np.linalg.norm(given[1] - aligned[1], axis=-1))
    return given if turn < SAME_TURN and move < SAME_PLACE else aligned


def standing(refined: Poses, frames: int) -> Poses:
    """The rest pose in so many frames, upright, at the place and with the heading of the first refined
    one."""
    rotations, pelvis = refined
    front = rotations[0, 0, :, 2]
    heading = matrix_from_axis_angle(np.array([0.0, np.arctan2(front[0], front[2]), 0.0]))
    rest = np.tile(np.eye(3), (frames, JOINT_COUNT, 1, 1))
    rest[:, 0] = heading
    return rest, np.tile(pelvis[:1], (frames, 1))


def shares(controls: Controls, frame_ids: np.ndarray, fps: float) -> np.ndarray:
    """(T, 1) in 0..1, how far each frame goes from its initial to its refined pose; (T, 24) where limbs
    differ."""
    covered = controls.cover(frame_ids)
    share = covered[:, None] * np.atleast_1d(controls.shares)
    if covered.all() or not covered.any():
        return share
    rows = np.flatnonzero(covered)
    first, last = frame_ids[rows[0]], frame_ids[rows[-1]]
    steps = max(min(round(BLEND_SECONDS * fps), (last - first) // 3), 0) + 1
    ramp = np.ones(len(frame_ids))
    if rows[0] > 0:
        ramp = np.minimum(ramp, (frame_ids - first + 1) / steps)
    if rows[-1] < len(frame_ids) - 1:
        ramp = np.minimum(ramp, (last - frame_ids + 1) / steps)
    ramp = np.clip(ramp, 0.0, 1.0)
    return np.asarray(share * (ramp**2 * (3.0 - 2.0 * ramp))[:, None])


def blend(kept: Poses, refined: Poses, share: np.ndarray) -> Steps[Poses]:
    """That share, (T, 1) or (T, 24), of the way from kept to refined poses, each joint along the shortest
    turn."""

    def blended(rows: slice) -> Poses:
        parts = ((kept[0][rows], kept[1][rows]), (refined[0][rows], refined[1][rows]))
        return _blend(*parts, share[rows])

    found: Poses = yield from in_chunks(blended, len(share))
    return found


def _blend(kept: Poses, refined: Poses, share: np.ndarray) -> Poses:
    turn = axis_angle_from_matrix(np.swapaxes(kept[0], -1, -2) @ refined[0])
    rotations = kept[0] @ matrix_from_axis_angle(turn * share[..., None])
    pelvis = kept[1] + (refined[1] - kept[1]) * share[:, :1]
    everywhere = np.broadcast_to(share, rotations.shape[:2])
    for end, poses in ((0.0, kept), (1.0, refined)):
        there = everywhere == end
        rotations[there], pelvis[there[:, 0]] = poses[0][there], poses[1][there[:, 0]]
    return rotations, pelvis


def only_joints(kept: Poses, refined: Poses, bones: np.ndarray, chosen: np.ndarray) -> Steps[Poses]:
    """The refined pose in the chosen joints (24,), the kept one in the others.

    A chosen limb hangs on kept joints, so it turns to reach the places that it has on the refined body.
    """
    rotations = np.where(chosen[:, None, None], refined[0], kept[0])
    pelvis = refined[1] if chosen[0] else kept[1]
    limbs = chosen.copy()
    limbs[0] = False
    if limbs.any():
        moved = _points_on(limbs)
        for start in range(0, len(rotations), CHUNK):
            rows = slice(start, start + CHUNK)
            joints, world = forward(refined[0][rows], refined[1][rows], bones)
            places = point_positions(joints, world, bones, moved)
            near = yield from _reach(rotations[rows], pelvis[rows], bones, moved, places, limbs)
            rotations[rows] = near
    return rotations, pelvis


def _points_on(limbs: np.ndarray) -> np.ndarray:
    """Canonical points that hang on these joints (24,) alone, and the joints at the ends of their bones."""
    ends = limbs[list(PARENTS)] | limbs
    ends[0] = limbs[0]
    joints = [POINT_INDEX[name] for name, end in zip(JOINT_NAMES, ends, strict=True) if end]
    return np.union1d(np.flatnonzero(POINT_WEIGHTS[:, limbs].sum(1) > 0.99), joints)


def _reach(
    rotations: np.ndarray,
    pelvis: np.ndarray,
    bones: np.ndarray,
    points: np.ndarray,
    places: np.ndarray,
    limbs: np.ndarray,
) -> Steps[np.ndarray]:
    """Gauss–Newton on the turns of `limbs` (24,) that bring points (P,) to places (B, P, 3)."""
    axes = np.flatnonzero(np.repeat(limbs, 3))
    reference, batch = rotations, len(rotations)
    precision = LIMB_DEVIATION**-2
    for _ in range(REACH_STEPS):
        found, jacobian = points_and_jacobian(rotations, pelvis, bones, points)
        rows = jacobian[..., axes].reshape(batch, -1, len(axes)) / REACH_DEVIATION
        residual = (places - found).reshape(batch, -1, 1) / REACH_DEVIATION
        away = axis_angle_from_matrix(np.swapaxes(reference, -1, -2) @ rotations).reshape(batch, -1)
        normal = np.swapaxes(rows, -1, -2) @ rows + precision * np.eye(len(axes))
        pull = (np.swapaxes(rows, -1, -2) @ residual)[..., 0] - precision * away[:, axes]
        turn = np.zeros((batch, JOINT_COUNT * 3))
        turn[:, axes] = np.linalg.solve(normal, pull[..., None])[..., 0]
        turn = turn.reshape(batch, JOINT_COUNT, 3)
        angle = np.linalg.norm(turn, axis=-1, keepdims=True)
        rotations = rotations @ matrix_from_axis_angle(
            turn * np.minimum(LARGEST_TURN / np.maximum(angle, 1e-9), 1.0)
        )
        yield None
    return rotations
