"""EgoAllo's `egoallo_outputs/*.npz`: SMPL-H bodies of who wears glasses, one for each sample, Z up.

Ts_world_root (S, T, 7): a quaternion w x y z and the place of the pelvis; body_quats (S, T, 21, 4); both
hands' quaternions (S, T, 15, 4); betas (S, T, 16); timestamps_ns (T,). Sources: brentyi/egoallo
3_aria_inference.py, src/egoallo/fncsmpl.py (the root turns about the pelvis, whose place is the translation).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...body.rotations import matrix_from_quaternion
from ...recording import Poses
from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, numbers, padded, person
from ..hand_poses import hand_pair
from ..timing import timed

_FIRST = "The file holds {} samples of the motion; the first one was read."


def recognises(container: Container) -> bool:
    """Its root and body."""
    return container.has("Ts_world_root", "body_quats")


def read(container: Container) -> Draft:
    """One person. Raises FormatError."""
    fields = container.fields
    root, body = _sample(fields, "Ts_world_root", 1), _sample(fields, "body_quats", 2)
    if root.shape[1:] != (7,) or body.shape[1:] != (21, 4) or len(root) != len(body):
        raise FormatError("The body of the EgoAllo result is not whole; run EgoAllo again.")
    turns = matrix_from_quaternion(np.concatenate([root[:, None, :4], body], axis=1))
    betas = np.median(_sample(fields, "betas", 1), axis=0) if "betas" in fields else np.zeros(0)
    hands = [_sample(fields, f"{side}_hand_quats", 2) for side in ("left", "right")
             if f"{side}_hand_quats" in fields]  # fmt: skip
    fingers = hand_pair(*map(matrix_from_quaternion, hands)) if len(hands) == 2 else None
    poses = Poses(padded(turns), root[:, 4:], betas.astype(np.float32), hands=fingers)
    several = np.shape(fields["Ts_world_root"])[0] if np.ndim(fields["Ts_world_root"]) == 3 else 1
    warnings = [_FIRST.format(several)] if several > 1 else []
    draft = Draft([person(poses=poses)], up="+z", floating=True, warnings=warnings)
    return timed(draft, fields["timestamps_ns"], "timestamps_ns") if "timestamps_ns" in fields else draft


def _sample(fields: Any, name: str, axes: int) -> np.ndarray:
    """The first sample (T, ...) with so many axes behind the frames'."""
    array = numbers(fields[name], name)
    return array[0] if array.ndim == axes + 2 and len(array) else array


READER = Reader("EgoAllo", "EgoAllo", "SMPL-H of who wears the camera, Z up", ".npz", recognises, read)
