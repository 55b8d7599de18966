"""Help: the manual that ships with the add-on, in the browser. It is a file, and nothing is fetched."""

from __future__ import annotations

from pathlib import Path

import bpy

from .preferences import BASE_PACKAGE

ROOT = Path(__file__).parents[2]
FIRST = "manual.html"


class SPR_OT_show_manual(bpy.types.Operator):
    """Open the manual, which ships with the add-on, in the web browser"""

    bl_idname = "spr.show_manual"
    bl_label = "Help"

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Make pages of the Markdown files, where the add-on may write."""
        from .manual_page import write_pages  # asks for Python's table of HTML's entities

        try:
            folder = Path(bpy.utils.extension_path_user(BASE_PACKAGE, path="manual", create=True))
            write_pages([*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"], folder)
        except OSError as error:
            self.report({"ERROR"}, f"The manual can't be written ({error.strerror}); read {ROOT / 'docs'}.")
            return {"CANCELLED"}
        try:
            bpy.ops.wm.path_open(filepath=str(folder / FIRST))
        except RuntimeError:
            self.report({"WARNING"}, f"No browser could be started; the manual is {folder / FIRST}.")
            return {"FINISHED"}
        self.report({"INFO"}, f"The manual is in the web browser: {folder / FIRST}.")
        return {"FINISHED"}


CLASSES = (SPR_OT_show_manual,)
