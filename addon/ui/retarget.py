# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""Operators that take a refined person's motion over to a character's armature."""

from __future__ import annotations

import bpy
from bpy_extras.io_utils import ExportHelper, ImportHelper

from .. import rigs
from ..safe_read import FormatError
from ..scene import character as scene_character
from ..scene import retarget, rigify_controls, sample_rigs, workshop
from ..scene.errors import SceneError
from ..steps import Steps
from ..words import plural
from . import runner
from .followed import followed_person, note_person, why_not_again
from .language import StringProperty
from .quality import shown_person
from .refined import told_of_rate
from .results import refined_armatures
from .retarget_settings import SPR_PG_retarget, bone_map, set_map
from .row_files import load_map, save_map
from .told_job import Telling, ToldJob

_CHOOSE = "Select the armature of a character, or choose it above"


def chosen_character(context: bpy.types.Context) -> bpy.types.Object | None:
    """The armature that is chosen, or else the active or a selected one that is no refined person."""
    named = context.scene.objects.get(context.scene.spr.retarget.character)
    if named is not None:
        return named
    people = refined_armatures(context.scene)
    active = context.view_layer.objects.active
    near = [ob for ob in (active, active.parent if active is not None else None) if ob is not None]
    near += [ob for ob in context.view_layer.objects if ob.select_get()]
    return next((ob for ob in near if ob.type == "ARMATURE" and ob not in people), None)


def matched(context: bpy.types.Context, character: bpy.types.Object) -> rigs.BoneMap:
    """The table's map, made anew where it is of another armature. Raises SceneError where no person is
    recognised."""
    settings = context.scene.spr.retarget
    if settings.matched != character.name or not settings.map:
        _match(settings, character)
    return bone_map(settings)


def _match(settings: SPR_PG_retarget, character: bpy.types.Object) -> None:
    """Fill the table; it is empty, to be filled by hand, where nobody is recognised. Raises SceneError."""
    settings.matched = character.name
    try:
        set_map(settings, match_bones(character))
    except SceneError:
        set_map(settings, rigs.BoneMap())
        raise


def match_bones(character: bpy.types.Object) -> rigs.BoneMap:
    """By names and shape. Raises SceneError where no person is recognised."""
    workshop.take_in_edits(character)
    try:
        return rigs.match(sample_rigs.rig_of(character))
    except FormatError as error:
        raise SceneError(f"{character.name}: {error}") from error


def _why_not(context: bpy.types.Context) -> str:
    if runner.current() is not None:
        return "Refining is already running"
    if shown_person(context) is None:
        return "Refine a person first"
    if chosen_character(context) is None:
        return _CHOOSE
    return ""


class RetargetJob(ToldJob):
    """Match where that was not done yet, write the keys, tell what came of it."""

    def __init__(self, context: bpy.types.Context) -> None:
        character = chosen_character(context)
        objects = [character, followed_person(context, character)]
        super().__init__(self._work(context, character), [ob for ob in objects if ob is not None])

    def _work(self, context: bpy.types.Context, character: bpy.types.Object | None) -> Steps[None]:
        settings = context.scene.spr.retarget
        settings.result, self.heed = yield from _retargeted(context, settings, character)
        self.sentence = settings.result


def _can(cls: type[bpy.types.Operator], sentence: str) -> bool:
    """Whether an operator can run: it can where there is no sentence on what is in its way."""
    if sentence:
        cls.poll_message_set(sentence)
    return not sentence


def _retargeted(
    context: bpy.types.Context, settings: SPR_PG_retarget, character: bpy.types.Object | None
) -> Steps[tuple[str, bool]]:
    """What has come of it, and whether something is to be heeded. Raises SceneError."""
    person = followed_person(context, character)
    character = scene_character.check_character(character, person)
    assert person is not None
    found = (
        rigs.BoneMap() if rigify_controls.controls_of(character) is not None else matched(context, character)
    )
    done = yield from retarget.retarget_mapped.steps(
        person, character, found, settings.options(), ik=settings.ik
    )
    note_person(done.action, person)
    told = f"{person.name} is on {character.name}: {plural(done.bones, 'bone')}, "
    told += f"{plural(done.frames, 'frame')}, action '{done.action.name}'."
    heed = told_of_rate([person], context.scene) + done.told
    return " ".join((told, *heed)), bool(heed)


class _Retargeting(Telling):
    """What both operators share that write a person's motion on a character."""

    job_kind = RetargetJob
    stopped = "Retargeting was cancelled; the character is as it was."

    def job(self, context: bpy.types.Context) -> RetargetJob:
        """For what the panel shows."""
        return RetargetJob(context)


class SPR_OT_retarget(_Retargeting, bpy.types.Operator):
    """Write the refined person's animation on the character, into an action of its own. What the character
    played before stays in the file"""

    bl_idname = "spr.retarget"
    bl_label = "Retarget"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a person and a character."""
        return _can(cls, _why_not(context))


class SPR_OT_retarget_again(_Retargeting, bpy.types.Operator):
    """Bring the retargeted action up to date after the person, the bones or the settings were corrected. Its
    keys are written anew"""

    bl_idname = "spr.retarget_again"
    bl_label = "Retarget Again"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a character that was retargeted to."""
        return _can(cls, _why_not(context) or why_not_again(context, chosen_character(context)))


class SPR_OT_match_bones(bpy.types.Operator):
    """Find out which bone of the character is what, by names and by shape. Corrections in the table are
    replaced"""

    bl_idname = "spr.match_bones"
    bl_label = "Match Bones"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a character."""
        return _can(cls, "" if chosen_character(context) else _CHOOSE)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Fill the table."""
        try:
            _match(context.scene.spr.retarget, chosen_character(context))
        except SceneError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        found = bone_map(context.scene.spr.retarget)
        names = f" ({found.family})" if found.family else ""
        self.report({"INFO"}, f"{plural(len(found.bones), 'bone')} matched{names}")
        return {"FINISHED"}


class SPR_OT_save_bones(bpy.types.Operator, ExportHelper):
    """Save which bone is what as a file that others can use for the same kind of character"""

    bl_idname = "spr.save_bones"
    bl_label = "Save Bone Map"

    filename_ext = ".json"
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a table."""
        return _can(cls, "" if context.scene.spr.retarget.map else "Match the bones of a character first")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write the file."""
        return save_map(self, bone_map(context.scene.spr.retarget), self.filepath)


class SPR_OT_load_bones(bpy.types.Operator, ImportHelper):
    """Read which bone is what from a file that was saved from this table"""

    bl_idname = "spr.load_bones"
    bl_label = "Load Bone Map"
    bl_options = {"REGISTER", "UNDO"}

    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a character."""
        return _can(cls, "" if chosen_character(context) else _CHOOSE)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Fill the table."""
        settings, character = context.scene.spr.retarget, chosen_character(context)
        assert character is not None
        try:
            found = load_map(self.filepath, character)
        except (FormatError, SceneError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        settings.matched = character.name
        set_map(settings, found)
        return {"FINISHED"}


CLASSES = (
    SPR_OT_retarget, SPR_OT_retarget_again, SPR_OT_match_bones, SPR_OT_save_bones, SPR_OT_load_bones,
)  # fmt: skip
