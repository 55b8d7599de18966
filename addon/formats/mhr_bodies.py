"""Bodies as SAM 3D Body's estimator gives them, wherever scripts and nodes put them in a file.

The estimator returns a list of mappings for each image. People save one of them, the list, a list or mapping
of all frames, arrays of objects, or mappings that call the same values otherwise: keypoints_3d, cam_t,
joint_coords, joint_rotations, in blocks as skeleton and camera. Sources: facebookresearch/sam-3d-body
sam_3d_body_estimator.py; PozzettiAndrea/ComfyUI-MotionCapture nodes/sam3d_inference_node.py;
llikethat/ComfyUI-SAM3DBody2abc nodes/accumulator.py; users' scripts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from ..safe_read import NpzFile
from .mhr import JOINTS

POINTS = 70
_NAMES = {
    "pred_keypoints_3d": ("keypoints_3d",),
    "pred_keypoints_2d": ("keypoints_2d",),
    "pred_cam_t": ("cam_t", "camera_translation", "translation"),
    "pred_joint_coords": ("joint_coords", "joint_coords_3d"),
    "pred_global_rots": ("global_rots", "joint_rotations", "joint_global_rotations"),
    "focal_length": (),
}
_BLOCKS = ("skeleton", "camera", "pose", "output", "prediction")
_LISTS = ("frames", "outputs", "people", "persons", "results", "data", "predictions", "bodies", "detections")
_FRAME = ("frame", "frame_idx", "frame_index", "frame_number", "frame_id", "frameIndex")
_TRACK = ("track_id", "tracking_id")
_DEEPEST, _LOOKED_AT = 5, 50


@dataclass(frozen=True)
class Found:
    """A body. frame: its number, None where nothing counts frames; name: its track's, None without one."""

    frame: int | None
    name: str | None
    values: Mapping[str, Any]


def body_of(held: Any) -> Mapping[str, Any] | None:
    """The estimator's values under its own names, None where there are no 70 keypoints and no 127 joints
    with their rotations."""
    if not isinstance(held, Mapping):
        return None
    places = [held, *(held[name] for name in _BLOCKS if isinstance(held.get(name), Mapping))]
    values = dict[str, Any]()
    for name, others in _NAMES.items():
        for each in (name, *others):
            value = next((place[each] for place in places if each in place), None)
            if value is not None:
                values.setdefault(name, value)
    if values and (_ends(values.get("pred_keypoints_3d"), (POINTS, 3)) or _has_joints(values)):
        return values
    return None


def _has_joints(values: Mapping[str, Any]) -> bool:
    joints = _ends(values.get("pred_joint_coords"), (JOINTS, 3))
    return joints and _ends(values.get("pred_global_rots"), (JOINTS, 3, 3))


def _ends(value: Any, shape: tuple[int, ...]) -> bool:
    """Whether the last dimensions of an array or of nested lists are these."""
    known = getattr(value, "shape", None)
    if known is not None:
        return tuple(known)[-len(shape) :] == shape
    sizes = []
    while isinstance(value, list):
        sizes.append(len(value))
        value = value[0] if value else None
    return tuple(sizes[-len(shape) :]) == shape


def holds_bodies(tree: Any) -> bool:
    """Whether there is a body among the first things that the tree holds at each of its levels."""
    return next(_walk(tree, None, None, _LOOKED_AT), None) is not None


def bodies_in(tree: Any) -> list[Found]:
    """All bodies in a tree of frames and people."""
    return list(_walk(tree, None, None, None))


def _walk(
    held: Any, frame: int | None, name: str | None, most: int | None, depth: int = 0
) -> Iterator[Found]:
    if isinstance(held, np.ndarray) and held.dtype == object:
        held = held.tolist()
    body = body_of(held)
    if body is not None:
        yield Found(_number(held, frame), _track(held, name), body)
    elif depth < _DEEPEST and isinstance(held, Mapping):
        yield from _in_mapping(held, frame, name, most, depth)
    elif depth < _DEEPEST and isinstance(held, (list, tuple)):
        counts = frame is None and not all(map(body_of, islice(held, most)))
        for place, one in enumerate(islice(held, most)):
            yield from _walk(one, place if counts else frame, name, most, depth + 1)


def _in_mapping(
    held: Mapping[str, Any], frame: int | None, name: str | None, most: int | None, depth: int
) -> Iterator[Found]:
    if isinstance(held, NpzFile):
        held = {key: held[key] for key in held if held.header(key).dtype is None}
    inner = next((held[each] for each in _LISTS if each in held), None)
    if inner is not None:
        yield from _walk(inner, _number(held, frame), name, most, depth + 1)
        return
    for place, (key, one) in enumerate(islice(held.items(), most)):
        if not isinstance(one, (Mapping, list, tuple, np.ndarray)):
            continue
        if frame is not None:
            yield from _walk(one, frame, str(key), most, depth + 1)
            continue
        digits = re.findall(r"\d{1,9}", str(key))
        yield from _walk(one, int(digits[-1]) if digits else place, name, most, depth + 1)


def _number(held: Any, frame: int | None) -> int | None:
    """The frame's number that a mapping states, else the one that is known."""
    stated = (
        next((held[each] for each in _FRAME if each in held), None) if isinstance(held, Mapping) else None
    )
    return int(stated) if isinstance(stated, (int, np.integer)) else frame


def _track(held: Any, name: str | None) -> str | None:
    return next((str(held[each]) for each in _TRACK if each in held), name)
