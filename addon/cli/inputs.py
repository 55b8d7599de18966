"""The files that a command line names: read with its hints, and who of one belongs to whom of the other."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import formats
from ..body.layouts import find_layout
from ..formats.rig_files import RIG_ENDINGS, use_importer
from ..recording import Person, Recording
from ..safe_read import FormatError
from ..whole_file import place_of
from .blender import blender_on_stderr, scene_package

if TYPE_CHECKING:
    from ..rigs import Sampled


def read(path: Path, args: argparse.Namespace) -> Recording:
    """The recording in a file, with the hints of the arguments. Raises FormatError."""
    if args.layout is not None:
        _check_layout(args.layout)
    open_by_blender(path, *args.also)
    stated = {"layout": args.layout, "fps": args.fps, "up": args.up, "units": args.units}
    recording = formats.read(path, **stated, **_switches(args), also=args.also)
    for who, _, _ in args.swap:
        chosen(recording, who)
    return recording


def open_by_blender(*paths: str | Path) -> None:
    """Let Blender's Python module, where it is there, open what only Blender opens."""
    if not any(Path(path).suffix.lower() in RIG_ENDINGS for path in paths):
        return
    try:
        scene_package()
    except FormatError:
        return  # the reader says who opens such a file
    use_importer(_import_rigs)


def _import_rigs(path: Path, take: str | None) -> list[Sampled]:
    """As Blender does it, whose own lines are no results."""
    scene = (__package__ or "").removesuffix(".cli") + ".scene.import_rigs"
    with blender_on_stderr():
        found: list[Sampled] = import_module(scene).import_rigs(path, take)
        return found


def gather_take(args: argparse.Namespace) -> None:
    """With --one-take the first of the files stands for all: the others are in `args.also`."""
    args.also = tuple(str(place_of(path)) for path in args.files[1:]) if args.one_take else ()
    args.files = args.files[:1] if args.one_take else args.files


def _switches(args: argparse.Namespace) -> dict[str, Any]:
    names = ("mirror", "keep_height", "join_tracks", "keep_sides")
    return {name: getattr(args, name) for name in names} | {"swaps": tuple(args.swap), "take": args.take}


def add_sides(group: argparse._ArgumentGroup) -> None:
    """Adds --keep-sides and --swap."""
    group.add_argument(
        "--keep-sides", action="store_true",
        help="leave left and right as the file has them; else frames in which the tracker exchanged them are"
        " put right",
    )  # fmt: skip
    group.add_argument(
        "--swap", type=_swap, action="append", default=[], metavar="ID:A:B",
        help="exchange left and right of a person's keypoints in frames A to B; may be given several times",
    )  # fmt: skip


def _swap(text: str) -> tuple[str, int, int]:
    person, _, frames = text.partition(":") if text.count(":") == 2 else ("", "", "")
    first, _, last = frames.partition(":")
    try:
        found = person, int(first), int(last)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a person and frames like 0:100:150") from None
    if not person or found[1] > found[2]:
        raise argparse.ArgumentTypeError(f"{text} is not a person and frames like 0:100:150")
    return found


def _check_layout(name: str) -> None:
    try:
        find_layout(name)
    except KeyError as error:
        raise FormatError(str(error.args[0])) from error


def inputs(source: Path, args: argparse.Namespace) -> tuple[Recording, Recording | None]:
    """The recording to refine and that of --keypoints.

    With --keypoints, layout, up, units and mirror describe the keypoint file unless it states them itself,
    and then FILE; a frame rate goes to each file that states none.
    """
    if args.keypoints is None:
        return read(source, args), None
    open_by_blender(source, args.keypoints, *args.also)
    if args.layout is not None:
        _check_layout(args.layout)
    switches = _switches(args)
    stated = formats.read(args.keypoints, layout=args.layout, **switches)
    to_keypoints: dict[str, Any] = {
        "fps": None if stated.fps.how == "stated" else args.fps,
        "up": None if stated.up.how == "stated" else args.up,
        "units": None if stated.units.how == "stated" else args.units,
    }
    targets = formats.read(args.keypoints, layout=args.layout, **to_keypoints, **switches)
    up = args.up if to_keypoints["up"] is None else None
    units = args.units if to_keypoints["units"] is None else None
    recording = formats.read(source, up=up, units=units, also=args.also, **switches)
    if args.fps is not None and (recording.fps.how != "stated" or to_keypoints["fps"] is None):
        recording = formats.read(source, up=up, units=units, fps=args.fps, also=args.also, **switches)
    return recording, targets


def chosen(recording: Recording, person_id: str) -> Person:
    """The person with this id. Raises FormatError."""
    try:
        return recording.person(person_id)
    except KeyError as error:
        raise FormatError(str(error.args[0])) from error


def targets_of(people: Sequence[Person], targets: Recording | None, alone: bool) -> list[Person | None]:
    """Who of the keypoint file belongs to each of these people. Raises FormatError."""
    from .. import refiner

    if targets is None:
        return [None] * len(people)
    try:
        return [refiner.target_of(one, targets.people, alone) for one in people]
    except refiner.RefineError as error:
        raise FormatError(str(error)) from error


def shift(
    people: Sequence[Person], targets: Sequence[Person | None], asked: float | None, warnings: list[str]
) -> float:
    """Seconds to add to the targets' times: as asked, or as the motions tell, which is printed."""
    from .. import refiner

    pairs = [(one, target) for one, target in zip(people, targets, strict=True) if target is not None]
    if asked is not None or not pairs:
        return asked or 0.0
    found = refiner.surest(refiner.align_times(one, target) for one, target in pairs)
    if found.confidence < refiner.SURE:
        warnings.append(found.sentence)
    else:
        print(found.sentence)
    return found.offset
