"""One refining run, taken in steps by a window or straight through by scripts and tests."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from .. import refiner
from ..body.body_model import BodyModel
from ..motion import Motion
from ..recording import Person, Poses
from ..safe_read import FormatError
from ..scene import SceneError
from ..steps import Progress, Steps

T = TypeVar("T")
WRITING = 0.05
"""The share of a run that writing its result takes."""
PACE_SECONDS, PACE_FRACTION = 0.5, 0.02
"""How much of the work has to be seen before its pace tells the rest."""


@dataclass(frozen=True)
class Task:
    """What to refine, from which file, and with what.

    origin: seconds that lie on the scene's frame 1. body: the user's own, None for the open body.
    places: where each id stands in the recording. file_poses: the file's own poses by id, of people whose
    animation is the initial pose. notes: sentences on the recording that belong to the result.
    """

    source: str
    people: tuple[Person, ...]
    engine: str = "auto"
    device: str = "auto"
    origin: float = 0.0
    body: refiner.OwnBody | None = None
    controls: refiner.Controls = field(default_factory=refiner.Controls)
    places: dict[str, int] = field(default_factory=dict)
    file_poses: dict[str, Poses] = field(default_factory=dict)
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
    body_model: BodyModel | None = None
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
    before = _mean(original.fit_error_mm) if original is not None else None
    model = task.body.model if task.body is not None and motion.shape is not None else None
    person = person.rows(np.isin(person.frame_ids, motion.frame_ids))
    return Outcome(person, motion, before, _mean(motion.fit_error_mm), model, original, shake, _noise(person))


def _noise(person: Person) -> float | None:
    if person.keypoints is None:
        return None
    shake = 1000.0 * refiner.keypoint_noise(person.keypoints)
    return shake if np.isfinite(shake) else None


def _mean(errors: np.ndarray) -> float | None:
    known = errors[np.isfinite(errors)]
    return float(known.mean()) if len(known) else None


def _share(steps: Steps[T], index: int, people: Sequence[Person]) -> Steps[T]:
    """The steps of one person as a part of the whole run, by frames."""
    if len(people) == 1:
        return (yield from steps)
    total = sum(person.frames for person in people)
    before, own = sum(person.frames for person in people[:index]), people[index].frames
    who = f"Person {people[index].id} ({index + 1} of {len(people)})"
    return (yield from _as_part(steps, before / total, own / total, f"{who}: "))


def _as_part(steps: Steps[T], before: float, width: float, who: str = "") -> Steps[T]:
    """Steps whose progress is a part of a longer way."""
    try:
        while True:
            news = next(steps)
            if news is not None:
                news = Progress(before + width * news.fraction, f"{who}{news.message}")
            yield news
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        steps.close()


class Job:
    """A task that is taken in steps (`advance`) or straight through (`run`).

    then: writes the outcomes, in steps of its own. fraction and message tell how far it is. Once `running` is
    False: outcomes when it is done, error (one sentence) when it failed, with details (a traceback) only when
    nobody expected that. engine says what did the work.
    """

    def __init__(
        self, task: Task, then: Callable[[tuple[Outcome, ...]], Steps[Written]] | None = None
    ) -> None:
        self.task = task
        self.fraction = 0.0
        self.message = "Starting"
        self.outcomes: tuple[Outcome, ...] = ()
        self.told: list[str] = []
        self.error = ""
        self.details = ""
        self.engine = ""
        self.running = True
        self.writing = False
        self.cancelled = False
        self.started = time.monotonic()
        self.seconds = 0.0
        self._moving: tuple[float, float] | None = None
        self._steps = self._work(then)

    @property
    def seconds_left(self) -> float | None:
        """Remaining time at the pace since the work began to move; None while that is a guess."""
        if self._moving is None:
            return None
        since, before = self._moving
        elapsed, done = time.monotonic() - since, self.fraction - before
        if elapsed < PACE_SECONDS or done < PACE_FRACTION:
            return None
        return elapsed * (1.0 - self.fraction) / done

    def run(self) -> None:
        """Do all that is left of it."""
        while self.running:
            self._step()

    def advance(self, seconds: float) -> None:
        """Take steps until so much time is used, and one at least; or until there is news that has to be seen
        before the work goes on."""
        end = time.monotonic() + seconds
        while self.running and not self._step() and time.monotonic() < end:
            continue

    def cancel(self) -> None:
        """Stop, and take back what was written."""
        if self.running:
            self.cancelled, self.running = True, False
            self._steps.close()

    def _work(self, then: Callable[[tuple[Outcome, ...]], Steps[Written]] | None) -> Steps[None]:
        width = 1.0 if then is None else 1.0 - WRITING
        outcomes = yield from _as_part(refine_all(self.task), 0.0, width)
        self.engine = refiner.engine_name(self.task.engine, self.task.device)
        if then is not None:
            self.writing = True
            outcomes, self.told = yield from _as_part(then(outcomes), width, WRITING)
        self.outcomes = outcomes
        yield Progress(1.0, "Done")

    def _step(self) -> bool:
        """Take one step; whether its news should be seen before the next one. Every way to end is left in the
        attributes, nothing is raised."""
        try:
            news = next(self._steps)
        except StopIteration:
            self._end()
        except (refiner.RefineError, FormatError, SceneError) as error:
            self._end(str(error))
        except Exception as error:  # noqa: BLE001 - a timer has nobody to raise to: the operator reports it
            what = "Nothing was written:" if self.writing else "Refining stopped on"
            self._end(f"{what} an error in the add-on ({type(error).__name__}).", traceback.format_exc())
        else:
            return news is not None and self._progress(news.fraction, news.message)
        return False

    def _end(self, error: str = "", details: str = "") -> None:
        self.error, self.details, self.running = error, details, False
        self.seconds = time.monotonic() - self.started

    def _progress(self, fraction: float, message: str) -> bool:
        """Take note; whether it is about something new."""
        known, self.message = self.message, message
        self.fraction = min(max(fraction, 0.0), 1.0)
        # What comes before, such as loading PyTorch, says nothing of the pace.
        if self._moving is None and fraction > 0.0:
            self._moving = time.monotonic(), self.fraction
        return message != known
