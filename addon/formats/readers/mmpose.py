"""MMPose's 3D results: `results_<video>.json` with instances per frame, Z up, relative to the hips.

Source: open-mmlab/mmpose demo/body3d_pose_lifter_demo.py. 133 keypoints start with COCO's 17 and six feet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, layout_keypoints, person
from ..inference import infer_layout, unclear_layout
from ..linking import LINKED, Detections
from ..tracks import Tracks

_WHOLE_BODY = 133


def recognises(container: Container) -> bool:
    """A list of frames with instances."""
    info = container.fields.get("instance_info")
    return isinstance(info, list) and all(isinstance(one, Mapping) and "instances" in one for one in info)


def read(container: Container) -> Draft:
    """Tracks by id; without ids, people by where they are. Raises FormatError."""
    found = [
        (int(frame.get("frame_id", number)), one)
        for number, frame in enumerate(container.fields["instance_info"])
        for one in frame["instances"]
    ]
    tracked = all("track_id" in one for _, one in found)
    tracks, linked = (_by_id(found), False) if tracked else _by_place(found)
    people = [
        person(name, frames, keypoints=_keypoints(values["points"], values["scores"], container.hints.layout))
        for name, frames, values in tracks
    ]
    if not people:
        raise FormatError("The MMPose result holds no person; choose another video.")
    warnings = [LINKED] if linked else []
    if any(values["points"].shape[1] == _WHOLE_BODY for *_, values in tracks):
        warnings.append("Not used: face.")
    return Draft(people, units=None, likely_up=("+z", "-y", "+y"), warnings=warnings, floating=True)


_Found = list[tuple[int, Mapping[str, Any]]]


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


def _keypoints(points: np.ndarray, scores: np.ndarray, layout: str | None) -> Any:
    if points.shape[1] == _WHOLE_BODY:
        return layout_keypoints(points, "coco_wholebody133", scores)
    known = layout or infer_layout(points)
    if known is None:
        raise FormatError(unclear_layout(points.shape[1]))
    return layout_keypoints(points, known, scores)


READER = Reader("MMPose", "MMPose 3D", "3D keypoints per track", "results_*.json", recognises, read)
