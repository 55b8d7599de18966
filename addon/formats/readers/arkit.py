"""ARKit's body tracking and Vision's 3D body as JSON, in the shapes of apps that save it: Apple defines none.

A list of frames, each with joints under Apple's names or all 91 in Apple's order, as places or as 4x4
transforms relative to the body's anchor, with or without the anchor's own transform; or a tree of joints.
Vision has 17 joints relative to the hips, seen from the camera (VNHumanBodyPose3DObservation.JointName, in
Swift `leftWrist`, as raw value `human_left_wrist_3D`).
Sources: Apple's "Rigging a model for motion capture" (names, order); enzomaruffa/RealityKit-Motion-Recorder
RKImmutableJoint.swift (tree); ImmersiveKit Body.swift (transforms); easchmitz/Pose-Playback (frames).
Metres, Y up; the origin lies where the session began, mostly in a raised hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, named_keypoints, person
from ..landmarks import HIPS_FIXED
from ..timing import timed_frames

_FINGERS = [
    f"hand{finger}{part}"
    for finger in ("Index", "Mid", "Pinky", "Ring", "Thumb")
    for part in ("Start", "_1", "_2", "_3", "End")
    if finger + part != "Thumb_3"
]
_LEG, _ARM = ("upLeg", "leg", "foot", "toes", "toesEnd"), ("shoulder_1", "arm", "forearm", "hand", *_FINGERS)
_EYE = ("eye", "eyeLowerLid", "eyeUpperLid", "eyeball")


def _sided(side: str, parts: tuple[str, ...]) -> list[str]:
    return [f"{side}_{part}_joint" for part in parts]


JOINTS = (
    "root",
    "hips_joint",
    *_sided("left", _LEG),
    *_sided("right", _LEG),
    *(f"spine_{number}_joint" for number in range(1, 8)),
    *_sided("left", _ARM),
    *(f"neck_{number}_joint" for number in range(1, 5)),
    "head_joint",
    "jaw_joint",
    "chin_joint",
    *_sided("left", _EYE),
    "nose_joint",
    *_sided("right", _EYE),
    *_sided("right", _ARM),
)
"""The 91 joints of ARSkeletonDefinition.defaultBody3D, in order."""
_IN_VISION = {
    "top_head": "head_top", "center_head": None, "center_shoulder": "coco_neck", "spine": "h36m_spine",
    "root": "coco_mid_hip",
    **{f"{side}_{part}": f"{'coco_' if part in ('shoulder', 'hip') else ''}{side}_{part}"
       for side in ("left", "right") for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")},
}  # fmt: skip
VISION = {
    spelled: name
    for name in _IN_VISION
    for spelled in (f"human_{name}_3D", name.split("_")[0] + "".join(map(str.title, name.split("_")[1:])))
}
"""Vision's joints as its files spell them -> without prefix and suffix."""
_VISIONS_OWN = {name for name in VISION if name.startswith("human_")} | {"topHead", "centerHead"}
_KNOWN = {*JOINTS, *VISION} - {"spine"}
_LIMBS = (*_LEG[:4], "arm", "forearm", "hand")
_USED = (*_sided("left", _LIMBS), *_sided("right", _LIMBS), "head_joint")
_ENOUGH = 6
_FRAMES = ("frames", "data", "samples", "bodies", "poses", "recording")
_PLACES = (
    "absoluteTranslation", "position", "translation", "worldPosition", "transform", "modelTransform",
    "matrix",
)  # fmt: skip
_ANCHORS = (
    "hipWorldPosition", "anchor", "bodyTransform", "anchorTransform", "originFromAnchorTransform",
    "transform",
)  # fmt: skip
_NAMES = ("name", "jointName", "joint", "id")
_DEEPEST = 4
_STILL = 0.2


def recognises(container: Container) -> bool:
    """Apple's names of joints in one of the first frames."""
    if container.kind != "json":
        return False
    return any(_is_apples(set(_joints(frame))) for frame in _frames(container.json)[:50])


def _is_apples(names: set[str]) -> bool:
    """Vision's joints are called as others call theirs, but for those of its own."""
    if len(names.intersection(JOINTS)) >= _ENOUGH:
        return True
    return len(names & _KNOWN) >= _ENOUGH and bool(names & _VISIONS_OWN)


def read(container: Container) -> Draft:
    """One person; frames in which the body was not tracked are missing. Raises FormatError."""
    frames = _frames(container.json)
    found = {number: joints for number, frame in enumerate(frames) if (joints := _joints(frame))}
    of_vision = any(_VISIONS_OWN & set(joints) for joints in found.values())
    used = tuple(VISION) if of_vision else _USED
    points = np.full((len(found), len(used), 3), np.nan)
    for row, (number, joints) in enumerate(found.items()):
        anchor = _anchor(frames[number])
        for column, name in enumerate(used):
            place = _place(joints.get(name))
            if place is not None:
                points[row, column] = anchor[:3, :3] @ place + anchor[:3, 3]
    if not np.isfinite(points).any():
        raise FormatError(
            "These are 2D joints of Apple's Vision; save its 3D body pose, or ARKit's body tracking, instead."
        )
    if of_vision:
        return timed_frames(_vision(points, list(found)), [frames[number] for number in found])
    people = [person(frame_ids=list(found), keypoints=named_keypoints(points, _USED))]
    fixed = all(np.array_equal(_anchor(frames[number]), np.eye(4)) for number in found)
    hips = np.nanmean(points[:, [_USED.index(f"{side}_upLeg_joint") for side in ("left", "right")]], axis=1)
    warnings = [HIPS_FIXED] if fixed and np.nanmax(np.ptp(hips, axis=0)) < _STILL else []
    draft = Draft(people, up="+y", warnings=warnings, floating=True)
    return timed_frames(draft, [frames[number] for number in found])


def _vision(points: np.ndarray, numbers: list[int]) -> Draft:
    """points: (T, K, 3) in the order of VISION, of which each joint has one spelling."""
    kept = [k for k in range(len(VISION)) if np.isfinite(points[:, k]).any()]
    names = [list(VISION)[k] for k in kept]
    canonical = [_IN_VISION[VISION[name]] for name in names]
    keypoints = named_keypoints(points[:, kept], names, canonical=canonical)
    return Draft(
        [person(frame_ids=numbers, keypoints=keypoints)], likely_up=("+y", "-y"), camera=True,
        tool="Apple Vision", warnings=[HIPS_FIXED],
    )  # fmt: skip


def _frames(tree: Any, depth: int = 0) -> list[Any]:
    if isinstance(tree, Mapping) and depth < _DEEPEST:
        name = next((name for name in _FRAMES if isinstance(tree.get(name), (list, Mapping))), None)
        return [tree] if name is None else _frames(tree[name], depth + 1)
    return tree if isinstance(tree, list) and not _joints(tree) else [tree]


def _joints(frame: Any, depth: int = 0) -> dict[str, Any]:
    """Joint name -> whatever says where it is, {} where the frame holds no such thing."""
    if depth > _DEEPEST:
        return {}
    if isinstance(frame, list):
        return _listed(frame)
    if not isinstance(frame, Mapping):
        return {}
    if len(_KNOWN & set(frame)) >= _ENOUGH:
        return dict(frame)
    if "childrenJoints" in frame:
        return {str(joint.get("name")): joint for joint in _tree(frame, 0)}
    return next((joints for value in frame.values() if (joints := _joints(value, depth + 1))), {})


def _listed(values: list[Any]) -> dict[str, Any]:
    if not values or not all(isinstance(value, (list, Mapping)) for value in values):
        return {}
    first = values[0]
    name = next((name for name in _NAMES if isinstance(first, Mapping) and name in first), None)
    if name is None:
        whole = len(values) == len(JOINTS) and _place(first) is not None
        return dict(zip(JOINTS, values, strict=True)) if whole else {}
    called = {str(value.get(name)): value for value in values if isinstance(value, Mapping)}
    if len(called) == len(JOINTS) and all(each.isdecimal() for each in called):
        return {JOINTS[int(each)]: value for each, value in called.items() if int(each) < len(JOINTS)}
    return called if len(_KNOWN & set(called)) >= _ENOUGH else {}


def _tree(joint: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if isinstance(joint, Mapping) and depth < len(JOINTS):
        yield joint
        children = joint.get("childrenJoints")
        for child in children if isinstance(children, list) else []:
            yield from _tree(child, depth + 1)


def _place(value: Any, depth: int = 0) -> np.ndarray | None:
    """(3,) out of x, y, z, a row of three or a transform; None where there is none."""
    if isinstance(value, Mapping) and depth < _DEEPEST:
        if {"x", "y", "z"} <= set(value):
            value = [value["x"], value["y"], value["z"]]
        else:
            return next((_place(value[name], depth + 1) for name in _PLACES if name in value), None)
    matrix = _transform(value)
    if matrix is not None:
        return matrix[:3, 3]
    place = _numbers(value)
    return place if place.shape == (3,) else None


def _anchor(frame: Any) -> np.ndarray:
    """(4, 4) of the body's anchor in the world, the identity where the frame has none."""
    if not isinstance(frame, Mapping):
        return np.eye(4)
    for name in _ANCHORS:
        matrix = _transform(frame.get(name))
        if matrix is not None:
            return matrix
    return np.eye(4)


def _transform(value: Any) -> np.ndarray | None:
    """(4, 4) from columns, as simd has them, or rows; from 16 numbers in the same order, or a mapping."""
    if isinstance(value, Mapping):
        value = next((value[name] for name in ("matrix", "columns", "transform") if name in value), None)
    matrix = _numbers(value)
    if matrix.size != 16 or matrix.shape not in ((16,), (4, 4)):
        return None
    matrix = matrix.reshape(4, 4)
    return matrix.T if np.allclose(matrix[:3, 3], 0.0) else matrix


def _numbers(value: Any) -> np.ndarray:
    try:
        return np.asarray(value, dtype=np.float64)
    except (ValueError, TypeError):
        return np.zeros(0)


READER = Reader(
    "ARKit", "ARKit body tracking, Apple Vision 3D", "joints of a body, by name or all 91 in order", ".json",
    recognises, read, usual_fps=60.0,
)  # fmt: skip
