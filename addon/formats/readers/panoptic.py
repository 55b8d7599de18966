"""CMU Panoptic's `body3DScene_00000000.json`: 15, 19 or 26 joints per person and frame, centimetres, Y down.

Source: CMU-Perceptual-Computing-Lab/panoptic-toolbox README.md. A missing joint is (0, 0, 0, -1). The
first 19 of 26 are those of joints19.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...recording import Keypoints
from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, layout_keypoints, person
from ..tracks import Tracks, series


def recognises(container: Container) -> bool:
    """Bodies with joints."""
    bodies = container.fields.get("bodies")
    if not isinstance(bodies, list):
        return False
    return all(isinstance(one, dict) and _joints(one) is not None for one in bodies)


_LAYOUTS = {"joints19": 19, "joints26": 19, "joints15": 15}


def _joints(body: dict[str, Any]) -> np.ndarray | None:
    """(19 or 15, 4) joints with confidence; None where a body has none."""
    name = next((name for name in _LAYOUTS if name in body), None)
    return None if name is None else np.asarray(body[name], dtype=float).reshape(-1, 4)[: _LAYOUTS[name]]


def read(container: Container) -> Draft:
    """Every person of the folder of frames. Raises FormatError."""
    tracks = Tracks()
    for frame, file in series(container):
        for one in file.fields.get("bodies", []):
            joints = _joints(one)
            if joints is not None:
                tracks.add(one.get("id", 0), frame, joints=joints)
    people = [person(name, frames, keypoints=_keypoints(v["joints"])) for name, frames, v in tracks]
    if not people:
        raise FormatError("The folder holds no person in any frame; choose another folder.")
    return Draft(people, up="-y", units="cm")


def _keypoints(joints: np.ndarray) -> Keypoints:
    return layout_keypoints(joints[..., :3], f"panoptic{joints.shape[1]}", joints[..., 3])


READER = Reader(
    "Panoptic", "CMU Panoptic", "15 or 19 joints of several people", "body3DScene_*.json", recognises, read,
    "real file (1 frame)", usual_fps=29.97,
)  # fmt: skip
