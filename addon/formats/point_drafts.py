"""Points that a table calls by names or numbers: whose they are, and which points of a body."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np

from ..body.layouts import find_layout
from ..recording import Keypoints, Person
from ..rigs.joint_names import joint_roles
from ..safe_read import FormatError, one_line
from .body_stacks import FEWEST
from .draft import Draft, layout_keypoints, named_keypoints, person
from .hand_points import named_beside_body
from .inference import infer_layout, unclear_layout
from .landmarks import COUNT, HIPS_FIXED, mediapipe_keypoints
from .marker_names import canonical_names
from .marker_people import joint_count, marker_people
from .table_people import people_of_names

MOST_POINTS = 1000
_MEDIAPIPE = find_layout("mediapipe33").canonical
_LIMB_ENDS = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
_LIMBS = {11, 12, 23, 24, 25, 26}
"""MediaPipe's numbers of shoulders, hips and knees: those who save a part of the landmarks save these."""
_COUNTED = re.compile(r"(\D*?)[\s_.\-]*(\d+)")
_PREFIX = re.compile(
    r"^(?:(?:pose_?landmarks?|body|pose|mediapipe)[\s_.\-]+|(?:landmark|point|lm|kp|l|p)[\s_.\-]*(?=\d))"
)


def draft_of_points(
    names: list[str], points: np.ndarray, weights: Any, frame_ids: Any, *, layout: str | None = None
) -> Draft:
    """One person, or those that the names tell apart, from points (T, K, 3) that have names or numbers:
    MediaPipe's, or those of the layout that is given or that the body tells. Raises FormatError."""
    several = people_of_names(names)
    if several:
        return of_people({
            who: draft_of_points(
                list(own.values()), points[:, list(own)], None if weights is None else weights[:, list(own)],
                frame_ids, layout=layout,
            ) for who, own in several.items()
        })  # fmt: skip
    if frame_ids is not None and not (np.isfinite(frame_ids).all() and (np.diff(frame_ids) > 0).all()):
        frame_ids = None
    plain = [_PREFIX.sub("", name.lower()) for name in names]
    places = _landmarks(plain)
    if places is not None:
        keypoints, warnings = mediapipe_keypoints(*_by_number(places, points, weights))
        draft = _draft([person(frame_ids=frame_ids, keypoints=keypoints)], warnings)
        return replace(draft, likely_up=("-y", "+y", "+z"), tool="MediaPipe Pose")
    order = _numbered(plain)
    if order is not None:
        own_weights = None if weights is None else weights[:, order]
        keypoints, warnings = _of_layout(points[:, order], own_weights, layout, plain[0])
        return _draft([person(frame_ids=frame_ids, keypoints=keypoints)], warnings)
    return _draft(*_named(names, plain, points, weights, frame_ids))


def of_people(drafts: dict[str, Draft]) -> Draft:
    """One draft of those of several people, with their names."""
    people = [replace(one, id=one_line(who)) for who, draft in drafts.items() for one in draft.people]
    warnings = dict.fromkeys(warning for draft in drafts.values() for warning in draft.warnings)
    return replace(next(iter(drafts.values())), people=people, warnings=list(warnings))


def _draft(people: list[Person], warnings: list[str]) -> Draft:
    return Draft(
        people, units=None, likely_up=("+y", "+z", "-y"), warnings=warnings, camera=HIPS_FIXED in warnings,
        floating=True,
    )  # fmt: skip


def _named(
    names: list[str], plain: list[str], points: np.ndarray, weights: Any, frame_ids: Any
) -> tuple[list[Person], list[str]]:
    """The people of points with names, and warnings; plain: the names without what all of them begin with."""
    canonical = list(canonical_names(plain))
    if set(_MEDIAPIPE) <= set(canonical):
        places = [canonical.index(name) for name in _MEDIAPIPE]
        own_weights = weights[:, places] if weights is not None else None
        keypoints, warnings = mediapipe_keypoints(points[:, places], own_weights)
        keypoints = named_beside_body(keypoints, names, points, weights)
        return [person(frame_ids=frame_ids, keypoints=keypoints)], warnings
    joints = _joints_of_skeleton(plain)
    if joints is None:
        return marker_people(plain, points, frame_ids), []
    keypoints = named_keypoints(points, names, weights, canonical=joints)
    return [person(frame_ids=frame_ids, keypoints=keypoints)], []


def _joints_of_skeleton(names: list[str]) -> list[str | None] | None:
    """SMPL's joint of each name where they are a skeleton's, in which LeftArm is the shoulder as in a BVH."""
    roles = joint_roles(names, [-1] * len(names))
    limbs = [role for role in roles if role.endswith(_LIMB_ENDS)]
    if len(limbs) < len(_LIMB_ENDS) * 2 or joint_count(names) >= len(limbs):
        return None
    # Spines, necks, collars and the root differ too much between skeletons to stand for SMPL's.
    told = {place: role for role, place in roles.items() if role in limbs or role.endswith(("foot", "head"))}
    return [told.get(place) for place in range(len(names))]


def _landmarks(names: list[str]) -> list[int] | None:
    """MediaPipe's number of each name, from 0; None where the names are others than numbers of its points."""
    if not all(name.isdecimal() for name in names):
        return None
    numbers = [int(name) for name in names]
    if len(set(numbers)) == COUNT:
        return [sorted(numbers).index(number) for number in numbers]
    return numbers if _LIMBS <= set(numbers) <= set(range(COUNT)) else None


def _numbered(names: list[str]) -> list[int] | None:
    """The order of points that are called by numbers in a row, as joint_0, joint_1; None for others."""
    found = [_COUNTED.fullmatch(name) for name in names]
    if not all(found) or len({match[1] for match in found if match}) > 1:
        return None
    numbers = [int(match[2]) for match in found if match]
    order = sorted(range(len(numbers)), key=numbers.__getitem__)
    whole = max(numbers) - min(numbers) + 1 == len(numbers) == len(set(numbers))
    return order if whole and len(names) >= FEWEST else None


def _of_layout(
    points: np.ndarray, weights: Any, layout: str | None, name: str
) -> tuple[Keypoints, list[str]]:
    """Keypoints of the layout that is given or that the body tells; name: what the points are called."""
    if layout is not None:
        return layout_keypoints(points, layout, weights), []
    guess = infer_layout(points)
    if guess is None:
        raise FormatError(unclear_layout(points.shape[1], name))
    return layout_keypoints(points, guess, weights), [
        f"The layout {guess} was inferred from the body's shape."
    ]


def _by_number(places: list[int], points: np.ndarray, weights: Any) -> tuple[np.ndarray, np.ndarray]:
    """(T, 33, 3) landmarks and (T, 33) weights from some of them; the others are missing."""
    whole, seen = np.full((len(points), COUNT, 3), np.nan), np.zeros((len(points), COUNT))
    whole[:, places] = points
    seen[:, places] = 1.0 if weights is None else weights
    return whole, seen
