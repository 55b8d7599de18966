"""Motion to Blender: armature, action, body, target keypoints, .blend and files of other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .errors import SceneError

if TYPE_CHECKING:
    from .action import FIT_ERROR
    from .apart import Named, export_apart
    from .blend import save_blend
    from .character_copy import OnCharacter, character_print
    from .export import export_fbx, export_people, motion_taken
    from .names import BONE_NAMES
    from .person import write_motion
    from .read_action import read_poses
    from .timing import is_animated, scene_rate, set_scene_rate

__all__ = [
    "BONE_NAMES",
    "FIT_ERROR",
    "Named",
    "OnCharacter",
    "SceneError",
    "character_print",
    "export_apart",
    "export_fbx",
    "export_people",
    "is_animated",
    "motion_taken",
    "read_poses",
    "save_blend",
    "scene_rate",
    "set_scene_rate",
    "write_motion",
]
_PLACES = {
    "FIT_ERROR": "action",
    "Named": "apart",
    "export_apart": "apart",
    "save_blend": "blend",
    "OnCharacter": "character_copy",
    "character_print": "character_copy",
    "export_fbx": "export",
    "export_people": "export",
    "motion_taken": "export",
    "BONE_NAMES": "names",
    "write_motion": "person",
    "read_poses": "read_action",
    "is_animated": "timing",
    "scene_rate": "timing",
    "set_scene_rate": "timing",
}
if not TYPE_CHECKING:  # which would take any name for one of the package's
    __getattr__ = on_demand(__name__, _PLACES, modules=True)
