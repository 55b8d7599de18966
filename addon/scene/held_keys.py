"""A motion as values of the pose bones at its keys: what is held by hand lies on its keys exactly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..body.rotations import quaternion_from_matrix, slerp, without_flips
from ..motion import Held, Motion
from ..steps import Steps, in_chunks
from .axes import SMPL_TO_BLENDER, positions_to_blender
from .channels import COLUMNS, Channels, nearest
from .stored import FREE, HELD, Stored
from .timing import Keys

_SAME_MOMENT, _SAME_KEY = 0.02, 0.5
"""Keys within which a held moment is that of a key, and within which it marks one."""


def result_of(motion: Motion, keys: Keys, rest: np.ndarray) -> Steps[Stored]:
    """The values at the keys, with and without what is held. rest: (24, 4, 4) the bones at rest."""
    written = yield from _channels(motion, keys, rest)
    marks = np.full((len(keys.frames), COLUMNS), FREE, np.uint8)
    if motion.kept is None:
        return Stored(keys.frames, written, written, marks)
    kept = motion.kept
    without = replace(motion, rotations=kept.rotations, pelvis=kept.pelvis)
    free = yield from _channels(without, keys, rest)
    _put_exactly(written, kept.held, marks, _moments(motion, keys), rest)
    return Stored(keys.frames, Channels(without_flips(written.turns), written.places), free, marks)


def _channels(motion: Motion, keys: Keys, rest: np.ndarray) -> Steps[Channels]:
    quaternions = yield from in_chunks(
        lambda rows: turns_of_bones(motion.rotations[rows], rest), motion.frames
    )
    before, after, fraction = keys.before, keys.after, keys.fraction[:, None]
    turns = yield from in_chunks(
        lambda rows: slerp(quaternions[before[rows]], quaternions[after[rows]], fraction[rows]),
        len(keys.frames),
    )
    return Channels(without_flips(turns), keys.linear(_places_of_pelvis(motion.pelvis, rest[0])))


def turns_of_bones(rotations: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """(T, J, 4) wxyz, what joint rotations (T, J, 3, 3) turn the bones by, each as it lies at rest.

    A joint that turns by R in Blender's frame turns its bone, resting at B, by inverse(B) R B: the same angle
    about the axis as the bone sees it.
    """
    quaternions = quaternion_from_matrix(rotations)
    seen_by_bone = np.linalg.inv(rest[:, :3, :3]) @ SMPL_TO_BLENDER
    quaternions[..., 1:] = (seen_by_bone @ quaternions[..., 1:, None])[..., 0]
    return quaternions


def _places_of_pelvis(pelvis: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """(T, 3) locations of the pelvis bone relative to its rest place (4, 4), along its own axes."""
    return (positions_to_blender(pelvis) - rest[:3, 3]) @ np.linalg.inv(rest[:3, :3]).T


def _moments(motion: Motion, keys: Keys) -> np.ndarray:
    """(N,) seconds since frame number 0 of each key."""
    return keys.linear(motion.times[:, None])[:, 0]


def _put_exactly(
    written: Channels, held: Held, marks: np.ndarray, moments: np.ndarray, rest: np.ndarray
) -> None:
    """Held poses into the keys at their moments, and marks (N, 25) on the keys nearest to them."""
    spacing = np.median(np.diff(moments)) if len(moments) > 1 else 1.0
    rows = nearest(moments, held.times)
    apart = np.abs(moments[rows] - held.times) / spacing
    near = apart <= _SAME_KEY + 1e-6
    marked = np.zeros(marks.shape, bool)
    np.logical_or.at(marked, rows[near], held.marks[near])
    marks[marked] = HELD
    here = np.flatnonzero(apart <= _SAME_MOMENT)
    turns, places = turns_of_bones(held.rotations[here], rest), _places_of_pelvis(held.pelvis[here], rest[0])
    rows = rows[here]
    written.turns[rows] = np.where(held.turns[here][..., None], turns, written.turns[rows])
    written.places[rows] = np.where(held.places[here][:, None], places, written.places[rows])
