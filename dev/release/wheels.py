"""The wheels that ship: a list with hashes in wheels/, and the files themselves, downloaded on demand."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from ..environments.envs import requirement_lines
from ..environments.pythons import pip_command
from ..processes import ROOT, Refusal, clean_environment, run, say
from .checksums import sha256

WHEELS = ROOT / "wheels"


def fill(name: str, download: bool = True) -> list[Path]:
    """The wheels of a locked list, downloaded where one is missing; else none at all. Raises Refusal."""
    locked = WHEELS / name
    wheels = _present(locked)
    if None in wheels and not download:
        return []
    if None in wheels:
        say(f"Downloading the wheels of {locked.relative_to(ROOT)} …")
        pip = pip_command(Path(sys.executable))
        options = ["--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:", "--dest", str(WHEELS)]
        if run([*pip, "download", *options, "--requirement", str(locked)], clean_environment()) != 0:
            raise Refusal(f"pip could not download {locked.relative_to(ROOT)}: see its message above.")
        wheels = _present(locked)
    if None in wheels:
        raise Refusal(f"A wheel of {locked.relative_to(ROOT)} is not what its hash says: correct that list.")
    return [wheel for wheel in wheels if wheel is not None]


def _present(locked: Path) -> list[Path | None]:
    """For each requirement the file in wheels/ that has one of its hashes, or None."""
    return [_find(line) for line in requirement_lines(locked)]


def _find(requirement: str) -> Path | None:
    name, version = re.split(r"==|\s", requirement)[:2]
    hashes = set(re.findall(r"sha256:([0-9a-f]{64})", requirement))
    candidates = WHEELS.glob(f"{name.replace('-', '_')}-{version}*.whl")
    return next((wheel for wheel in candidates if sha256(wheel) in hashes), None)
