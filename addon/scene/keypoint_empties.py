"""A person's keypoints as empties that move, for who wants objects to constrain or snap to."""

from __future__ import annotations

import bpy
import numpy as np

from .curves import drop_action, vector_curves, write_curves
from .errors import SceneError
from .kept_keypoints import kept_keypoints
from .timing import Keys

POINT = "spr_keypoint"
"""Custom property of an empty: the name of its keypoint."""
_SIZE = 0.015


def create_empties(armature: bpy.types.Object) -> list[bpy.types.Object]:
    """One empty for each keypoint that is kept with the armature, which carries them along.

    Where a keypoint is missing, or its person is away, its empty shrinks to nothing, halfway between its
    neighbours in time. Empties that were made before are animated anew, so what points to them stays.
    SceneError where no keypoints are kept.
    """
    kept = kept_keypoints(armature)
    if kept is None:
        raise SceneError(
            f"No keypoints are kept with {armature.name}; tick Keypoints under Options and refine it again."
        )
    known = {child[POINT]: child for child in armature.children if POINT in child}
    keys, places, empties = kept.keys, kept.track.places, []
    collection = None
    for column, point in enumerate(kept.names):
        if point not in known:
            collection = collection or _collection(armature)
            known[point] = _create_empty(armature, point, collection)
        _animate(known[point], places[:, column], keys)
        empties.append(known[point])
    return empties


def _collection(armature: bpy.types.Object) -> bpy.types.Collection:
    """A new one beside the armature that never renders."""
    collection = bpy.data.collections.new(f"{armature.name} keypoints")
    collection.hide_render = True
    armature.users_collection[0].children.link(collection)
    return collection


def _create_empty(
    armature: bpy.types.Object, point: str, collection: bpy.types.Collection
) -> bpy.types.Object:
    empty = bpy.data.objects.new(f"{armature.name} {point}", None)
    empty[POINT] = point
    empty.empty_display_type = "SPHERE"
    empty.empty_display_size = _SIZE
    empty.hide_render = True
    empty.parent = armature
    collection.objects.link(empty)
    return empty


def _animate(empty: bpy.types.Object, positions: np.ndarray, keys: Keys) -> None:
    drop_action(empty)
    empty.scale = (1.0, 1.0, 1.0)
    seen = np.isfinite(positions).all(-1)
    samples = np.arange(len(seen))
    filled = np.stack([np.interp(samples, samples[seen], axis[seen]) for axis in positions.T], axis=-1)
    places = keys.linear(filled)
    empty.location = places[0]
    write_curves(empty, keys.frames, vector_curves("location", places, "Location"), holds=keys.holds)
    shown = ~keys.any_of(~seen) & ~keys.holds
    if shown.all():
        return
    changes = np.concatenate([[True], shown[1:] != shown[:-1]])
    scale = np.repeat(shown[changes].astype(np.float32)[:, None], 3, axis=1)
    empty.scale = scale[0]
    write_curves(empty, keys.frames[changes], vector_curves("scale", scale, "Missing"), "CONSTANT")
