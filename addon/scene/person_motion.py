"""A refined person as it stands in the world, with hands and contacts: what a character follows."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np

from ..body.hands import FINGER_COUNT, SIDES
from ..motion import Hands, Motion
from .contacts import read_contacts
from .fingers import finger_offsets, has_fingers
from .placing import motion_in_world
from .read_action import read_poses
from .refined import refined_animation


def person_in_world(armature: bpy.types.Object, scene: bpy.types.Scene) -> tuple[Motion, np.ndarray]:
    """What the person's keys say, and the scene frames (T,) at which it is seen. Raises SceneError where
    there are no keys."""
    motion = motion_in_world(armature, scene, most=None)
    refined = refined_animation(armature)
    frames = motion.frame_ids.astype(float)
    contacts = None if refined is None else read_contacts(armature, refined, frames)
    hands = read_poses(armature, frames).hands if has_fingers(armature) else None
    shown = frames if refined is None else np.round(refined.shown(frames))
    return replace(
        motion,
        contacts=np.zeros((0, 4)) if contacts is None else contacts,
        hands=None if hands is None else _hands(armature, hands),
    ), shown


def _hands(armature: bpy.types.Object, rotations: np.ndarray) -> Hands:
    offsets = finger_offsets(armature) * armature.matrix_world.to_scale()[0]
    return Hands(rotations, offsets, np.zeros((len(rotations), len(SIDES), FINGER_COUNT), bool))
