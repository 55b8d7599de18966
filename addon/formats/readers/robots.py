"""Files that look like human motion and are none: refused by what they contain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader


def recognises(container: Container) -> bool:
    """Robot motions, and 2D keypoints of AlphaPose, COCO and OpenPose."""
    return _is_robot(container) or _is_flat(container)


def _is_robot(container: Container) -> bool:
    return container.has("joint_pos", "body_pos_w") or container.has("dof_pos", "root_rot")


def _is_flat(container: Container) -> bool:
    """People in images, each with a flat row of x, y and score: COCO, AlphaPose, OpenPose."""
    listed = container.json
    if isinstance(listed, Mapping):
        listed = next((listed[name] for name in _LISTS if name in listed), None)
    if not isinstance(listed, list) or not listed:
        return False
    return all(isinstance(one, Mapping) and _is_flat_person(one) for one in listed[:100])


_LISTS = ("annotations", "people", "predictions")


def _is_flat_person(one: Mapping[str, Any]) -> bool:
    if "pose_keypoints_2d" in one:
        return not one.get("pose_keypoints_3d") and len(one["pose_keypoints_2d"]) > 0
    keypoints = one.get("keypoints")
    flat = isinstance(keypoints, list) and all(isinstance(each, (int, float)) for each in keypoints)
    return flat and "image_id" in one and "pred_xyz_jts" not in one


def read(container: Container) -> Draft:
    """Always raises FormatError, with what the file is and what is needed."""
    if _is_flat(container):
        raise FormatError(
            f"{container.name} holds 2D keypoints of images; lift or triangulate them and open that."
        )
    raise FormatError(
        f"{container.name} is the motion of a robot's joints; choose the human motion it was made from."
    )


READER = Reader("robot motion", "robot retargeting", "refused: no human pose", ".npz .pkl", recognises, read)
