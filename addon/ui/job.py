"""One refining run: plain Python that a thread, a script or a test can run, and that never sees bpy."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from .. import refiner
from ..body.body_model import BodyModel
from ..motion import Motion
from ..recording import Person, Poses
from ..safe_read import FormatError

Progress = Callable[[float, str], None]
PACE_SECONDS, PACE_FRACTION = 0.5, 0.02
"""How much of the work has to be seen before its pace tells the rest."""
JOIN_SECONDS = 10.0
"""How long to wait for a cancelled thread: longer than torch takes to import, which nothing can interrupt."""


@dataclass(frozen=True)
class Task:
    """What to refine, from which file, and with what.

    origin: seconds that lie on the scene's frame 1. body_model: the user's own, None for the open body.
    places: where each id stands in the recording. file_poses: the file's own poses by id, of people whose
    animation is the initial pose. notes: sentences on the recording that belong to the result.
    """

    source: str
    people: tuple[Person, ...]
    engine: str = "auto"
    device: str = "auto"
    origin: float = 0.0
    body_model: BodyModel | None = None
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


def refine_all(task: Task, progress: Progress, cancelled: Callable[[], bool]) -> tuple[Outcome, ...]:
    """Refine everybody in the task. Raises RefineError, FormatError and Cancelled."""
    outcomes = []
    for index, person in enumerate(task.people):
        report = _share(progress, index, task.people)
        outcomes.append(_refine_one(person, task, report, cancelled))
    return tuple(outcomes)


def _refine_one(person: Person, task: Task, progress: Progress, cancelled: Callable[[], bool]) -> Outcome:
    motion = refiner.refine(
        person,
        controls=task.controls,
        engine=task.engine,
        device=task.device,
        progress=progress,
        cancelled=cancelled,
    )
    original = None
    if person.poses is not None:
        given = replace(person, poses=task.file_poses.get(person.id, person.poses))
        original = refiner.refine(
            given, mode="none", engine=task.engine, device=task.device, cancelled=cancelled
        )
    before = _mean(original.fit_error_mm) if original is not None else None
    shake = None if original is None else (refiner.jitter(original), refiner.jitter(motion))
    motion, model = refiner.on_own_body(motion, person.poses, task.body_model)
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


def _share(progress: Progress, index: int, people: Sequence[Person]) -> Progress:
    """Progress of one person as a part of the whole run, by frames."""
    if len(people) == 1:
        return progress
    total = sum(person.frames for person in people)
    before = sum(person.frames for person in people[:index])
    who = f"Person {people[index].id} ({index + 1} of {len(people)})"
    return lambda fraction, message: progress(
        (before + fraction * people[index].frames) / total, f"{who}: {message}"
    )


class Job:
    """A task that runs here (`run`) or in a thread of its own (`start`).

    fraction and message tell how far it is. Once `running` is False: outcomes when it is done, error
    (one sentence) when it failed, with details (a traceback) only when nobody expected that. engine says
    what did the work.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self.fraction = 0.0
        self.message = "Starting"
        self.outcomes: tuple[Outcome, ...] = ()
        self.error = ""
        self.details = ""
        self.engine = ""
        self.started = time.monotonic()
        self.seconds = 0.0
        self._moving: tuple[float, float] | None = None
        self._cancel = threading.Event()
        # A daemon, so that a run never keeps Blender from quitting.
        self._thread = threading.Thread(target=self.run, name="SMPL Pose Refiner", daemon=True)

    @property
    def running(self) -> bool:
        """Whether the thread is at work."""
        return self._thread.is_alive()

    @property
    def cancelled(self) -> bool:
        """Whether somebody has asked it to stop; it may still be on its way out."""
        return self._cancel.is_set()

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

    def start(self) -> None:
        """Run in a thread."""
        self._thread.start()

    def cancel(self) -> None:
        """Ask it to stop."""
        self._cancel.set()

    def join(self, timeout: float = JOIN_SECONDS) -> bool:
        """Wait for the thread; True when it has ended."""
        if self._thread.is_alive():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def run(self) -> None:
        """Do the work; every way it can end is left in the attributes, nothing is raised."""
        try:
            self.outcomes = refine_all(self.task, self._progress, self._cancel.is_set)
            self.engine = refiner.engine_name(self.task.engine, self.task.device)
        except refiner.Cancelled:
            self.cancel()
        except (refiner.RefineError, FormatError) as error:
            self.error = str(error)
        except Exception as error:  # noqa: BLE001 - a thread has nobody to raise to: the operator reports it
            self.error = f"Refining stopped on an error in the add-on ({type(error).__name__})."
            self.details = traceback.format_exc()
        self.seconds = time.monotonic() - self.started

    def _progress(self, fraction: float, message: str) -> None:
        self.fraction = min(max(fraction, 0.0), 1.0)
        self.message = message
        # What comes before, such as loading PyTorch, says nothing of the pace.
        if self._moving is None and fraction > 0.0:
            self._moving = time.monotonic(), self.fraction
