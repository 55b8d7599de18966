"""VIBE's and PARE's `*_output.pkl` (joblib): SMPL per track in the camera, without a place in metres.

Source: mkocabas/VIBE demo.py, mkocabas/PARE pare/core/tester.py. The first 25 of the 49 joints are BODY_25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...recording import Keypoints
from ..container import Container
from ..draft import NO_METRES, Draft, Reader, layout_keypoints, numbers, person, smpl_poses
from ..tracks import people_of


def recognises(container: Container) -> bool:
    """Tracks with poses and a weak-perspective camera."""
    return bool(
        people_of(container.tree, "pose", "orig_cam") or people_of(container.tree, "pose", "pred_cam")
    )


def read(container: Container) -> Draft:
    """Every track at the same place, because the file has no metric translation. Raises FormatError."""
    tracks = people_of(container.tree, "pose")
    people = [
        person(
            track_id,
            track.get("frame_ids"),
            keypoints=_keypoints(track),
            poses=smpl_poses(track["pose"], np.zeros((len(track["pose"]), 3)), betas=track.get("betas")),
        )
        for track_id, track in tracks.items()
    ]
    warning = NO_METRES
    return Draft(people, up="-y", warnings=[warning], camera=True)


def _keypoints(track: Mapping[str, Any]) -> Keypoints | None:
    if "joints3d" not in track:
        return None
    joints = numbers(track["joints3d"], "joints3d")
    return layout_keypoints(joints[:, :25], "body25") if joints.shape[1:] == (49, 3) else None


READER = Reader("VIBE", "VIBE, PARE", "SMPL per track and 3D joints", "*_output.pkl", recognises, read)
