"""A recording to try, which ships with the add-on."""

from __future__ import annotations

from pathlib import Path

import bpy

EXAMPLE = Path(__file__).parents[2] / "bundled_model/samples/pose2sim/S00_P00_T01_BalancingTrial_0-100.trc"
"""Keypoints of four webcams as Pose2Sim gives them before any filter: real, and they tremble."""


class SPR_OT_open_example(bpy.types.Operator):
    """Open a short recording that ships with the add-on: keypoints from webcams, with all their noise"""

    bl_idname = "spr.open_example"
    bl_label = "Try an Example"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """As any other file."""
        return set(bpy.ops.spr.open_recording(filepath=str(EXAMPLE)))


CLASSES = (SPR_OT_open_example,)
