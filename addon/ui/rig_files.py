"""Files that Blender opens are read by Blender, while the extension is enabled."""

from __future__ import annotations

from pathlib import Path

from .. import rigs
from ..formats import rig_files
from ..scene import import_rigs

CLASSES = ()


def _importer(path: Path, take: str | None) -> list[rigs.Sampled]:
    return import_rigs.import_rigs(path, take)


def attach() -> None:
    """From now on."""
    rig_files.use_importer(_importer)


def detach() -> None:
    """No more."""
    rig_files.forget_importer(_importer)
