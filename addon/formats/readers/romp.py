"""ROMP's and BEV's results (.npz of objects): SMPL of several people per image, in the camera.

`video_results.npz` holds `results {image: dict of arrays (P, …)}`; single images are a numbered series of
`<frame>.npz`. ROMP 1.x writes smpl_thetas, smpl_betas, cam_trans; 0.x a list with a dict per person of
poses, betas and cam, from which the translation follows (convert_cam_to_3d_trans). Source: Arthur151/ROMP
simple_romp/romp and romp/lib/utils.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, person, smpl_poses
from ..filming import still
from ..linking import LINKED, Detections
from ..tracks import Tracks, series

_POSES = ("smpl_thetas", "poses")
_BETAS = ("smpl_betas", "betas")
_TRANS = ("cam_trans", "trans", "cam")
_BEV_BETAS = 11
_FOCAL = 443.4 / 512
"""Longer sides of the picture, for which translations are solved (a field of view of 60°)."""
_WEAK_CAMERA = 2.0
"""Metres of depth at scale 1, in convert_cam_to_3d_trans."""


def recognises(container: Container) -> bool:
    """`results` with SMPL's pose vectors and camera translations."""
    return container.kind == "npz" and container.has("results") and any(_images(container))


def read(container: Container) -> Draft:
    """Tracks by their ids; without ids, people by where they are. Raises FormatError."""
    images = _images(container)
    frames = list(enumerate(images)) if len(images) > 1 else _files(container)
    found = [(number, each) for number, image in frames for each in _people(image)]
    tracked = all(identity is not None for _, (identity, *_) in found)
    tracks, detections = Tracks(), Detections()
    for number, (identity, pose, shift, betas) in found:
        if tracked:
            tracks.add(identity, number, pose=pose, trans=shift, betas=betas)
        else:
            detections.add(number, shift, pose=pose, trans=shift, betas=betas)
    people = [
        person(name, ids, poses=smpl_poses(values["pose"], values["trans"], betas=values["betas"]))
        for name, ids, values in (tracks if tracked else detections.tracks())
    ]
    if not people:
        raise FormatError("The ROMP result holds no person; choose another image or video.")
    tool = _tool(images[0]) if isinstance(images[0], Mapping) else "ROMP 0.x"
    warnings = [LINKED] if detections.several else []
    filmed = None if _is_weak(images[0]) else still(_FOCAL, unit="longer sides")
    return Draft(people, up="-y", warnings=warnings, camera=True, tool=tool, filmed=filmed)


def _is_weak(image: Any) -> bool:
    """Whether places come from ROMP 0.x's weak camera, under which no lens sees them all."""
    return not isinstance(image, Mapping)


def _tool(image: Mapping[str, Any]) -> str:
    """BEV's shapes have an eleventh number, for the age."""
    widths = {np.shape(image[name])[-1:] for name in _BETAS if name in image}
    return "BEV" if (_BEV_BETAS,) in widths else "ROMP"


def _images(container: Container) -> list[Any]:
    """What was found in each image: a dict of arrays, or a list with a dict per person."""
    results = container.fields["results"]
    if isinstance(results, Mapping) and not _is_image(results):
        listed = [results[name] for name in sorted(results, key=str)]
    else:
        listed = [results]
    return listed if listed and all(map(_is_image, listed)) else []


def _is_image(value: Any) -> bool:
    if isinstance(value, (list, np.ndarray)):
        return len(np.shape(value)) == 1 and all(isinstance(one, Mapping) and _is_image(one) for one in value)
    if not isinstance(value, Mapping):
        return False
    return any(name in value for name in _TRANS) and any(name in value for name in _POSES)


def _people(image: Any) -> Iterator[tuple[int | None, np.ndarray, np.ndarray, np.ndarray]]:
    """(track id or None, pose (72,), translation (3,), betas) of each person of an image."""
    if not isinstance(image, Mapping):
        for one in image:
            yield from _people(one)
        return
    thetas = np.asarray(next(image[name] for name in _POSES if name in image)).reshape(-1, 72)
    ids = np.asarray(image["track_ids"]).reshape(-1) if "track_ids" in image else None
    name = next(name for name in _TRANS if name in image)
    shifts = np.asarray(image[name], dtype=float).reshape(-1, 3)
    shifts = _from_weak_camera(shifts) if name == "cam" else shifts
    betas = next((np.asarray(image[name]) for name in _BETAS if name in image), np.zeros(10))
    betas = betas.reshape(-1, betas.shape[-1])
    for place in range(min(len(thetas), len(shifts), len(ids) if ids is not None else len(thetas))):
        own = betas[min(place, len(betas) - 1)][:10]
        yield (None if ids is None else int(ids[place])), thetas[place], shifts[place], own


def _from_weak_camera(cameras: np.ndarray) -> np.ndarray:
    scale = cameras[:, :1]
    return np.concatenate([cameras[:, 1:] / scale, 1.0 / scale], axis=1) * _WEAK_CAMERA


def _files(container: Container) -> list[tuple[int, Any]]:
    return [(frame, image) for frame, file in series(container) for image in _images(file)]


READER = Reader("ROMP", "ROMP, BEV", "SMPL per track, in the camera", "video_results.npz", recognises, read)
