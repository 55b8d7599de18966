# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""Operators that add an animator's bones to a refined person, and take them away again."""

from __future__ import annotations

import bpy

from ..scene import ik_controls, limbs, root_bone
from ..steps import Steps
from . import runner
from .language import EnumProperty
from .quality import shown_person
from .rig_job import Rigging

ROOT_ITEMS = [
    ("HEADING", "Path and Heading", "The root goes where the person goes and turns to where they head"),
    ("PATH", "Path Only", "The root goes where the person goes and keeps facing the same way"),
]


def _refuse(cls: type[bpy.types.Operator], sentence: str | None) -> bool:
    """Whether the operator can run: it can where there is no sentence on what is in its way."""
    if runner.current() is not None:
        sentence = "Refining is already running"
    if sentence is not None:
        cls.poll_message_set(sentence)
    return sentence is None


class SPR_OT_add_ik_controls(Rigging, bpy.types.Operator):
    """Add a target for each hand and foot and a pole for each elbow and knee. They are keyed on every frame
    so that nothing moves; the limbs' own keys stay"""

    bl_idname = "spr.add_ik_controls"
    bl_label = "Add IK Controls"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a person with a limb that has no controls."""
        person = shown_person(context)
        if person is None:
            return _refuse(cls, "Refine a person first")
        complete = len(limbs.controlled_limbs(person)) == len(limbs.LIMBS)
        return _refuse(cls, "All arms and legs have IK controls" if complete else None)

    def change(self, person: bpy.types.Object) -> Steps[None]:
        """Add what is missing."""
        return ik_controls.add_ik_controls.steps(person)


class SPR_OT_bake_to_fk(Rigging, bpy.types.Operator):
    """Key the bones of arms and legs as you see them now, and take the IK controls away"""

    bl_idname = "spr.bake_to_fk"
    bl_label = "Bake to FK"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a person with IK controls."""
        person = shown_person(context)
        return _refuse(cls, None if person and limbs.controlled_limbs(person) else "Add IK controls first")

    def change(self, person: bpy.types.Object) -> Steps[None]:
        """Bake all limbs that have controls."""
        return ik_controls.bake_to_fk.steps(person)


class SPR_OT_add_root_bone(Rigging, bpy.types.Operator):
    """Add a bone on the floor that carries the person along. The pelvis is keyed relative to it, so that
    nothing moves"""

    bl_idname = "spr.add_root_bone"
    bl_label = "Add Root Bone"
    bl_options = {"REGISTER", "UNDO"}

    carries: EnumProperty(name="Carries", description="What the root bone takes over", items=ROOT_ITEMS)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a person without a root."""
        person = shown_person(context)
        if person is None:
            return _refuse(cls, "Refine a person first")
        return _refuse(cls, None if limbs.root_bone(person) is None else "There is a root bone already")

    def change(self, person: bpy.types.Object) -> Steps[None]:
        """Add it."""
        return root_bone.add_root.steps(person, heading=self.carries == "HEADING")


class SPR_OT_remove_root_bone(Rigging, bpy.types.Operator):
    """Take the root bone away. The pelvis is keyed so that nothing moves"""

    bl_idname = "spr.remove_root_bone"
    bl_label = "Remove Root Bone"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a person with a root."""
        person = shown_person(context)
        return _refuse(cls, None if person and limbs.root_bone(person) else "Add a root bone first")

    def change(self, person: bpy.types.Object) -> Steps[None]:
        """Remove it."""
        return root_bone.remove_root.steps(person)


CLASSES = (SPR_OT_add_ik_controls, SPR_OT_bake_to_fk, SPR_OT_add_root_bone, SPR_OT_remove_root_bone)
