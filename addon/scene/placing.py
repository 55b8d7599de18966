"""A refined person as it stands in the world, and a step and a turn of it as a whole."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Matrix, Quaternion, Vector

from ..motion import Floor, Motion
from ..recording import Poses
from ..steps import Stepped, Steps
from .axes import SMPL_TO_BLENDER, positions_to_blender, positions_to_smpl
from .contacts import read_floor
from .curves import find_curves
from .errors import SceneError
from .own_space import check_size, placed, rest_offsets
from .read_action import read_poses
from .refined import refined_animation
from .timing import scene_rate
from .units import metres

MOST_FRAMES = 1000
_PLACES = ("location", "rotation_euler", "rotation_quaternion", "rotation_axis_angle", "scale")


@Stepped
def motion_in_world(armature: bpy.types.Object, scene: bpy.types.Scene) -> Steps[Motion]:
    """What the armature's keys say, in SMPL's axes, in metres where the object puts it, with its floor where
    that is known; every frame, or of a long clip so many of the first ones. Raises SceneError where there are
    no keys. One frame a step where IK controls move the person."""
    poses = yield from read_poses.steps(armature, keyed_frames(armature)[:MOST_FRAMES])
    return motion_of_poses(armature, scene, poses, metres(scene))


def keyed_frames(armature: bpy.types.Object) -> np.ndarray:
    """(T,) whole frames of the result's action from its first key to the last. Raises SceneError where there
    are none."""
    refined = refined_animation(armature)
    curves = find_curves(armature) if refined is None else refined.curves
    ends = [curve.range() for (path, _), curve in curves.items() if path.startswith("pose.bones")]
    if not ends:
        raise SceneError(f"{armature.name} has no keys; refine it first.")
    return np.arange(np.ceil(min(end[0] for end in ends)), np.floor(max(end[1] for end in ends)) + 1)


def motion_of_poses(
    armature: bpy.types.Object, scene: bpy.types.Scene, poses: Poses, unit: float = 1.0
) -> Motion:
    """The same of T poses that were read from the armature. unit: what lengths of the scene count."""
    place, turn, scale = _decomposed(armature, unit)
    turned = SMPL_TO_BLENDER.T @ np.array(turn.to_matrix()) @ SMPL_TO_BLENDER
    rotations = poses.rotations.copy()
    rotations[:, 0] = turned @ rotations[:, 0]
    pelvis = poses.pelvis * scale[0] @ turned.T + positions_to_smpl(np.array(place))
    numbers, unknown = np.arange(len(rotations)), np.full(len(rotations), np.nan)
    return Motion(
        rotations, pelvis, rest_offsets(armature) * scale[0], scene_rate(scene), numbers, unknown,
        np.full(rotations.shape[:2], np.nan), floor=_floor_in_world(armature, turned, unit),
    )  # fmt: skip


def _floor_in_world(armature: bpy.types.Object, turn: np.ndarray, unit: float) -> Floor | None:
    """The person's floor, as its edits have it, where the object puts it; turn (3, 3) in SMPL's axes."""
    floor = read_floor(armature)
    if floor is None:
        return None
    place, _, scale = _decomposed(armature, unit)
    normal = turn @ floor.normal
    return Floor(normal, floor.heights * scale[0] + positions_to_smpl(np.array(place)) @ normal)


def _decomposed(armature: bpy.types.Object, unit: float) -> tuple[Vector, Quaternion, Vector]:
    """Place, turn and scale of the person's own space in the world. SceneError where there is no scale."""
    check_size(armature)
    place, turn, scale = Matrix(placed(armature).tolist()).decompose()
    return place * unit, turn, scale * unit


def place(armature: bpy.types.Object, turn: np.ndarray, shift: np.ndarray) -> None:
    """Turn the whole person (3, 3) about the origin and shift it (3,), both in SMPL's axes; its keypoints,
    its body and what it was before come along. Raises SceneError as `check_movable` does."""
    check_movable(armature)
    moved = Matrix((SMPL_TO_BLENDER @ turn @ SMPL_TO_BLENDER.T).tolist()).to_4x4()
    moved.translation = positions_to_blender(shift)
    armature.matrix_world = moved @ armature.matrix_world


def check_movable(armature: bpy.types.Object) -> None:
    """SceneError where the object is another file's, animated, or its place is locked to something else."""
    if not armature.is_editable:
        raise SceneError(f"{armature.name} belongs to another file and would not stay where it is put.")
    if any(path in _PLACES for path, _ in find_curves(armature)) or armature.constraints:
        raise SceneError(
            f"{armature.name} is moved by keys or constraints of its own; remove these from the object first."
        )
