# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""What a person may ask of a run: how far, how smooth, which joints and frames, starting from what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy

from .. import refiner
from ..recording import Recording
from .effects import without_effect
from .feet import SPR_PG_feet, feet_of
from .hands import draw_hands
from .hints import peek
from .language import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty
from .limbs import SPR_PG_limbs, draw_limbs, limbs_of
from .live_panel import draw_live
from .people import chosen_people
from .presets import draw_presets
from .refined import refined_people

START_ITEMS = [
    (
        "ORIGINAL",
        "Original",
        "Refine the recording as it is in the file. Keys that you have changed are kept or replaced, as Edits"
        " says",
    ),
    (
        "CURRENT",
        "Current Animation",
        "Take the keys of the refined armature as the initial pose. Keys that you have changed are kept or"
        " refined with the rest, as Edits says",
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
    hands: BoolProperty(
        name="Hands",
        description="Give the armature bones for the fingers and let them move, where the file holds hands",
        default=True,
    )
    hand_strength: FloatProperty(
        name="Hands",
        description="How far the points of hands are followed. 1: as their measured noise calls for. 0: more"
        " as hands usually are. 2: the points count ten times as much",
        default=1.0,
        min=0.0,
        max=2.0,
        step=5,
        precision=2,
    )
    finger_bones: BoolProperty(
        name="Finger Bones",
        description="Give the armature bones for the fingers also where the file holds no hands. They lie"
        " relaxed, for you to pose",
        default=False,
    )
    start_from: EnumProperty(name="Start From", description="What a further run refines", items=START_ITEMS)
    root: _part("Root", "where the body is and how it is turned")
    spine: _part("Spine", "the three joints of the spine")
    head: _part("Head", "neck and head")
    left_arm: _part("L Arm", "the performer's left arm, from the collar to the hand")
    right_arm: _part("R Arm", "the performer's right arm, from the collar to the hand")
    left_leg: _part("L Leg", "the performer's left leg, from the hip to the foot")
    right_leg: _part("R Leg", "the performer's right leg, from the hip to the foot")
    limbs: PointerProperty(
        name="Body Parts", description="Strength, smoothing and trust of each body part", type=SPR_PG_limbs
    )
    show_limbs: BoolProperty(
        name="Body Parts", description="Strength, smoothing and trust of each body part", default=False
    )
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
    feet: PointerProperty(name="Feet", description="Feet that stay, and the floor", type=SPR_PG_feet)


def controls_of(settings: bpy.types.PropertyGroup) -> refiner.Controls:
    """The scene's controls as the refiner takes them."""
    controls = settings.controls
    parts = frozenset(part for part in refiner.PARTS if getattr(controls, part))
    frames = (controls.first, controls.last) if controls.use_range else None
    hands = controls.hand_strength if controls.hands else None
    limbs, feet = limbs_of(controls.limbs), feet_of(controls.feet)
    return refiner.Controls(
        controls.strength, controls.smoothness, parts, frames, limbs, hands=hands,
        finger_bones=controls.finger_bones, **feet,
    )  # fmt: skip


def begin_anew(settings: bpy.types.PropertyGroup, recording: Recording) -> None:
    """For a recording that was just opened: start from the original, and the range is all of it."""
    controls = settings.controls
    controls.start_from = "ORIGINAL"
    controls.use_range = False
    controls.first = min(int(person.frame_ids[0]) for person in recording.people)
    controls.last = max(int(person.frame_ids[-1]) for person in recording.people)


def reasons(settings: bpy.types.PropertyGroup) -> dict[str, str]:
    """Why controls have no effect on what is open, by their names."""
    controls, found = settings.controls, peek(settings)
    people = chosen_people(settings, found) if isinstance(found, Recording) else ()
    refined = bool(refined_people(settings.id_data, settings.source))
    return without_effect(people, strength=controls.strength, smoothness=controls.smoothness, refined=refined)


def draw_controls(
    layout: bpy.types.UILayout,
    settings: bpy.types.PropertyGroup,
    say: Callable[[bpy.types.UILayout, str], None],
) -> None:
    """All of them; layout splits names from values. say: writes a sentence over as many lines as it needs."""
    controls, idle = settings.controls, reasons(settings)

    def prop(name: str, slider: bool = False) -> None:
        row = layout.row()
        row.enabled = name not in idle
        row.prop(controls, name, slider=slider)
        if name in idle:
            say(layout, idle[name])

    draw_presets(layout, controls)
    prop("strength", slider=True)
    prop("smoothness", slider=True)
    draw_hands(layout, settings, say)
    draw_live(layout, settings)
    prop("start_from")
    _draw_parts(layout.column(align=True), controls)
    _draw_fold(layout.row(), controls)
    if controls.show_limbs:
        column = layout.column(align=True)
        column.use_property_split = False
        draw_limbs(column, controls, idle)
        if "trust" in idle:
            say(layout, idle["trust"])
    row = layout.row(heading="Frames", translate=False)
    row.prop(controls, "use_range", text="")
    numbers = row.row(align=True)
    numbers.active = controls.use_range
    numbers.prop(controls, "first", text="")
    numbers.prop(controls, "last", text="")
    prop("gaps")


def _draw_fold(row: bpy.types.UILayout, controls: SPR_PG_controls) -> None:
    """The title of single parts; in a row of its own, for Blender leaves without their background, too, the
    controls that follow in the same layout where names are split from values."""
    row.use_property_split, row.alignment = False, "LEFT"
    icon = "DISCLOSURE_TRI_DOWN" if controls.show_limbs else "DISCLOSURE_TRI_RIGHT"
    row.prop(controls, "show_limbs", icon=icon, emboss=False)


def _draw_parts(column: bpy.types.UILayout, controls: SPR_PG_controls) -> None:
    """Switches that lie as the parts do on a performer who looks at the viewer."""
    column.use_property_split = False
    for names in (("head",), ("right_arm", "spine", "left_arm"), ("right_leg", "root", "left_leg")):
        row = column.row(align=True)
        for name in names:
            row.prop(controls, name, toggle=True)


CLASSES = (SPR_PG_controls,)
