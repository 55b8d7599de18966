# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""What a scene remembers of working on a result by hand."""

from __future__ import annotations

import bpy

from .language import BoolProperty, IntProperty


class SPR_PG_edits(bpy.types.PropertyGroup):
    """How edits are kept and spread."""

    keep: BoolProperty(
        name="Keep My Edits",
        description="Keys of a result that you have changed are held when the person is refined again, bone"
        " by bone, and the motion eases to them over a third of a second. Otherwise they are replaced or,"
        " from Current Animation, refined like the rest",
        default=True,
    )
    blend_frames: IntProperty(
        name="Frames",
        description="How many frames before and after a changed key Blend Edit takes along",
        default=10,
        min=1,
        soft_max=60,
    )


CLASSES = (SPR_PG_edits,)
