"""NTU RGB+D's `.skeleton`: 25 Kinect joints of up to a few bodies per frame, metres, Y up from the camera.

Source: shahroudy/NTURGB-D Matlab/read_skeleton_file.m.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...recording import Person
from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, layout_keypoints, person
from ..tracks import Tracks

_JOINTS = 25
_NOT_TRACKED = 0.3


def recognises(container: Container) -> bool:
    """A count of frames, a count of bodies, a body of ten numbers, a count of joints."""
    if container.kind != "text" or len(container.lines) < 4:
        return False
    start = [line.split() for line in container.lines[:200] if line.split()]
    body = next((row for row in start[1:] if len(row) == 10), None)
    return len(start[0]) == 1 and start[0][0].isdigit() and body is not None


def read(container: Container) -> Draft:
    """Every body. Raises FormatError, also for hands and other skeletons with another number of joints."""
    rows = iter([line.split() for line in container.lines if line.split()])
    tracks = Tracks()
    try:
        for frame in range(int(next(rows)[0])):
            for _ in range(int(next(rows)[0])):
                _read_body(rows, frame, tracks)
    except (StopIteration, RuntimeError) as error:
        raise FormatError("The skeleton file ends too early; copy it again.") from error
    people = [_person(*track) for track in tracks]
    if not people:
        raise FormatError("The skeleton file holds nobody in any frame; choose another file.")
    return Draft(people, up="+y", camera=True)


def _read_body(rows: Iterator[list[str]], frame: int, tracks: Tracks) -> None:
    identity = next(rows)[0]
    count = int(next(rows)[0])
    if count != _JOINTS:
        raise FormatError(
            f"The skeleton has {count} joints instead of Kinect's 25 of a body; it is no person."
        )
    joints = np.array([[float(cell) for cell in next(rows)] for _ in range(count)])
    seen = np.where(joints[:, 11] >= 2, 1.0, _NOT_TRACKED) if joints.shape[1] > 11 else np.ones(count)
    tracks.add(identity, frame, points=joints[:, :3], seen=seen)


def _person(name: str, frames: np.ndarray, values: dict[str, np.ndarray]) -> Person:
    return person(name, frames, keypoints=layout_keypoints(values["points"], "kinect25", values["seen"]))


READER = Reader(
    "NTU skeleton", "NTU RGB+D, Kinect", "25 joints per body", ".skeleton", recognises, read,
    "real file (2 frames)",
)  # fmt: skip
