"""The shapes of bones that an animator takes hold of: wires of unit size that several bones share."""

from __future__ import annotations

import bpy
import numpy as np

_SHAPE = "spr_shape"
"""Custom property of a shape's object."""


Wires = tuple[np.ndarray, list[tuple[int, int]]]
"""Points (N, 3) and the pairs of them that are joined."""


def _circle(across: tuple[int, int], points: int = 24) -> Wires:
    angles = np.arange(points) * 2 * np.pi / points
    places = np.zeros((points, 3))
    places[:, across[0]], places[:, across[1]] = np.cos(angles), np.sin(angles)
    return places, [(point, (point + 1) % points) for point in range(points)]


def _joined(*parts: Wires) -> Wires:
    edges: list[tuple[int, int]] = []
    start = 0
    for points, lines in parts:
        edges += [(first + start, last + start) for first, last in lines]
        start += len(points)
    return np.concatenate([points for points, _ in parts]), edges


def _ball() -> Wires:
    return _joined(_circle((0, 1)), _circle((1, 2)), _circle((0, 2)))


def _ground() -> Wires:
    """On the floor, with an arrow to where the person faces."""
    arrow = np.array([(0.0, -1.0, 0.0), (0.0, -1.5, 0.0), (-0.2, -1.25, 0.0), (0.2, -1.25, 0.0)])
    return _joined(_circle((0, 1), 48), (arrow, [(0, 1), (1, 2), (1, 3)]))


def _box() -> Wires:
    corners = np.array([(x, y, z) for x in (-0.5, 0.5) for y in (0.0, 1.0) for z in (-0.5, 0.5)])
    steps = np.abs(corners[:, None] - corners[None])
    edges = np.argwhere(np.triu((steps > 0).sum(-1) == 1))
    return corners, [(int(first), int(last)) for first, last in edges]


_SHAPES = {"box": _box, "ball": _ball, "ground": _ground}


def dress(bone: bpy.types.PoseBone, kind: str, like: bpy.types.Bone) -> None:
    """Let a bone be drawn as a shape in the colours of another one, and turn by quaternions."""
    bone.rotation_mode = "QUATERNION"
    bone.custom_shape = _shape(kind)
    bone.bone.show_wire = True
    colour = bone.bone.color
    colour.palette = like.color.palette
    if like.color.is_custom:
        for name in ("normal", "select", "active"):
            setattr(colour.custom, name, getattr(like.color.custom, name))


def _shape(kind: str) -> bpy.types.Object:
    """The object of a shape: "box", "ball" or "ground". It is in no scene; the bones that use it keep it."""
    for ob in bpy.data.objects:
        if ob.get(_SHAPE) == kind and ob.library is None:
            return ob
    places, edges = _SHAPES[kind]()
    mesh = bpy.data.meshes.new(f"Bone shape {kind}")
    mesh.from_pydata(places, edges, [])
    ob = bpy.data.objects.new(mesh.name, mesh)
    ob[_SHAPE] = kind
    return ob


def remove_unused_shapes() -> None:
    """Take away the shapes that no bone has any more."""
    unused = [ob for ob in bpy.data.objects if _SHAPE in ob and ob.users == 0 and ob.library is None]
    meshes = [ob.data for ob in unused if ob.data.users == 1]
    bpy.data.batch_remove([*unused, *meshes])
