"""Poses of one frame without an axis of time, as a file for each frame has them: `poses (72,)`, `trans (3,)`.

ARAH brings ZJU-MoCap to this (`root_orient`, `pose_body`, `trans`). With that axis it is read as what it is
then. Source: taconite/arah-release preprocess_datasets/preprocess_ZJU-MoCap.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...safe_read import FormatError
from ..alone import Alone, read_alone
from ..container import Container
from ..draft import Draft, Reader

_TRANS = ("trans", "transl", "translation", "smpl_trans")
_POSES = ("poses", "pose", "smpl_pose", "smpl_poses", "fullpose", "pose_body")
_SHAPES = {(63,), (66,), (72,), (156,), (162,), (165,), (22, 3), (24, 3), (52, 3), (55, 3), (24, 3, 3)}


def recognises(container: Container) -> bool:
    """A pose and a place without more axes than these have."""
    if container.kind not in ("npz", "npy", "pickle", "torch"):
        return False
    placed = any(container.shape(name) == (3,) for name in _TRANS)
    return placed and any(container.shape(name) in _SHAPES for name in _POSES)


def read(container: Container) -> Draft:
    """One person in one frame. Raises FormatError."""
    fields = {str(name): _one_row(value) for name, value in container.fields.items()}
    draft = read_alone([("0", None, Alone(container, fields))])
    if draft is None:
        raise FormatError(f"{container.name} holds a pose that no reader knows; save SMPL's 24 joints.")
    return draft


def _one_row(value: Any) -> Any:
    return np.asarray(value)[None] if np.ndim(value) else value


READER = Reader(
    "SMPL pose", "ARAH, scripts that save a file per frame", "SMPL or SMPL-X of one person",
    "000001.npz .pkl", recognises, read,
)  # fmt: skip
