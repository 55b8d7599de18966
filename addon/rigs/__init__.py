"""Which bone of any humanoid rig is which joint of a body.

`match(rig)` → `BoneMap`, by names and by shape; `map_file` keeps maps as JSON that people share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..on_demand import on_demand

if TYPE_CHECKING:
    from .bone_map import FINGER_SLOTS, NEEDED, PALM_SLOTS, SEGMENTS, BoneMap
    from .by_shape import NoHumanoid
    from .map_file import map_of_text, read_map, text_of_map, write_map
    from .matching import match
    from .rig import Rig, Tree
    from .sampled import Sampled, SampledPoints, SampledRig

__all__ = [
    "FINGER_SLOTS",
    "NEEDED",
    "PALM_SLOTS",
    "SEGMENTS",
    "BoneMap",
    "NoHumanoid",
    "Rig",
    "Sampled",
    "SampledPoints",
    "SampledRig",
    "Tree",
    "map_of_text",
    "match",
    "read_map",
    "text_of_map",
    "write_map",
]
_PLACES = {
    "FINGER_SLOTS": "bone_map",
    "NEEDED": "bone_map",
    "PALM_SLOTS": "bone_map",
    "SEGMENTS": "bone_map",
    "BoneMap": "bone_map",
    "NoHumanoid": "by_shape",
    "map_of_text": "map_file",
    "read_map": "map_file",
    "text_of_map": "map_file",
    "write_map": "map_file",
    "match": "matching",
    "Rig": "rig",
    "Tree": "rig",
    "Sampled": "sampled",
    "SampledPoints": "sampled",
    "SampledRig": "sampled",
}
if not TYPE_CHECKING:  # which would take any name for one of the package's
    __getattr__ = on_demand(__name__, _PLACES, modules=True)
