"""SMPL's poses of one person as matrices, quaternions or six numbers a joint, under any name or none.

Whoever computes with rotations saves them so, beside the translation and shape of AMASS. Each is read by the
reader of the same file with rotation vectors.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from ...safe_read import FormatError
from ...safe_read.npz import is_numeric
from ..alone import Alone, read_alone
from ..container import Container
from ..draft import Draft, Reader, numbers
from ..rotation_forms import rotation_vectors

_NAMES = re.compile("pose|rot|quat|6d|theta", re.IGNORECASE)
_GLOBAL = re.compile("global|world_rot|truth|gt", re.IGNORECASE)
"""Rotations that are those of the bones in the world, and of somebody else."""
_JOINTS = (22, 24, 52, 55)
_WIDTHS = {each * joints for each in (4, 6, 9) for joints in _JOINTS}
_SPLIT = ("root_orient", "pose_body")


def recognises(container: Container) -> bool:
    """An array as wide as such poses, which fulfils what rotations do."""
    return _vectors(container) is not None


def read(container: Container) -> Draft:
    """One person. Raises FormatError."""
    name, vectors = _vectors(container) or ("", np.zeros(0))
    others = {str(each): value for each, value in container.fields.items() if each not in (name, *_SPLIT)}
    draft = read_alone([("0", None, Alone(container, {**others, "poses": vectors}))])
    if draft is None:
        raise FormatError(f"{container.name} holds rotations that no reader knows; save SMPL's 24 joints.")
    return draft


def _vectors(container: Container) -> tuple[str, np.ndarray] | None:
    """The name of the poses, "" for an array without one, and their rotation vectors (T, 3 J)."""
    if not container.fields:
        return _told("", container.tree) if is_numeric(container.tree) else None
    if all(len(container.shape(name)) >= 2 for name in _SPLIT):
        parts = [numbers(container.fields[name], name) for name in _SPLIT]
        if len(parts[0]) == len(parts[1]):
            return _told(_SPLIT[0], np.concatenate([each.reshape(len(each), -1) for each in parts], axis=1))
    named = [str(name) for name in container.fields if _NAMES.search(str(name))]
    named = [name for name in named if not _GLOBAL.search(name) and _fits(container.shape(name))]
    return _told(named[0], container.fields[named[0]]) if len(named) == 1 else None


def _told(name: str, array: Any) -> tuple[str, np.ndarray] | None:
    if not _fits(np.shape(array)):
        return None
    vectors = rotation_vectors(numbers(array, name or "array"), _JOINTS)
    return None if vectors is None else (name, vectors)


def _fits(shape: tuple[int, ...]) -> bool:
    return len(shape) in (2, 3, 4) and shape[0] > 0 and int(np.prod(shape[1:])) in _WIDTHS


READER = Reader(
    "SMPL rotations", "scripts that save rotation matrices, quaternions or 6D",
    "SMPL, SMPL-H or SMPL-X of one person", ".npz .npy .pkl .pt", recognises, read,
)  # fmt: skip
