"""A refined person as it stands in the world, with hands and contacts: what a character follows."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np

from ..body.hands import FINGER_COUNT, SIDES
from ..motion import Hands, Motion
from ..steps import Stepped, Steps
from .contacts import read_contacts
from .fingers import finger_offsets
from .placing import keyed_frames, motion_of_poses
from .read_action import read_poses
from .refined import Refined, refined_animation
from .workshop import evaluated, object_mode


@Stepped
def person_in_world(armature: bpy.types.Object, scene: bpy.types.Scene) -> Steps[tuple[Motion, np.ndarray]]:
    """What the person's keys say, and the frames of the animation (T,) at which it is seen. Raises SceneError
    where there are no keys. What is done for each frame of a person on IK controls is a step."""
    refined = refined_animation(armature)
    shown, frames = _seen(keyed_frames(armature), refined)
    poses = yield from read_poses.steps(armature, frames)
    with object_mode(), evaluated(scene, [armature]):
        motion = motion_of_poses(armature, scene, poses)
    contacts = None if refined is None else read_contacts(armature, refined, frames)
    return replace(
        motion,
        contacts=np.zeros((0, 4)) if contacts is None else contacts,
        hands=None if poses.hands is None else _hands(armature, poses.hands),
    ), shown


def _seen(keyed: np.ndarray, refined: Refined | None) -> tuple[np.ndarray, np.ndarray]:
    """Whole frames of the animation (T,) at which the result is seen, and the frames of its action (T,) that
    these show."""
    strip = None if refined is None else refined.strip
    if refined is None or strip is None:
        return keyed, keyed
    shown = np.arange(np.ceil(strip.frame_start), np.floor(strip.frame_end) + 1)
    return shown, np.clip(refined.frame(shown), keyed[0], keyed[-1])


def _hands(armature: bpy.types.Object, rotations: np.ndarray) -> Hands:
    offsets = finger_offsets(armature) * armature.matrix_world.to_scale()[0]
    return Hands(rotations, offsets, np.zeros((len(rotations), len(SIDES), FINGER_COUNT), bool))
