"""ROMP's and BEV's results (.npz of objects): SMPL of several people per image, in the camera.

`video_results.npz` holds `results {image: dict}`; single images are a numbered series of `<frame>.npz`.
ROMP 1.x writes smpl_thetas, smpl_betas; 0.x writes poses, betas. Source: Arthur151/ROMP simple_romp/romp.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, person, smpl_poses
from ..tracks import Tracks, series

_POSES = ("smpl_thetas", "poses")
_BETAS = ("smpl_betas", "betas")


def recognises(container: Container) -> bool:
    """`results` with SMPL's pose vectors and camera translations."""
    return container.kind == "npz" and container.has("results") and any(_images(container))


def read(container: Container) -> Draft:
    """Tracks by their ids; without ids, people by their order in each image. Raises FormatError."""
    tracks, tracked = Tracks(), True
    images = _images(container)
    frames = enumerate(images) if len(images) > 1 else _files(container)
    for number, image in frames:
        thetas = np.asarray(next(image[name] for name in _POSES if name in image)).reshape(-1, 72)
        ids = np.asarray(image["track_ids"]).reshape(-1) if "track_ids" in image else np.arange(len(thetas))
        tracked &= "track_ids" in image
        betas = next(
            (np.asarray(image[name]) for name in _BETAS if name in image), np.zeros((len(thetas), 10))
        )
        for place in range(min(len(thetas), len(ids))):
            shift = np.asarray(image["cam_trans"]).reshape(-1, 3)[place]
            tracks.add(int(ids[place]), number, pose=thetas[place], trans=shift, betas=betas[place][:10])
    people = [
        person(name, ids, poses=smpl_poses(values["pose"], values["trans"], betas=values["betas"]))
        for name, ids, values in tracks
    ]
    if not people:
        raise FormatError("The ROMP result holds no person; choose another image or video.")
    warnings = (
        [] if tracked or len(people) == 1 else ["People have no track ids and may swap between frames."]
    )
    return Draft(people, up="-y", warnings=warnings, camera=True)


def _images(container: Container) -> list[Mapping[str, Any]]:
    results = container.fields["results"]
    if not isinstance(results, Mapping):
        return []
    listed = [results] if _is_image(results) else [results[name] for name in sorted(results, key=str)]
    return listed if all(map(_is_image, listed)) else []


def _is_image(value: Any) -> bool:
    return isinstance(value, Mapping) and "cam_trans" in value and any(name in value for name in _POSES)


def _files(container: Container) -> list[tuple[int, Mapping[str, Any]]]:
    return [(frame, image) for frame, file in series(container) for image in _images(file)]


READER = Reader("ROMP", "ROMP, BEV", "SMPL per track, in the camera", "video_results.npz", recognises, read)
