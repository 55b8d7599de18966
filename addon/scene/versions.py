"""Before and after: the original motion, and the refined one before its feet were held, as actions of their
own beside the result, and the switch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import bpy
import numpy as np

from ..motion import Motion
from ..steps import Steps
from .action import tables_of, write_action
from .contacts import write_contacts
from .curves import curves_in
from .errors import SceneError
from .kept_before import bring_out, drop_archive, has_version, keep_archive, packed_name, put_away
from .layers import fit_strips, is_pushed_down, playing_strips, put_on, written_to
from .limbs import controlled_limbs, root_bone
from .names import BONE_NAMES
from .packed_action import archive_of
from .refined import AFTER, ASIDE, BEFORE, FREE, aside_actions
from .timing import Keys
from .visibility import hide_while_away, hiding_table

_CALLED = {BEFORE: "before", FREE: "free"}
"""What the actions of these versions are called, after the person."""
REFINED = "spr_refined"
"""Custom property of the armature that points to the action that runs write, whatever the user plays."""
AFTER_BLENDS = "spr_after_blends"
"""Custom property of the armature while it shows the action before: how the one after blends."""


def write_aside(
    armature: bpy.types.Object, motion: Motion, keys: Keys, version: str, *, hide: bool
) -> Steps[None]:
    """Keep a motion that is only looked at beside the refined one, which stays on the armature: as an
    archive, or where it is looked at or IK controls and a root follow it, as an action.

    version: which of ASIDE it is. hide: the armature is hidden while the person is away, as the refined
    motion hides it.
    """
    earlier = armature.get(version)
    name = packed_name(armature, version) or f"{armature.name} {_CALLED[version]}"
    if earlier is None and root_bone(armature) is None and not controlled_limbs(armature):
        tables = yield from tables_of(armature, motion, keys)
        hiding = hiding_table(keys) if hide else None
        archive = yield from archive_of(tables if hiding is None else [*tables, hiding])
        keep_archive(armature, version, archive, name)
        return
    earlier = _editable(earlier)
    with written_to(armature, earlier):
        yield from write_action(armature, motion, keys, store=False)
        hide_while_away(armature, keys, hide=hide)
        action = armature.animation_data.action
    if earlier is None:
        action.name = name
    armature[version] = action
    drop_archive(armature, version)


def without_hold(motion: Motion) -> Motion | None:
    """The motion before its feet were held; None where they are not. What was measured of it held, such as
    its fit, is not known of it."""
    if motion.free is None:
        return None
    rotations, pelvis = motion.free
    unknown, nothing = np.full(motion.frames, np.nan), np.zeros((0, 4))
    free = replace(motion, rotations=rotations, pelvis=pelvis, fit_error_mm=unknown, contacts=nothing)
    return replace(free, kept=None, free=None)


def write_refined(
    armature: bpy.types.Object, motion: Motion, keys: Keys, *, hide: bool, told: Callable[[str], None]
) -> Steps[None]:
    """Write the refined motion into the action that the last run has written, and let it play."""
    earlier = refined_action(armature)
    frames = None if earlier is None else tuple(earlier.curve_frame_range)
    with written_to(armature, earlier):
        yield from write_action(armature, motion, keys)
        yield from write_contacts(armature, motion, keys)
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
    animation, aside = armature.animation_data, aside_actions(armature)
    own, played = (None, *aside, refined), animation.action
    pushed_down = is_pushed_down(armature, refined)
    # While the original is shown, the user's layer waits to come back.
    layer = armature.get(AFTER) if played in aside else played
    _blend(armature, aside=False)
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
    animation, aside = armature.animation_data, aside_actions(armature)
    played = [animation.action] if animation is not None else []
    found = [armature.get(AFTER), *played, *(strip.action for strip in playing_strips(armature))]
    return next((_editable(action) for action in found if action not in aside and _moves_body(action)), None)


def _moves_body(action: bpy.types.Action | None) -> bool:
    path = f'pose.bones["{BONE_NAMES[0]}"].location'
    slots = () if action is None else getattr(action, "slots", (None,))
    return any((path, 0) in curves_in(action, slot) for slot in slots)


def _editable(action: bpy.types.Action | None) -> bpy.types.Action | None:
    return action if action is not None and action.is_editable else None


def versions(armature: bpy.types.Object) -> tuple[bpy.types.Action | None, bpy.types.Action | None]:
    """The actions before and after; None for one that does not exist (any more), or is put away.

    What is on the armature now and is not only looked at is the one after: the user may have put another
    there.
    """
    before, after = armature.get(BEFORE), armature.get(AFTER)
    current = armature.animation_data.action if armature.animation_data else None
    return before, after if current in (None, *aside_actions(armature)) else current


def shown_aside(armature: bpy.types.Object) -> str | None:
    """Which of the versions that are only looked at is on the armature now; None for the result."""
    animation = armature.animation_data
    played = None if animation is None else animation.action
    shown = [version for version in ASIDE if played is not None and armature.get(version) == played]
    return shown[0] if shown else None


def show(armature: bpy.types.Object, version: str | None) -> None:
    """Put a version that is only looked at on the armature, or with None the result. SceneError when there is
    none."""
    refined = versions(armature)[1]
    if not (refined is not None if version is None else has_version(armature, version)):
        raise SceneError("This action is no longer in the file; undo its removal or refine the person again.")
    if not armature.is_editable or (armature.animation_data and armature.animation_data.use_tweak_mode):
        raise SceneError(
            f"The action of {armature.name} can't be changed now; leave tweak mode or make it local."
        )
    wanted = refined if version is None else bring_out(armature, version)
    if wanted is None:
        raise SceneError("This motion is damaged in this file; refine the person again.")
    armature[AFTER] = refined
    _blend(armature, aside=version is not None)
    put_on(armature, None if wanted == refined and is_pushed_down(armature, refined) else wanted)
    put_away(armature)


def _blend(armature: bpy.types.Object, *, aside: bool) -> None:
    """The original motion plays by itself, whatever the one after is a layer of."""
    animation = armature.animation_data or armature.animation_data_create()
    if aside and shown_aside(armature) is None:
        armature[AFTER_BLENDS] = animation.action_blend_type
        animation.action_blend_type = "REPLACE"
    elif not aside and AFTER_BLENDS in armature:
        animation.action_blend_type = armature.pop(AFTER_BLENDS)


def own_actions(armature: bpy.types.Object) -> list[bpy.types.Action]:
    """All actions that belong to the armature's result; those only looked at while they are not put away."""
    found = dict.fromkeys([refined_action(armature), *aside_actions(armature)])
    return [action for action in found if action is not None]
