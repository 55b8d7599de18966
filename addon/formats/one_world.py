"""People who have a world each, put into the first one's as the camera saw them beside each other.

An estimator that follows each person alone starts each at the origin: all would stand in one place. Where two
were in the picture together, their places and orientations in the camera tell how their worlds lie.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..recording import Person, Poses
from .camera import moved

APART = "Some people were never in the picture together, so where they are to each other is not known."


def in_one_world(people: Sequence[Person], seen: Mapping[str, Poses]) -> tuple[list[Person], list[str]]:
    """The people in one world, and what is to be said of those who stay in their own.

    people: with poses, each in a world with Y up. seen: id -> the same frames in the camera, where they are
    known. Heights are kept, as all stand on one floor. A person is put beside the first whom they shared a
    picture with and who has been put already.
    """
    placed, left, told = list(people[:1]), list(people[1:]), list[str]()
    while left:
        pairs = ((one, other) for one in left for other in placed)
        found = next(((one, there) for one, other in pairs if (there := _beside(one, other, seen))), None)
        if found is None:
            told = [APART]
            break
        left.remove(found[0])
        placed.append(found[1])
    order = {one.id: one for one in (*placed, *left)}
    return [order[one.id] for one in people], told


def _beside(one: Person, other: Person, seen: Mapping[str, Poses]) -> Person | None:
    """The person in the other's world; None where they were never seen together."""
    _, mine, theirs = np.intersect1d(one.frame_ids, other.frame_ids, return_indices=True)
    if not len(mine) or not {one.id, other.id} <= set(seen) or one.poses is None or other.poses is None:
        return None
    here, there = (poses.rows(rows) for poses, rows in ((one.poses, mine), (other.poses, theirs)))
    seen_here, seen_there = seen[one.id].rows(mine), seen[other.id].rows(theirs)
    from_camera = _turns(there, seen_there)
    turn = _about_y(from_camera @ np.swapaxes(_turns(here, seen_here), 1, 2))
    apart = (from_camera @ (seen_here.pelvis - seen_there.pelvis)[..., None])[..., 0]
    shift = np.median(there.pelvis + apart - here.pelvis @ turn.T, axis=0) * [1.0, 0.0, 1.0]
    return moved(one, turn, shift)


def _turns(world: Poses, camera: Poses) -> np.ndarray:
    """(T, 3, 3) from the camera's axes to the world's, as one body in both tells."""
    return world.rotations[:, 0] @ np.swapaxes(camera.rotations[:, 0], 1, 2)


def _about_y(turns: np.ndarray) -> np.ndarray:
    """(3, 3) the turn about Y that is nearest to all of (T, 3, 3)."""
    total = turns.sum(0)
    angle = np.arctan2(total[0, 2] - total[2, 0], total[0, 0] + total[2, 2])
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[cosine, 0.0, sine], [0.0, 1.0, 0.0], [-sine, 0.0, cosine]])
