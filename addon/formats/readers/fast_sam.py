"""Fast-SAM-3D-Body's recordings, `smpl_data.npz`: SMPL's poses and joints of one person, without a place.

timestamps (T,) seconds; smpl_poses (T, 21, 3); body_quats (T, 4), w x y z, from a body whose axes are not
SMPL's to a level world with z up; smpl_joints (T, 24, 3) in that body's axes from the pelvis. Source:
yangtiming/Fast-SAM-3D-Body run_publisher.py, mocap/utils/pose_protocol.py, mocap/core/gravity_alignment.py.
"""

from __future__ import annotations

import numpy as np

from ...body.rotations import matrix_from_axis_angle, matrix_from_quaternion
from ...safe_read import FormatError
from ..container import Container
from ..draft import NO_PLACE, Draft, Reader, layout_keypoints, matrix_poses, numbers, padded, person
from ..timing import timed

_NEEDED = ("timestamps", "body_quats", "smpl_joints", "smpl_poses")
_SMPL_IN_BODY = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
"""(3, 3) from SMPL's axes (y up) to those of the recorded body (z up)."""


def recognises(container: Container) -> bool:
    """Its four arrays."""
    return container.kind == "npz" and container.has(*_NEEDED)


def read(container: Container) -> Draft:
    """One person. Raises FormatError."""
    times, turns, joints, vectors = (numbers(container.fields[name], name) for name in _NEEDED)
    count = len(times.reshape(-1))
    if turns.shape != (count, 4) or joints.shape != (count, 24, 3) or vectors.size != count * 63:
        raise FormatError("The arrays of the recording have different numbers of frames; record it again.")
    world = matrix_from_quaternion(turns)
    body = matrix_from_axis_angle(vectors.reshape(count, 21, 3))
    poses = matrix_poses(padded(np.concatenate([(world @ _SMPL_IN_BODY)[:, None], body], axis=1)))
    keypoints = layout_keypoints(joints @ np.swapaxes(world, 1, 2), "smpl24")
    people = [person(keypoints=keypoints, poses=poses)]
    draft = Draft(people, up="+z", warnings=[NO_PLACE], floating=True)
    return timed(draft, times, "timestamps")


READER = Reader(
    "Fast-SAM-3D-Body", "Fast-SAM-3D-Body", "SMPL and 24 joints of one person", "smpl_data.npz",
    recognises, read,
)  # fmt: skip
