"""InterHuman (pickle): two people in one file, `person1` and `person2` with AMASS' keys, and one frame rate.

Each is SMPL-H without hands: trans (T, 3), root_orient (T, 3), pose_body (T, 63), betas, gender. Source:
tr3e/InterGen README.md and datasets/interhuman.py (Z up, `mocap_framerate` 59.94).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...recording import Person
from ..container import Container
from ..draft import Draft, Reader, person, smpl_poses
from ..rates import rate_in
from ..tracks import joined

_NEEDED = {"trans", "root_orient", "pose_body"}


def _people(container: Container) -> dict[str, Mapping[str, Any]]:
    return {
        str(name): one
        for name, one in container.fields.items()
        if str(name).startswith("person") and isinstance(one, Mapping) and set(one) >= _NEEDED
    }


def recognises(container: Container) -> bool:
    """People by the names person1, person2, each with AMASS' split pose."""
    return container.has("person1") and bool(_people(container))


def read(container: Container) -> Draft:
    """Everybody in the file's world. Raises FormatError."""
    people = [_person(name, one) for name, one in _people(container).items()]
    return Draft(people, fps=rate_in(container.fields), likely_up=("+z", "+y"), mean_bones=True)


def _person(name: str, one: Mapping[str, Any]) -> Person:
    vectors = joined(one["root_orient"], one["pose_body"])
    poses = smpl_poses(vectors, one["trans"], betas=one.get("betas"), gender=one.get("gender", "neutral"))
    return person(name.removeprefix("person"), poses=poses)


READER = Reader("InterHuman", "InterHuman, InterGen", "SMPL-H of two people", ".pkl", recognises, read)
