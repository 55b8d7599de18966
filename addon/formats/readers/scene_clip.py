"""What *Refine From Selection* sampled in a scene."""

from __future__ import annotations

from ..container import Container
from ..draft import Draft, Reader
from ..scene_clip import NAME, clip_of


def recognises(container: Container) -> bool:
    """An archive that was made from a scene."""
    return container.has(NAME, "places0", "frames0")


def read(container: Container) -> Draft:
    """Everybody who was selected. Raises FormatError."""
    from ..sampled_people import draft_of

    return draft_of(clip_of(container.fields, container.name))


READER = Reader(
    "scene", "Refine From Selection", "armatures, empties, groups of vertices of a scene",
    "selections/HASH/NAME_motion.npz", recognises, read,
)  # fmt: skip
