"""MMPose's 3D results, Z up, relative to the hips: instances per frame, in one file or one per image.

The demo's `results_<video>.json` has them under `instance_info`, the inferencer's `<video>.json` is a list of
{frame_id, instances}, its `<image>.json` a list of instances; scripts save the inferencer's `predictions`.
Lifters' joints come through (x, y, z) -> (-x, z, -y), which makes a mirror image of them; RTMW3D's do not.
133 keypoints start with COCO's 17 and six feet. Sources: open-mmlab/mmpose demo/body3d_pose_lifter_demo.py,
mmpose/apis/inferencers/pose3d_inferencer.py and base_mmpose_inferencer.py, projects/rtmpose3d/demo.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...recording import Keypoints
from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, layout_keypoints, person
from ..inference import infer_layout, is_mirrored, unclear_layout
from ..linking import LINKED, Detections
from ..tracks import Tracks, series

_WHOLE_BODY = 133
_LISTS = ("instance_info", "predictions")
_REVERSED = np.array([-1.0, 1.0, 1.0])
_MIRRORED = "MMPose's pose lifters save a mirror image, which was turned back."


def recognises(container: Container) -> bool:
    """Instances with keypoints and their scores, in frames or in an image."""
    return container.kind == "json" and any(instances for _, instances in _frames(container.json))


def read(container: Container) -> Draft:
    """Tracks by id; without ids, people by where they are. Raises FormatError."""
    found = [
        (number + frame, one)
        for number, tree in _files(container)
        for frame, instances in _frames(tree)
        for one in instances
    ]
    tracked = all("track_id" in one for _, one in found)
    tracks, linked = (_by_id(found), False) if tracked else _by_place(found)
    people, warnings = [], [LINKED] if linked else []
    for name, frames, values in tracks:
        keypoints, mirrored = _keypoints(values["points"], values["scores"], container.hints.layout)
        people.append(person(name, frames, keypoints=keypoints))
        warnings += [_MIRRORED] if mirrored and _MIRRORED not in warnings else []
    if not people:
        raise FormatError("The MMPose result holds no person; choose another video.")
    if any(values["points"].shape[1] == _WHOLE_BODY for *_, values in tracks):
        warnings.append("Not used: face.")
    return Draft(people, units=None, likely_up=("+z", "-y", "+y"), warnings=warnings, floating=True)


_Found = list[tuple[int, Mapping[str, Any]]]


def _files(container: Container) -> list[tuple[int, Any]]:
    """(number, content) of the file, or of all numbered files beside it where each is one image's."""
    if not _is_image(container.json):
        return [(0, container.json)]
    return [(number, file.json) for number, file in series(container) if _is_image(file.json)]


def _is_image(tree: Any) -> bool:
    return isinstance(tree, list) and all(map(_is_instance, tree))


def _is_instance(value: Any) -> bool:
    """Whether a value is {keypoints: rows, keypoint_scores: numbers}."""
    if not isinstance(value, Mapping) or not {"keypoints", "keypoint_scores"} <= set(value):
        return False
    points = value["keypoints"]
    return isinstance(points, list) and bool(points) and isinstance(points[0], list)


def _frames(tree: Any) -> list[tuple[int, list[Any]]]:
    """(frame number, instances) of each frame; [] where the tree is nothing of the kind."""
    if isinstance(tree, Mapping):
        tree = next((tree[name] for name in _LISTS if name in tree), None)
    if not isinstance(tree, list):
        return []
    frames = [tree] if _is_image(tree) else tree
    found = [(_number(frame, place), _instances(frame)) for place, frame in enumerate(frames)]
    if any(instances is None for _, instances in found):
        return []
    return [(number, instances or []) for number, instances in found]


def _number(frame: Any, place: int) -> int:
    number = frame.get("frame_id") if isinstance(frame, Mapping) else None
    return number if isinstance(number, int) else place


def _instances(frame: Any) -> list[Any] | None:
    """The people of one frame, None where it is no frame."""
    if isinstance(frame, Mapping):
        frame = next((frame[name] for name in ("instances", "predictions") if name in frame), None)
    while isinstance(frame, list) and len(frame) == 1 and isinstance(frame[0], list):
        frame = frame[0]
    return frame if _is_image(frame) else None


def _by_id(found: _Found) -> Tracks:
    tracks = Tracks()
    for frame, one in found:
        tracks.add(one["track_id"], frame, **_values(one))
    return tracks


def _by_place(found: _Found) -> tuple[Tracks, bool]:
    """The tracks, and whether people had to be told from each other."""
    detections = Detections()
    boxes = [np.asarray(one.get("bbox", ()), dtype=float).reshape(-1) for _, one in found]
    have_boxes = all(box.shape == (4,) for box in boxes)
    places = (
        [box.reshape(2, 2) for box in boxes] if have_boxes else [_values(one)["points"] for _, one in found]
    )
    size = max(float(np.median([np.ptp(place, axis=0).max() for place in places])) if places else 1.0, 1e-9)
    for (frame, one), place in zip(found, places, strict=True):
        detections.add_at(frame, place.reshape(-1) / (size * np.sqrt(len(place))), **_values(one))
    return detections.tracks(), detections.several


def _values(one: Mapping[str, Any]) -> dict[str, np.ndarray]:
    points = np.asarray(one["keypoints"], dtype=float)
    if points.ndim != 2 or points.shape[1] != 3:
        raise FormatError("These are MMPose's 2D keypoints; run its 3D pose lifter and open that result.")
    scores = np.asarray(one.get("keypoint_scores", np.ones(len(points))), dtype=float)
    return {"points": points, "scores": scores}


def _keypoints(points: np.ndarray, scores: np.ndarray, layout: str | None) -> tuple[Keypoints, bool]:
    """The keypoints, and whether they were a mirror image: a lifter's, unless the body tells otherwise."""
    whole = points.shape[1] == _WHOLE_BODY
    known = "coco_wholebody133" if whole else layout or infer_layout(points * _REVERSED)
    known = known or infer_layout(points)
    if known is None:
        raise FormatError(unclear_layout(points.shape[1]))
    as_saved = layout_keypoints(points, known, scores)
    turned = layout_keypoints(points * _REVERSED, known, scores)
    mirrored = not is_mirrored(turned) if known == "h36m17" else is_mirrored(as_saved)
    return (turned if mirrored else as_saved), mirrored


READER = Reader(
    "MMPose", "MMPose 3D", "3D keypoints per track", "results_*.json <video>.json", recognises, read
)
