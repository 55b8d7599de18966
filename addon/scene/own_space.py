"""The space that a person's motion is told in, and how the armature's space lies to it.

A run makes both the same. They come apart when somebody applies location, rotation or scale of the object
(Ctrl+A), which moves the bones at rest: the armature stays as its user wants it, and what a run writes goes
by the bones.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import bpy
import numpy as np

from ..body.skeleton import PARENTS
from .axes import positions_to_smpl
from .errors import SceneError
from .names import BONE_NAMES
from .rest_pose import rest_bones
from .similarity import similarity

OFFSETS_KEY = "spr_bone_offsets"
"""Custom property of an armature, and of a body: the bone offsets by which it rests."""
_ROUNDING = 1e-4
_NOTHING = 1e-18
"""Volume of what was a unit cube from which on it is nothing."""


def note_rest(armature: bpy.types.Object, bone_offsets: np.ndarray) -> None:
    """Remember which offsets (24, 3) the bones rest by."""
    armature.data[OFFSETS_KEY] = np.asarray(bone_offsets, float).ravel().tolist()


def note_rest_as_it_is(armature: bpy.types.Object) -> None:
    """For results of earlier versions, which do not know it: as long as the bones rest as runs leave them."""
    bones, editable = armature.data.bones, armature.data.is_editable
    if OFFSETS_KEY in armature.data or not editable or any(name not in bones for name in BONE_NAMES):
        return
    offsets = rest_offsets(armature)
    heads = np.array([bones[name].head_local for name in BONE_NAMES], float)
    if np.allclose(rest_bones(offsets).heads, heads, atol=_ROUNDING):
        note_rest(armature, offsets)


def own_space(armature: bpy.types.Object) -> np.ndarray:
    """(4, 4) from the person's own space, in Blender's axes, to the armature's: turned, scaled evenly, moved.

    The identity where nothing was applied, or the bones rest otherwise altogether.
    """
    found = _found(armature)
    return np.eye(4) if found is None else found.copy()


def rests_otherwise(armature: bpy.types.Object) -> bool:
    """Whether the bones rest in no way that a run or an applied transform has left them."""
    return _found(armature) is None


def _found(armature: bpy.types.Object) -> np.ndarray | None:
    known, bones = armature.data.get(OFFSETS_KEY), armature.data.bones
    if known is None or any(name not in bones for name in BONE_NAMES):
        return np.eye(4)
    heads = np.array([bones[name].head_local for name in BONE_NAMES], float)
    return _space(np.array(known, float).tobytes(), heads.tobytes())


@lru_cache(maxsize=64)
def _space(offsets: bytes, heads: bytes) -> np.ndarray | None:
    """The same of bone offsets and heads; asked at every redraw."""
    rest = rest_bones(np.frombuffer(offsets).reshape(-1, 3)).heads
    return similarity(rest, np.frombuffer(heads).reshape(-1, 3))


def size_in(space: np.ndarray) -> float:
    """How many units of the armature's are a metre of the person's; space (4, 4)."""
    return float(np.cbrt(np.linalg.det(space[:3, :3])))


def own_rest(armature: bpy.types.Object, names: Sequence[str] = BONE_NAMES) -> np.ndarray:
    """(B, 4, 4) bones at rest in the person's own space."""
    rest = np.array([armature.data.bones[name].matrix_local for name in names])
    space = own_space(armature)
    rest = np.linalg.inv(space) @ rest
    rest[:, :3, :3] *= size_in(space)
    return rest


def rest_offsets(armature: bpy.types.Object) -> np.ndarray:
    """(24, 3) metres in SMPL's frame: the offsets of the bones from their parents at rest."""
    joints = positions_to_smpl(own_rest(armature)[:, :3, 3])
    offsets = joints - joints[np.maximum(PARENTS, 0)]
    offsets[0] = 0.0
    return offsets


def check_size(armature: bpy.types.Object) -> None:
    """SceneError where the armature is so small that nothing can be told of its bones."""
    if abs(armature.matrix_world.determinant()) < _NOTHING:
        raise SceneError(
            f"{armature.name} is scaled to nothing at this frame; give it a size again (Object ▸ Clear ▸"
            " Scale), or go to a frame at which it has one."
        )


def placed(armature: bpy.types.Object, evaluated: bpy.types.Object | None = None) -> np.ndarray:
    """(4, 4) from the person's own space to the world. evaluated: the armature as the scene shows it."""
    return np.array((evaluated or armature).matrix_world) @ own_space(armature)
