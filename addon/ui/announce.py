"""Say in the status bar that a large file is being read, before Blender stands still for it."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import bpy

LARGE = 8_000_000
"""Bytes from which reading takes a second or so."""
FRAME_BY_FRAME = ".json"
"""Of these, a folder may hold one for each frame, and all of them are read."""


@contextlib.contextmanager
def announced(path: str) -> Iterator[None]:
    """While this file is read: the sentence, if it is long enough to be seen."""
    if not _anybody_sees() or _bytes_to_read(Path(path)) < LARGE:
        yield
        return
    status(f"Reading {Path(path).name} …")
    _draw_now()
    try:
        yield
    finally:
        status(None)


def status(text: str | None) -> None:
    """Put a text in every status bar; None gives it back to Blender."""
    for workspace in bpy.data.workspaces:
        workspace.status_text_set(text)


def _anybody_sees() -> bool:
    return not bpy.app.background


def _bytes_to_read(path: Path) -> int:
    """Size of the file, or of all that is read with it; 0 where nothing is there."""
    folder = path.parent if path.suffix.lower() == FRAME_BY_FRAME else path
    try:
        own = path.stat().st_size
        if not folder.is_dir():
            return own
        with os.scandir(folder) as entries:
            beside = (one for one in entries if path.is_dir() or one.name.lower().endswith(FRAME_BY_FRAME))
            return sum(one.stat().st_size for one in beside if one.is_file())
    except OSError:
        return 0


def _draw_now() -> None:
    """Draw the window once; Blender would do it after the reading. It prints how long that took."""
    window = bpy.context.window or bpy.context.window_manager.windows[0]
    with bpy.context.temp_override(window=window), contextlib.redirect_stdout(io.StringIO()):
        bpy.ops.wm.redraw_timer(type="DRAW_WIN_SWAP", iterations=1)
