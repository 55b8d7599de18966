"""FrankMocap: `mocap/<image>_prediction_result.pkl`, SMPL of everybody in one image, in the camera.

`pred_output_list` has a dict per person of pred_body_pose (1, 72) or pred_rotmat (1, 24, 3, 3), pred_betas
and a weak-perspective camera of their box, so there is no place in metres. Of a body of SMPL-X the last two
joints mean nothing. Source: facebookresearch/frankmocap demo/demo_bodymocap.py, mocap_utils/general_utils.py,
docs/joint_order.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...body.rotations import axis_angle_from_matrix
from ...safe_read import FormatError
from ..container import Container
from ..draft import NO_METRES, Draft, Reader, numbers, person, smpl_poses
from ..linking import LINKED, Detections
from ..tracks import series

_BOXES = "body_bbox_list"


def recognises(container: Container) -> bool:
    """The list of predictions of an image."""
    return container.has("pred_output_list", "image_path")


def read(container: Container) -> Draft:
    """Everybody in the folder's images. Raises FormatError."""
    found = Detections()
    for frame, file in series(container):
        boxes = file.fields.get(_BOXES) or []
        for place, one in enumerate(file.fields.get("pred_output_list") or []):
            if isinstance(one, Mapping):
                found.add_at(frame, _where(boxes, place), **_parameters(one))
    people = [
        person(name, frames, poses=smpl_poses(held["pose"], np.zeros((len(frames), 3)), betas=held["betas"]))
        for name, frames, held in found.tracks()
    ]
    if not people:
        raise FormatError("The FrankMocap results hold no person; choose another video or image.")
    warnings = [NO_METRES]
    warnings += [LINKED] if found.several else []
    return Draft(people, up="-y", warnings=warnings, camera=True)


def _parameters(one: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """pose (72,) without hands, betas."""
    if "pred_body_pose" in one:
        pose = numbers(one["pred_body_pose"], "pred_body_pose").reshape(-1)
    elif "pred_rotmat" in one:
        matrices = numbers(one["pred_rotmat"], "pred_rotmat").reshape(-1, 3, 3)
        pose = axis_angle_from_matrix(matrices).reshape(-1)
    else:
        raise FormatError("FrankMocap predicted hands without a body here; run its body module.")
    if len(pose) < 66:
        raise FormatError(f"FrankMocap's pose has {len(pose)} numbers instead of 72; run it again.")
    whole = np.zeros(72)
    whole[:66] = pose[:66]
    betas = numbers(one.get("pred_betas", np.zeros(10)), "pred_betas").reshape(-1)[:10]
    return {"pose": whole, "betas": betas}


def _where(boxes: Any, place: int) -> np.ndarray:
    """(2,) the middle of the person's box (x, y, width, height) in lengths of the box."""
    box = numbers(boxes[place], _BOXES).reshape(-1) if place < len(boxes) else np.zeros(0)
    if len(box) < 4:
        return np.zeros(2)
    return (box[:2] + box[2:4] / 2) / max(float(box[2:4].max()), 1.0)


READER = Reader("FrankMocap", "FrankMocap", "SMPL per image", "*_prediction_result.pkl", recognises, read)
