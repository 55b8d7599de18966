# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""What a scene remembers: `scene.spr`. Paths, choices and figures; never the recording itself."""

from __future__ import annotations

import bpy

from ..recording import Recording
from ..safe_read import FormatError
from ..writers.presets import preset_items
from .batch_settings import SPR_PG_batch
from .controls import SPR_PG_controls, begin_anew
from .edit_settings import SPR_PG_edits
from .fixes import SPR_PG_fix
from .hints import AUTO, FileSettings, load, peek, read_with, stop_reading
from .language import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)
from .live_panel import SPR_PG_live
from .measures import SPR_PG_quality
from .opened_files import SPR_PG_file, go_to_file, note_opened
from .own_body import BODIES, SPR_PG_body
from .people import SPR_PG_person, list_people
from .redraw import redraw_views
from .retarget_settings import SPR_PG_retarget
from .scene_range import fit_range
from .session import SESSION
from .swap_group import SPR_PG_swap
from .targets import SPR_PG_targets, find_shift, forget_targets

ENGINE_ITEMS = [
    (AUTO, "Auto", "PyTorch where it finds a graphics card, NumPy otherwise"),
    ("torch", "PyTorch", "Faster with a graphics card for it; must be installed"),
    ("numpy", "NumPy", "Works in every Blender"),
]
DEVICE_ITEMS = [
    (AUTO, "Auto", "The fastest device that PyTorch finds"),
    ("cpu", "CPU", "The processor"),
    ("cuda", "CUDA", "An NVIDIA graphics card, with PyTorch"),
    ("mps", "Metal", "Apple's graphics processor, with PyTorch"),
]
DEFAULT_ITEM = ("default", "Default", "As set in the add-on's preferences")


def reload_all() -> None:
    """Read every scene's files with their present hints, where they changed."""
    for scene in bpy.data.scenes:
        settings = scene.spr
        waiting = [one for one in (settings, settings.targets) if one.source and peek(one) is None]
        for one in waiting:
            _load_quietly(settings, one)
        recording = peek(settings)
        if isinstance(recording, Recording):
            fit_range(scene, recording)
        if waiting and not settings.targets.by_hand:
            find_shift(settings)
    redraw_views()


def _load_quietly(settings: SPR_PG_settings, one: FileSettings) -> None:
    try:
        recording = load(one)
    except FormatError:
        return  # the session keeps the refusal, and the panel shows it
    if one == settings:
        if not settings.people:
            begin_anew(settings, recording)  # what kept the file from being read has been stated now
        list_people(settings, recording)
        note_opened(settings.id_data, recording)


def _redraw_views(_settings: SPR_PG_settings, _context: bpy.types.Context) -> None:
    redraw_views()


def _moved(settings: SPR_PG_settings, _context: bpy.types.Context) -> None:
    recording = peek(settings)
    if isinstance(recording, Recording):
        fit_range(settings.id_data, recording)
    redraw_views()


class SPR_PG_result(bpy.types.PropertyGroup):
    """Where one person's result is in .blend files of earlier versions; read, never written."""

    source: StringProperty(name="Source")
    person_id: StringProperty(name="Person ID")
    armature: PointerProperty(name="Armature", type=bpy.types.Object)
    keypoints: PointerProperty(name="Keypoints", type=bpy.types.Collection)
    origin: FloatProperty(name="Origin", description="Seconds of the recording that lie on frame 1")
    rate: FloatProperty(name="Rate", description="Frames per second of the keys", default=30.0)


class SPR_PG_settings(bpy.types.PropertyGroup, FileSettings):
    """Settings and last result of a scene."""

    targets: PointerProperty(type=SPR_PG_targets)
    people: CollectionProperty(name="People", type=SPR_PG_person)
    active_person: IntProperty(name="Active Person")
    first_colour: IntProperty(
        name="First Colour", description="Place of the recording's first person among the scene's people"
    )
    files: CollectionProperty(name="Files", type=SPR_PG_file)
    active_file: IntProperty(name="Active File", update=go_to_file)
    batch: PointerProperty(name="Batch", type=SPR_PG_batch)
    controls: PointerProperty(name="Controls", type=SPR_PG_controls)
    swaps: CollectionProperty(name="Swaps", type=SPR_PG_swap)
    edits: PointerProperty(type=SPR_PG_edits)
    retarget: PointerProperty(name="Retarget", type=SPR_PG_retarget)
    fixes: CollectionProperty(name="Fixes", type=SPR_PG_fix)
    active_fix: IntProperty(name="Active Fix")
    quality: PointerProperty(name="Quality", type=SPR_PG_quality)
    live: PointerProperty(name="Live Preview", type=SPR_PG_live)
    engine: EnumProperty(
        name="Engine", description="What runs the refiner", items=[DEFAULT_ITEM, *ENGINE_ITEMS]
    )
    device: EnumProperty(
        name="Device", description="Where PyTorch runs the refiner", items=[DEFAULT_ITEM, *DEVICE_ITEMS]
    )
    mesh: BoolProperty(
        name="Body Mesh", description="Add a skinned body in the performer's proportions", default=True
    )
    body: PointerProperty(type=SPR_PG_body)
    show_keypoints: BoolProperty(
        name="Keypoints",
        description="Keep the recorded keypoints with the person in the .blend file, so that they are drawn"
        " when the recording is no longer open, too. They add no objects to the scene",
        default=True,
    )
    match_scene_rate: BoolProperty(
        name="Match Scene Frame Rate",
        description="Set the scene's frame rate and range to the recording's, if nothing is animated yet. "
        "Otherwise the motion is resampled to the scene's rate; its speed is right either way",
        default=True,
    )
    replace: BoolProperty(
        name="Replace Earlier Result",
        description="Bring the same person's earlier result up to date: its objects stay, with all that you"
        " have added to them. Otherwise the new result comes beside it",
        default=True,
    )
    show_preview: BoolProperty(
        name="Show in Viewport",
        description="Draw the recorded keypoints of people who are not refined yet as a skeleton, at the "
        "scene's current frame. Faint points were missing and lie between two that were seen",
        default=True,
        update=_redraw_views,
    )
    preview_refined: BoolProperty(
        name="Recorded Keypoints",
        description="Draw the recorded keypoints of refined people, too. They go along with the armature",
        default=True,
        update=_redraw_views,
    )
    show_residuals: BoolProperty(
        name="Residual Lines",
        description="Draw a line from each recorded keypoint of refined people to its place on the body, "
        "green where both agree, red from 100 mm on",
        update=_redraw_views,
    )
    first_frame: IntProperty(
        name="Start Frame",
        description="Frame of the scene on which the recording begins. It is that of the scene's range when a"
        " recording is opened",
        default=1,
        min=0,
        soft_max=10000,
        update=_moved,
    )
    fitted_start: IntProperty(
        name="Fitted Start",
        description="First frame that opening a recording gave to the scene's range",
        default=1,
    )
    fitted_end: IntProperty(
        name="Fitted End", description="Last frame that opening a recording gave to the scene's range"
    )
    fbx_preset: EnumProperty(
        name="For",
        description="What the file is for: its kind, axes, unit, bone names and root",
        items=list(preset_items()),
    )
    fbx_in_place: BoolProperty(
        name="In Place",
        description="Keep the pelvis above the origin: the way over the floor is left out,"
        " height and turning stay",
    )
    result: StringProperty(name="Result", description="Figures of the last run, one to a line")
    results: CollectionProperty(name="Results", type=SPR_PG_result)


CLASSES = (SPR_PG_result, SPR_PG_settings)


def attach() -> None:
    """Give every scene its settings."""
    bpy.types.Scene.spr = PointerProperty(type=SPR_PG_settings, name="SMPL Pose Refiner")
    read_with(reload_all)


def detach() -> None:
    """Take them away and forget the recordings."""
    stop_reading()
    del bpy.types.Scene.spr
    SESSION.clear()
    BODIES.clear()
    forget_targets()
