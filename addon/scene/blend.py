"""The open file as a .blend file."""

from __future__ import annotations

from pathlib import Path

import bpy

from .output import replaced_when_done
from .quiet import quiet


def save_blend(path: str | Path) -> None:
    """Save a copy of what is open; the open file keeps its own name. SceneError when it can't be written."""
    with replaced_when_done(Path(path).absolute()) as temporary, quiet():
        bpy.ops.wm.save_as_mainfile(filepath=str(temporary), copy=True, check_existing=False, compress=True)
