"""Motion to Blender: armature, action, body, target keypoints, .blend and files of other programs."""

from ..writers.presets import FBX_PRESETS, PRESETS, Preset, preset_items
from .action import FIT_ERROR
from .apart import Named, export_apart
from .blend import save_blend
from .character_copy import OnCharacter, character_print
from .errors import SceneError
from .export import export_fbx, export_people, motion_taken
from .names import BONE_NAMES
from .person import write_motion
from .read_action import read_poses
from .timing import is_animated, scene_rate, set_scene_rate

__all__ = [
    "BONE_NAMES",
    "FBX_PRESETS",
    "FIT_ERROR",
    "PRESETS",
    "Named",
    "OnCharacter",
    "Preset",
    "SceneError",
    "character_print",
    "export_apart",
    "export_fbx",
    "export_people",
    "is_animated",
    "motion_taken",
    "preset_items",
    "read_poses",
    "save_blend",
    "scene_rate",
    "set_scene_rate",
    "write_motion",
]
