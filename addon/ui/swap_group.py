# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""What a scene remembers of left and right that were exchanged by hand."""

from __future__ import annotations

import bpy

from .language import IntProperty, StringProperty


class SPR_PG_swap(bpy.types.PropertyGroup):
    """One stretch of frames."""

    person_id: StringProperty(name="Person ID")
    first: IntProperty(name="First", description="First frame, as the recording numbers its frames")
    last: IntProperty(name="Last", description="Last frame, as the recording numbers its frames")


CLASSES = (SPR_PG_swap,)
