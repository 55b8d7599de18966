# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""Add-on preferences: what belongs to the machine, not to a scene."""

from __future__ import annotations

import bpy

from .language import BoolProperty, EnumProperty
from .properties import DEFAULT_ITEM, DEVICE_ITEMS, ENGINE_ITEMS

BASE_PACKAGE = (__package__ or "").removesuffix(".addon.ui")
"""The extension's own name, such as bl_ext.user_default.smpl_pose_refiner."""


class SPR_AP_preferences(bpy.types.AddonPreferences):
    """Defaults for engine and device, and what is logged."""

    bl_idname = BASE_PACKAGE

    engine: EnumProperty(
        name="Engine", description="What runs the refiner unless a scene says otherwise", items=ENGINE_ITEMS
    )
    device: EnumProperty(
        name="Device", description="Where PyTorch runs unless a scene says otherwise", items=DEVICE_ITEMS
    )
    log: BoolProperty(
        name="Log Every Run",
        description="Add the figures of every run to the text 'SMPL Refiner Log' of the .blend file. "
        "Details of unexpected errors always go there",
    )

    def draw(self, _context: bpy.types.Context) -> None:
        """The page in Edit > Preferences > Add-ons."""
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "engine")
        layout.prop(self, "device")
        layout.prop(self, "log")


def preferences() -> SPR_AP_preferences:
    """This add-on's preferences."""
    return bpy.context.preferences.addons[BASE_PACKAGE].preferences


def engine_and_device(settings: bpy.types.PropertyGroup) -> tuple[str, str]:
    """What the scene says, or the preferences where it leaves that to them."""
    default = DEFAULT_ITEM[0]
    engine = preferences().engine if settings.engine == default else settings.engine
    device = preferences().device if settings.device == default else settings.device
    return engine, device


CLASSES = (SPR_AP_preferences,)
