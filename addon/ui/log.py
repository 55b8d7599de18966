"""Errors as one sentence, and the log that a user can copy: a text in the .blend."""

from __future__ import annotations

from datetime import datetime

import bpy

from ..overrides import in_panel
from ..words import plural
from .preferences import preferences

LOG_NAME = "SMPL Refiner Log"


def report_error(operator: bpy.types.Operator, sentence: str, details: str = "") -> None:
    """One sentence for the user; details, such as a traceback, go to the log."""
    if details:
        _append(f"{sentence}\n{details}")
        sentence = f"{sentence} Details are in the text '{LOG_NAME}'."
    operator.report({"ERROR"}, in_panel(sentence, "in the sidebar"))


def keep_details(sentence: str, details: str) -> None:
    """What a panel says alone, with its traceback in the log."""
    _append(f"{sentence}\n{details}")


def log_run(text: str) -> None:
    """Keep the figures of a run, where the user wants that."""
    if preferences().log:
        _append(text)


def _append(text: str) -> None:
    log = bpy.data.texts.get(LOG_NAME) or bpy.data.texts.new(LOG_NAME)
    log.write(f"{datetime.now():%Y-%m-%d %H:%M:%S}  {text.rstrip()}\n")


class SPR_OT_show_log(bpy.types.Operator):
    """Open the log of errors and runs in a text editor"""

    bl_idname = "spr.show_log"
    bl_label = "Show Log"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a log and a window."""
        return context.window is not None and _has_log(cls)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """In a text editor that is open, else in a window of its own."""
        areas = [area for window in context.window_manager.windows for area in window.screen.areas]
        area = next((area for area in areas if area.type == "TEXT_EDITOR"), None)
        if area is None:
            bpy.ops.wm.window_new()
            area = context.window_manager.windows[-1].screen.areas[0]
            area.type = "TEXT_EDITOR"
        space = area.spaces.active
        space.text, space.show_word_wrap = bpy.data.texts[LOG_NAME], True
        return {"FINISHED"}


class SPR_OT_copy_log(bpy.types.Operator):
    """Copy the log of errors and runs, to paste it into a report"""

    bl_idname = "spr.copy_log"
    bl_label = "Copy Log"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Needs a log."""
        return _has_log(cls)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """To the clipboard."""
        text = bpy.data.texts[LOG_NAME].as_string()
        context.window_manager.clipboard = text
        self.report({"INFO"}, f"{plural(text.count(chr(10)), 'line')} of the log in the clipboard.")
        return {"FINISHED"}


def _has_log(operator: type[bpy.types.Operator]) -> bool:
    if LOG_NAME in bpy.data.texts:
        return True
    operator.poll_message_set(
        "There is no log yet: errors are kept there, and runs if the preferences say so"
    )
    return False


def draw_log(layout: bpy.types.UILayout) -> None:
    """Buttons for the log, where there is one."""
    if LOG_NAME in bpy.data.texts:
        row = layout.row(align=True)
        row.operator("spr.show_log", icon="TEXT")
        row.operator("spr.copy_log", icon="COPYDOWN")


CLASSES = (SPR_OT_show_log, SPR_OT_copy_log)
