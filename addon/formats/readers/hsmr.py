"""HSMR: SKEL's 46 angles of everybody in an image or of a whole video, in the camera.

poses (N, 46), betas (N, 10), full_cam_t (N, 3) at a focal length of 5000 pixels; an image's file, and older
lists of them, have bbx_cs as well. A video's rows do not say which frame they are of. Source:
IsshikiHugh/HSMR exp/run_demo.py, lib/kits/hsmr_demo.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ...body.skeleton import REST_PELVIS
from ...recording import Person
from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, numbers, person
from ..linking import LINKED, Detections
from ..skel import ANGLES, ARMS, skel_poses
from ..tracks import series

_NEEDED = ("poses", "full_cam_t")
_USUAL_LENS = float(np.hypot(1920, 1080)) / 5000.0
"""From HSMR's focal length to that of a usual lens on the largest image that HSMR works on, its diagonal."""
_ONE_PERSON = 0.05
"""What the direction to one person changes from frame to frame at most, in the middle of a video."""


def _is_result(held: Any) -> bool:
    if not isinstance(held, Mapping) or not set(_NEEDED) <= set(held):
        return False
    return getattr(held["poses"], "shape", ())[1:] == (ANGLES,)


def recognises(container: Container) -> bool:
    """SKEL's angles with HSMR's translations, alone or in a list of images."""
    if container.kind == "npz":
        return container.has(*_NEEDED) and container.shape("poses")[1:] == (ANGLES,)
    tree = container.tree if container.kind in ("npy", "pickle") else None
    if isinstance(tree, np.ndarray):
        tree = tree.tolist() if tree.dtype == object and tree.ndim == 1 else None
    return isinstance(tree, list) and any(map(_is_result, tree))


def read(container: Container) -> Draft:
    """Everybody in the images, or the person of a video. Raises FormatError."""
    found = Detections()
    for frame, poses, places in _rows(container):
        for angles, place in zip(poses, places, strict=True):
            found.add(frame, place, angles=angles, shift=place)
    people = [_person(*track) for track in found.tracks()]
    if not people:
        raise FormatError("The HSMR result holds no person; choose another image or video.")
    warnings = [ARMS, "The distance from the camera was estimated for a usual lens."]
    return Draft(people, up="-y", camera=True, warnings=warnings + ([LINKED] if found.several else []))


def _rows(container: Container) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """(frame, angles (P, 46), places (P, 3)) of each image."""
    if container.kind != "npz":
        for frame, held in enumerate(container.tree):
            if _is_result(held):
                yield frame, *_values(held)
    elif container.has("bbx_cs"):
        for frame, file in series(container):
            yield frame, *_values(file.fields)
    else:
        poses, places = _values(container.fields)
        ways = places[:, :2] / np.maximum(places[:, 2:], 1e-3)
        if len(ways) > 2 and np.median(np.linalg.norm(np.diff(ways, axis=0), axis=1)) > _ONE_PERSON:
            raise FormatError(
                "The HSMR video has several people and does not say who is in which frame; run HSMR with"
                " max_instances 1, or on the images."
            )
        for frame in range(len(poses)):
            yield frame, poses[frame : frame + 1], places[frame : frame + 1]


def _values(held: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    poses, places = (numbers(held[name], name) for name in _NEEDED)
    if poses.ndim != 2 or poses.shape[1] != ANGLES or places.shape != (len(poses), 3):
        raise FormatError(f"poses {poses.shape} and full_cam_t {places.shape} do not fit; run HSMR again.")
    return poses, places * (1.0, 1.0, _USUAL_LENS)


def _person(name: str, frames: np.ndarray, values: dict[str, np.ndarray]) -> Person:
    return person(name, frames, poses=skel_poses(values["angles"], values["shift"] + REST_PELVIS))


READER = Reader("HSMR", "HSMR", "SKEL angles per image or of a video", ".npz .npy", recognises, read)
