"""The stage of the demo's picture, in every Blender."""

from __future__ import annotations

import bpy

from dev.pictures import strip


def test_floor_and_sky_are_shaded_by_nodes():
    strip.stage(bpy.context.scene, 2.0)
    (floor,) = bpy.data.objects["Floor"].data.materials
    assert floor.node_tree.nodes["Principled BSDF"].outputs[0].is_linked
    sky = bpy.context.scene.world.node_tree.nodes["Background"]
    assert sky.outputs[0].is_linked
    assert [round(value, 2) for value in sky.inputs["Color"].default_value] == [0.85, 0.9, 1.0, 1.0]
