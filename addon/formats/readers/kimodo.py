"""Kimodo (.npz): joints and rotations of a generated clip, Y up, 30 frames a second.

`posed_joints (T, J, 3)` in metres and `global_rot_mats (T, J, 3, 3)` against a T-pose, of NVIDIA's SOMA
skeleton (77 joints, or 30 without the fingers) or of SMPL-X's 22; 34 are those of the robot G1. Source:
nv-tlabs/kimodo docs/source/user_guide/output_formats.md, kimodo/skeleton/definitions.py.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ...body.skeleton import JOINT_NAMES, PARENTS
from ...recording import Person
from ...rigs.joint_names import joint_roles
from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, layout_keypoints, named_keypoints, numbers, person
from ..inference import infer_layout, strangeness, unclear_layout
from ..rest_pose import poses_from_skeleton
from ..skeletons import rest_places

_TRUNK = "Hips Spine1<Hips Spine2<Spine1 Chest<Spine2 Neck1<Chest Neck2<Neck1 Head<Neck2"
_FACE = "Jaw<Head LeftEye<Head RightEye<Head"
_ARM = "{0}Shoulder<Chest {0}Arm<{0}Shoulder {0}ForeArm<{0}Arm {0}Hand<{0}ForeArm"
_LEG = "{0}Leg<Hips {0}Shin<{0}Leg {0}Foot<{0}Shin {0}ToeBase<{0}Foot"
_TIPS = "{0}HandThumbEnd<{0}Hand {0}HandMiddleEnd<{0}Hand"
_FINGERS = {"Thumb": 3, "Index": 4, "Middle": 4, "Ring": 4, "Pinky": 4}
_SMPL, _SMPL_X, _ROBOT = 24, 22, 34
"""MeTRAbs' 30 joints start with SMPL's."""

_POSITIONS_ONLY = "The rotations do not start from a standing body, so only the joints' positions are used."


def recognises(container: Container) -> bool:
    """Kimodo's joints with what it writes beside them, or an array of as many joints as SOMA has."""
    if container.npy is not None:
        shape = container.npy.shape
        fits = len(shape) == 3 and shape[1:] in _SOMA_ARRAYS and container.hints.layout is None
        return fits and infer_layout(numbers(container.npy[:, :_SMPL], "joints")) is None
    shape = container.shape("posed_joints")
    beside = ("global_rot_mats", "local_rot_mats", "foot_contacts")
    alone = shape[-2:] in _SOMA_ARRAYS
    return len(shape) in (3, 4) and shape[-1] == 3 and (alone or any(map(container.has, beside)))


_SOMA_ARRAYS = ((77, 3), (30, 3))


def read(container: Container) -> Draft:
    """One person, or one for each clip of a batch. Raises FormatError."""
    if container.npy is not None:
        return _read_array(numbers(container.npy, "joints"))
    joints = numbers(container.fields["posed_joints"], "posed_joints")
    joints = joints[None] if joints.ndim == 3 else joints
    turns: list[np.ndarray | None] = [None] * len(joints)
    if "global_rot_mats" in container.fields:
        turns = list(_turns(container, joints.shape))
    people = [_person(n, *clip) for n, clip in enumerate(zip(joints, turns, strict=True))]
    warnings = ["Not used: foot contacts."]
    turned = "global_rot_mats" in container.fields
    warnings += [_POSITIONS_ONLY] if turned and any(one.poses is None for one in people) else []
    return Draft(people, up="+y", warnings=warnings)


def _read_array(joints: np.ndarray) -> Draft:
    """A bare array where SOMA's order makes a body of it. Raises FormatError."""
    one = _person(0, joints, None)
    assert one.keypoints is not None
    strange = strangeness(one.keypoints)
    if strange is None or strange > _HUMAN:
        raise FormatError(unclear_layout(joints.shape[1]))
    told = (
        f"The order of the joints, NVIDIA's SOMA with {joints.shape[1]}, was inferred from the body's shape."
    )
    return Draft([one], units=None, likely_up=("+y", "+z"), warnings=[told], tool="SOMA (Kimodo, GEM-X)")


_HUMAN = 0.45


def _turns(container: Container, shape: tuple[int, ...]) -> np.ndarray:
    turns = numbers(container.fields["global_rot_mats"], "global_rot_mats")
    if turns.size != np.prod(shape) * 3 or not np.isfinite(turns).all():
        raise FormatError("Kimodo's rotations do not fit its joints; generate the motion again.")
    return turns.reshape(*shape, 3)


def _person(number: int, joints: np.ndarray, turns: np.ndarray | None) -> Person:
    names, parents = skeleton(joints.shape[1])
    roles = joint_roles(names, parents)
    if joints.shape[1] == _SMPL_X:
        keypoints, roles = layout_keypoints(joints, "humanml22"), {joint: n for n, joint in enumerate(names)}
    else:
        keypoints = named_keypoints(joints, names, canonical=_points(roles, len(names)))
    if turns is None:
        return person(number, keypoints=keypoints)
    rest = rest_places(parents, joints, turns)
    return person(number, keypoints=keypoints, poses=poses_from_skeleton(roles, joints, turns, rest))


def _points(roles: dict[str, int], count: int) -> list[str | None]:
    """SMPL's limbs and head; SOMA's spine, neck and collars bend at other places."""
    told = {place: joint for joint, place in roles.items() if joint == "head" or "_" in joint}
    points = [told.get(place) for place in range(count)]
    return [None if point and point.endswith("collar") else point for point in points]


def skeleton(count: int) -> tuple[list[str], list[int]]:
    """Names and parents. Raises FormatError for the robot and for unknown counts."""
    if count == _SMPL_X:
        return list(JOINT_NAMES[:count]), list(PARENTS[:count])
    if count == _ROBOT:
        raise FormatError(
            "This is Kimodo's motion of the robot Unitree G1; generate it for SOMA or SMPL-X and open that."
        )
    held = {30: _soma30, 77: _soma77}.get(count)
    if held is None:
        raise FormatError(
            f"Kimodo's skeletons have 77, 30 or 22 joints, not {count}; generate the motion again."
        )
    pairs = [word.partition("<") for word in held().split()]
    names = [name for name, _, _ in pairs]
    return names, [names.index(parent) if parent else -1 for _, _, parent in pairs]


def _soma30() -> str:
    arms = " ".join(f"{_ARM} {_TIPS}".format(side) for side in ("Left", "Right"))
    return f"{_TRUNK} {_FACE} {arms} {_legs('')}"


def _soma77() -> str:
    arms = " ".join(f"{_ARM.format(side)} {_fingers(side)}" for side in ("Left", "Right"))
    return f"{_TRUNK} HeadEnd<Head {_FACE} {arms} {_legs(' {0}ToeEnd<{0}ToeBase')}"


def _legs(toes: str) -> str:
    return " ".join((_LEG + toes).format(side) for side in ("Left", "Right"))


def _fingers(side: str) -> str:
    words = []
    for finger, bones in _FINGERS.items():
        chain = [
            f"{side}Hand",
            *(f"{side}Hand{finger}{n}" for n in range(1, bones + 1)),
            f"{side}Hand{finger}End",
        ]
        words += [f"{name}<{parent}" for parent, name in pairwise(chain)]
    return " ".join(words)


READER = Reader(
    "Kimodo", "Kimodo", "SOMA's 77 or 30 joints, or SMPL-X's 22, with rotations", ".npz .npy", recognises,
    read, "real file (30 joints)",
)  # fmt: skip
