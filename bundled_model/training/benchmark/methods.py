"""The columns of the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch

from addon.body.rotations import matrix_from_six_d, six_d_from_matrix
from addon.motion import Motion
from addon.recording import Poses
from addon.refiner import refine
from addon.refiner.piece import Recipe
from addon.refiner.start.closed_form import lay_on
from addon.refiner.start.solver import Evidence, solve

from ..metrics import Posed
from ..pairwise.network import POINT_COUNT, WEIGHTS, PairwiseNetwork
from ..pairwise.network import load as load_pairwise
from ..smplify import smplify, smplify_adam
from ..synthesis import scatter_points
from .cases import Case
from .solvers import FAR, OUTLIER_SCALE, Chain, Solver, absolute_prior, evidence_of, initial_of
from .swing import analytic_swing
from .tasks import Problem, frames_of

OURS, NO_POLISH, START = "ours", "ours, no polish", "ours, start"
FRAME_BY_FRAME = "ours, frame by frame"
PAIRWISE = "pairwise net"
SMPLIFY, SMPLIFY_ADAM = "SMPLify L-BFGS", "SMPLify Adam"
ADAM_BATCH = 512


@dataclass(frozen=True)
class Method:
    """A column: what it does with a problem, and in which cases.

    sampled: too slow for every frame; `run` is given single frames, evenly spread.
    """

    name: str
    run: Callable[[Problem], Posed]
    when: Callable[[Case], bool] = lambda case: True
    sampled: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether the refiner's network or steps are part of it, and it changes with them."""
        return self.name.startswith("ours")


def do_nothing(problem: Problem) -> Posed:
    """The initial pose."""
    poses = problem.person.poses
    assert poses is not None
    return Posed(poses.rotations, poses.pelvis, problem.bones)


def published(problem: Problem) -> Posed:
    """SMPLify with L-BFGS, frame by frame."""
    initial = initial_of(problem)
    found = [
        smplify(points, problem.indices, problem.bones, initial=None if initial is None else initial[row])
        for row, points in enumerate(problem.points)
    ]
    rotations, pelvis = (np.stack(parts).astype(float) for parts in zip(*found, strict=True))
    return Posed(rotations, pelvis, problem.bones)


def published_adam(problem: Problem) -> Posed:
    """SMPLify with Adam, many frames at once."""
    initial, found = initial_of(problem), []
    for first in range(0, len(problem.points), ADAM_BATCH):
        rows = slice(first, first + ADAM_BATCH)
        begin = None if initial is None else initial[rows]
        found.append(smplify_adam(problem.points[rows], problem.indices, problem.bones, begin))
    rotations, pelvis = (np.concatenate(parts).astype(float) for parts in zip(*found, strict=True))
    return Posed(rotations, pelvis, problem.bones)


@torch.inference_mode()
def pairwise(problem: Problem) -> Posed:
    """The paper's network: from the initial pose where there is one; else frame after frame, as its sequence
    mode does, the first frame from the solver."""
    network, bones = _pairwise_network(), torch.as_tensor(problem.bones, dtype=torch.float32)
    known = np.isfinite(problem.points).all(-1, keepdims=True)
    columns = np.concatenate([np.nan_to_num(problem.points), known], -1).astype(np.float32)
    full = torch.as_tensor(scatter_points(columns, problem.indices.tolist()))
    targets, given = full[..., :3].contiguous(), full[..., 3].contiguous()
    assert targets.shape[1] == POINT_COUNT
    initial = initial_of(problem)
    if initial is not None:
        rotations, pelvis = network.refine(torch.as_tensor(initial), bones, targets, given)
    else:
        rotations, pelvis = _chain(network, _first_pose(problem), bones, targets, given)
    return Posed(rotations.double().numpy(), pelvis.double().numpy(), problem.bones)


def _chain(
    network: PairwiseNetwork,
    pose: torch.Tensor,
    bones: torch.Tensor,
    targets: torch.Tensor,
    given: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    found = []
    for row in range(len(targets)):
        pose, pelvis = network.refine(pose, bones, targets[row : row + 1], given[row : row + 1])
        found.append((pose, pelvis))
    rotations, places = zip(*found, strict=True)
    return torch.cat(rotations), torch.cat(places)


def _first_pose(problem: Problem) -> torch.Tensor:
    positions, precision = evidence_of(problem, smooth=False)
    prior, bones = absolute_prior(full=True), problem.bones.astype(np.float32)
    evidence = Evidence(problem.indices, positions[:1], precision[:1])
    rotations, pelvis = lay_on(prior.reference[None].copy(), evidence, bones)
    return torch.as_tensor(solve(rotations, pelvis, bones, evidence, (prior,), FAR, OUTLIER_SCALE)[0])


@lru_cache(maxsize=1)
def _pairwise_network() -> PairwiseNetwork:
    return load_pairwise()


def refiner(recipe: Recipe) -> Callable[[Problem], Posed]:
    """The refiner, or a part of it."""

    def run(problem: Problem) -> Posed:
        bones = problem.bones if problem.bones_known else None
        motion = refine(problem.person, recipe=recipe, bone_offsets=bones)
        return Posed(motion.rotations, motion.pelvis, motion.bone_offsets)

    return run


def frame_by_frame(problem: Problem) -> Posed:
    """The refiner in the paper's sequence mode: every frame alone, the one before as its initial pose."""
    found: list[Motion] = []
    for row in range(len(problem.points)):
        person = frames_of(problem.person, slice(row, row + 1))
        poses = Poses(found[-1].rotations, found[-1].pelvis) if found else None
        found.append(refine(replace(person, poses=poses), bone_offsets=problem.bones))
    rotations, pelvis = (np.concatenate([getattr(one, k) for one in found]) for k in ("rotations", "pelvis"))
    return Posed(rotations, pelvis, problem.bones)


def filtered(width: float) -> Callable[[Problem], Posed]:
    """Each rotation smoothed by a Gaussian of this width in frames, and nothing else."""

    def run(problem: Problem) -> Posed:
        poses = problem.person.poses
        assert poses is not None
        frames = np.arange(len(poses.rotations))
        kernel = np.exp(-0.5 * ((frames[:, None] - frames) / width) ** 2)
        kernel /= kernel.sum(1, keepdims=True)
        smooth = np.tensordot(kernel, six_d_from_matrix(poses.rotations), 1)
        return Posed(matrix_from_six_d(smooth), kernel @ poses.pelvis, problem.bones)

    return run


def _has_initial(case: Case) -> bool:
    return case.has_initial


def _has_keypoints(case: Case) -> bool:
    return not case.alone


def _start_and_keypoints(case: Case) -> bool:
    return case.has_initial and not case.alone


def _has_time(case: Case) -> bool:
    return case.stride is None and not case.alone


def _alone(case: Case) -> bool:
    return case.alone


METHODS = (
    Method("do nothing", do_nothing, _has_initial),
    Method("rotation filter 1", filtered(1.0), _alone),
    Method("rotation filter 2", filtered(2.0), _alone),
    Method("rotation filter 3", filtered(3.0), _alone),
    Method(SMPLIFY, published, _has_keypoints, sampled=True),
    Method(SMPLIFY_ADAM, published_adam, _has_keypoints),
    Method("LM diagonal", Solver(full=False), _has_keypoints),
    Method("LM", Solver(start=False), _has_keypoints),
    Method("LM from start", Solver(), _start_and_keypoints),
    Method("smoothed LM", Solver(smooth=True, start=False), _has_time),
    Method(
        "smoothed LM from start",
        Solver(smooth=True),
        lambda case: case.estimator is not None and not case.alone,
    ),
    Method("LM chain diagonal", Chain(full=False), lambda case: case.roll_out),
    Method("LM chain", Chain(), lambda case: case.roll_out),
    Method("swing", analytic_swing, _has_keypoints),
    Method(PAIRWISE, pairwise, _has_keypoints),
    Method(FRAME_BY_FRAME, frame_by_frame, lambda case: case.roll_out),
    Method(START, refiner(Recipe(network=False))),
    Method(NO_POLISH, refiner(Recipe(polish=False)), _has_keypoints),
    Method(OURS, refiner(Recipe())),
)


def available() -> tuple[Method, ...]:
    """All methods that can run here: the pairwise network is left out until it was trained."""
    return tuple(method for method in METHODS if method.name != PAIRWISE or Path(WEIGHTS).exists())
