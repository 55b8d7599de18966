"""How fast refining is beside what it replaces: best of five, one thread each, ratios of one run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from addon.refiner import refine
from bundled_model.training.benchmark.cases import Case
from bundled_model.training.benchmark.methods import (
    PAIRWISE,
    SMPLIFY,
    SMPLIFY_ADAM,
    Method,
    available,
)
from bundled_model.training.benchmark.run import HEADLINE
from bundled_model.training.benchmark.tasks import Problem, frames_of, make_task
from bundled_model.training.motion_data import Clip, load_split
from bundled_model.training.synthesis import Faults

FRAMES = 1000
SMPLIFY_FRAMES = 3
INITIAL = 10.0
"""Degrees by which the initial pose is off that the pairwise network is given."""
SINGLE_FRAMES_A_SECOND = 60
WANTED = {SMPLIFY: 5000.0, SMPLIFY_ADAM: 5.0, PAIRWISE: 5.0}
"""How many times as fast as these the refiner has to be."""

Best = Callable[[Callable[[], object]], float]


ENGINES = ("numpy", "torch")


@dataclass(frozen=True)
class Speed:
    """Milliseconds a frame of the refiner by engine, over a whole clip and for one frame alone, and of
    others."""

    clip: dict[str, float]
    single: dict[str, float]
    others: dict[str, float]

    def lines(self) -> list[str]:
        """What is printed."""
        found = [f"{name}: {ms:.2f} ms a frame" for name, ms in self.others.items()]
        for engine in self.clip:
            rate = 1000 / self.single[engine]
            found.append(
                f"Refine, {engine}, {FRAMES} frames at once: {self.clip[engine]:.2f} ms a frame; one alone: "
                f"{self.single[engine]:.1f} ms, {rate:.0f} a second ({_held(rate, SINGLE_FRAMES_A_SECOND)})"
            )
            for name, ms in self.others.items():
                ratio = ms / self.clip[engine]
                found.append(f"  {ratio:,.1f} times as fast as {name} ({_held(ratio, WANTED[name])})")
        return found


def measure(best: Best) -> Speed:
    """Times the refiner and what is there to compare with. Takes some minutes."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    alone, given = _problems()
    one = frames_of(alone.person, np.array([FRAMES // 2]))
    clip, single = {}, {}
    for engine in ENGINES:
        clip[engine] = 1000 * best(partial(refine, alone.person, engine=engine)) / FRAMES
        single[engine] = 1000 * best(partial(refine, one, engine=engine))
    others = {m.name: 1000 * _seconds(best, m, alone, given) for m in available() if m.name in WANTED}
    torch.set_num_threads(threads)
    return Speed(clip, single, others)


def _seconds(best: Best, method: Method, alone: Problem, given: Problem) -> float:
    """Per frame; of SMPLify as published on a few frames, because it takes seconds for each."""
    if not method.sampled:
        problem = given if method.name == PAIRWISE else alone
        return best(partial(method.run, problem)) / FRAMES
    rows = np.linspace(0, FRAMES - 1, SMPLIFY_FRAMES).round().astype(int)
    few = replace(alone, person=frames_of(alone.person, rows), points=alone.points[rows])
    return best(partial(method.run, few)) / SMPLIFY_FRAMES


def _problems() -> tuple[Problem, Problem]:
    """A long clip with keypoints alone, and with an initial pose."""
    case = Case("speed", "body25", Faults(white=0.01, definition=1.0))
    clips = load_split("test")
    poses, pelvis = (
        np.concatenate([getattr(clip, name) for clip in clips])[:FRAMES] for name in ("poses", "pelvis")
    )
    clip = Clip("speed", "speed", poses, pelvis, clips[0].fps)
    first, second = (
        make_task(c, clip, 0, HEADLINE).problem for c in (case, replace(case, estimator=INITIAL))
    )
    return first, second


def _held(value: float, wanted: float) -> str:
    return f"{'holds' if value >= wanted else 'MISSED'}: at least {wanted:,.0f}"
