"""An archive whose bytes depend on nothing but the content of its files."""

from __future__ import annotations

import zipfile
from pathlib import Path

BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can name: a file's own time is that of whoever checked it out."""
_READABLE = 0o100644 << 16


def settle(archive: Path) -> None:
    """Writes a zip again: files in the order of their names, without folders, with one time and one mode."""
    with zipfile.ZipFile(archive) as source:
        files = [(name, source.read(name)) for name in sorted(source.namelist()) if not name.endswith("/")]
    settled = archive.with_name(f".{archive.name}")
    with zipfile.ZipFile(settled, "w") as target:
        for name, content in files:
            target.writestr(_entry(name), content, compresslevel=9)
    settled.replace(archive)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, BEGINNING)
    entry.create_system = 3  # Unix, wherever this runs
    entry.external_attr = _READABLE
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(".whl") else zipfile.ZIP_DEFLATED
    return entry
