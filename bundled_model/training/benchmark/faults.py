"""Faults that a refiner must live through: what happens to the keypoints for a while, and how soon the result
is as good again as it is without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from addon.body.layouts import find_layout
from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.recording import Keypoints, Person
from addon.refiner import refine

from ..metrics import ROTATION_JOINTS
from .tasks import Task

FIRST, LAST = 60, 90
"""Frames of the fault: a second."""
RECOVERY = 0.5
"""Seconds of good evidence after which the error must be back."""
ALLOWED = 1.10

Fault = Callable[[Keypoints, np.random.Generator], Keypoints]


@dataclass(frozen=True)
class Recovery:
    """Rotation error in degrees, mean over tasks: within the fault, and from half a second after it on, each
    without and with the fault; steepest: largest turn of a joint between frames, with the fault."""

    fault: str
    within: tuple[float, float]
    after: tuple[float, float]
    steepest: float

    @property
    def holds(self) -> bool:
        """Whether the error after the fault is back to within 10 % of what it is without."""
        return self.after[1] <= ALLOWED * self.after[0]


def outliers(keypoints: Keypoints, rng: np.random.Generator) -> Keypoints:
    """Every tenth point is thrown by 200 mm in any direction."""
    shape = keypoints.positions[FIRST:LAST].shape
    way = rng.normal(size=shape)
    way *= 0.2 / np.linalg.norm(way, axis=-1, keepdims=True)
    return _moved(keypoints, way * (rng.uniform(size=shape[:2]) < 0.1)[..., None])


def limb_missing(keypoints: Keypoints, rng: np.random.Generator) -> Keypoints:
    """One arm is not seen."""
    side = rng.choice(["left", "right"])
    words = [f"{side}_{part}" for part in ("shoulder", "elbow", "wrist", "hand", "index", "thumb", "pinky")]
    hit = np.array([any(word in name for word in words) for name in keypoints.names])
    return _gone(keypoints, np.broadcast_to(hit, (LAST - FIRST, len(hit))))


def sides_swapped(keypoints: Keypoints, rng: np.random.Generator) -> Keypoints:
    """Left and right are exchanged for a third of the second."""
    assert keypoints.layout is not None
    positions = keypoints.positions.copy()
    rows = slice(FIRST, FIRST + (LAST - FIRST) // 3)
    for left, right in find_layout(keypoints.layout).pairs:
        positions[rows, [left, right]] = keypoints.positions[rows, [right, left]]
    return replace(keypoints, positions=positions)


def world_flipped(keypoints: Keypoints, rng: np.random.Generator) -> Keypoints:
    """The world stands upside down, about the middle of the body."""
    return _turned(keypoints, np.array([np.pi, 0.0, 0.0]))


def world_tilted(keypoints: Keypoints, rng: np.random.Generator) -> Keypoints:
    """The world is tilted by 60 degrees."""
    return _turned(keypoints, np.array([0.0, 0.0, np.pi / 3]))


def all_missing(keypoints: Keypoints, rng: np.random.Generator) -> Keypoints:
    """Nothing at all is seen."""
    return _gone(keypoints, np.ones((LAST - FIRST, len(keypoints.names)), bool))


def no_confidence(keypoints: Keypoints, rng: np.random.Generator) -> Keypoints:
    """Points lie anywhere, with confidence zero."""
    wild = _moved(keypoints, rng.normal(size=keypoints.positions[FIRST:LAST].shape))
    confidence = keypoints.confidence.copy()
    confidence[FIRST:LAST] = 0.0
    return replace(wild, confidence=confidence)


FAULTS: dict[str, Fault] = {
    "10 % outliers of 200 mm": outliers,
    "a limb missing": limb_missing,
    "left and right swapped": sides_swapped,
    "world upside down": world_flipped,
    "world tilted by 60°": world_tilted,
    "nothing seen": all_missing,
    "confidence zero": no_confidence,
}


def recovery(name: str, tasks: list[Task], seed: int = 0) -> Recovery:
    """What a fault does to these tasks, all of them longer than the fault and its recovery."""
    within, after, steepest = [], [], 0.0
    for number, task in enumerate(tasks):
        person = task.problem.person
        assert person.keypoints is not None
        rng = np.random.default_rng(seed + number)
        faulty = replace(person, keypoints=FAULTS[name](person.keypoints, rng))
        clean, bad = (_errors(task, one) for one in (person, faulty))
        again = LAST + round(RECOVERY * person.fps)
        within.append((clean[0][FIRST:LAST].mean(), bad[0][FIRST:LAST].mean()))
        after.append((clean[0][again:].mean(), bad[0][again:].mean()))
        steepest = max(steepest, bad[1])
    means = [tuple(np.mean(pairs, axis=0).tolist()) for pairs in (within, after)]
    return Recovery(name, means[0], means[1], steepest)


def _errors(task: Task, person: Person) -> tuple[np.ndarray, float]:
    """(T,) rotation error in degrees, and the steepest turn between two frames."""
    rotations = refine(person).rotations
    angle = np.degrees(geodesic_angle(task.truth.rotations, rotations))[:, ROTATION_JOINTS].mean(1)
    return angle, float(np.degrees(geodesic_angle(rotations[1:], rotations[:-1])).max())


def _moved(keypoints: Keypoints, by: np.ndarray) -> Keypoints:
    positions = keypoints.positions.copy()
    positions[FIRST:LAST] += by
    return replace(keypoints, positions=positions)


def _turned(keypoints: Keypoints, vector: np.ndarray) -> Keypoints:
    positions = keypoints.positions.copy()
    middle = np.nanmean(positions[FIRST:LAST], axis=1, keepdims=True)
    turned = (positions[FIRST:LAST] - middle) @ matrix_from_axis_angle(vector).T + middle
    positions[FIRST:LAST] = turned
    return replace(keypoints, positions=positions)


def _gone(keypoints: Keypoints, hit: np.ndarray) -> Keypoints:
    positions, confidence = keypoints.positions.copy(), keypoints.confidence.copy()
    positions[FIRST:LAST][hit] = np.nan
    confidence[FIRST:LAST][hit] = 0.0
    return replace(keypoints, positions=positions, confidence=confidence)
