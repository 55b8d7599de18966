"""Pictures of a motion: its body at a few moments side by side, with the keypoints it should meet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from addon.body.kinematics import forward
from addon.body.open_body import load, skin
from addon.motion import Motion
from addon.recording import Keypoints

SPACING, HEIGHT = 1.3, 2.0
POINT_RADIUS = 0.022
PIXELS_PER_METRE = 200
SAMPLES = 8


@dataclass(frozen=True)
class Strip:
    """What one picture shows: a motion at these rows, its colour (r, g, b), and target keypoints."""

    motion: Motion
    rows: list[int]
    colour: tuple[float, float, float]
    keypoints: Keypoints


def render(strip: Strip, path: Path) -> None:
    """Renders a strip with Cycles to a .png. The current scene is left empty."""
    import bpy

    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    scene = bpy.context.scene
    skin_material = material("Body", strip.colour)
    point_material = material("Keypoints", (0.9, 0.28, 0.03))
    heading = facing(strip.motion, strip.rows[len(strip.rows) // 2])
    width = SPACING * (len(strip.rows) + 0.4)
    for slot, row in enumerate(strip.rows):
        vertices, points, floor = _moment(strip, row, heading)
        shift = np.array([(slot - (len(strip.rows) - 1) / 2) * SPACING, 0.0, -floor])
        mesh(f"Body {slot}", vertices + shift, load().quads, skin_material)
        for place in points:
            _ball(place + shift, point_material)
    stage(scene, width)
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)


def facing(motion: Motion, row: int) -> np.ndarray:
    """(3, 3) turn about the vertical that brings the person's front to the camera, a little to the side."""
    front = motion.rotations[row, 0, :, 2]
    angle = -np.arctan2(front[0], front[2]) + np.radians(25.0)
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def _moment(strip: Strip, row: int, heading: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Vertices and seen keypoints of one frame, Z up, pelvis over the origin, and the height of the floor."""
    motion, body = strip.motion, load()
    rest = body.warped(motion.bone_offsets)
    nowhere = np.zeros(3)
    vertices = skin(rest, body.weights, motion.rotations[row], nowhere, motion.bone_offsets)
    joints, _ = forward(motion.rotations[row], nowhere, motion.bone_offsets)
    points = strip.keypoints.positions[row] - motion.pelvis[row]
    points = points[np.isfinite(points).all(-1)]
    vertices, points, joints = (_z_up(values @ heading.T) for values in (vertices, points, joints))
    return vertices, points, float(vertices[:, 2].min())


def _z_up(values: np.ndarray) -> np.ndarray:
    return np.stack([values[..., 0], -values[..., 2], values[..., 1]], -1)


def material(name: str, colour: tuple[float, float, float]) -> Any:
    """A new material of this colour."""
    import bpy

    made = bpy.data.materials.new(name)
    if made.node_tree is None:  # before Blender 5.0
        made.use_nodes = True
    shader = made.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = (*colour, 1.0)
    shader.inputs["Roughness"].default_value = 0.6
    return made


def mesh(name: str, vertices: np.ndarray, faces: np.ndarray | list[list[int]], look: Any) -> None:
    """Adds a smooth mesh of vertices (V, 3) and faces (F, 3 or 4) with this material."""
    import bpy

    shape = bpy.data.meshes.new(name)
    shape.from_pydata(vertices.tolist(), [], np.asarray(faces).tolist())
    shape.polygons.foreach_set("use_smooth", np.ones(len(faces), bool))
    shape.materials.append(look)
    bpy.context.scene.collection.objects.link(bpy.data.objects.new(name, shape))


def _ball(place: np.ndarray, material: Any) -> None:
    import bpy

    if "Ball" not in bpy.data.meshes:
        import bmesh

        shape = bmesh.new()
        bmesh.ops.create_icosphere(shape, subdivisions=2, radius=POINT_RADIUS)
        ball = bpy.data.meshes.new("Ball")
        shape.to_mesh(ball)
        shape.free()
        ball.materials.append(material)
    # Towards the camera by its radius, so that points on the skin show.
    ob = bpy.data.objects.new("Keypoint", bpy.data.meshes["Ball"])
    ob.location = place + np.array([0.0, -0.25, 0.0])
    bpy.context.scene.collection.objects.link(ob)


def stage(scene: Any, width: float) -> None:
    """Floor, light, camera and the settings of a quick render on a CPU."""
    import bpy

    ground = np.array([[-50.0, -50.0, 0.0], [50.0, -50.0, 0.0], [50.0, 50.0, 0.0], [-50.0, 50.0, 0.0]])
    mesh("Floor", ground, np.array([[0, 1, 2, 3]]), material("Floor", (0.75, 0.77, 0.8)))
    sun = bpy.data.objects.new("Sun", bpy.data.lights.new("Sun", "SUN"))
    sun.data.energy, sun.data.angle = 3.0, 0.2
    sun.rotation_euler = (0.7, -0.2, 0.6)
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.data.type, camera.data.ortho_scale = "ORTHO", width
    camera.location, camera.rotation_euler = (0.0, -12.0, HEIGHT / 2 + 0.95), (1.48, 0.0, 0.0)
    for ob in (sun, camera):
        scene.collection.objects.link(ob)
    world = bpy.data.worlds.new("Sky")
    if world.node_tree is None:  # before Blender 5.0
        world.use_nodes = True
    world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.85, 0.9, 1.0, 1.0)
    world.node_tree.nodes["Background"].inputs["Strength"].default_value = 0.6
    scene.world, scene.camera = world, camera
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising = SAMPLES, True
    scene.cycles.max_bounces = 1
    scene.view_settings.view_transform = "Standard"
    scene.render.resolution_x = int(PIXELS_PER_METRE * width)
    scene.render.resolution_y = int(PIXELS_PER_METRE * HEIGHT)
