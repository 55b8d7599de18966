"""Which input files become which output file."""

from __future__ import annotations

import argparse
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


def jobs_of(args: argparse.Namespace) -> list[Job]:
    """What becomes of each input file. Raises UsageError."""
    sources, output = tuple(args.files), Path(args.output)
    if output.suffix.lower().removeprefix(".") in KINDS and not output.is_dir():
        if args.to and args.to != output.suffix.lower().removeprefix("."):
            raise UsageError(f"--to {args.to} does not fit {output.name}; leave it out or name a folder.")
        if output.suffix.lower() == ".npz" and len(sources) > 1:
            raise UsageError("Several files need a folder as --output for .npz, or one .fbx or .blend.")
        jobs = [Job(sources, output)]
    elif output.suffix and not output.is_dir() and not args.to:
        raise UsageError(
            f"--output {output.name} is not an .npz, .fbx or .blend file; use one of these endings."
        )
    else:
        jobs = _folder_jobs(sources, output, args.to or "npz")
    named = (*sources, *map(Path, args.also), args.keypoints, args.smpl_model)
    inputs = {path.resolve() for path in named if path is not None}
    if any(job.output.resolve() in inputs for job in jobs):
        raise UsageError("The output would overwrite an input file; choose another name.")
    return jobs


def _folder_jobs(sources: tuple[Path, ...], folder: Path, kind: str) -> list[Job]:
    names: list[str] = []
    for source in sources:
        stem, number = source.stem, 2
        while stem in names:
            stem, number = f"{source.stem}_{number}", number + 1
        names.append(stem)
    return [Job((source,), folder / f"{name}.{kind}") for source, name in zip(sources, names, strict=True)]
