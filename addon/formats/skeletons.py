"""People out of skeletons: joints with names, their places and how they are turned, against a rest pose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..body.skeleton import JOINT_NAMES
from ..recording import Person, Poses
from ..rigs.joint_names import joint_roles
from ..safe_read import FormatError, one_line
from .draft import named_keypoints, person
from .marker_names import canonical_names, subject_of
from .marker_people import joint_count
from .rest_pose import poses_from_skeleton, without_rest_frames

ENOUGH = 6
"""How many joints of limbs a person has at least."""
_ABOVE = {
    "hip": ("pelvis",), "knee": ("hip",), "ankle": ("knee",), "foot": ("ankle",), "collar": ("chest",),
    "shoulder": ("collar", "chest"), "elbow": ("shoulder",), "wrist": ("elbow",),
}  # fmt: skip


@dataclass(frozen=True)
class Clip:
    """Positions (T, J, 3) and orientations (T, J, 3, 3) of all joints, and their places at rest (J, 3).

    names: "" for a joint without one; parents: a tree in which parents come first. whole: they and rest are
    the file's own, so that the tree's shape tells joints that their names do not.
    """

    names: list[str]
    parents: list[int]
    positions: np.ndarray
    turns: np.ndarray
    rest: np.ndarray
    whole: bool = False


def without_rest(clip: Clip, *, posed: bool = True) -> tuple[Clip, int, list[str]]:
    """The clip without frames at its start that show the skeleton at rest, how many these are, a sentence.

    posed: the turns are the file's; else only joints in a T-pose show that it is at rest.
    """
    roles = _roles(clip, clip.names)
    first, turns, rest, warnings = without_rest_frames(
        roles, clip.positions, clip.turns, clip.rest, posed=posed
    )
    return replace(clip, positions=clip.positions[first:], turns=turns, rest=rest), first, warnings


def person_of(clip: Clip, subject: str) -> Person | None:
    """The subject whose joint names have this prefix; None when its names are too few of a body's."""
    own = [bool(name) and subject_of(name) == subject for name in clip.names]
    names = [name if mine else "" for name, mine in zip(clip.names, own, strict=True)]
    places = [place for place, mine in enumerate(own) if mine]
    roles = _roles(clip, names)
    canonical: list[str | None] = list(canonical_names([names[place] for place in places]))
    if set(JOINT_NAMES[:22]) <= set(canonical):
        roles |= {name: place for place, name in zip(places, canonical, strict=True) if name in JOINT_NAMES}
    else:
        # Spines, necks, collars and the root differ too much between skeletons to stand for SMPL's.
        told = {place: joint for joint, place in roles.items() if joint not in ("pelvis", "spine3", "neck")}
        canonical = [told.get(place) for place in places]
        canonical = [None if name and name.endswith("collar") else name for name in canonical]
    if joint_count([name or "" for name in canonical]) < ENOUGH:
        return None
    keypoints = named_keypoints(
        clip.positions[:, places], [names[place] for place in places], canonical=canonical
    )
    poses = poses_from_skeleton(roles, clip.positions, clip.turns, clip.rest)
    return person(subject or "0", keypoints=keypoints, poses=poses)


def _roles(clip: Clip, names: Sequence[str]) -> dict[str, int]:
    """SMPL's joint -> index among the clip's joints, "" being a joint of nobody or of another person."""
    if not clip.whole or list(names) != list(clip.names) or not np.isfinite(clip.rest).all():
        return joint_roles(names, clip.parents)
    from .tree_roles import tree_roles  # for a rig's shape, which few files need

    return tree_roles(names, clip.parents, clip.rest)


def person_in_world(
    names: Sequence[str],
    spine: Sequence[int],
    positions: np.ndarray,
    turns: np.ndarray | None,
    frame_ids: np.ndarray,
) -> tuple[Person, list[str]]:
    """A person whose joints are given in the world, turned against a T-pose, id "0"; a sentence where frames
    at the start were no motion.

    names: sided joints as `joint_names` knows them; spine: joints from the pelvis to the chest. positions
    (T, J, 3), turns (T, J, 3, 3), None where the file has none: then there are no poses. Joints beside the
    body, as fingers and props, are left out. Raises FormatError.
    """
    parents = _parents(names, spine)
    order = _tree_order(parents, spine[0])
    kept = np.isfinite(positions[:, order]).all(-1)[:, 0]
    if turns is not None:
        kept = kept & np.isfinite(turns[:, order[0]]).all((1, 2))
    if not kept.any():
        raise FormatError("The skeleton's hips are missing in every frame; export the recording again.")
    points = positions[kept][:, order]
    turned = np.eye(3) + np.zeros((*points.shape[:2], 3, 3)) if turns is None else turns[kept][:, order]
    above = [order.index(parents[joint]) if parents[joint] >= 0 else -1 for joint in order]
    shown = [names[joint].rpartition(":")[2] for joint in order]
    clip = Clip(shown, above, points, turned, rest_places(above, points, turned))
    clip, first, warnings = without_rest(clip, posed=turns is not None)
    one = person_of(clip, "")
    if one is None:
        raise FormatError(
            f"The joints are not named as a person's ({', '.join(map(one_line, names[:3]))} …); export the"
            f" whole body."
        )
    poses = None if turns is None else _finite(one.poses)
    return replace(one, frame_ids=frame_ids[kept][first:], poses=poses), warnings


def _finite(poses: Poses | None) -> Poses | None:
    """The poses, None where the pelvis is not told in some frame."""
    return poses if poses is not None and np.isfinite(poses.pelvis).all() else None


def rest_places(parents: Sequence[int], positions: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """(J, 3) where the joints of a tree lie when none is turned, the first one at the origin."""
    rest = np.zeros(positions.shape[1:])
    for joint, parent in enumerate(parents):
        if parent >= 0:
            bone = ((positions[:, joint] - positions[:, parent])[:, None] @ turns[:, parent])[:, 0]
            bone = bone[np.isfinite(bone).all(-1)]
            rest[joint] = rest[parent] + (np.median(bone, axis=0) if len(bone) else 0.0)
    return rest


def _parents(names: Sequence[str], spine: Sequence[int]) -> list[int]:
    """The joint above each, -1 for the pelvis and for joints outside the body's tree."""
    roles = joint_roles(names, [-1] * len(names))
    parents = [-1] * len(names)
    for below, joint in zip(spine[1:], spine, strict=False):
        parents[below] = joint
    centre = {"pelvis": spine[0], "chest": spine[-1]}
    for role, place in roles.items():
        side, _, part = role.partition("_")
        held = (roles.get(f"{side}_{each}", centre.get(each)) for each in _ABOVE.get(part, ()))
        parents[place] = next((each for each in held if each is not None), parents[place])
    for role, above in (("neck", spine[-1]), ("head", roles.get("neck", spine[-1]))):
        if role in roles:
            parents[roles[role]] = above
    return parents


def _tree_order(parents: Sequence[int], root: int) -> list[int]:
    """The joints of the root's tree, each after the one above it."""
    ordered = [root]
    for joint in ordered:
        ordered += [child for child, parent in enumerate(parents) if parent == joint and child not in ordered]
    return ordered
