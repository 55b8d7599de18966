"""Draw the preview and the residual lines in every 3D View: the only code that needs a graphics system."""

from __future__ import annotations

from typing import Any

import blf
import bpy
import numpy as np
from bpy_extras.view3d_utils import location_3d_to_region_2d

from ..scene.drawing import Shapes, View, discs, together
from .framing import free_part
from .live import live_shapes
from .preview import forget, names, shapes

LINE_WIDTH, DOT_RADIUS = 2.0, 3.5
"""Pixels at interface scale 1."""

FONT = 0
"""Blender's own."""
INSET = 14.0
"""Pixels at interface scale 1 from the corner."""
NOTE = (1.0, 1.0, 1.0, 0.8)
PREVIEW = "Preview of the open recording: no object yet. Refine Pose makes the armature."

_handles: list[Any] = []


def attach() -> None:
    """Draw from now on; in the background there is nothing to draw to."""
    if not bpy.app.background:
        _handles.append(bpy.types.SpaceView3D.draw_handler_add(_draw, (), "WINDOW", "POST_VIEW"))
        _handles.append(bpy.types.SpaceView3D.draw_handler_add(_write, (), "WINDOW", "POST_PIXEL"))


def detach() -> None:
    """Stop drawing."""
    while _handles:
        bpy.types.SpaceView3D.draw_handler_remove(_handles.pop(), "WINDOW")
    forget()


def _draw() -> None:
    context = bpy.context
    if not context.space_data.overlay.show_overlays:
        return
    depsgraph = context.evaluated_depsgraph_get()
    found = together((shapes(context.scene, depsgraph), live_shapes(context.scene, depsgraph)))
    if len(found.dots):
        _paint(found, context.region, context.region_data, context.preferences.system.ui_scale)


def _write() -> None:
    """Say that what is drawn is a preview, and of several people, who is who."""
    context = bpy.context
    if not context.space_data.overlay.show_overlays:
        return
    shown, scale = list(names(context.scene)), context.preferences.system.ui_scale
    if not shown:
        return
    style = context.preferences.ui_styles[0].widget
    blf.size(FONT, style.points * scale)
    blf.enable(FONT, blf.SHADOW)
    blf.shadow(FONT, 3, 0.0, 0.0, 0.0, 0.8)
    for name, place, colour in shown if len(shown) > 1 else ():
        where = location_3d_to_region_2d(context.region, context.region_data, place)
        if where is not None:
            pale = [(1.0 + part) / 2 for part in colour]
            _text(name, where.x - blf.dimensions(FONT, name)[0] / 2, where.y, (*pale[:3], 1.0))
    _, right = free_part(context.area, context.region)
    # At the lower right: Adjust Last Operation opens at the left.
    _text(PREVIEW, right - blf.dimensions(FONT, PREVIEW)[0] - INSET * scale, INSET * scale, NOTE)
    blf.disable(FONT, blf.SHADOW)


def _text(text: str, x: float, y: float, colour: tuple[float, ...]) -> None:
    blf.position(FONT, x, y, 0.0)
    blf.color(FONT, *colour)
    blf.draw(FONT, text)


def _paint(found: Shapes, region: bpy.types.Region, eye: bpy.types.RegionView3D, scale: float) -> None:
    import gpu

    view = View(np.array(eye.view_matrix), np.array(eye.window_matrix), region.width)
    gpu.state.blend_set("ALPHA")
    gpu.state.depth_test_set("NONE")
    _paint_lines(found, LINE_WIDTH * scale)
    _paint_discs(*discs(found.dots, found.dot_colours, DOT_RADIUS * scale, view))
    gpu.state.blend_set("NONE")


def _paint_lines(found: Shapes, width: float) -> None:
    import gpu

    if not len(found.lines):
        return
    shader = gpu.shader.from_builtin("POLYLINE_FLAT_COLOR")
    batch = _batch(shader, "LINES", found.lines, found.line_colours)
    shader.bind()
    shader.uniform_float("viewportSize", gpu.state.viewport_get()[2:])
    shader.uniform_float("lineWidth", width)
    batch.draw(shader)


def _paint_discs(vertices: np.ndarray, colours: np.ndarray, triangles: np.ndarray) -> None:
    import gpu

    if not len(vertices):  # all of them lie behind the eye
        return
    shader = gpu.shader.from_builtin("SMOOTH_COLOR")
    _batch(shader, "TRIS", vertices, colours, triangles).draw(shader)


def _batch(
    shader: Any, kind: str, places: np.ndarray, colours: np.ndarray, indices: np.ndarray | None = None
) -> Any:
    from gpu_extras.batch import batch_for_shader

    content = {"pos": places.astype(np.float32), "color": colours.astype(np.float32)}
    indices = None if indices is None else np.ascontiguousarray(indices, np.int32)
    return batch_for_shader(shader, kind, content, indices=indices)
