"""A picture of a hand that moves: the performer's right one at a few moments side by side, from near."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from addon.motion import Motion

from .strip import HEIGHT, SPACING, facing, material, mesh, stage

HAND, NEAR = "R_Middle1", 0.19
"""The bone in the picture's middle, and metres around it that are shown."""
LARGER = 4.6


def render_hand(motion: Motion, rows: list[int], colour: tuple[float, float, float], path: Path) -> None:
    """Renders it with Cycles to a .png. The current scene is left empty of all but it."""
    import bpy

    from addon import scene as scene_of_addon

    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    armature = scene_of_addon.write_motion(motion)
    body = armature.children[0]
    faces = _faces(armature, body)
    shapes = [_vertices(armature, body, row) for row in rows]
    for ob in (body, armature):
        bpy.data.objects.remove(ob)
    skin, turn = material("Body", colour), _upright(facing(motion, rows[len(rows) // 2]))
    for slot, vertices in enumerate(shapes):
        place = np.array([(slot - (len(rows) - 1) / 2) * SPACING, 0.0, HEIGHT / 2])
        mesh(f"Hand {slot}", vertices @ turn.T * LARGER + place, faces, skin)
    stage(bpy.context.scene, SPACING * (len(rows) + 0.4))
    bpy.context.scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)


def _faces(armature: Any, body: Any) -> list[list[int]]:
    """Those of the body that rest near the hand."""
    places = np.array([vertex.co for vertex in body.data.vertices])
    near = np.linalg.norm(places - np.array(armature.data.bones[HAND].head_local), axis=1) < NEAR
    return [list(face.vertices) for face in body.data.polygons if near[list(face.vertices)].all()]


def _vertices(armature: Any, body: Any, row: int) -> np.ndarray:
    """(V, 3) metres about the hand, in the row's frame."""
    import bpy

    bpy.context.scene.frame_set(1 + row)
    graph = bpy.context.evaluated_depsgraph_get()
    posed = body.evaluated_get(graph).to_mesh()
    vertices = np.empty((len(posed.vertices), 3), np.float32)
    posed.vertices.foreach_get("co", vertices.ravel())
    return np.asarray(vertices - np.array(armature.evaluated_get(graph).pose.bones[HAND].head))


def _upright(heading: np.ndarray) -> np.ndarray:
    """(3, 3) a turn about Y, up in the motion, as one about Z, up in Blender."""
    swap = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
    return np.asarray(swap @ heading @ swap.T)
