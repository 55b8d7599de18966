# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""What a scene remembers of working on a result by hand."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, FloatProperty, IntProperty


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
    degrees: FloatProperty(
        name="Degrees",
        description="How far Reduce Keys may turn any bone from where it is",
        default=0.5,
        min=0.0,
        soft_max=5.0,
        step=10,
        precision=2,
    )
    millimetres: FloatProperty(
        name="Millimetres",
        description="How far Reduce Keys may move any joint from where it is",
        default=5.0,
        min=0.0,
        soft_max=50.0,
        step=50,
        precision=1,
    )


CLASSES = (SPR_PG_edits,)
