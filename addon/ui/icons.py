"""Pictures that a panel shows: Blender's previews, painted anew at every redraw."""

from __future__ import annotations

from typing import Any

import bpy.utils.previews
import numpy as np

SMALL = 32
"""Pixels along a side up to which a picture may stand in a line of text."""
_collections: list[Any] = []


def icon_id(name: str, picture: np.ndarray) -> int:
    """The icon of an RGBA picture (H, W, 4) in 0..1, lowest row first; the same name is painted over."""
    if not _collections:
        _collections.append(bpy.utils.previews.new())
    previews = _collections[0]
    preview = previews[name] if name in previews else previews.new(name)
    height, width = picture.shape[:2]
    if tuple(preview.image_size) != (width, height):
        preview.image_size = (width, height)
    pixels = np.ascontiguousarray(picture, np.float32).ravel()
    preview.image_pixels_float.foreach_set(pixels)
    if max(width, height) <= SMALL:  # Blender before 5 makes no small picture of the large one
        preview.icon_size = (width, height)
        preview.icon_pixels_float.foreach_set(pixels)
    return int(preview.icon_id)


def attach() -> None:
    """Nothing is made before it is shown."""


def detach() -> None:
    """Let the pictures go."""
    while _collections:
        bpy.utils.previews.remove(_collections.pop())
