"""The people of one recording, refined as the arguments say."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from ..body.body_model import BodyModel
from ..motion import Motion
from ..recording import Person
from ..safe_read import FormatError
from .controls import controls_of, people_in_range
from .inputs import chosen, inputs, shift, targets_of
from .progress import Show
from .results import Result


def refined(
    source: Path, stem: str, args: argparse.Namespace, show: Show, warnings: list[str]
) -> list[Result]:
    """Everybody who was asked for, called by the stem; adds to the warnings. show is told how far the person
    of a label is. Raises FormatError."""
    recording, targets = inputs(source, args)
    asked = recording.people if args.person is None else (chosen(recording, args.person),)
    warnings += recording.warnings
    people = people_in_range(asked, args, warnings)
    belonging = targets_of(people, targets, len(asked) == 1)
    offset = shift(people, belonging, args.keypoints_offset, warnings)
    results = []
    for one, target in zip(people, belonging, strict=True):
        label = f"person {one.id} of {source.name}" if len(people) > 1 else source.name
        started = time.perf_counter()
        motion, model = _refine_person(one, target, offset, args, partial(show, label))
        warnings += motion.warnings
        name = stem if len(people) == 1 else f"{stem} {one.id}"
        seconds = time.perf_counter() - started
        before, shake = _before(one, target, offset, motion, args)
        results.append(Result(name, one, motion, seconds, model, before, shake))
    if targets is not None:
        warnings += targets.warnings
    return results


def _refine_person(
    one: Person,
    target: Person | None,
    offset: float,
    args: argparse.Namespace,
    progress: Callable[[float, str], None],
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
            progress=progress,
            body=args.own_body,
        )
    except refiner.RefineError as error:
        raise FormatError(str(error)) from error
    return motion, None if motion.shape is None else args.own_body.model


def _before(
    one: Person, target: Person | None, offset: float, motion: Motion, args: argparse.Namespace
) -> tuple[float | None, tuple[float, float] | None]:
    """Of initial poses: their mean error in mm where there are keypoints of others, else jitter before and
    after. None where there is nothing to tell."""
    from .. import refiner

    if one.poses is None or args.mode in ("sequence", "none"):
        return None, None
    original = refiner.refine(one, targets=target, targets_offset=offset, mode="none")
    if (target is not None or one.keypoints is not None) and not refiner.were_alone(motion):
        known = original.fit_error_mm[np.isfinite(original.fit_error_mm)]
        return (float(known.mean()) if len(known) else None), None
    shake = refiner.jitter(original)
    return None, ((shake, refiner.jitter(motion)) if np.isfinite(shake) else None)
