# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""Values of the controls for kinds of recordings, and the user's own."""

from __future__ import annotations

from typing import NamedTuple

import bpy
from bl_operators.presets import AddPresetBase

from .language import EnumProperty

SUBFOLDER = "smpl_pose_refiner/controls"
"""Where Blender keeps the user's own, in its folder of presets."""


class Preset(NamedTuple):
    """Values that did best on captured motion of its kind under noise of its kind."""

    name: str
    description: str
    strength: float
    smoothness: float
    feet: float = 1.0
    path: str = "MEASURED"


PRESETS = {
    "EVERYDAY": Preset(
        "Everyday", "As the measured noise calls for: right for most recordings", 1.0, 1.0
    ),
    "DANCE": Preset(
        "Dance", "Flowing: a fifth calmer than Everyday, held close to the keypoints", 1.5, 1.2
    ),
    "SPORT": Preset(
        "Sport", "Quick, wide moves: closer to the keypoints than Everyday, and no calmer", 1.5, 1.0
    ),
    "CLEAN": Preset(
        "Clean Mocap", "Markers and other clean capture: every detail as recorded, with little smoothing",
        2.0, 0.75, feet=0.5,
    ),
    "CAMERA": Preset(
        "One Camera",
        "Keypoints from one video: less trust in depth, more in how bodies move; the path from the steps",
        0.5, 1.0, path="STEPS",
    ),
}  # fmt: skip


class SPR_OT_use_preset(bpy.types.Operator):
    """Set strength, smoothing and the hold of feet for a kind of recording"""

    bl_idname = "spr.use_preset"
    bl_label = "Use Preset"
    bl_options = {"REGISTER", "UNDO"}

    preset: EnumProperty(
        name="Preset", items=[(key, one.name, one.description) for key, one in PRESETS.items()]
    )

    @classmethod
    def description(cls, _context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        """What it is for, and its values."""
        one = PRESETS[properties.preset]
        values = f"Strength {one.strength:g}, smoothing {one.smoothness:g}, hold feet {one.feet:g}"
        return f"{one.description}. {values}"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Set the values."""
        controls, one = context.scene.spr.controls, PRESETS[self.preset]
        controls.strength, controls.smoothness = one.strength, one.smoothness
        controls.feet.hold, controls.feet.path = one.feet, one.path
        return {"FINISHED"}


class SPR_OT_add_preset(AddPresetBase, bpy.types.Operator):
    """Keep strength, smoothing and the hold of feet under a name of your own, or take such a name away"""

    bl_idname = "spr.add_preset"
    bl_label = "Add Preset"
    preset_menu = "SPR_MT_presets"
    preset_subdir = SUBFOLDER
    preset_defines = ("controls = bpy.context.scene.spr.controls",)
    preset_values = ("controls.strength", "controls.smoothness", "controls.feet.hold", "controls.feet.path")


class SPR_MT_presets(bpy.types.Menu):
    """Values for kinds of recordings, and your own"""

    bl_idname = "SPR_MT_presets"
    bl_label = "Presets"
    preset_subdir = SUBFOLDER
    preset_operator = "script.execute_preset"

    def draw(self, context: bpy.types.Context) -> None:
        """Ours, then the user's."""
        for key, one in PRESETS.items():
            self.layout.operator("spr.use_preset", text=one.name).preset = key
        if bpy.utils.preset_paths(SUBFOLDER):
            self.layout.separator()
            bpy.types.Menu.draw_preset(self, context)


def preset_of(controls: bpy.types.PropertyGroup) -> str:
    """The name of the preset whose values the controls have; 'Presets' where they have none's."""
    numbers = (controls.strength, controls.smoothness, controls.feet.hold)
    values = *(round(number, 3) for number in numbers), controls.feet.path
    return next((one.name for one in PRESETS.values() if one[2:] == values), "Presets")


def draw_presets(layout: bpy.types.UILayout, controls: bpy.types.PropertyGroup) -> None:
    """The menu, and how to keep one's own."""
    row = layout.row(align=True)
    row.menu("SPR_MT_presets", text=preset_of(controls), translate=False)
    row.operator("spr.add_preset", text="", icon="ADD")
    row.operator("spr.add_preset", text="", icon="REMOVE").remove_active = True


CLASSES = (SPR_OT_use_preset, SPR_OT_add_preset, SPR_MT_presets)
