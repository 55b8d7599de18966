"""One refining run, taken in steps by a window or straight through by scripts and tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import bpy
import numpy as np

from .. import refiner
from ..body import body_model as body_body_model
from ..motion import Motion
from ..recording import Person, Poses
from ..steps import Progress, Steps, as_part
from .refined import PERSON_KEY
from .stepped_job import SteppedJob

T = TypeVar("T")
WRITING = 0.05
"""The share of a run that writing its result takes."""


@dataclass(frozen=True)
class Task:
    """What to refine, from which file, and with what.

    origin: seconds of the recording that lie on the frame that `begins` has by a person's id. start: what
    was asked for as the Start Frame. body: the user's own, None for the open body. places: where each id
    stands in the recording. file_poses: the file's own poses by id, of people whose animation is the
    initial pose. times: the seconds at which everybody of the recording is there, by id. notes: sentences on
    the recording that belong to the result.
    """

    source: str
    people: tuple[Person, ...]
    engine: str = "auto"
    device: str = "auto"
    origin: float = 0.0
    start: int = 1
    begins: dict[str, float] = field(default_factory=dict)
    body: refiner.OwnBody | None = None
    controls: refiner.Controls = field(default_factory=lambda: refiner.Controls())
    places: dict[str, int] = field(default_factory=dict)
    file_poses: dict[str, Poses] = field(default_factory=dict)
    times: dict[str, np.ndarray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """One person's motion, and how far its poses were from the keypoints before and after, in mm.

    body_model: whose mesh to use, None for the open body. original: the file's own poses as a motion, where
    there are any. shake: jitter in m/s^2 before and after, where there are poses. noise_mm: how much the
    keypoints shake.
    """

    person: Person
    motion: Motion
    before_mm: float | None
    after_mm: float | None
    body_model: body_body_model.BodyModel | None = None
    original: Motion | None = None
    shake: tuple[float, float] | None = None
    noise_mm: float | None = None


Written = tuple[tuple[Outcome, ...], list[str]]
"""What was written, and sentences about what could not be kept."""


def refine_all(task: Task) -> Steps[tuple[Outcome, ...]]:
    """Refine everybody in the task. Raises RefineError and FormatError."""
    outcomes = []
    for index, person in enumerate(task.people):
        outcomes.append((yield from _share(_refine_one(person, task), index, task.people)))
    return tuple(outcomes)


def _refine_one(person: Person, task: Task) -> Steps[Outcome]:
    motion = yield from refiner.refine_steps(
        person, controls=task.controls, engine=task.engine, device=task.device, body=task.body
    )
    original, shake = None, None
    if person.poses is not None:
        given = replace(person, poses=task.file_poses.get(person.id, person.poses))
        original = yield from refiner.refine_steps(given, mode="none")
        shake = (yield from refiner.jitter.steps(original)), (yield from refiner.jitter.steps(motion))
    after = mean_error(motion)
    before = None if original is None or after is None else mean_error(original)
    model = task.body.model if task.body is not None and motion.shape is not None else None
    person = person.rows(np.isin(person.frame_ids, motion.frame_ids))
    return Outcome(person, motion, before, after, model, original, shake, _noise(person))


def _noise(person: Person) -> float | None:
    if person.keypoints is None:
        return None
    shake = 1000.0 * refiner.keypoint_noise(person.keypoints)
    return shake if np.isfinite(shake) else None


def mean_error(motion: Motion) -> float | None:
    """Mean fit error in mm; None without keypoints, and of poses that were refined on their own."""
    known = np.isfinite(motion.fit_error_mm)
    if refiner.were_alone(motion) or not known.any():
        return None
    return float(motion.fit_error_mm[known].mean())


def _share(steps: Steps[T], index: int, people: Sequence[Person]) -> Steps[T]:
    """The steps of one person as a part of the whole run, by frames."""
    if len(people) == 1:
        return (yield from steps)
    total = sum(person.frames for person in people)
    before, own = sum(person.frames for person in people[:index]), people[index].frames
    who = f"Person {people[index].id} ({index + 1} of {len(people)})"
    return (yield from as_part(steps, before / total, own / total, f"{who}: "))


class Job(SteppedJob):
    """A task's refining.

    then: writes the outcomes, in steps of its own. outcomes and told: when it is done. engine says what did
    the work.
    """

    def __init__(
        self, task: Task, then: Callable[[tuple[Outcome, ...]], Steps[Written]] | None = None
    ) -> None:
        super().__init__(self._work(then))
        self.task = task
        self.outcomes: tuple[Outcome, ...] = ()
        self.told: list[str] = []
        self.engine = ""

    def stands_on(self) -> Iterator[bpy.types.Object]:
        """Everybody who was refined, as long as results are written."""
        return (ob for ob in bpy.data.objects if self.writing and PERSON_KEY in ob)

    def _work(self, then: Callable[[tuple[Outcome, ...]], Steps[Written]] | None) -> Steps[None]:
        width = 1.0 if then is None else 1.0 - WRITING
        outcomes = yield from as_part(refine_all(self.task), 0.0, width)
        self.engine = refiner.engine_name(self.task.engine, self.task.device)
        if then is not None:
            self.writing = True
            outcomes, self.told = yield from as_part(then(outcomes), width, WRITING)
        self.outcomes = outcomes
        yield Progress(1.0, "Done")
