"""Which bone of any humanoid rig is which joint of a body.

`match(rig)` → `BoneMap`, by names and by shape; `map_file` keeps maps as JSON that people share.
"""

from .bone_map import FINGER_SLOTS, NEEDED, PALM_SLOTS, SEGMENTS, BoneMap
from .by_shape import NoHumanoid
from .map_file import map_of_text, read_map, text_of_map, write_map
from .match import match
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
