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
from ..inference import infer_layout
from ..tracks import Tracks

_WHOLE_BODY = 133


def recognises(container: Container) -> bool:
    """A list of frames with instances."""
    info = container.fields.get("instance_info")
    return isinstance(info, list) and all(isinstance(one, Mapping) and "instances" in one for one in info)


def read(container: Container) -> Draft:
    """Tracks by id; without ids, people by their order in each frame. Raises FormatError."""
    tracks, tracked = Tracks(), True
    for number, frame in enumerate(container.fields["instance_info"]):
        for place, one in enumerate(frame["instances"]):
            tracked &= "track_id" in one
            points = np.asarray(one["keypoints"], dtype=float)
            if points.ndim == 2 and points.shape[1] == 2:
                raise FormatError(
                    "These are MMPose's 2D keypoints; run its 3D pose lifter and open that result."
                )
            scores = np.asarray(one.get("keypoint_scores", np.ones(len(points))), dtype=float)
            tracks.add(
                one.get("track_id", place), frame.get("frame_id", number), points=points, scores=scores
            )
    people = [
        person(name, frames, keypoints=_keypoints(values["points"], values["scores"], container.hints.layout))
        for name, frames, values in tracks
    ]
    if not people:
        raise FormatError("The MMPose result holds no person; choose another video.")
    warnings = (
        [] if tracked or len(people) == 1 else ["People have no track ids and may swap between frames."]
    )
    if any(values["points"].shape[1] == _WHOLE_BODY for *_, values in tracks):
        warnings.append("Not used: face and hands.")
    return Draft(people, units=None, likely_up=("+z", "-y", "+y"), warnings=warnings)


def _keypoints(points: np.ndarray, scores: np.ndarray, layout: str | None) -> Any:
    if points.shape[1] == _WHOLE_BODY:
        return layout_keypoints(points[:, :23], "coco23", scores[:, :23])
    known = layout or infer_layout(points)
    if known is None:
        raise FormatError(
            f"The layout of the {points.shape[1]} keypoints is not clear; name it with --layout."
        )
    return layout_keypoints(points, known, scores)


READER = Reader("MMPose", "MMPose 3D", "3D keypoints per track", "results_*.json", recognises, read)
