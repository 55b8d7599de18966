"""TRAM's `hps_track_<k>.npy` (torch tensors in an object array), with `camera.npy` in the folder above.

One file per person; all of a folder are one recording. Source: yufu-wang/tram scripts/estimate_humans.py,
estimate_camera.py, lib/pipeline/visualization.py. World = world_cam_R x + world_cam_T, Y up, its floor at any
height; without the camera the tracks stay in it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from ...recording import Camera, Person
from ..camera_cuts import camera_turns, seen_cuts, split_at
from ..container import Container
from ..draft import Draft, Reader, matrix_poses, numbers, person
from ..filming import moving, told

_CAMERA_KEYS, _LENS_KEYS = ("world_cam_R", "world_cam_T"), ("img_focal", "img_center")
_NAME = re.compile(r"(.*track_)(\d+)")


def recognises(container: Container) -> bool:
    """Rotation matrices and translations of one track."""
    return container.has("pred_rotmat", "pred_trans")


def read(container: Container) -> Draft:
    """Every track, in the world when the camera file is there. Raises FormatError."""
    camera = _camera(container)
    tracks = _tracks(container)
    if camera is not None and all("frame" in file.fields for _, file in tracks):
        seen = [_person(*track) for track in tracks]
        cuts = {one.id: _cuts(one, camera) for one in seen}
        people, warnings = split_at((_in_world(one, camera) for one in seen), cuts)
        return Draft(people, up="+y", floating=True, warnings=warnings, filmed=_filmed(camera))
    warnings = ["There is no camera.npy beside the track, so the motion is seen from the camera."]
    return Draft([_person(*track) for track in tracks], up="-y", warnings=warnings, camera=True)


def _tracks(container: Container) -> list[tuple[str, Container]]:
    """(number, file) of all tracks that lie beside this one."""
    match = _NAME.fullmatch(container.path.stem)
    if match is None:
        return [("0", container)]
    found = []
    for path in container.path.parent.glob(f"{match[1]}*{container.path.suffix}"):
        other = _NAME.fullmatch(path.stem)
        if other and other[1] == match[1]:
            file = container if path == container.path else Container(path)
            found.append((int(other[2]), file))
    return [
        (str(number), file) for number, file in sorted(found, key=lambda each: each[0]) if recognises(file)
    ]


def _person(name: str, container: Container) -> Person:
    fields = container.fields
    rotations = numbers(fields["pred_rotmat"], "pred_rotmat")
    poses = matrix_poses(rotations, fields["pred_trans"], betas=fields.get("pred_shape"))
    frames = np.asarray(fields["frame"]).reshape(-1) if "frame" in fields else None
    return person(name, frames, poses=poses)


def _in_world(one: Person, camera: dict[str, np.ndarray]) -> Person:
    if one.poses is None:
        return one
    turn, shift = (camera[key][one.frame_ids] for key in _CAMERA_KEYS)
    rotations = one.poses.rotations.copy()
    rotations[:, 0] = turn @ rotations[:, 0]
    placed = (turn @ one.poses.pelvis[..., None])[..., 0] + shift
    return replace(one, poses=replace(one.poses, rotations=rotations, pelvis=placed, rest_turns=turn))


def _cuts(one: Person, camera: dict[str, np.ndarray]) -> list[int]:
    """Places of the frames with which shots start, as the camera and the person it sees tell."""
    if one.poses is None:
        return []
    turns = camera[_CAMERA_KEYS[0]][one.frame_ids]
    return sorted({*camera_turns(turns), *seen_cuts(one.poses.rotations[:, 0], one.poses.pelvis)})


def _filmed(camera: dict[str, np.ndarray]) -> Camera | None:
    """The camera of all frames of the video, where the file tells its lens."""
    turns, places = (camera[key] for key in _CAMERA_KEYS)
    return moving(
        np.arange(len(turns)), turns, places, camera.get("img_focal"), middle=camera.get("img_center")
    )


def _camera(container: Container) -> dict[str, np.ndarray] | None:
    for folder in (container.path.parent, container.path.parent.parent):
        path = Path(folder) / "camera.npy"
        if path.is_file():
            held = Container(path)
            if held.has(*_CAMERA_KEYS):
                lens = {key: told(held.fields.get(key)) for key in _LENS_KEYS}
                return {key: numbers(held.fields[key], key) for key in _CAMERA_KEYS} | lens
    return None


READER = Reader("TRAM", "TRAM", "SMPL per track", "hps_track_*.npy", recognises, read)
