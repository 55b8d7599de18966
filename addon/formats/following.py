"""Tracks that follow each other in time, as of one person whom the tracker lost for a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..body.rotations import matrix_from_axis_angle
from ..overrides import give
from ..recording import Keypoints, Person, Poses
from .camera import moved
from .paths import path_of

_LONGEST_GAP = 1.0
"""Seconds."""
_NEAR = 0.5
_PACE = 2.0
"""Metres, and metres per second, within which a track goes on where the one before ended."""
_TURNED = np.radians(20.0)
_LAST = 5


def chains(people: Sequence[Person]) -> list[list[Person]]:
    """Two and more people each who follow each other closely, where nobody else may be meant."""
    ordered = sorted(people, key=lambda one: int(one.frame_ids[0]))
    found: list[list[Person]] = []
    for one in ordered:
        earlier = _only([other for other in reversed(ordered) if _follows(one, other)])
        later = None if earlier is None else _only([other for other in ordered if _follows(other, earlier)])
        chain = next((chain for chain in found if chain[-1] is earlier), None) if later is one else None
        if chain is None:
            found.append([one])
        else:
            chain.append(one)
    return [chain for chain in found if len(chain) > 1]


def _only(nearest_first: list[Person]) -> Person | None:
    """The nearest; None where there is none, or another at the same time."""
    if not nearest_first:
        return None
    nearest = nearest_first[0]
    meant = not any(_overlap(nearest, other) for other in nearest_first[1:])
    return nearest if meant else None


def _overlap(first: Person, second: Person) -> bool:
    return bool(first.frame_ids[0] <= second.frame_ids[-1] and second.frame_ids[0] <= first.frame_ids[-1])


def _follows(later: Person, earlier: Person) -> bool:
    gap = (int(later.frame_ids[0]) - int(earlier.frame_ids[-1])) / earlier.fps
    return alike(later, earlier) and 0 < gap <= _LONGEST_GAP


def _alike(first: Keypoints | None, second: Keypoints | None) -> bool:
    return first is None or second is None or first.names == second.names


def offer(people: Sequence[Person]) -> list[str]:
    """A sentence for each chain of tracks that are probably one person."""
    return [
        f"The tracks {', '.join(one.id for one in chain[:-1])} and {chain[-1].id} follow each other in time"
        f" and are probably one person; to join them, {give('join_tracks')}."
        for chain in chains(people)
    ]


def joined_tracks(people: Sequence[Person]) -> tuple[tuple[Person, ...], list[str]]:
    """The people (metres, Y up) with the tracks of each chain as one person; sentences."""
    told, whole = list[str](), list(people)
    for chain in chains(people):
        first, moves = one_after_another(chain)
        whole = [first if one is chain[0] else one for one in whole if not _among(one, chain[1:])]
        told.append(
            f"The tracks {', '.join(one.id for one in chain)} were joined as person {first.id}.{moves}"
        )
    return tuple(whole), told


def one_after_another(chain: Sequence[Person]) -> tuple[Person, str]:
    """The tracks of one person, in order of time, as one; and what had to be done to their places, or ""."""
    first, shifted = chain[0], 0
    for other in chain[1:]:
        placed = _placed(first, other)
        shifted += placed is not other
        first = _joined(first, placed)
    moves = " Each starts at an origin of its own, so they were put one behind the other." if shifted else ""
    return first, moves


def alike(one: Person, other: Person) -> bool:
    """Whether two tracks hold the same: the same keypoints or none, and poses or none."""
    same = (one.keypoints is None, one.poses is None) == (other.keypoints is None, other.poses is None)
    return same and _alike(one.keypoints, other.keypoints)


def _among(one: Person, people: Sequence[Person]) -> bool:
    return any(one is other for other in people)


def _placed(earlier: Person, later: Person) -> Person:
    """The later track where the earlier one ended, moved only where it starts elsewhere."""
    gap = (int(later.frame_ids[0]) - int(earlier.frame_ids[-1])) / earlier.fps
    path, start = path_of(earlier), path_of(later)[0]
    recent = path[-_LAST:]
    seconds = max((earlier.frame_ids[-1] - earlier.frame_ids[-len(recent)]) / earlier.fps, 1e-9)
    end = path[-1] + (recent[-1] - recent[0]) / seconds * gap * (len(recent) > 1)
    apart = end - start
    if not np.isfinite(apart).all() or np.linalg.norm(apart) <= _NEAR + _PACE * gap:
        return later
    turn = _turn(earlier, later)
    return moved(later, turn, end - turn @ start)


def _turn(earlier: Person, later: Person) -> np.ndarray:
    """(3, 3) about +Y, so that the later poses face as the earlier ones did; none where they nearly do."""
    if earlier.poses is None or later.poses is None:
        return np.eye(3)
    ahead = earlier.poses.rotations[-1, 0, :, 2], later.poses.rotations[0, 0, :, 2]
    angles = [float(np.arctan2(way[0], way[2])) for way in ahead]
    angle = (angles[0] - angles[1] + np.pi) % (2 * np.pi) - np.pi
    return matrix_from_axis_angle(np.array([0.0, angle if abs(angle) > _TURNED else 0.0, 0.0]))


def _joined(first: Person, second: Person) -> Person:
    keypoints, poses = None, None
    if first.keypoints is not None and second.keypoints is not None:
        both = first.keypoints, second.keypoints
        keypoints = replace(
            both[0],
            positions=np.concatenate([each.positions for each in both]),
            confidence=np.concatenate([each.confidence for each in both]),
        )
    if first.poses is not None and second.poses is not None:
        poses = _joined_poses(first.poses, second.poses)
    frame_ids = np.concatenate([first.frame_ids, second.frame_ids])
    return replace(first, frame_ids=frame_ids, keypoints=keypoints, poses=poses)


def _joined_poses(first: Poses, second: Poses) -> Poses:
    turns = [np.broadcast_to(each.rest_turns, (len(each.rotations), 3, 3)) for each in (first, second)]
    same = first.rest_turns.ndim == 2 and np.array_equal(first.rest_turns, second.rest_turns)
    hands = None
    if first.hands is not None and second.hands is not None:
        hands = np.concatenate([first.hands, second.hands])
    coded = None
    if first.coded is not None and second.coded is not None and first.coded.fits(second.coded):
        coded = replace(first.coded, values=np.concatenate([first.coded.values, second.coded.values]))
    return replace(
        first,
        hands=hands,
        coded=coded,
        rotations=np.concatenate([first.rotations, second.rotations]),
        pelvis=np.concatenate([first.pelvis, second.pelvis]),
        rest_turns=first.rest_turns if same else np.concatenate(turns),
    )
