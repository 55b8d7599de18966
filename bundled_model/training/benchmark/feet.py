"""`build.py bench --feet`: how feet stand before and after they are held, beside what other tools do."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, fields, replace

import numpy as np
import torch

from addon.body.kinematics import forward
from addon.body.skeleton import REST_OFFSETS
from addon.body.soles import HEEL, PLACES, undersides
from addon.motion import Floor, Motion
from addon.recording import Person
from addon.refiner import Controls, refine
from addon.refiner.feet.clip import Precision
from addon.refiner.feet.floor import floor_under
from addon.refiner.feet.hold import hold_feet
from addon.refiner.feet.legs import ANKLE_JOINTS, reach
from addon.refiner.feet.places import chances, places_under
from addon.refiner.feet.stand import softened

from ..augment import proportions
from ..feet.labels import STILL, bearing
from ..feet.planted import planted
from ..feet.refined import on_legs
from ..metrics import Posed, open_surface
from ..motion_data import FPS, Clip
from ..synthesis import Faults
from .cases import Case
from .tasks import Task, evaluation_clips, make_task

DRIFT = 0.06
"""m/s that a camera's depth drifts: 0.3 m in 5 s."""
KNOWN, TURN = 0.004, 0.04
"""Metres by which the feet of a capture are off, and radians by which they are turned."""
NOISY = Faults(white=0.02)
RATES = (60.0, 120.0)


@dataclass(frozen=True)
class Row:
    """Means over clips. f1: of contacts against the truth's; skate: m/s over the floor of what bears; sunk:
    share of frames with a sole more than 5 mm below the floor; floating: share of bearing places more than
    10 mm over it, for toes the middle of the ball or their front; lifted: share of bearing heels and toes
    without any place within 10 mm of it; pve mm, rotation degrees, acceleration as in the table; path:
    metres off at the end."""

    f1: float
    skate: float
    sunk: float
    floating: float
    lifted: float
    pve: float
    rotation: float
    acceleration: float
    path: float


@dataclass(frozen=True)
class Seen:
    """A case of one clip: its task, when heels and toes bear (T, 2, 2), and where the truth is on its way."""

    task: Task
    bears: np.ndarray
    surface: np.ndarray
    fps: float


Method = Callable[[Motion, Person], Motion]


def feet(args: argparse.Namespace) -> int:
    """Prints a row for every case and method."""
    titles = [field.name for field in fields(Row)]
    print("| case | method | " + " | ".join(titles) + " | ms a frame |")
    print("|---|---|" + "---:|" * (len(titles) + 1))
    for name, made in _cases(args):
        seen = list(made)
        for truth, known in TRUTHS.items():
            _print(name, truth, [_row(one, known(one)) for one in seen], 0.0)
        for method, work in METHODS.items():
            rows, began = [], time.perf_counter()
            motions = [work(one.task.problem.person) for one in seen]
            spent = (time.perf_counter() - began) / sum(motion.frames for motion in motions)
            rows = [_row(one, motion) for one, motion in zip(seen, motions, strict=True)]
            _print(name, method, rows, 1000.0 * spent)
    return 0


def _print(case: str, method: str, rows: list[Row], spent: float) -> None:
    means = np.nanmean([astuple(row) for row in rows], axis=0)
    figures = " | ".join(f"{value:.3f}" if value < 1.0 else f"{value:.2f}" for value in means)
    print(f"| {case} | {method} | {figures} | {spent:.2f} |", flush=True)


def _cases(args: argparse.Namespace) -> Iterator[tuple[str, Iterator[Seen]]]:
    plain = {
        "clean": Case("feet", "smpl24", Faults()),
        "20 mm white": Case("feet", "smpl24", NOISY),
        "20 mm wandering": Case("feet", "smpl24", Faults(wander=0.02)),
        "body25, 20 mm white": Case("feet", "body25", replace(NOISY, definition=1.0)),
        "estimator 10°, coco17, 20 mm white": Case(
            "feet", "coco17", replace(NOISY, definition=1.0), estimator=10.0
        ),
        "poses alone, estimator 10°": Case("feet", "smpl24", Faults(), estimator=10.0, alone=True),
    }
    clips = evaluation_clips(args.split, args.frames)
    if args.planted:
        clips = [planted(clip) for clip in clips]
    for name, case in plain.items():
        yield name, _seen(case, clips, args)
    yield "camera drifts 0.3 m in 5 s", (_drifting(one) for one in _seen(plain["clean"], clips, args))
    for rate in RATES:
        fast = [replace(clip.at_pace(FPS / rate), fps=rate) for clip in clips]
        yield f"20 mm white, {rate:.0f} fps", _seen(plain["20 mm white"], fast, args)


def _seen(case: Case, clips: list[Clip], args: argparse.Namespace) -> Iterator[Seen]:
    for number, clip in enumerate(clips):
        bones = proportions(1, torch.Generator().manual_seed(1000 + number))[0].double().numpy()
        # A path as long as these legs make it, or the truth's own feet would slide.
        longer = replace(clip, pelvis=on_legs(clip.pelvis, bones).astype(np.float32))
        task = make_task(case, longer, number, args.motion if args.motion != "all" else "captured")
        bears = bearing(clip.rotations(), clip.pelvis.astype(float), REST_OFFSETS, clip.fps)
        yield Seen(task, bears, task.truth.surface(open_surface()), clip.fps)


def _drifting(seen: Seen) -> Seen:
    """The same from a camera whose depth drifts."""
    problem = seen.task.problem
    keypoints = problem.person.keypoints
    assert keypoints is not None
    drift = np.arange(len(seen.bears))[:, None] / seen.fps * DRIFT * np.array([0.3, 0.0, 0.95])
    moved = replace(keypoints, positions=keypoints.positions + drift[:, None])
    person = replace(problem.person, keypoints=moved)
    return replace(seen, task=replace(seen.task, problem=replace(problem, person=person)))


def _truth(seen: Seen) -> Motion:
    truth, person = seen.task.truth, seen.task.problem.person
    frames = len(truth.pelvis)
    return Motion(
        truth.rotations, truth.pelvis, truth.bones, seen.fps, person.frame_ids, np.full(frames, np.nan),
        np.full((frames, 24), np.nan), contacts=seen.bears.reshape(-1, 4).astype(float),
    )  # fmt: skip


def _by_its_own_steps(seen: Seen) -> Motion:
    """The truth whose feet are held where they truly bear, on a path that these steps tell: what a path from
    steps, and feet that stay, can be worth on this motion."""
    truth = _truth(seen)
    stands = forward(truth.rotations, truth.pelvis, truth.bone_offsets)
    places = places_under(*stands, truth.bone_offsets)
    floor = floor_under(places, chances(truth.contacts, places), truth.fps)
    rotations, pelvis = hold_feet(
        truth.rotations, truth.pelvis, truth.bone_offsets, truth.fps, softened(truth.contacts, truth.fps),
        floor, Precision(np.full(2, KNOWN), np.full(2, TURN), np.inf, np.zeros(2)),
    )  # fmt: skip
    return replace(truth, rotations=rotations, pelvis=pelvis, floor=floor)


TRUTHS: dict[str, Callable[[Seen], Motion]] = {
    "truth": _truth, "truth, path from its own steps": _by_its_own_steps,
}  # fmt: skip


def _row(seen: Seen, motion: Motion) -> Row:
    figures = seen.task.score(Posed(motion.rotations, motion.pelvis, motion.bone_offsets))
    told = motion.contacts.reshape(-1, 2, 2) > 0.5
    found, true = float(told.sum()), float(seen.bears.sum())
    f1 = 2.0 * float((told & seen.bears).sum()) / (found + true) if found + true else np.nan
    off = (motion.pelvis - seen.task.truth.pelvis)[:, [0, 2]]
    path = float(np.linalg.norm(off[-1] - off[0]))
    return Row(f1, *standing(motion, seen.bears), figures.pve, figures.rotation, figures.acceleration, path)


def standing(motion: Motion, bears: np.ndarray) -> tuple[float, float, float, float]:
    """Skate, sunk, floating and lifted of a motion whose heels and toes bear as (T, 2, 2) bool says; NaN
    where none does."""
    posed = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    places = places_under(*posed, motion.bone_offsets)
    weights = chances(bears.reshape(-1, 4).astype(float), places)
    floor = motion.floor or floor_under(places, weights, motion.fps)
    if floor is None:
        return (np.nan,) * 4
    both = weights[1:] * weights[:-1]
    speed = np.linalg.norm(_level(np.diff(places, axis=0), floor), axis=-1) * motion.fps
    skate = float((both * speed).sum() / both.sum()) if both.sum() else np.nan
    under = floor.over(undersides(*posed, motion.bone_offsets))
    sunk = under[..., : len(PLACES)].reshape(motion.frames, -1).min(1) < -0.005
    over = floor.over(places)[weights > 0.5]
    lowest = np.stack([under[..., HEEL], under[..., HEEL + 1 :].min(-1)], -1)[bears]
    return skate, float(sunk.mean()), float((over > 0.010).mean()), float((lowest > 0.010).mean())


def _level(steps: np.ndarray, floor: Floor) -> np.ndarray:
    return np.asarray(steps - (steps @ floor.normal)[..., None] * floor.normal)


def _refined(**controls: object) -> Callable[[Person], Motion]:
    return lambda person: refine(person, engine="numpy", controls=Controls(**controls))  # type: ignore[arg-type]


def locked(person: Person) -> Motion:
    """What other tools do: a foot slower than a threshold stays where it was when it became slow."""
    motion = refine(person, engine="numpy")
    joints, world = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    ankles = joints[:, ANKLE_JOINTS]
    speed = np.linalg.norm(np.gradient(ankles, axis=0), axis=-1) * motion.fps
    target = ankles.copy()
    for foot in (0, 1):
        for frame in range(1, motion.frames):
            if speed[frame, foot] < STILL and speed[frame - 1, foot] < STILL:
                target[frame, foot] = target[frame - 1, foot]
    rotations = reach(motion.rotations, world, joints, target, world[:, ANKLE_JOINTS])
    return replace(motion, rotations=rotations)


METHODS: dict[str, Callable[[Person], Motion]] = {
    "as refined": _refined(),
    "smoothed alone (1.5)": _refined(smoothness=1.5),
    "locked by speed": locked,
    "held": _refined(feet=1.0),
    "held, path from steps": _refined(feet=1.0, path="steps"),
}
