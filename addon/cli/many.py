"""`refine` into a folder: each recording into a file of its own, but for those that are done already.

Each has a line in the folder's results as soon as it is done, so that a run may end at any moment.
"""

from __future__ import annotations

import argparse
import os
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zlib import crc32

from .. import batch
from ..at_once import at_once
from ..batch import DONE, FAILED, LEFT_OUT, Clip, Figures, Ledger, Record
from ..batch.record import finite
from ..formats import UnknownContent, may_be_recording, opened_files
from ..formats.file_names import shared_name
from ..safe_read import FormatError
from ..whole_file import place_of
from .blender import NO_BLENDER
from .body import own_body
from .inputs import read
from .jobs import Job, UsageError, keep_apart, kind_in_folder, names_beside, needs_blender
from .outputs import write
from .people import refined
from .progress import BatchProgress, Show
from .results import Result

Workers = Callable[[Sequence[Clip], int], Iterator[Record]]
"""Refines clips in so many processes at a time; records in the order in which they are done."""
_NOT_IN_RESULTS = (
    "files",
    "output",
    "engine",
    "device",
    "jobs",
    "part",
    "again",
    "command",
    "keypoints",
    "smpl_model",
    "own_body",
    "retarget",
    "retarget_bones",
)
"""Arguments that change nothing in a result; the files among them are known by their content."""


def refine_many(args: argparse.Namespace, workers: Workers | None) -> int:
    """Refines all files, also after one that fails; 1 where one did. Raises UsageError and FormatError."""
    if (args.jobs or 1) > 1 and workers is None:
        raise UsageError(
            "--jobs is for a clone's `python3 build.py refine … --jobs N`; here start N commands, with"
            " --part 1/N to --part N/N."
        )
    ledger = Ledger(Path(args.output), args.part)
    clips = _share(_clips(args, ledger), args.part)
    prepare(args)
    batch.remove_leftovers(ledger.folder, [clip.name for clip in clips])
    known = [] if args.again else [ledger.done(clip, args.settings) for clip in clips]
    before = {record.name: record for record in known if record is not None}
    progress = BatchProgress(len(clips))
    for record in before.values():
        progress.tell(record, known=True)
        if args.part is None:
            ledger.keep(record)
    todo = [clip for clip in clips if clip.name not in before]
    if workers is not None and (processes := at_once(args.jobs, len(todo))) > 1:
        records = workers(todo, processes)
    else:
        records = (refine_clip(clip, args, progress.show) for clip in todo)
    for record in records:
        ledger.add(record)
        progress.tell(record)
    found = [ledger.records[clip.name] for clip in clips]
    print(batch.table(found, list(before.values())))
    if ledger.path.exists():  # a share of few recordings may hold none
        print(f"Warnings and all figures: {ledger.path}")
    failed = any(record.status == FAILED for record in found)
    return int(failed and args.part is None)  # a share has come to its end: the whole says what failed


def _share(clips: list[Clip], part: tuple[int, int] | None) -> list[Clip]:
    """Those of a share. It hangs on their names alone: files may come and go while the shares are done."""
    if part is None:
        return clips
    number, count = part
    return [clip for clip in clips if crc32(os.fsencode(clip.name)) % count == number - 1]


def _clips(args: argparse.Namespace, ledger: Ledger) -> list[Clip]:
    if args.also:
        files = (args.files[0], *map(Path, args.also))
        clips = [Clip(files, shared_name(files) or files[0].stem)]
    else:
        apart = ledger.results()
        if place_of(ledger.folder) not in set(map(place_of, args.files)):
            apart.append(ledger.folder)
        clips = batch.find_clips(args.files, lambda path: read(path, args), apart)
    if not clips:
        raise FormatError(
            f"There is no motion file in {', '.join(map(str, args.files))}; name another folder."
        )
    for clip in clips:
        keep_apart(_output(clip, args), _inputs(clip, args))
    return clips


def _inputs(clip: Clip, args: argparse.Namespace) -> list[Path]:
    named = (*clip.files, args.keypoints, args.smpl_model, args.retarget, args.retarget_bones)
    return [path for path in named if path is not None]


def prepare(args: argparse.Namespace) -> None:
    """What all clips share, checked and read once: adds `own_body` and `settings`. Raises FormatError."""
    if needs_blender(kind_in_folder(args), args) and find_spec("bpy") is None:
        raise FormatError(NO_BLENDER)
    shared = [path for path in (args.smpl_model, args.retarget, args.retarget_bones) if path is not None]
    args.own_body = own_body(args)
    settings = {name: value for name, value in vars(args).items() if name not in _NOT_IN_RESULTS}
    args.settings = batch.settings_print(settings | {"to": kind_in_folder(args)}, shared)


def refine_clip(clip: Clip, args: argparse.Namespace, show: Show) -> Record:
    """Refines one clip and writes its files; nothing is raised but what ends the program."""
    began = time.perf_counter()
    facts: dict[str, Any] = {"name": clip.name, "source": str(clip.source)}
    try:
        facts |= _refined_clip(clip, args, show)
    except UnknownContent as error:
        facts |= {"status": LEFT_OUT if clip.listed else FAILED, "sentence": str(error)}
    except FormatError as error:
        facts |= {"status": FAILED, "sentence": str(error)}
    except Exception as error:  # noqa: BLE001 - one bad file must not stop the others
        sentence = f"{clip.source.name} failed for an error in the program ({type(error).__name__})."
        facts |= {"status": FAILED, "sentence": sentence, "details": traceback.format_exc()}
    return Record(**facts, seconds=round(time.perf_counter() - began, 3))


def _refined_clip(clip: Clip, args: argparse.Namespace, show: Show) -> dict[str, Any]:
    """Raises FormatError."""
    warnings: list[str] = []
    output = _output(clip, args)
    own = _own_arguments(clip, args)
    beside = names_beside(output, _inputs(clip, own))
    with opened_files() as opened:
        results = refined(clip.source, output.stem, own, show, warnings)
    others = sorted(batch.relative(path, clip.source.parent) for path in opened - set(clip.files))
    print_of_all = batch.clip_print(clip, others, args.settings)
    written = write(Job((clip.source,), output, beside, clip.others), results, args)
    return {
        "status": DONE,
        "outputs": tuple(
            path.resolve().relative_to(Path(args.output).resolve()).as_posix() for path in written
        ),
        "people": tuple(map(_figures, results)),
        "warnings": tuple(dict.fromkeys(warnings)),
        "fingerprint": print_of_all,
        "also_opened": tuple(others),
    }


def _own_arguments(clip: Clip, args: argparse.Namespace) -> argparse.Namespace:
    """With the keypoints of this clip, where --keypoints is a folder with a file for each."""
    if args.keypoints is None or not args.keypoints.is_dir():
        return args
    own = copy(args)
    stem = Path(clip.name)
    places = (args.keypoints / stem.parent, args.keypoints)
    found = (
        path
        for place in places
        if place.is_dir()
        for path in sorted(place.iterdir())
        if path.stem == stem.name and may_be_recording(path.name)
    )
    own.keypoints = next(found, None)
    if own.keypoints is None:
        raise FormatError(f"{args.keypoints} has no keypoints for {clip.name}; call them like it.")
    return own


def _figures(result: Result) -> Figures:
    before, after = result.shake or (None, None)
    return Figures(
        result.person.id,
        result.motion.frames,
        finite(result.before_mm),
        finite(result.after_mm),
        finite(before),
        finite(after),
    )


def _output(clip: Clip, args: argparse.Namespace) -> Path:
    return Path(args.output) / f"{clip.name}.{kind_in_folder(args)}"
