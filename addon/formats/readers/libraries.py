"""Motions by name in one pickle, as learners of humanoid control keep them: PHC, ProtoMotions; OMOMO.

PHC: name -> {pose_aa (T, 72), trans_orig | root_trans_offset | trans (T, 3), beta, gender, fps}, z up;
OMOMO: number -> {seq_name, root_orient (T, 3), pose_body (T, 63), trans, betas, gender}. Sources:
ZhengyiLuo/PHC scripts/data_process/convert_amass_isaac.py; lijiaman/omomo_release data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...body.skeleton import REST_PELVIS
from ...recording import Person
from ...safe_read import FormatError, one_line
from ..container import Container
from ..draft import Draft, Reader, numbers, person, smpl_poses, text_of
from ..rates import rate_in
from ..tracks import joined, people_of

_PELVIS = "root_trans_offset"
"""Where the pelvis itself is."""
_TRANS = ("trans_orig", "trans", _PELVIS)
_SHOWN = 3


def _motions(container: Container) -> dict[Any, Mapping[str, Any]]:
    if container.kind != "pickle":
        return {}
    tree = container.tree
    return people_of(tree, "pose_aa") or people_of(tree, "root_orient", "pose_body", "trans")


def recognises(container: Container) -> bool:
    """Poses and translations under names."""
    return any(any(name in one for name in _TRANS) for one in _motions(container).values())


def read(container: Container) -> Draft:
    """The one motion. Raises FormatError where there are several, which belong to other performances."""
    motions = _motions(container)
    if len(motions) > 1:
        shown = ", ".join(one_line(str(name), 40) for name in list(motions)[:_SHOWN])
        raise FormatError(
            f"{container.name} holds {len(motions)} motions ({shown} …); save one of them as a file of its"
            " own and open that."
        )
    ((name, motion),) = motions.items()
    if "dof" in motion:
        raise FormatError(
            f"{container.name} is the motion of a robot's joints; choose the human motion it was made from."
        )
    return Draft([_person(name, motion)], fps=rate_in(motion), likely_up=("+z", "+y"))


def _person(name: Any, motion: Mapping[str, Any]) -> Person:
    vectors = motion.get("pose_aa")
    vectors = joined(motion["root_orient"], motion["pose_body"]) if vectors is None else joined(vectors)
    place = next(each for each in _TRANS if each in motion)
    shift = numbers(motion[place], place)
    shift = shift - REST_PELVIS if place == _PELVIS and shift.shape[-1:] == (3,) else shift
    betas = motion.get("beta", motion.get("betas"))
    poses = smpl_poses(vectors, shift, betas=betas, gender=motion.get("gender", "neutral"))
    return person(text_of(motion.get("seq_name", "")) or name, poses=poses)


READER = Reader(
    "motions by name", "PHC, ProtoMotions, OMOMO", "SMPL of one motion", ".pkl .p", recognises, read
)
