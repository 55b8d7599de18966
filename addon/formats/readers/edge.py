"""EDGE (pickle): dances with AIST++'s names for SMPL, in another world: Z up, 30 frames a second, metres.

`full_pose` holds the 24 joints of its own skeleton, whose pelvis lies where `smpl_trans` says. FineDance,
which is made from it, writes SMPL-X's body and hands (T, 156), Y up, and other joints.
Sources: Stanford-TML/EDGE model/diffusion.py (render_sample), dataset/dance_dataset.py (turned to Z up);
li-ronghui/FineDance test.py.
"""

from __future__ import annotations

import numpy as np

from ...recording import Poses
from ...safe_read import FormatError
from ..container import Container
from ..draft import REST_PELVIS_X, Draft, Reader, layout_keypoints, numbers, person, smpl_poses

_WITH_HANDS = 156


def recognises(container: Container) -> bool:
    """AIST++'s names with the joints beside them, and without the scaling of AIST++."""
    return container.has("smpl_poses", "smpl_trans", "full_pose") and not container.has("smpl_scaling")


def read(container: Container) -> Draft:
    """One dancer. Raises FormatError."""
    fields = container.fields
    if container.shape("smpl_poses")[1:] == (_WITH_HANDS,):
        poses = smpl_poses(fields["smpl_poses"], fields["smpl_trans"], rest_pelvis=REST_PELVIS_X)
        return Draft([person(poses=poses)], likely_up=("+y", "+z"), floating=True, tool="FineDance")
    turned = smpl_poses(np.reshape(numbers(fields["smpl_poses"], "smpl_poses"), (-1, 72)))
    joints = numbers(fields["full_pose"], "full_pose")
    if joints.size != turned.rotations.shape[0] * 72:
        raise FormatError(
            "EDGE's poses and joints have different numbers of frames; generate the dance again."
        )
    keypoints = layout_keypoints(joints.reshape(-1, 24, 3), "smpl24")
    poses = Poses(turned.rotations, keypoints.positions[:, 0])
    return Draft([person(keypoints=keypoints, poses=poses)], up="+z", tool="EDGE")


READER = Reader("EDGE", "EDGE, FineDance", "SMPL and joints of a dancer, or SMPL-X", ".pkl", recognises, read)
