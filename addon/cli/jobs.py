"""Which input files become which output file."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

KINDS = ("npz", "fbx", "blend")


@dataclass(frozen=True)
class Job:
    """Input files that become one output file (or one .npz for each person)."""

    sources: tuple[Path, ...]
    output: Path

    @property
    def kind(self) -> str:
        return self.output.suffix.lower().removeprefix(".")


class UsageError(Exception):
    """Arguments that do not fit together; the message is one sentence."""


def job_of(args: argparse.Namespace) -> Job | None:
    """The one output that all files become; None where --output is a folder. Raises UsageError."""
    sources, output = tuple(args.files), Path(args.output)
    ending = output.suffix.lower().removeprefix(".")
    if output.is_dir() or (ending not in KINDS and (args.to or not ending)):
        return None
    # The file of a character has more endings, which are checked with its options.
    if ending not in KINDS and args.retarget is None:
        raise UsageError(
            f"--output {output.name} is not an .npz, .fbx or .blend file; use one of these endings."
        )
    if args.to and args.to != ending:
        raise UsageError(f"--to {args.to} does not fit {output.name}; leave it out or name a folder.")
    if ending == "npz" and len(sources) > 1:
        raise UsageError("Several files need a folder as --output for .npz, or one .fbx or .blend.")
    named = (*sources, *map(Path, args.also), args.keypoints, args.smpl_model, args.retarget)
    keep_apart(output, [path for path in named if path is not None])
    return Job(sources, output)


def keep_apart(output: Path, inputs: Iterable[Path]) -> None:
    """Raises UsageError where an output is an input too."""
    if output.resolve() in {path.resolve() for path in inputs}:
        raise UsageError("The output would overwrite an input file; choose another name.")
