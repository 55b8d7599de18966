"""All that is animated of one person, moved in time together: the result, what its user has put above and
beside it, strips, and the body's own animation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import bpy

from .curve_keys import move_keys
from .curves import every_curve_in
from .parts import BODY_KEY, is_moved_by
from .refined import AFTER, aside_actions


def owners_of(armature: bpy.types.Object) -> list[bpy.types.ID]:
    """The armature, the bodies it moves, their data and shape keys, as far as they may be changed."""
    bodies = [ob for ob in bpy.data.objects if BODY_KEY in ob and is_moved_by(ob, armature)]
    found: list[bpy.types.ID | None] = [armature, armature.data, *bodies, *(ob.data for ob in bodies)]
    found += [ob.data.shape_keys for ob in bodies]
    return [block for block in dict.fromkeys(found) if block is not None and block.is_editable]


def own_actions_of(owners: Iterable[bpy.types.ID]) -> list[bpy.types.Action]:
    """What these play, or will again once a version that is only looked at makes way, but for the strips."""
    found: list[bpy.types.Action | None] = []
    for owner in owners:
        animation = owner.animation_data
        found.append(None if animation is None else animation.action)
        if isinstance(owner, bpy.types.Object) and owner.type == "ARMATURE":
            aside = aside_actions(owner)
            found = [action for action in (*found, owner.get(AFTER)) if action not in aside]
    return [action for action in dict.fromkeys(found) if action is not None]


def strip_actions(owners: Iterable[bpy.types.ID]) -> list[bpy.types.Action]:
    """The actions of these owners' strips."""
    found = (strip.action for strip in _strips(owners))
    return [action for action in dict.fromkeys(found) if action is not None]


def shared(actions: Iterable[bpy.types.Action], owners: Iterable[bpy.types.ID]) -> list[bpy.types.Action]:
    """Those that somebody else plays, too, or that belong to another file."""
    wanted, own = list(actions), set(owners)
    users = bpy.data.user_map(subset=wanted) if wanted else {}
    others = {one: set(users.get(one, ())) - own for one in wanted}
    return [one for one in wanted if not one.is_editable or any(_plays(user, one) for user in others[one])]


def _plays(owner: bpy.types.ID, action: bpy.types.Action) -> bool:
    """Whether this block, which something uses, plays the action."""
    animation = getattr(owner, "animation_data", None)
    shown = owner.user if isinstance(owner, bpy.types.Key) else owner
    if not shown.users:
        return False
    return animation is not None and (animation.action == action or action in strip_actions([owner]))


def shift_action(action: bpy.types.Action, shift: float) -> None:
    """All keys of an action, for whomever it has some, and its markers and range, so many frames later."""
    for slot in getattr(action, "slots", (None,)):
        for curve in every_curve_in(action, slot):
            move_keys(curve, 0, shift=shift)
    for marker in action.pose_markers:
        marker.frame += round(shift)
    if action.use_frame_range:
        ends = [("frame_start", action.frame_start + shift), ("frame_end", action.frame_end + shift)]
        for name, frame in ends if shift < 0 else reversed(ends):
            setattr(action, name, frame)


def shift_strips(owners: Iterable[bpy.types.ID], moved: Iterable[bpy.types.Action], shift: float) -> None:
    """Strips so many frames later; those that play actions whose keys were moved still show the same ones."""
    known = set(moved)
    strips = sorted(_strips(owners), key=lambda strip: strip.frame_start, reverse=shift > 0)
    for strip in strips:  # a strip never meets the one that is still to move
        strip.frame_start_ui += shift
        for curve in strip.fcurves:
            move_keys(curve, 0, shift=shift)
        if strip.action in known:
            ends = (("action_frame_start", shift), ("action_frame_end", shift))
            for name, by in ends if shift < 0 else reversed(ends):  # the start is kept before the end
                setattr(strip, name, getattr(strip, name) + by)


def animated_beside(armature: bpy.types.Object) -> list[str]:
    """Names of objects that hang on the person or that its bones follow, and are animated by themselves."""
    own, others = set(owners_of(armature)), [*armature.children_recursive]
    holders = [armature, *(armature.pose.bones if armature.pose is not None else ())]
    others += [getattr(one, "target", None) for holder in holders for one in holder.constraints]
    found = [ob for ob in dict.fromkeys(others) if ob is not None and ob not in own]
    return sorted(ob.name for ob in found if _moves(ob))


def _moves(ob: bpy.types.Object) -> bool:
    animation = ob.animation_data
    return animation is not None and (animation.action is not None or len(animation.nla_tracks) > 0)


def _strips(owners: Iterable[bpy.types.ID]) -> Iterator[bpy.types.NlaStrip]:
    for owner in owners:
        animation = owner.animation_data
        for track in animation.nla_tracks if animation is not None else ():
            yield from track.strips
