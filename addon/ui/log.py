"""Errors as one sentence, and the log that a user can copy: a text in the .blend."""

from __future__ import annotations

from datetime import datetime

import bpy

from .preferences import preferences

LOG_NAME = "SMPL Refiner Log"


def report_error(operator: bpy.types.Operator, sentence: str, details: str = "") -> None:
    """One sentence for the user; details, such as a traceback, go to the log."""
    if details:
        _append(f"{sentence}\n{details}")
        sentence = f"{sentence} Details are in the text '{LOG_NAME}'."
    operator.report({"ERROR"}, sentence)


def log_run(text: str) -> None:
    """Keep the figures of a run, where the user wants that."""
    if preferences().log:
        _append(text)


def _append(text: str) -> None:
    log = bpy.data.texts.get(LOG_NAME) or bpy.data.texts.new(LOG_NAME)
    log.write(f"{datetime.now():%Y-%m-%d %H:%M:%S}  {text.rstrip()}\n")
