"""Whom a character follows: the person whose motion was retargeted to it, whatever that one is called now."""

from __future__ import annotations

import bpy

from ..scene import refined as scene_refined
from ..scene import retarget_keys
from .quality import shown_person
from .refined import PERSON_KEY, SOURCE_KEY, refined_armatures

WHOSE = "spr_retargeted_person"
"""Custom property of a retargeted action: the recording, and the person's id in it, on two lines."""


def note_person(action: bpy.types.Action, person: bpy.types.Object) -> None:
    """Note on a retargeted action whom it follows."""
    action[WHOSE] = _whose(person)


def person_before(scene: bpy.types.Scene, character: bpy.types.Object) -> bpy.types.Object | None:
    """The person whose motion the character has; None where it has nobody's, or that person is gone."""
    action = retarget_keys.retargeted_action(character)
    if action is None:
        return None
    people, named = refined_armatures(scene), scene.objects.get(str(action[retarget_keys.SOURCE]))
    same = [one for one in people if _is_of(action, one)]
    known = same if WHOSE in action and same else people
    return named if named in known else next(iter(same), None)


def followed_person(
    context: bpy.types.Context, character: bpy.types.Object | None
) -> bpy.types.Object | None:
    """The person that the character has followed before, or who is shown."""
    earlier = None if character is None else person_before(context.scene, character)
    active = context.view_layer.objects.active
    if earlier is None or active in refined_armatures(context.scene):
        return shown_person(context)
    return earlier


def why_not_again(context: bpy.types.Context, character: bpy.types.Object | None) -> str:
    """Why a character's motion can't be brought up to date; nothing where it can."""
    if character is None:
        return ""
    if retarget_keys.retargeted_action(character) is None:
        return "Retarget to this character first"
    chosen = context.view_layer.objects.active in refined_armatures(context.scene)
    if not chosen and person_before(context.scene, character) is None:
        return "The person whose motion this character has is gone; Retarget gives it another's"
    return ""


def _is_of(action: bpy.types.Action, person: bpy.types.Object) -> bool:
    """Whether a retargeted action has this person's motion. Earlier versions noted a name alone, which the
    person's own action keeps when the person is renamed."""
    if WHOSE in action:
        return bool(action[WHOSE] == _whose(person))
    refined = scene_refined.refined_animation(person)
    return refined is not None and bool(refined.action.name == action[retarget_keys.SOURCE])


def _whose(person: bpy.types.Object) -> str:
    return f"{person.get(SOURCE_KEY, '')}\n{person[PERSON_KEY]}"
