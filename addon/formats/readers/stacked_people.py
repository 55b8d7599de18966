"""Files of one person's names and arrays that hold several people: with one axis more, (P, T, …) or
(T, P, …), or with a row for each person and frame, whose ids and frame numbers lie beside them.

Each is read by the reader of such a file of one person.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...safe_read import FormatError
from ...safe_read.npz import is_numeric
from ..alone import Alone, read_alone
from ..beside_rows import FRAME_NUMBERS
from ..body_stacks import is_time_axis
from ..container import Container
from ..draft import Draft, Reader, numbers
from .json_arrays import with_arrays

_TRANS = ("transl", "trans", "translation", "cam_trans")
_POSES = {
    "global_orient": ((3,), (1, 3), (3, 3), (1, 3, 3), (4,), (6,), (1, 6), (9,)),
    "root_orient": ((3,), (1, 3), (3, 3)), "smplx_root_pose": ((3,), (1, 3)),
    **dict.fromkeys(("poses", "fullpose", "pose", "smpl_poses", "smpl_pose"), (
        (66,), (72,), (156,), (165,), *((joints, *each) for joints in (22, 24, 52, 55) for each in (
            (3,), (4,), (6,), (3, 3),
        )), (132,), (144,), (198,), (216,),
    )),
}  # fmt: skip
"""What tells of a person's pose in a frame -> how its values are shaped."""
_IDS = (
    "track_id", "track_ids", "person_id", "person_ids", "person_idx", "person_index", "subject_id",
    "subject_ids", "ids",
)  # fmt: skip
_FRAMES = (*FRAME_NUMBERS, "frame")
_BETAS = ("betas", "gender")
_MOST, _MESH = 100, 6000
"""The most people; numbers in a row that only the vertices of a mesh are."""


def recognises(container: Container) -> bool:
    """An axis more than one person's poses have, or rows of several tracks."""
    if container.kind not in ("npz", "pickle", "torch", "npy", "json") or container.has("cam_R"):
        return False
    held = _with_arrays(container)
    return _leading(held) is not None or _columns(held) is not None


def read(container: Container) -> Draft:
    """Everybody. Raises FormatError."""
    container = _with_arrays(container)
    alone = _by_axis(container) if _leading(container) is not None else _by_rows(container)
    if len(alone) > _MOST:
        raise FormatError(f"{container.name} holds {len(alone)} people; save some of them as a file.")
    draft = read_alone(alone)
    if draft is None:
        raise FormatError("The arrays of several people are in no known form; save each as a file.")
    return draft


def _with_arrays(container: Container) -> Container:
    """The same with arrays for the lists of a JSON file that names poses."""
    if container.kind != "json" or set(container.fields).isdisjoint(_POSES):
        return container
    return with_arrays(container)


def _leading(container: Container) -> tuple[int, int] | None:
    """The two axes before a pose's own, which are of people and of time in either order."""
    for name, own in _POSES.items():
        shape = container.shape(name)
        if len(shape) > 2 and shape[2:] in own and 0 not in shape and shape[1:] not in own:
            trans = [found for each in _TRANS if (found := container.shape(each))]
            fits = all(each in ((*shape[:2], 3), (*shape[:2], 1, 3)) for each in trans)
            return (shape[0], shape[1]) if fits and (trans or 1 not in shape[:2]) else None
    return None


def _by_axis(container: Container) -> list[tuple[str, np.ndarray | None, Container]]:
    leading = _leading(container) or (0, 0)
    place = next((name for name in (*_TRANS, *_POSES) if container.shape(name)[:2] == leading), "")
    values = numbers(container.fields[place], place).reshape(*leading, -1)
    axis = 1 if is_time_axis(values[:, :, None, :], 0) else 0
    return [
        (str(one), None, Alone(container, _of_axis(container, leading, axis, one)))
        for one in range(leading[axis])
    ]


def _of_axis(container: Container, leading: tuple[int, int], axis: int, one: int) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in container.fields.items():
        shape = container.shape(str(name))
        if math.prod(shape[2:]) > _MESH:
            continue
        if shape[:2] == leading and is_numeric(np.asarray(value)):
            fields[str(name)] = np.take(np.asarray(value), one, axis=axis)
        elif str(name) in _BETAS and len(shape) > (name != "gender") and shape[0] == leading[axis]:
            fields[str(name)] = np.asarray(value)[one]
        else:
            fields[str(name)] = value
    return fields


def _columns(container: Container) -> tuple[str, str] | None:
    """The names of the ids and of the frame numbers, where rows of several tracks follow each other."""
    ids, frames = (
        next((name for name in names if len(container.shape(name)) == 1), None) for names in (_IDS, _FRAMES)
    )
    if ids is None or frames is None or container.shape(ids) != container.shape(frames):
        return None
    numbered = np.asarray(container.fields[frames])
    if not np.issubdtype(numbered.dtype, np.number) or not len(numbered):
        return None
    return (ids, frames) if bool((np.diff(numbered) <= 0).any()) else None


def _by_rows(container: Container) -> list[tuple[str, np.ndarray | None, Container]]:
    ids, frames = _columns(container) or ("", "")
    owners, numbered = np.asarray(container.fields[ids]), numbers(container.fields[frames], frames)
    light = (name for name in map(str, container.fields) if math.prod(container.shape(name)[1:]) <= _MESH)
    held = {name: np.asarray(container.fields[name]) for name in light}
    found: list[tuple[str, np.ndarray | None, Container]] = []
    for one in dict.fromkeys(owners.tolist()):
        rows = np.flatnonzero(owners == one)
        _, first = np.unique(numbered[rows], return_index=True)
        rows = rows[first]
        fields = {name: value for name, value in held.items() if name not in (ids, frames)}
        fields = {
            name: each[rows] if each.shape[:1] == owners.shape else each for name, each in fields.items()
        }
        found.append((str(one), numbered[rows], Alone(container, fields)))
    return found


READER = Reader(
    "stacked people", "scripts that stack people", "SMPL parameters or keypoints of several people",
    ".npz .pkl .pt", recognises, read,
)  # fmt: skip
