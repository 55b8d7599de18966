"""bodypose3d's `kpts_3d.dat`: rows of 36 numbers, 12 joints of one person, -1 where missing.

Source: TemugeB/bodypose3d; axis and unit are those of the calibration, so both are inferred.
"""

from __future__ import annotations

import numpy as np

from ..container import Container
from ..draft import Draft, Reader, named_keypoints, person

_PARTS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
_NAMES = [f"{side}_{part}" for part in _PARTS for side in ("left", "right")]
_NUMBERS = 36
_LIKELY = ("-y", "+y", "+x", "+z", "-x", "-z")
"""The first camera of a calibration may be held in any way."""


def recognises(container: Container) -> bool:
    """36 numbers in the first row and nothing else."""
    row = container.lines[0].split() if container.kind == "text" and container.lines else []
    return len(row) == _NUMBERS and all(cell.lstrip("-").replace(".", "", 1)[:1].isdigit() for cell in row)


def read(container: Container) -> Draft:
    """One person. Raises FormatError."""
    rows = [[float(cell) for cell in line.split()] for line in container.lines if line.strip()]
    points = np.array(rows, dtype=float).reshape(-1, 12, 3)
    points = np.where((points == -1).all(-1, keepdims=True), np.nan, points)
    return Draft(
        [person(keypoints=named_keypoints(points, _NAMES))], units=None, likely_up=_LIKELY, floating=True
    )


READER = Reader("bodypose3d", "bodypose3d", "12 joints", "kpts_3d.dat", recognises, read, "real file")
