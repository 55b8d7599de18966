"""The camera that filmed a recording as a Blender camera, with the footage behind what it sees."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix

from ..body.rotations import quaternion_from_matrix, slerp, without_flips
from ..recording import Camera
from .axes import SMPL_TO_BLENDER, positions_to_blender
from .clock import Clock
from .curves import Curve, drop_action, vector_curves, write_curves
from .errors import SceneError
from .timing import Keys, keys_at
from .units import metres

FILMED = "spr_camera"
"""Custom property of the camera object: the recording that it filmed."""
_FOOTAGE = "spr_footage"
"""Custom property of the camera object: the image that was put behind what it sees."""
SENSOR = 36.0
"""Millimetres across: a full frame, Blender's own."""
_TO_LENS = np.diag([1.0, -1.0, -1.0])
"""From Blender's axes of a camera (y up, z back) to those of `Camera`."""
_SEQUENCES = {".bmp", ".exr", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}


@dataclass(frozen=True)
class Clip:
    """When a camera's frames show: fps of the recording, and when the scene shows its seconds."""

    fps: float
    clock: Clock


@dataclass(frozen=True)
class Footage:
    """What lies behind the body, and its (width, height) in pixels."""

    image: bpy.types.Image
    size: tuple[int, int]


def find_camera(scene: bpy.types.Scene, source: str) -> bpy.types.Object | None:
    """The scene's camera that was made from this recording."""
    return next((ob for ob in scene.objects if ob.type == "CAMERA" and ob.get(FILMED) == source), None)


def write_camera(
    scene: bpy.types.Scene,
    camera: Camera,
    clip: Clip,
    source: str,
    *,
    name: str = "Camera",
    size: tuple[int, int] | None = None,
    placed: Matrix | None = None,
) -> bpy.types.Object:
    """The camera as the scene's, keyed where it moves or zooms; an earlier one of this source is brought up
    to date, so what somebody has added to it stays.

    source: the recording. size: of the picture in pixels, the file's or that of the footage; the scene's
    resolution where neither is known, else the resolution becomes this. placed: how the people were moved in
    the scene, (4, 4).
    """
    size = size or camera.size
    if size is not None:
        _set_resolution(scene, size)
    ob = find_camera(scene, source) or _create(scene, name, source)
    render = scene.render
    _aim(ob, camera, size or (render.resolution_x, render.resolution_y))
    _place(ob, camera, clip, placed or Matrix())
    scene.camera = ob
    return ob


def load_footage(path: str | Path) -> Footage:
    """A video, a picture, or all pictures that are numbered like this one. SceneError where it is none."""
    size = _size_of(Path(path))
    image = bpy.data.images.load(str(path), check_existing=True)
    if _series(Path(path))[1] > 1:
        image.source = "SEQUENCE"
    return Footage(image, size)


def _size_of(path: Path) -> tuple[int, int]:
    """Pixels across and down, from an image of its own: one of a sequence knows its size only once shown."""
    try:
        image = bpy.data.images.load(str(path), check_existing=False)
    except RuntimeError as error:
        raise SceneError(f"{path.name} can't be opened; choose a video or a picture.") from error
    width, height = image.size
    bpy.data.images.remove(image)
    if not width or not height:
        raise SceneError(f"Blender finds no picture in {path.name}; convert it to MP4 or PNG.")
    return width, height


def show_footage(ob: bpy.types.Object, footage: Footage, clip: Clip, later: int = 0) -> None:
    """Show footage behind what the camera sees, in place of what was shown here before.

    Its first frame is frame 0 of the recording; numbered pictures that start at the recording's first frame
    have its numbers. later: frames by which the footage starts before that.
    """
    image = footage.image
    earlier = ob.get(_FOOTAGE, image)
    shown = next((each for each in ob.data.background_images if each.image in (earlier, image)), None)
    shown = shown or ob.data.background_images.new()
    shown.image, shown.alpha, ob[_FOOTAGE] = image, 1.0, image
    user, start = shown.image_user, round(clip.clock.origin * clip.fps)
    user.use_auto_refresh = True
    user.frame_duration, user.frame_offset = image.frame_duration, start + later
    if image.source == "SEQUENCE":
        first, user.frame_duration = _series(Path(bpy.path.abspath(image.filepath)))
        user.frame_offset += -1 if first == start else first - 1
    start_footage(ob, clip)
    ob.data.show_background_images = True


def start_footage(ob: bpy.types.Object, clip: Clip) -> None:
    """The footage that is shown behind what the camera sees begins where the recording does."""
    shown = (each for each in ob.data.background_images if each.image is not None)
    for each in shown:
        if each.image == ob.get(_FOOTAGE):
            each.image_user.frame_start = round(clip.clock.first)


def _series(path: Path) -> tuple[int, int]:
    """The first number and the count of pictures numbered like this one; (0, 1) for anything else."""
    digits = len(path.stem) - len(path.stem.rstrip("0123456789"))
    if not digits or path.suffix.lower() not in _SEQUENCES:
        return 0, 1
    stem = path.stem[:-digits]
    beside = [one.stem for one in path.parent.glob(f"*{path.suffix}") if one.stem.startswith(stem)]
    numbers = [int(name[len(stem) :]) for name in beside if name[len(stem) :].isdecimal()]
    return min(numbers), max(numbers) - min(numbers) + 1


def _set_resolution(scene: bpy.types.Scene, size: tuple[int, int]) -> None:
    render = scene.render
    render.resolution_x, render.resolution_y = size
    render.pixel_aspect_x = render.pixel_aspect_y = 1.0


def _create(scene: bpy.types.Scene, name: str, source: str) -> bpy.types.Object:
    ob = bpy.data.objects.new(name, bpy.data.cameras.new(name))
    ob[FILMED] = source
    for end in ("clip_start", "clip_end"):  # of a new camera in metres, whatever the scene's unit
        setattr(ob.data, end, getattr(ob.data, end) / metres(scene))
    scene.collection.objects.link(ob)
    return ob


def _aim(ob: bpy.types.Object, camera: Camera, size: tuple[int, int]) -> None:
    """The lens at the first frame, over a sensor as wide as the picture."""
    lens, (width, _) = ob.data, size
    scale = 1.0 if camera.size is None else max(size) / max(camera.size)
    lens.type, lens.sensor_fit, lens.sensor_width = "PERSP", "HORIZONTAL", SENSOR
    lens.lens = float(camera.pixels(size)[0] / width * SENSOR)
    # Blender's shift moves the picture, so the lens points to the other side of its middle.
    lens.shift_x, lens.shift_y = -camera.centre[0] * scale / width, camera.centre[1] * scale / width


def _place(ob: bpy.types.Object, camera: Camera, clip: Clip, placed: Matrix) -> None:
    """Where it stands, and its keys."""
    drop_action(ob)
    drop_action(ob.data)
    ob.rotation_mode = "QUATERNION"
    turn, move = _rigid(placed)
    turns = turn @ SMPL_TO_BLENDER @ camera.turns @ _TO_LENS
    places = positions_to_blender(camera.places) @ np.array(placed)[:3, :3].T + move
    rotations = quaternion_from_matrix(turns)
    ob.location, ob.rotation_quaternion, ob.scale = places[0], rotations[0], (1.0, 1.0, 1.0)
    if len(camera.frame_ids) == 1:
        return
    clock = clip.clock
    keys = keys_at(camera.frame_ids / clip.fps - clock.origin, clock.rate, clock.first)
    if camera.moves:
        write_curves(ob, keys.frames, _curves(keys, places, rotations))
    if np.ptp(camera.focal) > 0:
        lens = keys.linear(camera.focal[:, None])[:, 0] * (ob.data.lens / camera.focal[0])
        write_curves(ob.data, keys.frames, [Curve("lens", 0, lens, "Lens")])


def _rigid(placed: Matrix) -> tuple[np.ndarray, np.ndarray]:
    """The rotation (3, 3) and the shift (3,) of a matrix (4, 4)."""
    place, turn, _ = placed.decompose()
    return np.array(turn.to_matrix()), np.array(place)


def _curves(keys: Keys, places: np.ndarray, rotations: np.ndarray) -> list[Curve]:
    turns = without_flips(slerp(rotations[keys.before], rotations[keys.after], keys.fraction))
    return [
        *vector_curves("location", keys.linear(places), "Location"),
        *vector_curves("rotation_quaternion", turns, "Rotation"),
    ]
