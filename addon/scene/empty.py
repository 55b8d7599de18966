"""A blank file to write results to from the command line."""

from __future__ import annotations

import bpy


def start_empty() -> None:
    """Clear Blender's startup scene (cube, camera, light); a file that was opened on purpose stays."""
    if bpy.app.background and not bpy.data.filepath:
        bpy.ops.wm.read_homefile(use_empty=True)
