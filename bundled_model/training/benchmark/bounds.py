"""What could be reached at all where a bar of the table does not hold: without noise, or told the truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from addon.body.rotations import geodesic_angle

from ..metrics import Posed
from .cases import CASES, Case
from .methods import OURS, available, do_nothing, filtered
from .run import HEADLINE
from .tasks import Task, tasks_of

WIDTHS = (0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 12.0)
"""Standard deviations in frames of the Gaussians that each joint's own best is chosen from."""
_OURS = next(method.run for method in available() if method.name == OURS)


def bounds(split: str, frames: int, seeds: int) -> Iterator[str]:
    """A line for each row of the card in white noise, and of poses alone."""
    yield "What could be reached: keypoints in white noise as they are → without any noise"
    for case in CASES:
        if case.decides and case.faults.white == 0.02 and case.stride is None and not case.roll_out:
            there = _mean(tasks_of(case, split, frames, seeds, HEADLINE))
            still = _mean(tasks_of(_noiseless(case), split, frames, seeds, HEADLINE))
            yield f"    {case.name:<46}{there[0]:5.1f} → {still[0]:.1f} mm, {there[1]:5.2f} → {still[1]:.2f}°"
    yield "Poses alone, rotation: as given, by the filter that is best for each joint by the truth, ours"
    for case in CASES:
        if case.alone:
            yield f"    {case.name:<46}{_alone(tasks_of(case, split, frames, seeds, HEADLINE))}"


def _noiseless(case: Case) -> Case:
    return replace(case, faults=replace(case.faults, white=0.0))


def _mean(tasks: list[Task]) -> np.ndarray:
    """(2,) surface error in mm and rotation error in degrees of what is refined."""
    figures = [task.score(_OURS(task.problem)) for task in tasks]
    return np.mean([(one.pve, one.rotation) for one in figures], axis=0)


def _alone(tasks: list[Task]) -> str:
    ways = do_nothing, None, _OURS
    degrees = [
        np.mean(
            [task.score(best_filter(task) if way is None else way(task.problem)).rotation for task in tasks]
        )
        for way in ways
    ]
    return " ".join(f"{error:6.2f}°" for error in degrees)


def best_filter(task: Task) -> Posed:
    """Each joint smoothed by the Gaussian that leaves least of its error."""
    found = [do_nothing(task.problem), *(filtered(width)(task.problem) for width in WIDTHS)]
    turns = np.stack([posed.rotations for posed in found])
    errors = geodesic_angle(turns, task.truth.rotations[None]).mean(1)
    best = errors.argmin(0)
    return replace(found[0], rotations=turns[best, :, np.arange(len(best))].swapaxes(0, 1))
