"""What a job in steps stands on, which another window or add-on may take away between two of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

import bpy

from ..scene import curves, layers, versions

LOST = "What this works on was deleted or changed meanwhile, so it ended before it was done. Start it again."


def footing(objects: Iterable[bpy.types.Object]) -> frozenset[Hashable]:
    """Facts that all stay true as long as nobody takes these objects out of a scene, or from an armature its
    bones, its action or curves of that. What is added makes none of them untrue. Blender itself would crash
    on a curve or a bone that is gone."""
    facts: set[Hashable] = set()
    for ob in objects:
        try:
            facts.update(_facts(ob))
        except ReferenceError:
            continue
    return frozenset(facts)


def _facts(ob: bpy.types.Object) -> Iterator[Hashable]:
    own = ob.session_uid
    for scene in ob.users_scene:
        yield own, scene.session_uid
    if ob.type != "ARMATURE":
        return
    yield own, ob.data.session_uid, tuple(ob.data.bones.keys())
    if not ob.data.is_editmode:
        yield own, "is not in Edit Mode"
    animation = ob.animation_data
    played = None if animation is None else animation.action
    if played is not None:
        yield own, played.session_uid, "plays"
    actions = {played, *versions.own_actions(ob), *(strip.action for strip in layers.playing_strips(ob))} - {
        None
    }
    for action in actions:
        for place in range(curves.count_curves(action)):
            yield action.session_uid, place, "curve"
