"""The closed-form start: a pose for every frame from its keypoints, near which the network refines.

Without an initial pose: the trunk is laid on its keypoints (Kabsch), then a few Gauss–Newton steps, coarse
to fine, under an absolute pose prior. With one (an estimator's result, an earlier frame), the steps begin
there and a second prior holds each joint to it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...body.arrays import array_namespace, device
from ...body.kinematics import forward
from ...body.points import POINT_NAMES, point_positions
from ...body.quantiles import median
from ...body.skeleton import JOINT_COUNT
from ...steps import Stepped, Steps
from ..evidence.targets import Targets
from .jacobian import points_and_jacobian
from .solver import Evidence, Prior, solve

Initial = tuple[np.ndarray, np.ndarray]
"""Rotations (T, 24, 3, 3) and pelvis (T, 3) of an estimator."""

_TRUNK_WORDS = ("pelvis", "hip", "spine", "collar", "shoulder", "neck", "thorax")
TRUNK = np.array([any(word in name for word in _TRUNK_WORDS) for name in POINT_NAMES])
"""(P,) canonical points that move nearly rigidly with the trunk."""

COARSE_TO_FINE, COARSE_TO_VAGUE = (0.10, 0.05, 0.02, 0.0, 0.0), (0.10, 0.04, 0.0, 0.0)
FROM_NEIGHBOURS, FROM_NEAR, VAGUE = (0.02, 0.0), (0.0, 0.0), 0.003
"""Metres; where half the points are known worse than VAGUE, neighbours' poses are near enough to look as
close at once."""
ANCHOR_STRIDE = 6
"""Frames at 30 a second from one that is fitted from nothing to the next; those between start there."""
FROM_INITIAL = (0.03, 0.0, 0.0)
OUTLIER_SCALE = 0.12
ENOUGH, SETTLED = 100.0, 500.0
"""A frame whose step gains less than this is so near that the next would gain next to nothing: one that
started from nothing, or from its neighbours."""
FAR = 10.0
"""A pose between two anchors settles on its own vague points only if it is by this farther from them than
these are from theirs: a fifth of a second apart, others tell nothing new."""
ASTRAY = 400.0
"""A pose that settled so much farther from its points than anchors beside it did is another one."""
FEWEST_TRUNK_POINTS, BESIDE_TRUNK = 3, 0.01
"""From so many points of the trunk on, others count by that share: shoulders and neck alone lie on a line."""
INITIAL_DEVIATION = float(np.deg2rad(10.0))
"""How far each joint axis of an initial pose is expected to be off, in radians, if nothing is known of it."""
INITIAL_DEVIATIONS = (float(np.deg2rad(1.5)), INITIAL_DEVIATION)
MODESTY = 1.2
"""How much further an initial pose is taken to be off than its points show: what turns about bones is hidden.
Chosen on the validation subjects."""
MODESTY_ALONE = 2.2
"""The same where frames stand alone: an earlier frame's pose errs in what has moved since, unevenly."""
JUDGED_FRAMES, FARTHEST_APART = 64, 0.6


@Stepped
def start_from_keypoints(
    evidence: Evidence, bone_offsets: Any, prior: Prior, coarse: tuple[float, ...] = COARSE_TO_FINE
) -> Steps[tuple[Any, Any]]:
    """Rotations (B, 24, 3, 3) and pelvis (B, 3) from evidence alone; `prior` is the absolute one, which says
    nothing of how the root lies; coarse as `solve` takes it."""
    xp = array_namespace(evidence.positions)
    batch = evidence.positions.shape[0]
    mean = xp.broadcast_to(prior.reference, (batch, *prior.reference.shape))
    rotations, pelvis = lay_on(mean, evidence, bone_offsets)
    yield None
    return (
        yield from solve.steps(
            rotations, pelvis, bone_offsets, evidence, (prior,), coarse, OUTLIER_SCALE, ENOUGH, likely=True
        )
    )


@Stepped
def start_from_initial(
    initial: Any, pelvis: Any, evidence: Evidence, bone_offsets: Any, priors: tuple[Prior, ...]
) -> Steps[tuple[Any, Any]]:
    """Rotations (B, 24, 3, 3) and pelvis (B, 3) from an initial pose (B, 24, 3, 3) and evidence."""
    return (
        yield from solve.steps(
            initial, pelvis, bone_offsets, evidence, priors, FROM_INITIAL, OUTLIER_SCALE, ENOUGH
        )
    )


def from_neighbours(targets: Targets) -> tuple[float, ...]:
    """`solve`'s iterations for frames that start from poses of their neighbours."""
    told = targets.precision[targets.precision > 0]
    vague = len(told) and median(told) < VAGUE**-2
    return FROM_NEAR if vague else FROM_NEIGHBOURS


def lay_on(rotations: Any, evidence: Evidence, bone_offsets: Any) -> tuple[Any, Any]:
    """Turns and moves whole poses (B, 24, 3, 3) so that their trunk lies on its keypoints (Kabsch)."""
    xp = array_namespace(rotations)
    batch = rotations.shape[0]
    nowhere = xp.zeros((batch, 3), dtype=rotations.dtype, device=device(rotations))
    joints, world = forward(rotations, nowhere, bone_offsets)
    points = point_positions(joints, world, bone_offsets, evidence.indices)
    trunk = xp.asarray(TRUNK[evidence.indices], dtype=rotations.dtype, device=device(rotations))
    known = xp.astype(evidence.precision > 0, rotations.dtype)
    enough = xp.sum(known * trunk, axis=-1, keepdims=True) >= FEWEST_TRUNK_POINTS
    share = xp.where(enough, known * (trunk + BESIDE_TRUNK), known)
    turn, origin_from, origin_to = kabsch(points, evidence.positions, share)
    first = turn @ rotations[:, 0]
    pelvis = origin_to - (turn @ origin_from[..., None])[..., 0]
    return xp.concat([first[:, None], rotations[:, 1:]], axis=1), pelvis


def move_to(rotations: Any, evidence: Evidence, bone_offsets: Any) -> Any:
    """Pelvis positions (B, 3) that bring poses (B, 24, 3, 3), as they are turned, onto their keypoints."""
    xp = array_namespace(rotations)
    nowhere = xp.zeros((rotations.shape[0], 3), dtype=rotations.dtype, device=device(rotations))
    joints, world = forward(rotations, nowhere, bone_offsets)
    points = point_positions(joints, world, bone_offsets, evidence.indices)
    share = evidence.precision / (xp.sum(evidence.precision, axis=-1, keepdims=True) + 1e-12)
    return xp.sum((evidence.positions - points) * share[..., None], axis=-2)


def strain(rotations: Any, pelvis: Any, evidence: Evidence, bone_offsets: Any) -> Any:
    """(B,) squares of how far poses (B, 24, 3, 3), pelvis (B, 3) are from their keypoints, in these' standard
    deviations."""
    xp = array_namespace(rotations)
    joints, world = forward(rotations, pelvis, bone_offsets)
    apart = evidence.positions - point_positions(joints, world, bone_offsets, evidence.indices)
    return xp.sum(evidence.precision * xp.sum(apart**2, axis=-1), axis=-1)


def initial_prior(initial: Any, deviation: Any = INITIAL_DEVIATION, root: float = np.inf) -> Prior:
    """Holds each joint to an initial pose (B, 24, 3, 3) that is `deviation` radians, a number or (B, 1, 1),
    off about each axis, and the root to one that is `root` radians off."""
    xp = array_namespace(initial)
    every = initial[..., 0] if getattr(deviation, "ndim", 0) else initial[0, ..., 0]
    precision = xp.ones_like(every) / deviation**2
    precision[..., 0, :] = 1.0 / root**2
    return Prior(initial, precision)


def initial_deviation(
    rotations: np.ndarray, pelvis: np.ndarray, targets: Targets, bones: np.ndarray, modesty: float = MODESTY
) -> float:
    """How far each joint axis of initial poses (T, 24, 3, 3) is off, in radians: what explains their distance
    from the targets, beyond what these are off themselves, times modesty. pelvis (T, 3)."""
    known = targets.precision > 0
    rows = np.flatnonzero(known.any(1))
    rows = rows[np.unique(np.linspace(0, len(rows) - 1, min(JUDGED_FRAMES, len(rows))).round().astype(int))]
    known, precision = known[rows], targets.precision[rows]
    points, jacobian = points_and_jacobian(rotations[rows], pelvis[rows], bones, targets.indices)
    share = (known / known.sum(1, keepdims=True))[..., None]
    apart = targets.positions[rows] - points
    apart = apart - (apart * share).sum(1, keepdims=True)
    swing = jacobian - (jacobian * share[..., None]).sum(1, keepdims=True)
    squared = np.minimum((apart**2).sum(-1), FARTHEST_APART**2) - 3.0 / np.where(known, precision, 1.0)
    swung = (swing**2).sum((-1, -2))
    variance = (squared * known).sum() / (swung * known).sum()
    return float(np.clip(modesty * np.sqrt(max(variance, 0.0)), *INITIAL_DEVIATIONS))


def is_given(initial: Initial | None, frames: int) -> np.ndarray:
    """(T,) bool, the frames with an initial pose that tells something."""
    return np.zeros(frames, bool) if initial is None else np.isfinite(initial[1][:, 0])


def filled(initial: Initial, given: np.ndarray, start: Initial) -> Initial | None:
    """Initial poses with a start where they are not given (T,); None where none is."""
    if not given.any():
        return None
    rotations, pelvis = np.where(given[:, None, None, None], initial[0], start[0]), initial[1]
    return rotations, np.where(given[:, None], pelvis, start[1])


def without_evidence(frames: int, initial: Initial | None) -> Initial:
    """A piece with too few keypoints in every frame: its initial poses, or nothing (NaN)."""
    if initial is not None:
        return initial
    return np.full((frames, JOINT_COUNT, 3, 3), np.nan), np.full((frames, 3), np.nan)


def kabsch(source: Any, target: Any, weights: Any) -> tuple[Any, Any, Any]:
    """Rotations (B, 3, 3) that turn source points (B, P, 3) onto target points, and both centres (B, 3).

    Weighted least squares; without any weight the rotation is one of many (Kabsch 1976).
    """
    xp = array_namespace(source)
    share = weights / (xp.sum(weights, axis=-1, keepdims=True) + 1e-12)
    centre_source = xp.sum(source * share[..., None], axis=-2)
    centre_target = xp.sum(target * share[..., None], axis=-2)
    spread = xp.matrix_transpose((source - centre_source[:, None]) * share[..., None])
    linalg = np.linalg if isinstance(spread, np.ndarray) else xp.linalg
    u, _, vt = linalg.svd(spread @ (target - centre_target[:, None]))
    unmirrored = xp.sign(linalg.det(u @ vt))
    last = u[..., 2:] * unmirrored[:, None, None]
    rotation = xp.matrix_transpose(xp.concat([u[..., :2], last], axis=-1) @ vt)
    return rotation, centre_source, centre_target


def as_evidence(targets: Targets, like: Any, precision: np.ndarray | None = None) -> Evidence:
    """Targets as arrays of the same library, precision and device as `like`; precision (B, P): another than
    theirs."""
    xp = array_namespace(like)
    kind = {"dtype": like.dtype, "device": device(like)}
    metric = None if targets.metric is None else xp.asarray(targets.metric, **kind)
    return Evidence(
        targets.indices,
        xp.asarray(targets.positions, **kind),
        xp.asarray(targets.precision if precision is None else precision, **kind),
        metric,
    )
