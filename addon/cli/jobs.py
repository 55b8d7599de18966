"""Which input files become which output file."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ..whole_file import place_of

KINDS = ("npz", "fbx", "glb", "usd", "bvh", "vrma", "blend")
WITHOUT_BLENDER = ("npz", "bvh", "vrma")
"""Kinds of file that we write ourselves."""
ANIMATION = tuple(kind for kind in KINDS if kind != "npz")
"""Kinds of file for whoever animates, not for numbers."""
_ENDINGS = {**{kind: kind for kind in KINDS}, "usdc": "usd", "usda": "usd"}


def kind_of(path: str | Path) -> str | None:
    """The kind of file that a name's ending tells; None where it tells none that we write."""
    return _ENDINGS.get(Path(path).suffix.lower().removeprefix("."))


def kind_in_folder(args: argparse.Namespace) -> str:
    """The kind of the files that a folder as --output gets."""
    return args.to or "npz"


def needs_blender(kind: str, args: argparse.Namespace) -> bool:
    """Whether Blender writes this kind of file, as it does any with the character of a file in it."""
    return kind not in WITHOUT_BLENDER or args.retarget is not None


class Job(NamedTuple):
    """Input files that become one output file, or one for each person. taken: names, without ending, that no
    person's file beside the output may get; others: those of other recordings there."""

    sources: tuple[Path, ...]
    output: Path
    taken: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Of the output, by its ending; empty for none that is written."""
        return kind_of(self.output) or ""


class UsageError(Exception):
    """Arguments that do not fit together; the message is one sentence."""


def job_of(args: argparse.Namespace) -> Job | None:
    """The one output that all files become; None where --output is a folder. Raises UsageError."""
    sources, output = tuple(args.files), Path(args.output)
    ending = output.suffix.lower().removeprefix(".")
    kind = kind_of(output)
    if output.is_dir() or (kind is None and (args.to or not ending)):
        return None
    # The file of a character has other endings, which are checked with its options.
    if kind is None and args.retarget is None:
        raise UsageError(
            f"--output {output.name} is not an .{', .'.join(KINDS[:-1])} or .{KINDS[-1]} file;"
            f" use one of these endings, or for a folder of that name add --to {KINDS[0]}."
        )
    if args.to and args.to != kind:
        raise UsageError(f"--to {args.to} does not fit {output.name}; leave it out or name a folder.")
    if kind in WITHOUT_BLENDER and len(sources) > 1:
        raise UsageError(f"Several files need a folder as --output for .{kind}, or one .fbx or .blend.")
    named = (*sources, *map(Path, args.also), args.keypoints, args.smpl_model, args.retarget)
    inputs = [path for path in named if path is not None]
    keep_apart(output, inputs)
    return Job(sources, output, names_beside(output, inputs))


def names_beside(output: Path, inputs: Iterable[Path]) -> tuple[str, ...]:
    """Names, without ending, of those inputs that the file of a person could take the place of."""
    folder, ending = place_of(output.parent), output.suffix.lower()
    beside = (path for path in inputs if path.suffix.lower() == ending)
    return tuple(path.stem for path in beside if place_of(path.parent) == folder)


def keep_apart(output: Path, inputs: Iterable[Path]) -> None:
    """Raises UsageError where an output is an input too."""
    if place_of(output) in set(map(place_of, inputs)):
        raise UsageError("The output would overwrite an input file; choose another name.")
