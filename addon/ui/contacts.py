# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""Contacts of a refined person in the panel: their values, their keys, and the floor."""

from __future__ import annotations

import bpy
import numpy as np

from ..scene import contacts, curves, refined, versions
from ..scene.clock import frame_shown, places_on_timeline
from ..words import listed
from .drawn_text import draw_message
from .language import EnumProperty
from .quality import shown_person

WHICH_ITEMS = [
    ("PREVIOUS", "Previous", "Go back to where a heel or toe last came to bear or left"),
    ("NEXT", "Next", "Go on to where a heel or toe next comes to bear or leaves"),
]
_LABELS = ("L Heel", "L Toe", "R Heel", "R Toe")


class SPR_OT_go_to_contact(bpy.types.Operator):
    """Go to the frame at which a heel or toe comes to bear or leaves"""

    bl_idname = "spr.go_to_contact"
    bl_label = "Go to Contact"
    bl_options = {"UNDO_GROUPED"}

    which: EnumProperty(name="Which", items=WHICH_ITEMS, options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs contacts with keys."""
        person = shown_person(context)
        if person is None or not len(contacts.contact_frames(person)):
            cls.poll_message_set("Refine a recording first: nothing is known of contacts yet")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Change the scene's frame."""
        scene = context.scene
        frames = places_on_timeline(scene, contacts.contact_frames(shown_person(context)))
        steps, forward = frames - scene.frame_current, self.which == "NEXT"
        ahead = frames[steps > 0 if forward else steps < 0]
        if not len(ahead):
            self.report({"INFO"}, "There is no contact that comes or goes on that side.")
            return {"CANCELLED"}
        scene.frame_set(int(ahead.min() if forward else ahead.max()))
        return {"FINISHED"}


def unkeyed(person: bpy.types.Object, scene: bpy.types.Scene) -> list[str]:
    """A sentence of contacts that somebody has changed at the scene's frame without a key: the next frame
    takes that back."""
    names = _changed(person, scene)
    if not names:
        return []
    which, them = listed(names, len(names)), "it" if len(names) == 1 else "them"
    were = "was" if len(names) == 1 else "were"
    return [
        f"{which} {were} changed at frame {scene.frame_current} without a key, which does not count:"
        f" change {them} again and press I there."
    ]


def _changed(person: bpy.types.Object, scene: bpy.types.Scene) -> list[str]:
    """These contacts, as the panel calls them."""
    result = refined.refined_animation(person)
    if result is None or result.strip is not None or versions.shown_aside(person) is not None:
        return []
    bpy.context.view_layer.update()  # what a script has keyed is not on the person before
    frame = np.array([result.frame(frame_shown(scene))])
    found = []
    for name, label in zip(contacts.CONTACTS, _LABELS, strict=True):
        curve = result.curves.get((f'["{name}"]', 0))
        if curve is None or curve.mute or not len(curve.keyframe_points) or name not in person:
            continue
        keyed = float(curves.evaluate(curve, frame)[0])
        if (float(person[name]) >= contacts.BEARS) != (keyed >= contacts.BEARS):
            found.append(label)
    return found


def draw_contacts(layout: bpy.types.UILayout, context: bpy.types.Context, person: bpy.types.Object) -> None:
    """What bears at this frame, to be keyed like any property, and the floor."""
    if versions.shown_aside(person) is not None:
        draw_message(layout, context, "Contacts belong to the result: choose After under Quality.", "INFO")
        return
    row = layout.row(align=True)
    row.label(text="Contacts", translate=False)
    row.operator("spr.go_to_contact", text="", icon="PREV_KEYFRAME").which = "PREVIOUS"
    row.operator("spr.go_to_contact", text="", icon="NEXT_KEYFRAME").which = "NEXT"
    result = refined.refined_animation(person)
    below = None if result is None else result.strip
    column = layout.column(align=True)
    column.use_property_split = True
    column.use_property_decorate = True
    column.enabled = below is None  # a key would go to the layer above, where nobody reads it
    for name, label in zip(contacts.CONTACTS, _LABELS, strict=True):
        if name in person:
            column.prop(person, f'["{name}"]', text=label, slider=True, translate=False)
    if below is not None:
        told = f"Contacts are in the strip {below.name}: to edit them, press Tab on it in the NLA Editor."
        draw_message(layout, context, told, "INFO")
    for name, label in ((contacts.HEIGHTS, "Floor Height"), (contacts.UP, "Floor Up")):
        if name in person:
            part = layout.column(align=True)
            part.use_property_decorate = False
            part.prop(person, f'["{name}"]', text=label, translate=False)


CLASSES = (SPR_OT_go_to_contact,)
