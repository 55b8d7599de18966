"""SHA256SUMS, as `sha256sum --check` reads it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

NAME = "SHA256SUMS"


def sha256(path: Path) -> str:
    """Of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write(files: Iterable[Path], folder: Path) -> Path:
    """The checksums of files in a folder, into that folder."""
    lines = [f"{sha256(path)}  {path.name}\n" for path in sorted(files)]
    target = folder / NAME
    target.write_bytes("".join(lines).encode())
    return target
