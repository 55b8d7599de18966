"""People out of named markers: by the subject's prefix, and only where the names are joints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

import numpy as np

from ..recording import Keypoints, Person
from ..safe_read import FormatError, one_line
from .draft import named_keypoints, person
from .marker_names import canonical_names, joint_pairs, skin_markers, subject_of
from .parts import only_a, part_of_names
from .skin_markers import FROM_SKIN, is_skin_set, joint_centres

_LIMBS = ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
_ENOUGH = 6
_SEPARATOR = re.compile(r"[_./| -]")
"""What may stand behind a subject's name instead of a colon."""


def joint_count(names: Sequence[str]) -> int:
    """How many hips, knees, ankles, shoulders, elbows and wrists are among the names, or between pairs."""
    if is_skin_set(names):
        return _ENOUGH
    return sum(
        any(part in point for part in _LIMBS) for point in (*_joints(names), *joint_pairs(names)) if point
    )


def marker_people(names: Sequence[str], positions: np.ndarray, frame_ids: Any = None) -> list[Person]:
    """One person for each subject with enough joints. Raises FormatError when there is none.

    names: K marker names, perhaps with a subject's prefix; positions: (T, K, 3).
    """
    spellings = (names, _without_common(names), [_SEPARATOR.sub(":", name, count=1) for name in names])
    found = (_by_subject(spelt, positions, frame_ids) for spelt in spellings)
    people = next((each for each in found if each), [])
    if not people:
        part = part_of_names(names)
        if part is not None:
            raise FormatError(only_a(part))
        shown = ", ".join(map(one_line, names[:3]))
        if len(names) < _ENOUGH:
            few = f"{len(names)} point" + "s" * (len(names) > 1)
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


def _by_subject(names: Sequence[str], positions: np.ndarray, frame_ids: Any) -> list[Person]:
    people = []
    for subject in dict.fromkeys(subject_of(name) for name in names):
        own = [place for place, name in enumerate(names) if subject_of(name) == subject]
        own_names = [names[place] for place in own]
        if joint_count(own_names) >= _ENOUGH:
            keypoints = keypoints_of_markers(own_names, positions[:, own])
            people.append(person(subject or "0", frame_ids, keypoints=keypoints))
    return people


def _without_common(names: Sequence[str]) -> list[str]:
    """Names whose start that all have in common is a subject's, as in Bob_LASI and Bob_RASI."""
    pairs = zip(min(names, default=""), max(names, default=""), strict=False)
    common = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    end = max((found.end() for found in _SEPARATOR.finditer(common)), default=0)
    return [f"{common[: end - 1]}:{name[end:]}" for name in names] if end else list(names)


def _joints(names: Sequence[str]) -> tuple[str | None, ...]:
    """The canonical point of each name, None for markers on the skin."""
    skin = skin_markers(names)
    return canonical_names(["" if place in skin else name for place, name in enumerate(names)])


def keypoints_of_markers(names: Sequence[str], positions: np.ndarray) -> Keypoints:
    """Keypoints with what skin markers tell of joints behind them: those of a whole set, or else the middle
    of each pair where no joint is named so."""
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
