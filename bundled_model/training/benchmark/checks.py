"""`build.py bench --checks`: what must hold beside the table, in numbers."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np

from ..synthesis import Faults
from .bounds import bounds
from .calibration import calibration
from .captures import captures
from .cases import CASES, Case
from .faults import FAULTS, LAST, recovery
from .invariance import FASTER, ORIENTATIONS, Difference, errors_by_rate, oriented, rates, seam
from .run import HEADLINE
from .tasks import Task, evaluation_clips, tasks_of

SEAM_DEGREES, SEAM_MM = 0.5, 2.0
RATE_DEGREES = 1.0
NOISY = 0.01
LONG = LAST + 60
CALIBRATED = (
    "smpl24, clean", "smpl24, 20 mm white", "smpl24, 20 mm wandering", "coco17, 20 mm white",
    "body25, 20 mm white, estimator 10°", "mediapipe33, 20 mm wandering",
)  # fmt: skip
FAULTY_LAYOUTS = ("smpl24", "coco17")


def checks(args: argparse.Namespace) -> int:
    """Prints every check."""
    for lines in (_calibration, _faults, _seams, _rates, _orientations):
        for text in lines(args):
            print(text, flush=True)
    for text in (*bounds(args.split, args.frames, args.seeds), *_captures()):
        print(text, flush=True)
    return 0


def _tasks(case: Case, args: argparse.Namespace, frames: int = 0) -> list[Task]:
    return tasks_of(case, args.split, max(args.frames, frames), args.seeds, HEADLINE)


def _calibration(args: argparse.Namespace) -> Iterator[str]:
    yield "Calibration: predicted over true root mean square error in tenths of the predictions (1 ± 0.25)"
    every: list[Task] = []
    for name in CALIBRATED:
        tasks = _tasks(next(case for case in CASES if case.name == name), args)
        every += tasks
        yield _tenths(name, tasks)
    yield _tenths("all of these", every)


def _tenths(name: str, tasks: list[Task]) -> str:
    found = calibration(tasks)
    ratios = " ".join(f"{ratio:.2f}" for ratio in found.ratio)
    return f"  {_mark(found.holds)} {name:<36} {ratios}"


def _faults(args: argparse.Namespace) -> Iterator[str]:
    yield (
        "Bad evidence for a second: rotation error without → with the fault, within it and from half a second"
        " after it on (at most 10 % more)"
    )
    for layout in FAULTY_LAYOUTS:
        definition = 0.0 if layout == "smpl24" else 1.0
        case = Case(layout, layout, Faults(white=0.005, definition=definition))
        tasks = [task for task in _tasks(case, args, LONG) if len(task.truth.pelvis) >= LONG]
        for name in FAULTS:
            r = recovery(name, tasks)
            yield (
                f"  {_mark(r.holds)} {layout:<8}{name:<26} within {r.within[0]:5.1f}° → {r.within[1]:5.1f}°, "
                f"after {r.after[0]:5.2f}° → {r.after[1]:5.2f}°, steepest step {r.steepest:.0f}°"
            )


def _seams(args: argparse.Namespace) -> Iterator[str]:
    yield "Seams: the result changes by, when a clip begins later (at most 0.5°, 2 mm)"
    for name in ("smpl24, clean", "smpl24, 20 mm white", "coco17, 20 mm white"):
        tasks = _tasks(next(case for case in CASES if case.name == name), args, 200)
        tasks = [task for task in tasks if len(task.truth.pelvis) >= 200]
        for cut in (7, 31, 90):
            found = _mean([seam(task, cut) for task in tasks])
            holds = found.degrees < SEAM_DEGREES and found.mm < SEAM_MM
            yield f"  {_mark(holds)} {name:<24} {cut:3d} frames later: {_difference(found)}"


def _rates(args: argparse.Namespace) -> Iterator[str]:
    yield "Rates: the same performance at 60 and 120 frames a second against 30 (at most 1°)"
    clips = evaluation_clips(args.split, args.frames)
    for layout in FAULTY_LAYOUTS:
        results = [rates(clip, layout) for clip in clips]
        for rate in FASTER:
            found = _mean([result[rate] for result in results])
            yield f"  {_mark(found.degrees < RATE_DEGREES)} {layout}, {rate} a second: {_difference(found)}"
        errors = np.mean([errors_by_rate(clip, layout, NOISY) for clip in clips], axis=0)
        numbers = ", ".join(f"{error:.2f}°" for error in errors)
        yield f"    {layout}, {1000 * NOISY:.0f} mm white: rotation error at 30, 60, 120 a second {numbers}"


def _orientations(args: argparse.Namespace) -> Iterator[str]:
    yield "Without an initial pose, however a person lies (rotation error; all keypoints, 12 joints)"
    for layout in ("smpl24", "coco17"):
        definition = 0.0 if layout == "smpl24" else 1.0
        tasks = _tasks(Case(layout, layout, Faults(white=0.005, definition=definition)), args)
        for name, turn in ORIENTATIONS.items():
            errors = [
                np.mean([oriented(task, np.array(turn), limbs_only) for task in tasks])
                for limbs_only in (False, True)
            ]
            yield f"    {layout:<8}{name:<20} {errors[0]:.2f}° {errors[1]:.2f}°"


def _captures() -> Iterator[str]:
    yield "Real captures: residual, acceleration and limb variation of the keypoints → of the body"
    for c in captures():
        yield (
            f"    {c.name:<46}{c.frames:5d} frames: {c.residual:5.1f} mm; {c.acceleration[0]:6.1f} → "
            f"{c.acceleration[1]:5.1f} m/s²; {c.limb_variation[0]:5.1f} → {c.limb_variation[1]:4.1f} mm; "
            f"steepest step {c.steepest:.0f}°"
        )


def _mark(holds: bool) -> str:
    return "holds " if holds else "MISSED"


def _mean(found: list[Difference]) -> Difference:
    return Difference(*np.mean([list(vars(one).values()) for one in found], axis=0).tolist())


def _difference(found: Difference) -> str:
    return (
        f"{found.degrees:.2f}°, {found.mm:.1f} mm (99 % of frames: {found.worst_degrees:.2f}°, "
        f"{found.worst_mm:.1f} mm)"
    )
