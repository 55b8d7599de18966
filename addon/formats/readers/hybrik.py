"""HybrIK's and HybrIK-X's `res.pk` (pickle): rotations and joints of one person in the camera.

Source: jeffffffli/HybrIK scripts/demo_video.py, demo_video_x.py. Joint positions are divided by 2.2.
`transl` is the pelvis at the focal length 1000 bbox_width / 256, which changes with the box, so the
distance is brought to that of a usual lens, whose focal length is the image's diagonal. HybrIK-X writes
SMPL-X's 55 rotations and no joints.
"""

from __future__ import annotations

import numpy as np

from ...recording import Poses
from ..container import Container
from ..cuts import new_series, split
from ..draft import Draft, Reader, layout_keypoints, matrix_poses, numbers, padded, person, text_of
from ..hand_poses import hand_matrices

_DEPTH_FACTOR = 2.2
_CROP_FOCAL = 1000.0 / 256.0
_JOINTS = {216: 24, 495: 55}
_SHIFTS = ("transl", "transl_camsys")


def recognises(container: Container) -> bool:
    """Rotation matrices of the whole body with what HybrIK solves them from."""
    return container.has("pred_thetas", "pred_phi") or container.has("pred_thetas", "pred_xyz_24_struct")


def read(container: Container) -> Draft:
    """One person. Raises FormatError."""
    fields = container.fields
    thetas = numbers(fields["pred_thetas"], "pred_thetas")
    thetas = thetas.reshape(len(thetas), -1)
    count = _JOINTS.get(thetas.shape[1], 24)
    turned = matrix_poses(padded(thetas.reshape(-1, count, 3, 3)), betas=fields.get("pred_betas"))
    place = _places(container, len(thetas))
    keypoints = None
    if "pred_xyz_24_struct" in fields:
        joints = numbers(fields["pred_xyz_24_struct"], "joints").reshape(-1, 24, 3) * _DEPTH_FACTOR
        keypoints = layout_keypoints(joints - joints[:, :1] + place[:, None], "smpl24")
    hands = hand_matrices(thetas.reshape(-1, count, 3, 3))
    poses = Poses(turned.rotations, place, turned.betas[:10], turned.gender, hands=hands)
    warnings = ["The distance from the camera was estimated for a usual lens."]
    warnings += ["Not used: face expression."] if count == 55 else []
    tool = "HybrIK-X" if count == 55 else "HybrIK"
    one = person(keypoints=keypoints, poses=poses)
    images = [text_of(name) for name in np.asarray(fields.get("img_path", [])).reshape(-1)]
    people = split(one, new_series(images))
    warnings += ["The images change to another series, so the track was split there."] * (len(people) > 1)
    return Draft(people, up="-y", warnings=warnings, camera=True, tool=tool)


def _places(container: Container, frames: int) -> np.ndarray:
    """(T, 3) the pelvis in the camera of a usual lens; as the file has it where a box or size is missing."""
    fields = container.fields
    name = next((name for name in _SHIFTS if name in fields), None)
    if name is None:
        return np.zeros((frames, 3))
    place = numbers(fields[name], name).reshape(-1, 3).copy()
    if name == "transl" and container.has("bbox", "height", "width"):
        box = numbers(fields["bbox"], "bbox").reshape(len(place), -1)
        height, width = (numbers(fields[side], side).reshape(-1) for side in ("height", "width"))
        focal = _CROP_FOCAL * np.maximum(box[:, 2] - box[:, 0], 1.0)
        place[:, 2] *= np.hypot(height, width) / focal
    return place


READER = Reader(
    "HybrIK", "HybrIK, HybrIK-X", "SMPL or SMPL-X and joints of one person", "res.pk", recognises, read
)
