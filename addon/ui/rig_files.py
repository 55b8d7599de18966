"""Files that Blender opens are read by Blender, while the extension is enabled."""

from __future__ import annotations

from ..formats.rig_files import forget_importer, use_importer
from ..scene import import_rigs

CLASSES = ()


def attach() -> None:
    """From now on."""
    use_importer(import_rigs.import_rigs)


def detach() -> None:
    """No more."""
    forget_importer(import_rigs.import_rigs)
