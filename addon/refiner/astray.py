"""A network that turns a body away from its points, as it may where somebody spins, is not followed there."""

from __future__ import annotations

import numpy as np

from ..body.rotations import matrix_from_axis_angle
from ..steps import Steps
from .evidence.targets import Targets
from .network.engine import Engine, to_numpy
from .start.closed_form import ASTRAY, Initial, as_evidence, move_to, strain
from .timeline import interpolate

FAR_TURN = 0.5
"""Radians that a body must be turned for it to be asked whether that is away from its points."""
TOGETHER = 64
"""Frames that are looked at in a step."""


def not_astray(
    engine: Engine, bones: np.ndarray, known: Targets, start: Initial, turns: np.ndarray
) -> Steps[np.ndarray]:
    """The network's turns (T, 24, 3) in radians, but where they take a body far away from points that the
    start fits: there it turns as in the frames around. bones (24, 3) metres."""
    far = np.flatnonzero(np.linalg.norm(turns[:, 0], axis=-1) > FAR_TURN)
    if not len(far):
        return turns
    astray = np.zeros(len(turns), bool)
    for first in range(0, len(far), TOGETHER):
        rows = far[first : first + TOGETHER]
        astray[rows] = _farther(engine, bones, known.rows(rows), start, turns, rows) > ASTRAY
        yield None
    near = np.flatnonzero(~astray)
    if len(near) in (0, len(turns)):
        return turns
    times = np.interp(np.flatnonzero(astray), near, np.arange(len(near)))
    turns = turns.copy()
    turns[astray] = interpolate(turns[near], times)
    return turns


def _farther(
    engine: Engine, bones: np.ndarray, known: Targets, start: Initial, turns: np.ndarray, rows: np.ndarray
) -> np.ndarray:
    """(N,) by how much farther turned poses are from their points, as `strain` has it, in these rows (N,) of
    start and turns."""
    rotations, pelvis, offsets = (engine.array(part) for part in (start[0][rows], start[1][rows], bones))
    evidence = as_evidence(known, offsets)
    turned = rotations @ matrix_from_axis_angle(engine.array(turns[rows]))
    after = strain(turned, move_to(turned, evidence, offsets), evidence, offsets)
    return to_numpy(after - strain(rotations, pelvis, evidence, offsets))
