"""Whose every file of an archive is and under which licence, from REUSE.toml and from the wheels themselves.

REUSE.toml follows https://reuse.software/spec-3.3: of several annotations that fit a path the last counts.
"""

from __future__ import annotations

import csv
import fnmatch
import hashlib
import tomllib
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from io import BytesIO
from pathlib import Path

from ..processes import ROOT, Refusal

LIBRARY = "smpl_pose_refiner"
"""The one folder of our wheel."""
REUSE = ROOT / "REUSE.toml"
CLASSIFIERS = {
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
}
"""What wheels say that know no License-Expression yet."""


@dataclass(frozen=True)
class Member:
    """One file of an archive."""

    path: str
    size: int
    sha256: str
    licence: str
    holder: str


@dataclass(frozen=True)
class Annotation:
    """What REUSE.toml says of paths."""

    patterns: tuple[str, ...]
    licence: str
    holder: str

    def fits(self, path: str) -> bool:
        """Whether it speaks of this path; `*` stays within a folder, `**` does not."""
        return any(_fits(path.split("/"), pattern.split("/")) for pattern in self.patterns)


def read_annotations(text: str) -> list[Annotation]:
    """All that a REUSE.toml says."""
    return [_annotation(entry) for entry in tomllib.loads(text)["annotations"]]


def members(archive: Path, reuse: Path = REUSE) -> list[Member]:
    """All files of a zip or of our wheel. Raises Refusal for one that nobody says a licence of."""
    known = read_annotations(reuse.read_text("utf-8"))
    with zipfile.ZipFile(archive) as content:
        return [_member(name, content.read(name), known) for name in sorted(content.namelist())]


def library_path(name: str) -> str:
    """Where a file of the zip or of the wheel lies in the repository."""
    return name.removeprefix(f"{LIBRARY}/")


def write(found: Iterable[Member], target: Path) -> None:
    """A table with a line for each file."""
    with target.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(["file", "bytes", "sha256", "licence (SPDX)", "copyright"])
        table.writerows([one.path, one.size, one.sha256, one.licence, one.holder] for one in found)


def wheel_metadata(content: bytes) -> Message:
    """The METADATA of a wheel."""
    with zipfile.ZipFile(BytesIO(content)) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        return BytesHeaderParser().parsebytes(wheel.read(name))


def wheel_licence(metadata: Message) -> str:
    """The SPDX expression of a wheel's licence, "" where it says none that is understood."""
    if stated := metadata["License-Expression"]:
        return str(stated)
    named = [CLASSIFIERS[line] for line in metadata.get_all("Classifier", []) if line in CLASSIFIERS]
    return " AND ".join(named) or str(metadata["License"] or "").strip()


def _member(name: str, content: bytes, known: list[Annotation]) -> Member:
    if name.endswith(".whl"):
        metadata = wheel_metadata(content)
        licence, holder = wheel_licence(metadata), metadata["Author"] or metadata["Author-email"] or ""
        holder = holder or f"The authors of {metadata['Name']}"
    else:
        path = library_path(name)
        said = next((one for one in reversed(known) if one.fits(path)), None)
        licence, holder = (said.licence, said.holder) if said else ("", "")
    if not licence:
        raise Refusal(f"Nothing says the licence of {name}: add it to REUSE.toml.")
    return Member(name, len(content), hashlib.sha256(content).hexdigest(), licence, holder)


def _annotation(entry: dict[str, str | list[str]]) -> Annotation:
    paths, holders = entry["path"], entry["SPDX-FileCopyrightText"]
    patterns = (paths,) if isinstance(paths, str) else tuple(paths)
    holder = holders if isinstance(holders, str) else ", ".join(holders)
    return Annotation(patterns, str(entry["SPDX-License-Identifier"]), holder)


def _fits(path: list[str], pattern: list[str]) -> bool:
    if not pattern or not path:
        return pattern == path or pattern == ["**"]
    if pattern[0] == "**":
        return _fits(path, pattern[1:]) or _fits(path[1:], pattern)
    return fnmatch.fnmatchcase(path[0], pattern[0]) and _fits(path[1:], pattern[1:])
