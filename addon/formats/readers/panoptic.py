"""CMU Panoptic's `body3DScene_00000000.json`: 19 joints per person and frame, centimetres, Y down.

Source: CMU-Perceptual-Computing-Lab/panoptic-toolbox README.md. A missing joint is (0, 0, 0, -1).
"""

from __future__ import annotations

import numpy as np

from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, layout_keypoints, person
from ..tracks import Tracks, series


def recognises(container: Container) -> bool:
    """Bodies with joints19."""
    bodies = container.fields.get("bodies")
    if not isinstance(bodies, list):
        return False
    return all(isinstance(one, dict) and "joints19" in one for one in bodies)


def read(container: Container) -> Draft:
    """Every person of the folder of frames. Raises FormatError."""
    tracks = Tracks()
    for frame, file in series(container):
        for one in file.fields.get("bodies", []):
            tracks.add(
                one.get("id", 0), frame, joints=np.asarray(one["joints19"], dtype=float).reshape(19, 4)
            )
    people = [
        person(
            name, frames, keypoints=layout_keypoints(v["joints"][..., :3], "panoptic19", v["joints"][..., 3])
        )
        for name, frames, v in tracks
    ]
    if not people:
        raise FormatError("The folder holds no person in any frame; choose another folder.")
    return Draft(people, up="-y", units="cm")


READER = Reader(
    "Panoptic", "CMU Panoptic", "19 joints of several people", "body3DScene_*.json", recognises, read,
    usual_fps=29.97,
)  # fmt: skip
