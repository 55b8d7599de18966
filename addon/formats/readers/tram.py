"""TRAM's `hps_track_<k>.npy` (torch tensors in an object array), with `camera.npy` in the folder above.

Source: yufu-wang/tram scripts/estimate_humans.py, estimate_camera.py, lib/pipeline/visualization.py.
World = world_cam_R x + world_cam_T, Y up; a lone track stays in the camera.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from ..container import Container
from ..draft import Draft, Reader, matrix_poses, numbers, person

_CAMERA_KEYS = ("world_cam_R", "world_cam_T")


def recognises(container: Container) -> bool:
    """Rotation matrices and translations of one track."""
    return container.has("pred_rotmat", "pred_trans")


def read(container: Container) -> Draft:
    """One track, in the world when the camera file is there. Raises FormatError."""
    fields = container.fields
    rotations = numbers(fields["pred_rotmat"], "pred_rotmat")
    poses = matrix_poses(rotations, fields["pred_trans"], betas=fields.get("pred_shape"))
    frames = np.asarray(fields["frame"]).reshape(-1) if "frame" in fields else None
    camera = _camera(container)
    if camera is None or frames is None:
        warnings = ["There is no camera.npy beside the track, so the motion is seen from the camera."]
        return Draft([person(frame_ids=frames, poses=poses)], up="-y", warnings=warnings, camera=True)
    turn, shift = (camera[key][frames.astype(int)] for key in _CAMERA_KEYS)
    rotations = rotations.copy()
    rotations[:, 0] = turn @ rotations[:, 0]
    placed = (turn @ poses.pelvis[..., None])[..., 0] + shift
    moved = replace(poses, rotations=rotations, pelvis=placed, rest_turns=turn)
    return Draft([person(frame_ids=frames, poses=moved)], up="+y")


def _camera(container: Container) -> dict[str, np.ndarray] | None:
    for folder in (container.path.parent, container.path.parent.parent):
        path = Path(folder) / "camera.npy"
        if path.is_file():
            held = Container(path)
            if held.has(*_CAMERA_KEYS):
                return {key: numbers(held.fields[key], key) for key in _CAMERA_KEYS}
    return None


READER = Reader("TRAM", "TRAM", "SMPL of one track", "hps_track_*.npy", recognises, read)
