"""TRAM's `hps_track_<k>.npy` (torch tensors in an object array), with `camera.npy` in the folder above.

One file per person; all of a folder are one recording. Source: yufu-wang/tram scripts/estimate_humans.py,
estimate_camera.py, lib/pipeline/visualization.py. World = world_cam_R x + world_cam_T, Y up, its floor at any
height; without the camera the tracks stay in it. JOSH writes such tracks beside `scene.pkl`, whose `pred_cam`
(F, 4, 4) leads to the world of the first camera: genforce/JOSH josh/aggregate_results.py.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ...recording import Person
from ..camera_cuts import camera_turns, seen_cuts, split_at
from ..container import Container
from ..draft import Draft, Reader, matrix_poses, numbers, person
from ..filming import moving, told

_CAMERA_KEYS = ("world_cam_R", "world_cam_T")
_SCENE, _SCENES_CAMERA = "scene.pkl", "pred_cam"
_NAME = re.compile(r"(.*track_)(\d+)")
_NO_CAMERA = "There is no camera.npy beside the track, so the motion is seen from the camera."
_OTHERS_CAMERA = "The camera beside the track lacks frames of it, so the motion is seen from the camera."


class _Path(NamedTuple):
    """The camera of all frames (F, 3, 3), (F, 3) in a world, its lens, and whether that world is level, Y up;
    else it is that of the first camera."""

    turns: np.ndarray
    places: np.ndarray
    focal: np.ndarray
    middle: np.ndarray
    level: bool


def recognises(container: Container) -> bool:
    """Rotation matrices and translations of one track."""
    return container.has("pred_rotmat", "pred_trans")


def read(container: Container) -> Draft:
    """Every track, in the world when the camera file is there. Raises FormatError."""
    camera = _camera(container)
    tracks = _tracks(container)
    seen = [_person(*track) for track in tracks]
    numbered = all("frame" in file.fields for _, file in tracks)
    if camera is not None and numbered and all(one.frame_ids[-1] < len(camera.turns) for one in seen):
        cuts = {one.id: _cuts(one, camera) for one in seen}
        people, warnings = split_at((_in_world(one, camera) for one in seen), cuts)
        frames = np.arange(len(camera.turns))
        return Draft(
            people, up="+y" if camera.level else "-y", floating=camera.level, camera=not camera.level,
            warnings=warnings, tool="TRAM" if camera.level else "JOSH",
            filmed=moving(frames, camera.turns, camera.places, camera.focal, middle=camera.middle),
        )  # fmt: skip
    return Draft(seen, up="-y", warnings=[_NO_CAMERA if camera is None else _OTHERS_CAMERA], camera=True)


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


def _in_world(one: Person, camera: _Path) -> Person:
    if one.poses is None:
        return one
    turn, shift = camera.turns[one.frame_ids], camera.places[one.frame_ids]
    rotations = one.poses.rotations.copy()
    rotations[:, 0] = turn @ rotations[:, 0]
    placed = (turn @ one.poses.pelvis[..., None])[..., 0] + shift
    return replace(one, poses=replace(one.poses, rotations=rotations, pelvis=placed, rest_turns=turn))


def _cuts(one: Person, camera: _Path) -> list[int]:
    """Places of the frames with which shots start, as the camera and the person it sees tell."""
    if one.poses is None:
        return []
    turns = camera.turns[one.frame_ids]
    return sorted({*camera_turns(turns), *seen_cuts(one.poses.rotations[:, 0], one.poses.pelvis)})


def _camera(container: Container) -> _Path | None:
    folder = container.path.parent
    if (folder / _SCENE).is_file():
        return _of_scene(Container(folder / _SCENE))
    paths = (each / "camera.npy" for each in (folder, folder.parent))
    held = next((Container(path) for path in paths if path.is_file()), None)
    if held is None or not held.has(*_CAMERA_KEYS):
        return None
    turns, places = (numbers(held.fields[key], key) for key in _CAMERA_KEYS)
    focal, middle = (told(held.fields.get(key)) for key in ("img_focal", "img_center"))
    return _Path(turns, places, focal, middle, level=True)


def _of_scene(held: Container) -> _Path | None:
    """JOSH's: from the camera of each frame to the first one's."""
    if not held.has(_SCENES_CAMERA):
        return None
    cameras = numbers(held.fields[_SCENES_CAMERA], _SCENES_CAMERA)
    if cameras.shape[-2:] != (4, 4) or not np.isfinite(cameras).all():
        return None
    cameras = cameras.reshape(-1, 4, 4)
    lens = told(held.fields.get("intrinsics"))
    focal, middle = (lens[0, 0], lens[:2, 2]) if lens.shape == (3, 3) else (np.zeros(0), np.zeros(0))
    return _Path(cameras[:, :3, :3], cameras[:, :3, 3], np.asarray(focal), middle, level=False)


READER = Reader("TRAM", "TRAM, JOSH", "SMPL per track", "hps_track_*.npy", recognises, read)
