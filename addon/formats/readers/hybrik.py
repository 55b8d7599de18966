"""HybrIK's `res.pk` (pickle): SMPL rotations and 24 joints of one person in the camera.

Source: jeffffffli/HybrIK scripts/demo_video.py. Joint positions are divided by 2.2; `transl_camsys` is the
translation for the whole image where the file has it.
"""

from __future__ import annotations

from ...recording import Poses
from ..container import Container
from ..draft import Draft, Reader, layout_keypoints, matrix_poses, numbers, person

_DEPTH_FACTOR = 2.2


def recognises(container: Container) -> bool:
    """Rotation matrices and the 24 joints of HybrIK's structure."""
    return container.has("pred_thetas", "pred_xyz_24_struct")


def read(container: Container) -> Draft:
    """One person. Raises FormatError."""
    fields = container.fields
    joints = numbers(fields["pred_xyz_24_struct"], "joints").reshape(-1, 24, 3) * _DEPTH_FACTOR
    rotations = numbers(fields["pred_thetas"], "pred_thetas").reshape(-1, 24, 3, 3)
    shift = fields.get("transl_camsys", fields.get("transl"))
    place = numbers(shift if shift is not None else 0.0 * joints[:, 0], "transl").reshape(-1, 3)
    turned = matrix_poses(rotations, betas=fields.get("pred_betas"))
    joints = joints - joints[:, :1] + place[:, None]
    poses = Poses(turned.rotations, joints[:, 0], turned.betas, turned.gender)
    keypoints = layout_keypoints(joints, "smpl24")
    warning = "The distance from the camera is that of HybrIK's virtual lens."
    return Draft([person(keypoints=keypoints, poses=poses)], up="-y", warnings=[warning], camera=True)


READER = Reader("HybrIK", "HybrIK", "SMPL and 24 joints of one person", "res.pk", recognises, read)
