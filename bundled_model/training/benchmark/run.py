"""Runs methods on cases and keeps what they score, so that a table can be put together from several runs."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, astuple, dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from addon.body.body_model import BodyModel
from addon.refiner.network.model import MODEL_PATH

from ..metrics import Figures, model_surface
from ..motion_data import Clip
from .cases import CASES, FEWER, Case
from .methods import Method, available
from .tasks import SPOKEN, Task, tasks_of

MOTIONS = tuple(SPOKEN)
HEADLINE = MOTIONS[0]
SINGLE_ROUNDS = 3
SAMPLED_CLIPS, SAMPLED_FRAMES = 3, 1
"""Clips of the first seed, and frames of each, that the slowest method is run on, in headline motion."""


@dataclass(frozen=True)
class Settings:
    """Which motion, and how much of it; extra: clips to use in place of the split's; body: the user's model,
    on whose surface errors are measured."""

    split: str = "test"
    frames: int = 200
    seeds: int = 3
    extra: tuple[Clip, ...] = ()
    source: str = "CMU"
    body: BodyModel | None = None


@dataclass(frozen=True)
class Row:
    """What one method scored in one case: means over clips and seeds. ms: processor time
    per frame, whole clips at once; single_ms: one frame alone."""

    motion: str
    case: str
    method: str
    figures: Figures
    ms: float
    frames: int
    settings: str
    model: str
    single_ms: float = float("nan")

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes it the same row in another run."""
        return self.motion, self.case, self.method, self.settings


def described(settings: Settings) -> str:
    """Settings in a word."""
    surface = "" if settings.body is None else f" {settings.body.kind} surface"
    return f"{settings.source} {settings.split} {settings.frames} frames {settings.seeds} seeds{surface}"


def model_mark() -> str:
    """Which weights the refiner has."""
    return hashlib.sha256(MODEL_PATH.read_bytes()).hexdigest()[:8]


def wanted_cases(motion: str, part: str = "") -> list[Case]:
    """The cases of a motion whose names hold this part, or end in it with a $ behind; several between ;.
    "card": those of the model card."""
    cases = CASES if motion == HEADLINE else FEWER
    if part == "card":
        return [case for case in cases if case.decides]
    return [case for case in cases if _named(case.name, part)]


def _named(name: str, part: str) -> bool:
    wanted = [one.strip() for one in part.split(";")]
    return any(name.endswith(one[:-1]) if one.endswith("$") else one in name for one in wanted)


def run_case(motion: str, case: Case, methods: list[Method], settings: Settings) -> Iterator[Row]:
    """Rows of one case; its examples are made once."""
    extra = list(settings.extra) or None
    tasks = tasks_of(case, settings.split, settings.frames, settings.seeds, motion, extra)
    if settings.body is not None:
        tasks = [replace(task, surface=model_surface(settings.body)) for task in tasks]
    for method in methods:
        if tasks and method.when(case):
            yield _row(motion, case, method, tasks, settings)


def _row(motion: str, case: Case, method: Method, tasks: list[Task], settings: Settings) -> Row:
    if method.sampled:
        tasks = [task.sampled(SAMPLED_FRAMES) for task in tasks[:SAMPLED_CLIPS]]
    single = None if method.sampled else _single_ms(method, tasks[0])
    seconds, found = _timed(lambda: [method.run(task.problem) for task in tasks])
    frames = sum(len(task.problem.points) for task in tasks)
    figures = _mean([task.score(one, method.sampled) for task, one in zip(tasks, found, strict=True)])
    ms = 1000 * seconds / frames
    settings_of, model = described(settings), model_mark()
    return Row(motion, case.name, method.name, figures, ms, frames, settings_of, model, single or ms)


def _single_ms(method: Method, task: Task) -> float:
    """One frame alone, best of three after a first call that reads weights and fits priors."""
    one = task.sampled(1).problem
    method.run(one)
    return 1000 * min(_timed(lambda: method.run(one))[0] for _ in range(SINGLE_ROUNDS))


T = TypeVar("T")


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds of processor time, which other programs on the same machine don't change, and the result."""
    began = time.process_time()
    result = work()
    return time.process_time() - began, result


def _mean(figures: list[Figures]) -> Figures:
    table = np.array([astuple(one) for one in figures], float)
    means = [float(np.nanmean(column)) if np.isfinite(column).any() else np.nan for column in table.T]
    return Figures(*means)


class Store:
    """Rows in a JSON file: read at the beginning, written after every case."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.rows: dict[tuple[str, str, str, str], Row] = {}
        if path is not None and path.exists():
            for entry in json.loads(path.read_text("utf-8")):
                row = Row(**{**entry, "figures": Figures(**entry["figures"])})
                self.rows[row.key] = row

    def missing(self, motion: str, case: Case, methods: list[Method], settings: Settings) -> list[Method]:
        """Methods of a case that are not known yet, or were run with other weights of ours."""
        current = model_mark()

        def known(method: Method) -> bool:
            row = self.rows.get((motion, case.name, method.name, described(settings)))
            return row is not None and (row.model == current or not method.is_ours)

        return [method for method in methods if method.when(case) and not known(method)]

    def add(self, rows: list[Row]) -> None:
        """Keeps rows, in place of older ones."""
        self.rows |= {row.key: row for row in rows}
        if self.path is not None:
            entries = [asdict(row) for row in self.rows.values()]
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part = self.path.with_name(f"{self.path.name}.part")
            part.write_text(json.dumps(entries, indent=0), "utf-8")
            part.replace(self.path)


def _chosen(motion: str, part: str) -> list[Method]:
    slow_too = motion == HEADLINE
    return [m for m in available() if _named(m.name, part) and (slow_too or not m.sampled)]


def evaluate(
    store: Store,
    settings: Settings,
    motions: list[str],
    case_part: str = "",
    method_part: str = "",
    jobs: int = 1,
    say: Callable[[Row], None] = lambda row: None,
) -> list[Row]:
    """All rows of these motions, cases and methods; those that the store has are not run again."""
    wanted = [
        (motion, case, _chosen(motion, method_part))
        for motion in motions
        for case in wanted_cases(motion, case_part)
    ]
    missing = [(m, case, store.missing(m, case, chosen, settings)) for m, case, chosen in wanted]
    work = [(m, case, [one.name for one in methods], settings) for m, case, methods in missing if methods]
    for rows in _each(work, jobs):
        store.add(rows)
        for row in rows:
            say(row)
    keys = {
        (motion, case.name, method.name, described(settings))
        for motion, case, chosen in wanted
        for method in chosen
    }
    return [row for key, row in store.rows.items() if key in keys]


Work = tuple[str, Case, list[str], Settings]


def _each(work: list[Work], jobs: int) -> Iterator[list[Row]]:
    if jobs == 1:
        yield from map(_rows_of, work)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_rows_of, work)


def _rows_of(work: Work) -> list[Row]:
    motion, case, names, settings = work
    torch.set_num_threads(1)  # so that processes do not take each other's cores, and times compare
    methods = [method for method in available() if method.name in names]
    return list(run_case(motion, case, methods, settings))
