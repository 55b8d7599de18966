"""`refine`: files in, animation out."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ..formats.file_names import shared_name
from .blender import scene_package
from .body import check_body, own_body
from .effects import check_effects
from .inputs import gather_take
from .jobs import Job, UsageError, job_of, kind_in_folder, needs_blender
from .outputs import write
from .people import refined
from .progress import progress_bar
from .results import result_line
from .retarget import check_retarget

if TYPE_CHECKING:
    from .many import Workers


def refine(args: argparse.Namespace, workers: Workers | None = None) -> int:
    """Refines files into one output, or each into a file in a folder; 1 where one failed. workers: does it
    in several processes. Raises UsageError and FormatError."""
    check_retarget(args)
    check_body(args)
    gather_take(args)
    job = job_of(args)
    check_effects(args, kind_in_folder(args) if job is None else job.kind)
    if job is None:
        from .many import refine_many  # one file needs no results and no table

        return refine_many(args, workers)
    several = (args.jobs or 1) > 1
    for option, given in (("jobs (or --dask)", several), ("part", args.part), ("again", args.again)):
        if given:
            raise UsageError(f"--{option} is for a folder as --output, and {job.output.name} is one file.")
    args.own_body = own_body(args)
    if needs_blender(job.kind, args):
        scene_package()
    _run(job, args)
    return 0


def _run(job: Job, args: argparse.Namespace) -> None:
    """Refines all people of a job and writes its output. Raises FormatError."""
    started = time.perf_counter()
    warnings: list[str] = []
    show = progress_bar()
    results = [
        result
        for source in job.sources
        for result in refined(source, _stem(source, args), args, show, warnings)
    ]
    written = write(job, results, args)
    for warning in dict.fromkeys(warnings):
        print(f"Warning: {warning}", file=sys.stderr)
    for result in results:
        print(result_line(result))
    print(f"Wrote {', '.join(map(str, written))} in {time.perf_counter() - started:.1f} s.")


def _stem(source: Path, args: argparse.Namespace) -> str:
    shared = shared_name([source, *map(Path, args.also)]) if args.also else ""
    return shared or source.stem
