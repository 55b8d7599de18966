"""Analytic inverse kinematics: every bone is swung onto its keypoint, the twist stays the initial pose's."""

from __future__ import annotations

import numpy as np

from addon.body.kinematics import forward
from addon.body.rotations import skew
from addon.body.skeleton import JOINT_COUNT, PARENTS
from addon.refiner.network.model import load_model
from addon.refiner.start.closed_form import kabsch, lay_on, move_to
from addon.refiner.start.solver import Evidence

from ..metrics import Posed
from .solvers import evidence_of, initial_of
from .tasks import Problem

_CHILDREN = [[c for c in range(JOINT_COUNT) if PARENTS[c] == joint] for joint in range(JOINT_COUNT)]


def analytic_swing(problem: Problem) -> Posed:
    """From the pelvis outwards; where a joint has no keypoint to point at, its initial rotation stays."""
    positions, precision = evidence_of(problem, smooth=False)
    initial = initial_of(problem)
    if initial is None:
        initial = np.broadcast_to(load_model().prior_mean, (len(positions), 24, 3, 3)).copy()
    bones = problem.bones.astype(np.float32)
    evidence = Evidence(problem.indices, positions, precision)
    rotations, pelvis = lay_on(initial, evidence, bones)
    column = {int(point): k for k, point in enumerate(problem.indices)}
    if 0 in column:
        seen = precision[:, column[0]] > 0
        pelvis = np.where(seen[:, None], positions[:, column[0]], pelvis)
    for joint in range(JOINT_COUNT):
        children = [child for child in _CHILDREN[joint] if child in column]
        if children:
            columns = [column[child] for child in children]
            goals, seen = positions[:, columns], precision[:, columns] > 0
            rotations[:, joint] = _turned(rotations, pelvis, bones, joint, children, goals, seen)
    if 0 not in column:
        pelvis = move_to(rotations, evidence, bones)
    return Posed(rotations.astype(float), pelvis.astype(float), problem.bones)


def _turned(
    rotations: np.ndarray,
    pelvis: np.ndarray,
    bones: np.ndarray,
    joint: int,
    children: list[int],
    goals: np.ndarray,
    seen: np.ndarray,
) -> np.ndarray:
    """The joint's local rotations (T, 3, 3) that point its bones at goals (T, C, 3)."""
    joints, world = forward(rotations, pelvis, bones)
    own = world[:, joint]
    here = joints[:, [joint]]
    bones_now, bones_then = joints[:, children] - here, goals - here
    if len(children) == 1:
        turn = _swing(bones_now[:, 0], bones_then[:, 0])
    else:
        turn = _about_joint(bones_now, bones_then, seen.astype(np.float32))
    turn = np.where((seen.sum(1) == len(children))[:, None, None], turn, np.eye(3, dtype=np.float32))
    above = world[:, PARENTS[joint]] if joint else np.broadcast_to(np.eye(3, dtype=np.float32), own.shape)
    return np.swapaxes(above, -1, -2) @ turn @ own


def _about_joint(source: np.ndarray, target: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Turns (T, 3, 3) about the origin that lay vectors (T, C, 3) on others (Kabsch)."""
    both = [np.concatenate([vectors, -vectors], 1) for vectors in (source, target)]
    return kabsch(both[0], both[1], np.concatenate([weights, weights], 1))[0]


def _swing(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The smallest turns (T, 3, 3) from directions (T, 3) to others."""
    a, b = (v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9) for v in (source, target))
    cross = skew(np.cross(a, b))
    cosine = (a * b).sum(-1)[:, None, None]
    return np.eye(3, dtype=a.dtype) + cross + cross @ cross / np.maximum(1.0 + cosine, 1e-6)
