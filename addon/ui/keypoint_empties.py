"""Kept keypoints as objects, for who wants to constrain or snap to them."""

from __future__ import annotations

import bpy

from ..scene import kept_keypoints, keypoint_empties
from ..scene.errors import SceneError
from ..words import plural
from .quality import shown_person


class SPR_OT_keypoints_to_empties(bpy.types.Operator):
    """Add an animated empty for each recorded keypoint of the person, to constrain or snap to. Blender's own
    FBX export gets slow with so many, so delete those that you do not need"""

    bl_idname = "spr.keypoints_to_empties"
    bl_label = "Keypoints to Empties"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a person with keypoints of their own."""
        person = shown_person(context)
        if person is None or kept_keypoints.kept_keypoints(person) is None:
            cls.poll_message_set("Tick Keypoints under Options and refine a recording that has some first")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Make them, or animate those that are there anew."""
        person = shown_person(context)
        assert person is not None
        try:
            made = keypoint_empties.create_empties(person)
        except SceneError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, f"{plural(len(made), 'keypoint')} of {person.name} as empties")
        return {"FINISHED"}


CLASSES = (SPR_OT_keypoints_to_empties,)
