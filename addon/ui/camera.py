# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""The camera that filmed the open recording, to look at the body over the picture."""

from __future__ import annotations

import bpy
import numpy as np
from bpy_extras.io_utils import ImportHelper
from mathutils import Matrix

from ..recording import Camera, Recording
from ..scene import camera as scene_camera
from ..scene import own_space
from ..scene.errors import SceneError
from ..scene.units import from_metres
from .describe import recording_name
from .hints import peek
from .language import BoolProperty, IntProperty, StringProperty
from .moments import clock_of
from .refined import refined_people

_SAME_SHAPE = 0.02
"""Part by which two pictures' width to height may differ and still be the same picture."""
_SAME_RATE = 0.01


def filmed(context: bpy.types.Context) -> Recording | None:
    """The open recording, where it holds a camera."""
    found = peek(context.scene.spr)
    return found if isinstance(found, Recording) and found.camera is not None else None


def described(camera: Camera) -> str:
    """'35 mm lens, 1920 × 1080, moving'."""
    if camera.size is not None:
        wide, (width, height) = camera.pixels(camera.size)[0], camera.size
        lens = f"{wide / width * scene_camera.SENSOR:.0f} mm lens, {width} × {height}"
    elif camera.unit == "pixels":
        lens = f"Focal length {camera.focal[0]:.0f} pixels"
    else:
        lens = "A usual lens"
    return f"{lens}, {'moving' if camera.moves else 'standing still'}"


class CameraMaker:
    """Adds the camera, or brings the one that was added up to date."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a recording that tells its camera."""
        if filmed(context) is None:
            # Of bpy.types.Operator, which the classes below are as well.
            cls.poll_message_set(  # type: ignore[attr-defined]
                "The open recording does not hold the camera that filmed it"
            )
            return False
        return True

    def add(
        self, context: bpy.types.Context, recording: Recording, size: tuple[int, int] | None = None
    ) -> tuple[bpy.types.Object, scene_camera.Clip]:
        """The camera, and look through it."""
        assert recording.camera is not None
        scene = context.scene
        clip = _clip(scene, recording)
        name = f"{recording_name(recording.path)} camera"
        ob = scene_camera.write_camera(
            scene, recording.camera, clip, scene.spr.source, name=name, size=size, placed=_placed(scene)
        )
        if context.area is not None and context.area.type == "VIEW_3D":
            context.space_data.region_3d.view_perspective = "CAMERA"
        return ob, clip


class SPR_OT_add_camera(CameraMaker, bpy.types.Operator):
    """Add the camera that filmed the recording and look through it: its lens, its place and its moves. Added
    again, the same camera is brought up to date"""

    bl_idname = "spr.add_camera"
    bl_label = "Add Camera"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write it."""
        recording = filmed(context)
        assert recording is not None and recording.camera is not None
        try:
            ob, _ = self.add(context, recording)
        except SceneError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if recording.camera.size is None:
            told = "The file does not tell the size of the picture, so the scene's resolution counts."
            self.report({"WARNING"}, f"{told} Add the camera with its footage to get the right one")
        else:
            self.report({"INFO"}, f"{ob.name}: {described(recording.camera)}")
        return {"FINISHED"}


class SPR_OT_open_footage(CameraMaker, bpy.types.Operator, ImportHelper):
    """Choose the video or the first picture that the recording was made from: the camera is added, with the
    footage behind the body"""

    bl_idname = "spr.open_footage"
    bl_label = "Add Camera with Footage"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE", "HIDDEN"})
    filter_movie: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    filter_image: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    later: IntProperty(
        name="Offset",
        description="Frames by which the footage starts before the recording. Change it where the body runs"
        " ahead of the picture or lags behind",
        options={"SKIP_SAVE"},
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write the camera, and put the footage behind it."""
        recording = filmed(context)
        assert recording is not None and recording.camera is not None
        try:
            footage = scene_camera.load_footage(bpy.path.abspath(self.filepath))
            fits = _same_shape(recording.camera.size, footage.size)
            ob, clip = self.add(context, recording, footage.size if fits else None)
            scene_camera.show_footage(ob, footage, clip, self.later)
        except SceneError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self._tell(clip.clock.rate, recording, footage, fits)
        return {"FINISHED"}

    def _tell(self, rate: float, recording: Recording, footage: scene_camera.Footage, fits: bool) -> None:
        size = recording.camera.size if recording.camera else None
        if not fits and size is not None:
            self.report(
                {"WARNING"},
                f"The footage is {footage.size[0]} × {footage.size[1]}, but the recording was made from"
                f" {size[0]} × {size[1]}; choose the file that it was made from",
            )
        elif footage.image.source != "FILE" and abs(rate / recording.fps.value - 1.0) > _SAME_RATE:
            self.report(
                {"WARNING"},
                f"The scene runs at {rate:.4g} frames per second, the recording at {recording.fps.value:.4g},"
                f" so the picture runs away; set the scene's frame rate and refine again",
            )
        else:
            self.report({"INFO"}, f"{footage.image.name} lies behind the body")


def _clip(scene: bpy.types.Scene, recording: Recording) -> scene_camera.Clip:
    """When its frames show."""
    return scene_camera.Clip(recording.fps.value, clock_of(scene, recording))


def _same_shape(size: tuple[int, int] | None, other: tuple[int, int]) -> bool:
    if size is None:
        return True
    return abs(np.log(size[0] / size[1] * other[1] / other[0])) < _SAME_SHAPE


def _placed(scene: bpy.types.Scene) -> Matrix:
    """How the refined people of the open recording were moved as objects: as the first one was."""
    people = refined_people(scene, scene.spr.source)
    spaces = (own_space.placed(entry.armature) for entry in people.values())
    return Matrix(next(spaces, from_metres(scene)).tolist())


def follow_people(scene: bpy.types.Scene) -> None:
    """The camera of the open recording is to the people what it was, after they moved in place or time."""
    recording, ob = peek(scene.spr), scene_camera.find_camera(scene, scene.spr.source)
    if not isinstance(recording, Recording) or recording.camera is None or ob is None:
        return
    render, shown = scene.render, scene.camera
    size, clip = (render.resolution_x, render.resolution_y), _clip(scene, recording)
    scene_camera.write_camera(
        scene, recording.camera, clip, scene.spr.source, size=size, placed=_placed(scene)
    )
    scene_camera.start_footage(ob, clip)
    scene.camera = shown


CLASSES = (SPR_OT_add_camera, SPR_OT_open_footage)
