"""What the sidebar shows while nothing is open: what can be opened, an example, the manual."""

from __future__ import annotations

import bpy

from .drawn_text import draw_message

LINES = (
    ("Keypoints: TRC, C3D, CSV …", "OUTLINER_DATA_POINTCLOUD"),
    ("Skeletons: BVH, AMASS …", "ARMATURE_DATA"),
    ("Estimators: GVHMR, SAM 3D …", "VIEW_CAMERA"),
)


def draw_welcome(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Three lines and two buttons."""
    box = layout.box().column(align=True)
    for line, icon in LINES:
        draw_message(box, context, line, icon)
    layout.operator("spr.open_example", icon="PLAY")
    layout.operator("spr.show_manual", text="Help", icon="HELP")
