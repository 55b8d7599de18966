# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""What a person may ask of a run: how far, how smooth, which joints and frames, starting from what."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty

from ..recording import Recording
from ..refiner import PARTS, Controls
from .live_panel import draw_live
from .presets import draw_presets

START_ITEMS = [
    (
        "ORIGINAL",
        "Original",
        "Refine the recording as it is in the file. Keys that were changed since are replaced",
    ),
    (
        "CURRENT",
        "Current Animation",
        "Take the keys of the refined armature, with all changes made to them, as the initial pose",
    ),
]
GAP_ITEMS = [
    ("hold", "Hold", "The body stays where it was last seen until the person comes back"),
    ("hide", "Hide", "Armature and body are hidden, also in renders, until the person comes back"),
]
_PART = (
    " Parts that are switched off keep the initial pose or, with keypoints only, stay in the rest pose"
    "{root}. Limbs that are refined reach from there for their keypoints"
)
_ROOT = ", upright at the first place if it is the root"


def _part(name: str, joints: str) -> Any:
    description = f"Refine {joints}.{_PART.format(root=_ROOT if name == 'Root' else '')}"
    return BoolProperty(name=name, description=description, default=True)


class SPR_PG_controls(bpy.types.PropertyGroup):
    """A scene's controls of the refiner."""

    strength: FloatProperty(
        name="Strength",
        description="How far the keypoints are followed. 1: as their measured noise calls for. Below 1: a"
        " share of the way from the initial pose, which 0 keeps; with keypoints only, more is left to the"
        " network. 2: the keypoints count ten times as much",
        default=1.0,
        min=0.0,
        max=2.0,
        step=5,
        precision=2,
    )
    smoothness: FloatProperty(
        name="Smoothing",
        description="1: as the keypoints' measured noise calls for. 0: every frame as observed, for quick"
        " moves and clean capture. 2: nothing faster than about one movement a second",
        default=1.0,
        min=0.0,
        max=2.0,
        step=5,
        precision=2,
    )
    start_from: EnumProperty(name="Start From", description="What a further run refines", items=START_ITEMS)
    root: _part("Root", "where the body is and how it is turned")
    spine: _part("Spine", "the three joints of the spine")
    head: _part("Head", "neck and head")
    left_arm: _part("L Arm", "the performer's left arm, from the collar to the hand")
    right_arm: _part("R Arm", "the performer's right arm, from the collar to the hand")
    left_leg: _part("L Leg", "the performer's left leg, from the hip to the foot")
    right_leg: _part("R Leg", "the performer's right leg, from the hip to the foot")
    use_range: BoolProperty(
        name="Frame Range",
        description="Refine only some frames. The others keep the initial pose, and the change takes a fifth"
        " of a second; with keypoints only, the animation has these frames alone",
    )
    first: IntProperty(
        name="First", description="First frame to refine, as the recording numbers its frames", default=0
    )
    last: IntProperty(
        name="Last", description="Last frame to refine, as the recording numbers its frames", default=250
    )
    gaps: EnumProperty(
        name="When Away",
        description="What happens while a person is not seen for more than a second. Shorter gaps are filled,"
        " and their keys are marked as jitter in the Dope Sheet",
        items=GAP_ITEMS,
    )


def controls_of(settings: bpy.types.PropertyGroup) -> Controls:
    """The scene's controls as the refiner takes them."""
    controls = settings.controls
    parts = frozenset(part for part in PARTS if getattr(controls, part))
    frames = (controls.first, controls.last) if controls.use_range else None
    return Controls(controls.strength, controls.smoothness, parts, frames)


def begin_anew(settings: bpy.types.PropertyGroup, recording: Recording) -> None:
    """For a recording that was just opened: start from the original, and the range is all of it."""
    controls = settings.controls
    controls.start_from = "ORIGINAL"
    controls.use_range = False
    controls.first = min(int(person.frame_ids[0]) for person in recording.people)
    controls.last = max(int(person.frame_ids[-1]) for person in recording.people)


def draw_controls(layout: bpy.types.UILayout, settings: bpy.types.PropertyGroup) -> None:
    """All of them; layout splits names from values."""
    controls = settings.controls
    draw_presets(layout, controls)
    layout.prop(controls, "strength", slider=True)
    layout.prop(controls, "smoothness", slider=True)
    draw_live(layout, settings)
    row = layout.row()
    row.active = any(entry.source == settings.source for entry in settings.results)
    row.prop(controls, "start_from")
    _draw_parts(layout.column(align=True), controls)
    row = layout.row(heading="Frames")
    row.prop(controls, "use_range", text="")
    numbers = row.row(align=True)
    numbers.active = controls.use_range
    numbers.prop(controls, "first", text="")
    numbers.prop(controls, "last", text="")
    layout.prop(controls, "gaps")


def _draw_parts(column: bpy.types.UILayout, controls: SPR_PG_controls) -> None:
    """Switches that lie as the parts do on a performer who looks at the viewer."""
    column.use_property_split = False
    for names in (("head",), ("right_arm", "spine", "left_arm"), ("right_leg", "root", "left_leg")):
        row = column.row(align=True)
        for name in names:
            row.prop(controls, name, toggle=True)


CLASSES = (SPR_PG_controls,)
