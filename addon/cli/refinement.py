"""`refine`: files in, animation out."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

from ..body.body_model import BodyModel, load_body_model
from ..formats.file_names import shared_name
from ..motion import Motion
from ..recording import Person
from ..safe_read import FormatError
from .controls import controls_of, people_in_range
from .inputs import chosen, gather_take, inputs, shift, targets_of
from .jobs import Job, jobs_of
from .outputs import scene_package, write
from .progress import progress_bar
from .results import Result, result_line


def refine(args: argparse.Namespace) -> int:
    """Refines all jobs, also after one that fails; 1 where one did. Raises UsageError."""
    gather_take(args)
    jobs = jobs_of(args)
    args.body_model = None if args.smpl_model is None else load_body_model(args.smpl_model)
    if any(job.kind != "npz" for job in jobs):
        scene_package()
    status = 0
    for job in jobs:
        try:
            _run(job, args)
        except FormatError as error:
            print(error, file=sys.stderr)
            status = 1
    return status


def _run(job: Job, args: argparse.Namespace) -> None:
    """Refines all people of a job and writes its output. Raises FormatError."""
    started = time.perf_counter()
    warnings: list[str] = []
    results = [result for source in job.sources for result in _refined(source, args, warnings)]
    written = write(job, results, args)
    for warning in dict.fromkeys(warnings):
        print(f"Warning: {warning}", file=sys.stderr)
    for result in results:
        print(result_line(result))
    print(f"Wrote {', '.join(map(str, written))} in {time.perf_counter() - started:.1f} s.")


def _refined(source: Path, args: argparse.Namespace, warnings: list[str]) -> list[Result]:
    recording, targets = inputs(source, args)
    asked = recording.people if args.person is None else (chosen(recording, args.person),)
    warnings += recording.warnings
    people = people_in_range(asked, args, warnings)
    belonging = targets_of(people, targets, len(asked) == 1)
    offset = shift(people, belonging, args.keypoints_offset, warnings)
    stem = shared_name([source, *map(Path, args.also)]) if args.also else ""
    stem = stem or source.stem
    results = []
    for number, (one, target) in enumerate(zip(people, belonging, strict=True)):
        label = f"person {one.id} of {source.name}" if len(people) > 1 else source.name
        started = time.perf_counter()
        motion, model = _refine_person(one, target, offset, args, label)
        warnings += motion.warnings
        name = stem if len(people) == 1 else f"{stem} {one.id}"
        seconds = time.perf_counter() - started
        alone = one.keypoints is None and target is None and args.mode in ("auto", "poses")
        shake = _shake(one, motion) if alone else None
        results.append(Result(name, people[number], motion, seconds, model, shake))
    if targets is not None:
        warnings += targets.warnings
    return results


def _refine_person(
    one: Person, target: Person | None, offset: float, args: argparse.Namespace, label: str
) -> tuple[Motion, BodyModel | None]:
    """The motion, and the user's body model where it is to be used. Raises FormatError."""
    from .. import refiner

    try:
        motion = refiner.refine(
            one,
            targets=target,
            targets_offset=offset,
            mode=args.mode,
            controls=controls_of(args),
            engine=args.engine,
            device=args.device,
            progress=progress_bar(label),
        )
    except refiner.RefineError as error:
        raise FormatError(str(error)) from error
    return refiner.on_own_body(motion, one.poses, args.body_model)


def _shake(one: Person, motion: Motion) -> tuple[float, float] | None:
    """Jitter before and after; None where there are too few frames to tell."""
    from .. import refiner

    before = refiner.jitter(refiner.refine(one, mode="none"))
    return (before, refiner.jitter(motion)) if np.isfinite(before) else None
