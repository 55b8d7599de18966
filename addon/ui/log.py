"""The log that a user can copy: a text in the .blend, or the console."""

from __future__ import annotations

from datetime import datetime

import bpy

from .preferences import preferences

LOG_NAME = "SMPL Refiner Log"


def log_run(text: str) -> None:
    """Keep the figures of a run, where the user wants a log."""
    if preferences().log:
        _append(text)


def report_error(operator: bpy.types.Operator, error: Exception) -> None:
    """One sentence for the user; the details, where an error carries some, go to the log."""
    operator.report({"ERROR"}, str(error))
    if details := getattr(error, "details", ""):
        log_details(details)


def log_details(text: str) -> None:
    """Keep the details of an unexpected error: in the log, or else in the console, once."""
    if preferences().log:
        _append(text)
    else:
        print(text)


def _append(text: str) -> None:
    log = bpy.data.texts.get(LOG_NAME) or bpy.data.texts.new(LOG_NAME)
    log.write(f"{datetime.now():%Y-%m-%d %H:%M:%S}  {text.rstrip()}\n")
