"""Target keypoints as empties that move, in a collection of their own that never renders."""

from __future__ import annotations

import bpy
import numpy as np

from ..recording import Keypoints
from ..steps import Steps
from .axes import positions_to_blender
from .curves import vector_curves, write_curves
from .timing import Keys

_SIZE = 0.015


def create_overlay(
    parent: bpy.types.Collection, name: str, keypoints: Keypoints, keys: Keys
) -> Steps[bpy.types.Collection]:
    """A collection in `parent` with one empty for each keypoint that was ever seen.

    Where a keypoint is missing, or its person is away, its empty shrinks to nothing, halfway between its
    neighbours in time.
    """
    collection = bpy.data.collections.new(f"{name} keypoints")
    collection.hide_render = True
    parent.children.link(collection)
    positions = positions_to_blender(keypoints.positions)
    for index, keypoint in enumerate(keypoints.names):
        seen = np.isfinite(positions[:, index]).all(-1)
        if seen.any():
            empty = _create_empty(f"{name} {keypoint}", collection)
            _animate(empty, positions[:, index], seen, keys)
            yield None
    return collection


def _create_empty(name: str, collection: bpy.types.Collection) -> bpy.types.Object:
    empty = bpy.data.objects.new(name, None)
    empty.empty_display_type = "SPHERE"
    empty.empty_display_size = _SIZE
    empty.hide_render = True
    collection.objects.link(empty)
    return empty


def _animate(empty: bpy.types.Object, positions: np.ndarray, seen: np.ndarray, keys: Keys) -> None:
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
