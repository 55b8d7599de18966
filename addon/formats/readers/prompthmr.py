"""PromptHMR's `results.pkl` (joblib): SMPL-X per person in a world with Y up and the floor at 0.

Source: yufu-wang/PromptHMR pipeline/pipeline.py, phmr_vid.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ...recording import Camera, Person
from ...safe_read import FormatError
from ..container import Container
from ..draft import REST_PELVIS_X, Draft, Reader, matrix_poses, numbers, padded, person, smpl_poses
from ..filming import moving, still, told
from ..hand_poses import hand_matrices


def recognises(container: Container) -> bool:
    """People with SMPL-X parameters."""
    people = container.fields.get("people")
    return isinstance(people, Mapping) and any(
        isinstance(one, Mapping) and ("smplx_world" in one or "smplx_cam" in one) for one in people.values()
    )


def read(container: Container) -> Draft:
    """Every person, in the world where all have one, else in the camera. Raises FormatError."""
    people: Any = container.fields["people"]
    world = all("smplx_world" in one for one in people.values())
    key = "smplx_world" if world else "smplx_cam"
    found = [_person(person_id, one, key) for person_id, one in people.items() if key in one]
    filmed = _camera(container, world)
    return Draft(found, up="+y" if world else "-y", camera=not world, filmed=filmed)


def _camera(container: Container, world: bool) -> Camera | None:
    """The camera where the people are; its way back into the picture is what the pictures were fit with."""
    camera = container.fields.get("camera_world" if world else "camera")
    if not isinstance(camera, Mapping):
        return None
    focal, middle = camera.get("img_focal"), camera.get("img_center")
    if not world:
        return still(focal, middle=middle)
    into, shift = told(camera.get("Rcw")), told(camera.get("Tcw"))
    if into.ndim != 3 or into.shape[1:] != (3, 3) or shift.shape != into.shape[:2]:
        return None
    turns = np.swapaxes(into, -1, -2)
    places = -(turns @ shift[..., None])[..., 0]
    return moving(np.arange(len(turns)), turns, places, focal, middle=middle)


def _person(person_id: Any, one: Mapping[str, Any], key: str) -> Person:
    params = one[key]
    rest = {"betas": params.get("shape"), "rest_pelvis": REST_PELVIS_X}
    if "rotmat" in params:
        turned = numbers(params["rotmat"], "rotmat")
        poses = matrix_poses(padded(turned), params["trans"], **rest)
        poses = replace(poses, hands=hand_matrices(turned))
    elif "pose" in params:
        poses = smpl_poses(params["pose"], params["trans"], **rest)
    else:
        raise FormatError("A person of the PromptHMR result has no pose; run PromptHMR again.")
    return person(person_id, one.get("frames"), poses=poses)


READER = Reader("PromptHMR", "PromptHMR", "SMPL-X per person, Y up", "results.pkl", recognises, read)
