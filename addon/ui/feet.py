# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""Feet that stay where they bear, and the floor: what a scene remembers of it."""

from __future__ import annotations

from typing import Any

import bpy

from .. import refiner
from .language import EnumProperty, FloatProperty

FLOOR_ITEMS = [
    ("FOUND", "Found", "Found from the feet that bear: its height, its slope, and several heights"),
    ("HEIGHT", "At a Height", "The floor is level, at a height that you know"),
]
PATH_ITEMS = [
    ("MEASURED", "As Measured", "The body goes where the recording has it, but for what its feet slide"),
    (
        "STEPS",
        "From Steps",
        "The way over the floor is put together from the steps: for one camera, whose depth drifts or shakes,"
        " and for keypoints about the hips, which show who walks on the spot",
    ),
]


class SPR_PG_feet(bpy.types.PropertyGroup):
    """How a scene's runs treat feet."""

    hold: FloatProperty(
        name="Hold Feet",
        description="How far a heel or toe that bears is held in its place on the floor. 0: feet are left as"
        " the keypoints have them. 1: they neither slide nor float nor sink",
        default=1.0,
        min=0.0,
        max=1.0,
        step=5,
        precision=2,
    )
    floor: EnumProperty(name="Floor", description="Where the floor is", items=FLOOR_ITEMS)
    height: FloatProperty(
        name="Height",
        description="Height of the floor in the recording, as a refined person has it before it is moved",
        default=0.0,
        soft_min=-2.0,
        soft_max=2.0,
        unit="LENGTH",
        step=1,
        precision=3,
    )
    path: EnumProperty(name="Path", description="What tells the way over the floor", items=PATH_ITEMS)


def feet_of(feet: bpy.types.PropertyGroup) -> dict[str, Any]:
    """The fields of `refiner.Controls` that concern feet."""
    floor = feet.height if feet.floor == "HEIGHT" else None
    return {"feet": feet.hold, "floor": floor, "path": str(feet.path).lower()}


def idle_feet(controls: refiner.Controls) -> dict[str, str]:
    """A sentence for each property that changes nothing, by its name."""
    if not controls.parts.issuperset(refiner.LEGS):
        reason = "the root and both legs have to be refined for it; switch them on under Controls."
        return {"hold": f"Hold Feet: {reason}", "path": ""}
    if controls.feet == 0.0:
        return {"path": "Path: while Hold Feet is 0 it stays as measured."}
    return {}


CLASSES = (SPR_PG_feet,)
