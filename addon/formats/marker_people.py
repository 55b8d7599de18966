"""People out of named markers: by the subject's prefix, and only where the names are joints."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product, takewhile
from typing import Any

import numpy as np

from ..recording import Keypoints, Person
from ..rigs.bone_words import plain_name
from ..rigs.joint_names import limb_roles, side_and_part
from ..safe_read import FormatError, one_line
from ..words import plural
from .draft import named_keypoints, person
from .marker_names import canonical_names, joint_pairs, skin_markers, subject_of
from .parts import only_a, part_of_names
from .skin_markers import FROM_SKIN, is_skin_set, joint_centres

_LIMBS = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
_ENOUGH = 6
_WHOLE = {f"{side}_{part}" for side in ("left", "right") for part in _LIMBS}
_SEPARATOR = re.compile(r"[_./| -]")
"""What may stand behind a subject's name instead of a colon."""
_WORD_BEFORE, _WORD_BEHIND = re.compile(r"([^\W_]*\d)[_ .-]+(.+)"), re.compile(r"(.+)[_ .-]+([^\W_]*\d)")
"""A person's number before or behind the name of a joint: P1_LeftHip, LeftHip_2."""


def joint_count(names: Sequence[str]) -> int:
    """How many hips, knees, ankles, shoulders, elbows and wrists are among the names, or between pairs."""
    return _count(names, _joints)


def _count(names: Sequence[str], known: Callable[[Sequence[str]], Sequence[str | None]]) -> int:
    if is_skin_set(names):
        return _ENOUGH
    return _limbs_among((*known(names), *joint_pairs(names)))


def _limbs_among(points: Sequence[str | None]) -> int:
    return sum(any(part in point for part in _LIMBS) for point in points if point)


def marker_people(names: Sequence[str], positions: np.ndarray, frame_ids: Any = None) -> list[Person]:
    """One person for each subject with enough joints. Raises FormatError when there is none.

    names: K marker names, perhaps with a subject's prefix or number; positions: (T, K, 3).
    """
    people = [
        person(
            subject or "0",
            frame_ids,
            keypoints=keypoints_of_markers(list(own.values()), positions[:, list(own)]),
        )
        for subject, own in _subjects(names).items()
    ]
    if not people:
        part = part_of_names(names)
        if part is not None:
            raise FormatError(only_a(part))
        shown = ", ".join(map(one_line, names[:3]))
        if len(names) < _ENOUGH:
            few = plural(len(names), "point")
            raise FormatError(
                f"{few} ({shown}) can't tell a body's pose; take in those of hips, knees, ankles, shoulders,"
                " elbows and wrists."
            )
        raise FormatError(
            f"The file holds skin markers instead of joints ({shown} …); compute joint centres"
            f" first and name them like RHip, RKnee, RAnkle, LShoulder, LElbow, LWrist, or export the inner"
            f" and outer markers of elbows, knees, ankles and wrists."
        )
    return people


def _subjects(names: Sequence[str]) -> Mapping[str, Mapping[int, str]]:
    """The names of each subject with enough joints, by their places and as they are without its number."""
    for known, apart in product((_named, _joints), list(_spellings(names))):
        found: dict[str, dict[int, str]] = {}
        for place, (subject, own) in enumerate(apart):
            found.setdefault(subject, {})[place] = own
        whole = {who: own for who, own in found.items() if _count(list(own.values()), known) >= _ENOUGH}
        if whole:
            return whole
    return {}


def _spellings(names: Sequence[str]) -> Iterator[list[tuple[str, str]]]:
    """Ways to tell a subject and its own name from each of the names, the most usual one first."""
    yield [(subject_of(name), name) for name in names]
    yield _without_common(names)
    before, behind = (list(map(word.fullmatch, names)) for word in (_WORD_BEFORE, _WORD_BEHIND))
    yield [(match[1], match[2]) if match else ("", name) for match, name in zip(before, names, strict=True)]
    yield [(match[2], match[1]) if match else ("", name) for match, name in zip(behind, names, strict=True)]
    parted = [_SEPARATOR.split(name, maxsplit=1) for name in names]
    yield [(parts[0], parts[1]) if len(parts) > 1 else ("", parts[0]) for parts in parted]


def _without_common(names: Sequence[str]) -> list[tuple[str, str]]:
    """A start that all names have in common is a subject's, as in Bob_LASI and Bob_RASI."""
    pairs = zip(min(names, default=""), max(names, default=""), strict=False)
    common = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    end = max((found.end() for found in _SEPARATOR.finditer(common)), default=0)
    return [(common[: max(end - 1, 0)], name[end:]) for name in names]


def _joints(names: Sequence[str]) -> tuple[str | None, ...]:
    """The canonical point of each name, be it a joint or a bone; None for markers on the skin."""
    found = _named(names)
    return found if _limbs_among(found) >= _ENOUGH else _bones(_bare(names)) or found


def _named(names: Sequence[str]) -> tuple[str | None, ...]:
    """The canonical point of each name of a joint, None for markers on the skin."""
    return canonical_names(_bare(names))


def _bare(names: Sequence[str]) -> list[str]:
    """The names, empty for markers on the skin."""
    skin = skin_markers(names)
    return ["" if place in skin else name for place, name in enumerate(names)]


def _bones(names: Sequence[str]) -> tuple[str | None, ...]:
    """The canonical point of each name where these are a body's bones, of which its limbs and head count;
    empty where they are not, or of two bodies."""
    parts = [part for part in map(side_and_part, names) if part is not None and part[1] in _LIMBS]
    roles = limb_roles(names)
    if not set(roles) >= _WHOLE or len(set(parts)) < len(parts):
        return ()
    named = {place: joint for joint, place in roles.items() if not joint.endswith("collar")}
    heads = [place for place, name in enumerate(names) if plain_name(name).lower() == "head"]
    named |= dict.fromkeys(heads[:1], "head")
    return tuple(named.get(place) for place in range(len(names)))


def keypoints_of_markers(names: Sequence[str], positions: np.ndarray) -> Keypoints:
    """Keypoints with what skin markers tell of joints behind them: those of a whole set, or else the middle
    of each pair where no joint is named so. positions (T, N, 3), NaN where missing. Raises FormatError."""
    if is_skin_set(names):
        found = joint_centres(names, positions)
        shown = [f"{name}{FROM_SKIN}" for name in found]
        return named_keypoints(np.stack(list(found.values()), axis=1), shown, canonical=list(found))
    canonical = list(_joints(names))
    pairs = {joint: pair for joint, pair in joint_pairs(names).items() if joint not in canonical}
    centres = [positions[:, pair].mean(1) for pair in map(list, pairs.values())]
    shown = [f"{names[outer]} + {names[inner]}" for outer, inner in pairs.values()]
    points = np.concatenate([positions, np.stack(centres, axis=1)], axis=1) if centres else positions
    return named_keypoints(points, [*names, *shown], canonical=[*canonical, *pairs])
