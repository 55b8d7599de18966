"""SMPL's 24 joints and its mean rest skeleton.

The mean rest joints are the four-digit values that many open skeleton files publish (BVH, MJCF);
metres, Y up, facing +Z, left arm along +X. No SMPL file is needed or contained.
"""

from __future__ import annotations

import numpy as np

JOINT_NAMES: tuple[str, ...] = (
    "pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2", "left_ankle",
    "right_ankle", "spine3", "left_foot", "right_foot", "neck", "left_collar", "right_collar", "head",
    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
    "left_hand", "right_hand",
)  # fmt: skip
PARENTS: tuple[int, ...] = (
    -1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21,
)  # fmt: skip
JOINT_COUNT = len(JOINT_NAMES)

REST_JOINTS = np.array(
    [
        [-0.0018, -0.2233, 0.0282], [0.0677, -0.3147, 0.0214], [-0.0695, -0.3139, 0.0239],
        [-0.0043, -0.1144, 0.0015], [0.1020, -0.6899, 0.0169], [-0.1078, -0.6964, 0.0150],
        [0.0012, 0.0208, 0.0026], [0.0884, -1.0879, -0.0268], [-0.0920, -1.0948, -0.0273],
        [0.0026, 0.0737, 0.0280], [0.1148, -1.1437, 0.0925], [-0.1174, -1.1430, 0.0961],
        [-0.0002, 0.2876, -0.0148], [0.0815, 0.1955, -0.0060], [-0.0791, 0.1926, -0.0106],
        [0.0050, 0.3526, 0.0365], [0.1724, 0.2260, -0.0149], [-0.1752, 0.2251, -0.0197],
        [0.4320, 0.2132, -0.0424], [-0.4289, 0.2118, -0.0411], [0.6813, 0.2222, -0.0435],
        [-0.6842, 0.2196, -0.0467], [0.7653, 0.2140, -0.0585], [-0.7688, 0.2134, -0.0570],
    ]
)  # fmt: skip
"""(24, 3) SMPL's mean rest joints."""

REST_PELVIS = REST_JOINTS[0]
"""(3,) SMPL's mean rest pelvis: transl = pelvis position - REST_PELVIS for a mean body."""


def _offsets(joints: np.ndarray) -> np.ndarray:
    offsets = joints - joints[list(PARENTS)]
    offsets[0] = 0.0
    return offsets


REST_OFFSETS = _offsets(REST_JOINTS)
"""(24, 3) each joint relative to its parent in the mean rest skeleton, row 0 zero."""


def _subtree_matrix() -> np.ndarray:
    matrix = np.eye(JOINT_COUNT)
    for joint in range(JOINT_COUNT - 1, 0, -1):
        matrix[PARENTS[joint]] += matrix[joint]
    return matrix


SUBTREE = _subtree_matrix()
"""(24, 24) SUBTREE[j, k] is 1 where joint k is joint j or hangs below it."""


def mirror_name(name: str) -> str:
    """The name of the same joint or point on the other side of the body."""
    if "left" in name:
        return name.replace("left", "right")
    return name.replace("right", "left")


MIRROR_JOINTS: tuple[int, ...] = tuple(JOINT_NAMES.index(mirror_name(name)) for name in JOINT_NAMES)
"""For each joint the index of its counterpart on the other side."""


def rest_joints(bone_offsets: np.ndarray) -> np.ndarray:
    """Joint positions (..., 24, 3) in the rest pose, pelvis at the origin."""
    joints = np.zeros_like(bone_offsets)
    for joint in range(1, JOINT_COUNT):
        joints[..., joint, :] = joints[..., PARENTS[joint], :] + bone_offsets[..., joint, :]
    return joints
