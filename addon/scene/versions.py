"""Before and after: the original motion as an action of its own beside the refined one, and the switch."""

from __future__ import annotations

from collections.abc import Callable

import bpy

from ..motion import Motion
from ..steps import Steps
from .action import write_action
from .curves import curves_in
from .errors import SceneError
from .kept_before import bring_out, forget_before_mesh, has_before, packed_name, put_away
from .layers import fit_strips, is_pushed_down, playing_strips, put_on, written_to
from .names import BONE_NAMES
from .refined import AFTER, BEFORE
from .timing import Keys
from .visibility import hide_while_away

REFINED = "spr_refined"
"""Custom property of the armature that points to the action that runs write, whatever the user plays."""
AFTER_BLENDS = "spr_after_blends"
"""Custom property of the armature while it shows the action before: how the one after blends."""


def write_before(
    armature: bpy.types.Object, original: Motion, keys: Keys, *, hide: bool = False
) -> Steps[None]:
    """Keep the original motion as an action beside the refined one, which stays on the armature.

    hide: the armature is hidden while the person is away, as the refined motion hides it.
    """
    earlier, name = _editable(armature.get(BEFORE)), packed_name(armature)
    with written_to(armature, earlier):
        yield from write_action(armature, original, keys, store=False)
        hide_while_away(armature, keys, hide=hide)
        before = armature.animation_data.action
    if earlier is None:
        before.name = name or f"{armature.name} before"
    armature[BEFORE] = before
    forget_before_mesh(armature)


def forget_before(armature: bpy.types.Object) -> None:
    """There is no motion before any more."""
    armature.pop(BEFORE, None)
    forget_before_mesh(armature)


def write_refined(
    armature: bpy.types.Object, motion: Motion, keys: Keys, *, hide: bool, told: Callable[[str], None]
) -> Steps[None]:
    """Write the refined motion into the action that the last run has written, and let it play."""
    earlier = refined_action(armature)
    frames = None if earlier is None else tuple(earlier.curve_frame_range)
    with written_to(armature, earlier):
        yield from write_action(armature, motion, keys)
        hide_while_away(armature, keys, hide=hide)
        refined = armature.animation_data.action
    if frames is not None:
        fit_strips(armature, refined, frames)
    show_refined(armature, refined, told)


def show_refined(armature: bpy.types.Object, refined: bpy.types.Action, told: Callable[[str], None]) -> None:
    """Let the armature play what a run has written: from the user's NLA where it was pushed down, with
    layers above it, or else as the active action.

    told: is given a sentence about an action that had to make way.
    """
    animation, before = armature.animation_data, armature.get(BEFORE)
    own, played = (None, before, refined), animation.action
    pushed_down = is_pushed_down(armature, refined)
    # While the original is shown, the user's layer waits to come back.
    layer = armature.get(AFTER) if before is not None and played == before else played
    _blend(armature, False)
    armature[REFINED] = refined
    armature[AFTER] = layer if pushed_down and layer not in own else refined
    if pushed_down:
        if played in own:
            put_on(armature, None if layer in own else layer)
        return
    if played not in own:
        played.use_fake_user = True
        told(
            f"The action {played.name} made way for the refined one; it is kept, the Action Editor lists it."
        )
    put_on(armature, refined)


def refined_action(armature: bpy.types.Object) -> bpy.types.Action | None:
    """The action that runs write; None where it is gone, or belongs to another file.

    Files of earlier versions don't say which it is: there it is the one that moves the body.
    """
    if REFINED in armature:
        return _editable(armature[REFINED])
    animation, before = armature.animation_data, armature.get(BEFORE)
    played = [animation.action] if animation is not None else []
    found = [armature.get(AFTER), *played, *(strip.action for strip in playing_strips(armature))]
    return next((_editable(action) for action in found if action != before and _moves_body(action)), None)


def _moves_body(action: bpy.types.Action | None) -> bool:
    path = f'pose.bones["{BONE_NAMES[0]}"].location'
    slots = () if action is None else getattr(action, "slots", (None,))
    return any((path, 0) in curves_in(action, slot) for slot in slots)


def _editable(action: bpy.types.Action | None) -> bpy.types.Action | None:
    return action if action is not None and action.is_editable else None


def versions(armature: bpy.types.Object) -> tuple[bpy.types.Action | None, bpy.types.Action | None]:
    """The actions before and after; None for one that does not exist (any more), or is put away.

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
    if not (has_before(armature) if before else versions(armature)[1] is not None):
        raise SceneError("This action is no longer in the file; undo its removal or refine the person again.")
    if not armature.is_editable or (armature.animation_data and armature.animation_data.use_tweak_mode):
        raise SceneError(
            f"The action of {armature.name} can't be changed now; leave tweak mode or make it local."
        )
    refined = versions(armature)[1]
    wanted = bring_out(armature) if before else refined
    if wanted is None:
        raise SceneError("The motion before is damaged in this file; refine the person again.")
    armature[AFTER] = refined
    _blend(armature, before)
    put_on(armature, None if wanted == refined and is_pushed_down(armature, refined) else wanted)
    if not before:
        put_away(armature)


def _blend(armature: bpy.types.Object, before: bool) -> None:
    """The original motion plays by itself, whatever the one after is a layer of."""
    animation = armature.animation_data or armature.animation_data_create()
    if before and not shows_before(armature):
        armature[AFTER_BLENDS] = animation.action_blend_type
        animation.action_blend_type = "REPLACE"
    elif not before and AFTER_BLENDS in armature:
        animation.action_blend_type = armature.pop(AFTER_BLENDS)


def own_actions(armature: bpy.types.Object) -> list[bpy.types.Action]:
    """All actions that belong to the armature's result; the one before only while it is not put away."""
    found = dict.fromkeys([refined_action(armature), armature.get(BEFORE)])
    return [action for action in found if action is not None]
