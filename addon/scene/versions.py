"""Before and after: the original motion as an action of its own beside the refined one, and the switch."""

from __future__ import annotations

import bpy

from ..motion import Motion
from .action import write_action
from .errors import SceneError
from .refined import AFTER, BEFORE, refined_animation
from .timing import Keys
from .visibility import hide_while_away

AFTER_BLENDS = "spr_after_blends"
"""Custom property of the armature while it shows the action before: how the one after blends."""


def write_before(armature: bpy.types.Object, original: Motion, keys: Keys, *, hide: bool = False) -> None:
    """Keep the original motion beside the refined one, which stays on the armature.

    hide: the armature is hidden while the person is away, as the refined motion hides it.
    """
    animation = armature.animation_data
    after, animation.action = animation.action, None
    write_action(armature, original, keys, store=False)
    if hide:
        hide_while_away(armature, keys)
    before = animation.action
    before.name = f"{armature.name} before"
    before.use_fake_user = True
    armature[BEFORE], armature[AFTER] = before, after
    _assign(armature, after)


def versions(armature: bpy.types.Object) -> tuple[bpy.types.Action | None, bpy.types.Action | None]:
    """The actions before and after; None for one that does not exist (any more).

    What is on the armature now and is not the one before is the one after: the user may have put another
    there.
    """
    before, after = armature.get(BEFORE), armature.get(AFTER)
    current = armature.animation_data.action if armature.animation_data else None
    return before, after if current in (None, before) else current


def shows_before(armature: bpy.types.Object) -> bool:
    """Whether the original motion is on the armature now."""
    animation, before = armature.animation_data, armature.get(BEFORE)
    return animation is not None and before is not None and animation.action == before


def show_version(armature: bpy.types.Object, before: bool) -> None:
    """Put the original motion on the armature, or the refined one. SceneError when there is none."""
    original, refined = versions(armature)
    wanted = original if before else refined
    if wanted is None:
        raise SceneError("This action is no longer in the file; undo its removal or refine the person again.")
    if not armature.is_editable or (armature.animation_data and armature.animation_data.use_tweak_mode):
        raise SceneError(
            f"The action of {armature.name} can't be changed now; leave tweak mode or make it local."
        )
    armature[AFTER] = refined
    _blend(armature, before)
    _assign(armature, wanted)


def _blend(armature: bpy.types.Object, before: bool) -> None:
    """The original motion plays by itself, whatever the one after is a layer of."""
    animation = armature.animation_data or armature.animation_data_create()
    if before and not shows_before(armature):
        armature[AFTER_BLENDS] = animation.action_blend_type
        animation.action_blend_type = "REPLACE"
    elif not before and AFTER_BLENDS in armature:
        animation.action_blend_type = armature.pop(AFTER_BLENDS)


def own_actions(armature: bpy.types.Object) -> list[bpy.types.Action]:
    """All actions that belong to the armature's result."""
    refined = refined_animation(armature)
    after = versions(armature)[1] if refined is None else refined.action
    found = dict.fromkeys([armature.get(BEFORE), after])
    return [action for action in found if action is not None]


def _assign(armature: bpy.types.Object, action: bpy.types.Action) -> None:
    animation = armature.animation_data or armature.animation_data_create()
    animation.action = action
    if hasattr(animation, "action_slot") and animation.action_slot is None:
        animation.action_slot = next(iter(animation.action_suitable_slots), None)
