"""Read the scene's recording again, for an operator."""

from __future__ import annotations

import bpy

from ..safe_read import FormatError
from .hints import load
from .log import report_error
from .people import list_people
from .redraw import redraw_views


def read_again(operator: bpy.types.Operator, context: bpy.types.Context) -> set[str]:
    """With what is stated by now; what the operator returns."""
    settings = context.scene.spr
    try:
        recording = load(settings)
    except FormatError as error:
        report_error(operator, str(error), getattr(error, "details", ""))
        return {"CANCELLED"}
    list_people(settings, recording)
    redraw_views()
    return {"FINISHED"}
