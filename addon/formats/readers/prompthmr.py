"""PromptHMR's `results.pkl` (joblib): SMPL-X per person in a world with Y up and the floor at 0.

Source: yufu-wang/PromptHMR pipeline/pipeline.py, phmr_vid.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...recording import Person
from ...safe_read import FormatError
from ..container import Container
from ..draft import REST_PELVIS_X, Draft, Reader, matrix_poses, padded, person, smpl_poses


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
    warnings = ["Not used: camera."] if world and container.has("camera_world") else []
    return Draft(found, up="+y" if world else "-y", camera=not world, warnings=warnings)


def _person(person_id: Any, one: Mapping[str, Any], key: str) -> Person:
    params = one[key]
    rest = {"betas": params.get("shape"), "rest_pelvis": REST_PELVIS_X}
    if "rotmat" in params:
        poses = matrix_poses(padded(params["rotmat"]), params["trans"], **rest)
    elif "pose" in params:
        poses = smpl_poses(params["pose"], params["trans"], **rest)
    else:
        raise FormatError("A person of the PromptHMR result has no pose; run PromptHMR again.")
    return person(person_id, one.get("frames"), poses=poses)


READER = Reader("PromptHMR", "PromptHMR", "SMPL-X per person, Y up", "results.pkl", recognises, read)
