"""Batched Gauss–Newton on joint rotations: the closed-form half of the refiner.

Minimises, independently for each of B frames,

    sum_p w_p |target_p - point_p|^2  +  rho^T Lambda rho,     rho_j = log(reference_j^T R_j)

over 24 local rotations and the pelvis position, with an analytic Jacobian (`jacobian`). Written once
against the array API: NumPy and torch, CPU and CUDA, differentiable.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from ...body.arrays import array_namespace, device
from ...body.rotations import FEW, axis_angle_from_matrix, log_gradient, matrix_from_axis_angle, turned_back
from ...body.skeleton import JOINT_COUNT
from ...steps import Stepped, Steps
from .jacobian import EVERY, Levers, levers, moving, swept

LARGEST_STEP = 0.8
"""Radians that one joint may turn in one iteration; keeps far starts from tumbling."""
DAMPING, RELATIVE_DAMPING = 1e-3, 1e-6
LENIENT = 8.0
"""Points may lie so many times as far off as a step looks vaguely before their pull fades, too: feet of
somebody who sits or kneels start half a metre off, and would never pull the knees round. Chosen on the
validation subjects, bent all through a clip."""


@dataclass(frozen=True)
class Evidence:
    """Target positions of canonical points.

    indices: (P,) which canonical points. positions: (B, P, 3) metres, any value where the precision is 0.
    precision: (B, P) in 1/m^2, 0 where a point is missing.
    metric: (3, 3) symmetric, by which what points are off in the world is multiplied before it is weighed:
    one camera is vaguer along its view. None: all directions count alike.
    """

    indices: np.ndarray
    positions: Any
    precision: Any
    metric: Any = None

    def rows(self, frames: Any) -> Evidence:
        """That of some of the frames."""
        return replace(self, positions=self.positions[frames], precision=self.precision[frames])


@dataclass(frozen=True, eq=False)
class Prior:
    """What pose is likely: reference (24, 3, 3) or (B, 24, 3, 3), and its precision in 1/rad^2 as a full
    matrix (72, 72) or, per joint axis, as (B, 24, 3) or (24, 3)."""

    reference: Any
    precision: Any

    def rows(self, frames: Any) -> Prior:
        """That of some of the frames."""
        reference, precision = self.reference, self.precision
        return Prior(
            reference[frames] if reference.ndim == 4 else reference,
            precision[frames] if precision.ndim == 3 else precision,
        )


@dataclass(frozen=True)
class Outlook:
    """All priors together on the turns of the joints that move points (J of them, N = 3 J), once the others
    (H turns) follow them as they like best.

    full (N + 3, N + 3), nothing on translations, and diagonal (N,) or (B, N) add up to the precision;
    hidden (H, H) or (H,) or (B, H): the precision of the others, spread (H, H): its inverse if it is a full
    one, link (H, N): by how much they turn back with the first. first, others: which turns these are; order
    (72,): where each turn stands in the first and the others in a row, None where no joint is hidden.
    """

    joints: tuple[int, ...]
    full: Any = None
    diagonal: Any = None
    hidden: Any = None
    spread: Any = None
    link: Any = None
    first: Any = None
    others: Any = None
    order: Any = None


def outlook(priors: tuple[Prior, ...], indices: np.ndarray) -> Outlook:
    """What these priors leave to the joints that move any of these canonical points, indices (P,)."""
    joints = moving(tuple(indices.tolist()))
    if len(priors) == 1 and _is_full(priors[0]) and isinstance(priors[0].precision, np.ndarray):
        return _of_one(priors[0], joints)
    return _outlook(priors, joints)


@lru_cache(maxsize=8)
def _of_one(prior: Prior, joints: tuple[int, ...]) -> Outlook:
    """That of a full prior alone, which is asked for again and again."""
    return _outlook((prior,), joints)


def _outlook(priors: tuple[Prior, ...], joints: tuple[int, ...]) -> Outlook:
    full = _sum([prior.precision for prior in priors if _is_full(prior)])
    single = _sum([_by_turn(prior) for prior in priors if not _is_full(prior)])
    if full is not None and single is not None and single.ndim > 1:
        joints = EVERY  # what the others like best differs from frame to frame
    if len(joints) == JOINT_COUNT:
        return Outlook(EVERY, None if full is None else _beside_place(full), single)
    first, others, order = _places(joints)
    if full is None:
        told, hidden = single[..., first], single[..., others] + DAMPING
        return Outlook(joints, diagonal=told, hidden=hidden, first=first, others=others, order=order)
    xp = array_namespace(full)
    if single is not None:
        full = full + xp.eye(len(full), dtype=full.dtype, device=device(full)) * single
    own = full[others][:, others]
    own = own + DAMPING * xp.eye(len(own), dtype=full.dtype, device=device(full))
    spread = xp.linalg.inv(own)
    link = spread @ full[others][:, first]
    rest = full[first][:, first] - full[first][:, others] @ link
    places = {"first": first, "others": others, "order": order}
    return Outlook(joints, full=_beside_place(rest), hidden=own, spread=spread, link=link, **places)


def _beside_place(precision: Any) -> Any:
    """Precision (N + 3, N + 3) of turns and translations where only that of turns (N, N) is known."""
    xp, turns = array_namespace(precision), precision.shape[0]
    whole = xp.zeros((turns + 3, turns + 3), dtype=precision.dtype, device=device(precision))
    whole[:turns, :turns] = precision
    return whole


def _sum(values: list[Any]) -> Any:
    return sum(values[1:], values[0]) if values else None


def _is_full(prior: Prior) -> bool:
    turns = JOINT_COUNT * 3
    return bool(prior.precision.shape[-2:] == (turns, turns))


def _by_turn(prior: Prior) -> Any:
    """Precision (72,) or (B, 72)."""
    return array_namespace(prior.precision).reshape(
        prior.precision, (*prior.precision.shape[:-2], JOINT_COUNT * 3)
    )


@lru_cache(maxsize=16)
def _places(joints: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The turns of these joints, those of the others, and where each of all stands in the two in a row."""
    first = [3 * joint + axis for joint in joints for axis in range(3)]
    others = [turn for turn in range(JOINT_COUNT * 3) if turn not in first]
    return np.array(first), np.array(others), np.argsort(first + others)


@Stepped
def solve(
    rotations: Any,
    pelvis: Any,
    bone_offsets: Any,
    evidence: Evidence,
    priors: tuple[Prior, ...],
    coarse: tuple[float, ...] = (0.0, 0.0),
    outlier_scale: float | None = None,
    enough: float = 0.0,
    likely: bool = False,
) -> Steps[tuple[Any, Any]]:
    """Fits poses to evidence under priors, half an iteration a step.

    rotations (B, 24, 3, 3), pelvis (B, 3): where to start. bone_offsets (24, 3) or (B, 24, 3).
    coarse: one iteration per entry, with that much added to every point's standard deviation (metres).
    outlier_scale: distance in metres from which a point's pull fades (Geman–McClure), farther off in coarse
    iterations; None for none.
    enough: a frame whose step gains less than this (twice the logarithm of its likelihood) takes no further
    one that looks no closer.
    likely: whether the poses begin where the priors have them, but for what these leave open.
    Returns the fitted rotations and pelvis.
    """
    known = outlook(priors, evidence.indices)
    now: tuple[Any, Any] = rotations, pelvis
    held = tuple(Prior(rotations, prior.precision) for prior in priors) if likely else priors
    whole: Any = None
    rows: Any = None
    for extra, following in zip(coarse, (*coarse[1:], None), strict=True):
        system = linearise(*now, bone_offsets, evidence, held, extra, outlier_scale, known)
        yield None
        change, held = _change(system), priors
        now = moved(*now, system.whole(change))
        if whole is not None:
            whole[0][rows], whole[1][rows] = now
        yield None
        if not enough or following != extra:
            continue
        xp = array_namespace(change)
        onward = xp.nonzero(xp.sum(system.vector * change, axis=-1) > enough)[0]
        if len(onward) == len(change):
            continue
        whole, rows = (now, onward) if whole is None else (whole, rows[onward])
        if not len(onward):
            break
        now, evidence = (now[0][onward], now[1][onward]), evidence.rows(onward)
        held = priors = tuple(prior.rows(onward) for prior in priors)
        bone_offsets = bone_offsets[onward] if bone_offsets.ndim == 3 else bone_offsets
        known = outlook(priors, evidence.indices)
    return now if whole is None else whole


def _change(system: System) -> Any:
    """The turns and translations (B, N + 3) that solve it."""
    on_numpy = isinstance(system.matrix, np.ndarray)
    solver = np.linalg if on_numpy else array_namespace(system.matrix).linalg
    return solver.solve(system.matrix, system.vector[..., None])[..., 0]


@dataclass(frozen=True)
class System:
    """Normal equations of B frames over the N turns of the joints that move points and 3 translations, and
    what they were made from.

    matrix (B, N + 3, N + 3), vector (B, N + 3). rows (B, N + 3, 3 P): how the points' coordinates change,
    first the x of all points, and residual (B, 3 P), both multiplied by root (B, P), the square root of the
    precision. pulled (B, H): where the priors want the turns of the other joints. known: the priors.
    """

    matrix: Any
    vector: Any
    rows: Any
    residual: Any
    root: Any
    known: Outlook
    pulled: Any = None

    def whole(self, change: Any) -> Any:
        """All turns and translations (B, 75) that belong to a change (B, N + 3) of the first."""
        if self.pulled is None:
            return change
        xp = array_namespace(change)
        turns, link = change[:, :-3], self.known.link
        others = self.pulled if link is None else self.pulled - turns @ xp.matrix_transpose(link)
        every = xp.concat([turns, others], axis=-1)[:, self.known.order]
        return xp.concat([every, change[:, -3:]], axis=-1)


def linearise(
    rotations: Any,
    pelvis: Any,
    bone_offsets: Any,
    evidence: Evidence,
    priors: tuple[Prior, ...],
    extra: float = 0.0,
    outlier_scale: float | None = None,
    known: Outlook | None = None,
) -> System:
    """The Gauss–Newton step of each frame as a linear system; arguments as in `solve`, known: `outlook` of
    the priors."""
    xp = array_namespace(rotations)
    known = outlook(priors, evidence.indices) if known is None else known
    found = levers(rotations, pelvis, bone_offsets, evidence.indices, known.joints)
    residual = xp.matrix_transpose(evidence.positions) - found.points
    precision = evidence.precision / (1.0 + evidence.precision * extra**2)
    if outlier_scale is not None:
        squared = xp.sum(residual**2, axis=-2) / (outlier_scale**2 + (LENIENT * extra) ** 2)
        precision = precision / (1.0 + squared) ** 2
    root = xp.sqrt(precision)
    rows, residual = _rows(found, root, evidence.metric), residual * root[:, None]
    if evidence.metric is not None:
        residual = evidence.metric @ residual
    weighted = xp.reshape(residual, (len(root), 3 * root.shape[1]))
    matrix, vector = rows @ xp.matrix_transpose(rows), (rows @ weighted[..., None])[..., 0]
    pulled = _add_priors(matrix, vector, rotations, priors, known)
    diagonal = _diagonal(matrix)
    # What no evidence tells must not be left to the last digits of single precision.
    diagonal += DAMPING + RELATIVE_DAMPING * xp.max(diagonal, axis=-1, keepdims=True)
    return System(matrix, vector, rows, weighted, root, known, pulled)


def _diagonal(matrices: Any) -> Any:
    """The diagonals (B, N) of matrices (B, N, N), as a view that can be added to."""
    xp = array_namespace(matrices)
    return xp.reshape(matrices, (matrices.shape[0], -1))[:, :: matrices.shape[-1] + 1]


def moved(rotations: Any, pelvis: Any, step: Any) -> tuple[Any, Any]:
    """Poses after a step (B, 75) of turns in each joint's own axes and translation; turns are limited."""
    xp = array_namespace(rotations)
    turn = xp.reshape(step[..., : JOINT_COUNT * 3], (*step.shape[:-1], JOINT_COUNT, 3))
    if isinstance(turn, np.ndarray) and turn.size < FEW:
        squared = np.add.reduce(turn * turn, -1, keepdims=True)
    else:
        x, y, z = turn[..., :1], turn[..., 1:2], turn[..., 2:]
        squared = x * x + y * y + z * z
    angle = xp.sqrt(squared + 1e-18)
    turn = turn * (LARGEST_STEP / xp.clip(angle, LARGEST_STEP, None))
    return rotations @ matrix_from_axis_angle(turn), pelvis + step[..., JOINT_COUNT * 3 :]


def _rows(found: Levers, root: Any, metric: Any) -> Any:
    """(B, N + 3, 3 P) of a `System`."""
    xp = array_namespace(root)
    batch, points = root.shape
    each = _all_alike(xp, root.dtype, device(root)) if metric is None else metric
    shift = xp.reshape(each[..., None] * root[:, None, None], (batch, 3, 3 * points))
    return xp.concat([swept(found.world, found.arms * root[:, None, None], metric), shift], axis=1)


@lru_cache(maxsize=4)
def _all_alike(xp: Any, dtype: Any, where: Any) -> Any:
    """The metric by which all directions count alike."""
    return xp.eye(3, dtype=dtype, device=where)


def _add_priors(matrix: Any, vector: Any, rotations: Any, priors: tuple[Prior, ...], known: Outlook) -> Any:
    """Adds priors in place, with their exact pull; their curvature is that of small deviations. Returns where
    they want the turns of the hidden joints."""
    xp = array_namespace(rotations)
    turns = vector.shape[1] - 3
    if known.full is not None:
        matrix += known.full
    if known.diagonal is not None:
        diagonal = _diagonal(matrix)[:, :turns]
        diagonal += known.diagonal
    pulls = [_pull(rotations, prior) for prior in priors if prior.reference is not rotations]
    if not pulls:
        hidden = (len(vector), JOINT_COUNT * 3 - turns)
        return xp.zeros(hidden, dtype=vector.dtype, device=device(vector)) if hidden[1] else None
    pull = _sum(pulls)
    if known.order is None:
        vector[:, :turns] -= pull
        return None
    others = -pull[:, known.others]
    if known.link is None:
        vector[:, :turns] -= pull[:, known.first]
        return others / known.hidden
    vector[:, :turns] -= pull[:, known.first] + others @ known.link
    return others @ known.spread


def _pull(rotations: Any, prior: Prior) -> Any:
    """(B, 72) how strongly a prior pulls the turns back."""
    xp = array_namespace(rotations)
    batch = rotations.shape[0]
    deviation = axis_angle_from_matrix(turned_back(prior.reference) @ rotations)
    if _is_full(prior):
        pull = xp.reshape(xp.reshape(deviation, (batch, -1)) @ prior.precision, deviation.shape)
    else:
        pull = prior.precision * deviation
    return xp.reshape(log_gradient(deviation, pull), (batch, -1))


def prior_cost(rotations: Any, prior: Prior) -> float:
    """rho^T Lambda rho of all frames together."""
    xp = array_namespace(rotations)
    batch, turns = rotations.shape[0], JOINT_COUNT * 3
    deviation = axis_angle_from_matrix(turned_back(prior.reference) @ rotations)
    if not _is_full(prior):
        return float(xp.sum(prior.precision * deviation**2))
    flat = xp.reshape(deviation, (batch, turns))
    return float(xp.sum((flat @ prior.precision) * flat))
