# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""Strength, smoothing and trust of each body part."""

from __future__ import annotations

import bpy

from .. import refiner
from .language import FloatProperty, PointerProperty

NAMES = {
    "root": "Root", "spine": "Spine", "head": "Head", "left_arm": "L Arm", "right_arm": "R Arm",
    "left_leg": "L Leg", "right_leg": "R Leg",
}  # fmt: skip
NAME_SHARE = 0.2
"""Part of a line that the name takes."""


class SPR_PG_limb(bpy.types.PropertyGroup):
    """One body part: factors on what is set for the whole body."""

    strength: FloatProperty(
        name="Strength",
        description="Times the strength of the whole body, at most 2. 0: this part keeps the initial pose",
        default=1.0,
        min=0.0,
        max=2.0,
        step=5,
        precision=2,
    )
    smoothness: FloatProperty(
        name="Smoothing",
        description="Times the smoothing of the whole body, at most 2. 0: this part is taken as observed",
        default=1.0,
        min=0.0,
        max=2.0,
        step=5,
        precision=2,
    )
    trust: FloatProperty(
        name="Trust",
        description="How far the keypoints of this part are believed. 0: they are not looked at, and the part"
        " follows from the rest of the body",
        default=1.0,
        min=0.0,
        max=1.0,
        step=5,
        precision=2,
    )


class SPR_PG_limbs(bpy.types.PropertyGroup):
    """All body parts."""

    root: PointerProperty(type=SPR_PG_limb)
    spine: PointerProperty(type=SPR_PG_limb)
    head: PointerProperty(type=SPR_PG_limb)
    left_arm: PointerProperty(type=SPR_PG_limb)
    right_arm: PointerProperty(type=SPR_PG_limb)
    left_leg: PointerProperty(type=SPR_PG_limb)
    right_leg: PointerProperty(type=SPR_PG_limb)


def limbs_of(limbs: bpy.types.PropertyGroup) -> dict[str, refiner.Limb]:
    """The parts that differ from the rest, as the refiner takes them."""
    found = {}
    for part in refiner.PARTS:
        one = getattr(limbs, part)
        limb = refiner.Limb(one.strength, one.smoothness, one.trust)
        if limb != refiner.Limb():
            found[part] = limb
    return found


def reset(limbs: bpy.types.PropertyGroup) -> None:
    """All parts like the whole body."""
    for part in refiner.PARTS:
        one = getattr(limbs, part)
        one.strength = one.smoothness = one.trust = 1.0


class SPR_OT_reset_limbs(bpy.types.Operator):
    """Let all body parts be refined like the whole body"""

    bl_idname = "spr.reset_limbs"
    bl_label = "Reset Body Parts"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """All factors to 1."""
        reset(context.scene.spr.controls.limbs)
        return {"FINISHED"}


def draw_limbs(
    layout: bpy.types.UILayout, controls: bpy.types.PropertyGroup, reasons: dict[str, str]
) -> None:
    """A row for each part that is refined; columns without effect are greyed."""
    columns = ("strength", "smoothness", "trust")
    heads = layout.split(factor=NAME_SHARE, align=True)
    heads.label(text="")
    heads = heads.row(align=True)
    for name in ("Strength", "Smoothing", "Trust"):
        heads.label(text=name, translate=False)
    for part in refiner.PARTS:
        row = layout.split(factor=NAME_SHARE, align=True)
        row.enabled = getattr(controls, part)
        row.label(text=NAMES[part], translate=False)
        row = row.row(align=True)
        for column in columns:
            cell = row.row(align=True)
            cell.enabled = column not in reasons
            cell.prop(getattr(controls.limbs, part), column, text="", slider=True)
    layout.operator("spr.reset_limbs", text="Reset", icon="LOOP_BACK")


CLASSES = (SPR_PG_limb, SPR_PG_limbs, SPR_OT_reset_limbs)
