"""What somebody has set by hand is held: a refined motion goes through it, and eases back on either side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...body.easing import eased, offsets_between
from ...body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from ...body.skeleton import JOINT_COUNT
from ...motion import Held, Kept, Motion
from ...recording import Keypoints
from .fit import fit_error

EASE_SECONDS = 0.3
"""How long a motion takes from a held pose back to its own."""
_ON_A_FRAME, _INSTANT = 0.01, 1e-6
"""Frames, and seconds, within which a held moment counts as that of a frame."""


def hold(motion: Motion, held: Held, keypoints: Keypoints | None = None) -> Motion:
    """The motion with these poses held, joint by joint: at their moments it has them, and over EASE_SECONDS
    it eases from there to its own, or from one to the next where they are closer together.

    keypoints: those that the motion was refined to, as many frames, which tell its fit error anew.
    """
    held = _within(held, motion)
    if not held.marks.any():
        return motion
    rotations, pelvis = motion.rotations.copy(), motion.pelvis.copy()
    for joint in np.flatnonzero(held.turns.any(0)):
        chosen = held.turns[:, joint]
        free = _rotations_at(motion.rotations[:, joint], motion.times, held.times[chosen])
        offsets = offsets_between(free, held.rotations[chosen, joint])
        rotations[:, joint] @= matrix_from_axis_angle(_spread(motion, held.times[chosen], offsets))
    if held.places.any():
        moments = held.times[held.places]
        free = np.stack([np.interp(moments, motion.times, axis) for axis in motion.pelvis.T], axis=-1)
        pelvis += _spread(motion, moments, held.pelvis[held.places] - free)
    kept = Kept(held, motion.rotations, motion.pelvis)
    uncertainty = np.where(_held_at_frames(motion, held), np.nan, motion.uncertainty_deg)
    found = replace(motion, rotations=rotations, pelvis=pelvis, uncertainty_deg=uncertainty, kept=kept)
    if keypoints is None:
        return found
    error = fit_error(rotations, pelvis - motion.led, motion.bone_offsets, keypoints)
    return replace(found, fit_error_mm=error)


def _within(held: Held, motion: Motion) -> Held:
    """What of it is inside the motion, to half a frame."""
    half = 0.5 / motion.fps
    inside = (held.times >= motion.times[0] - half) & (held.times <= motion.times[-1] + half)
    columns = (held.times, held.rotations, held.pelvis, held.turns, held.places)
    return Held(*(column[inside] for column in columns))


def _around(times: np.ndarray, moments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(N,) the frames before and after each moment, the same one twice outside all frames."""
    before = np.clip(np.searchsorted(times, moments, side="right") - 1, 0, len(times) - 1)
    between = moments > times[before] + _INSTANT
    after = np.where(between, np.minimum(before + 1, len(times) - 1), before)
    return before, after


def _rotations_at(rotations: np.ndarray, times: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """(N, 3, 3) rotations (T, 3, 3) of frames at times (T,), on the shortest turn between, at moments."""
    before, after = _around(times, moments)
    span = np.where(after > before, times[after] - times[before], 1.0)
    share = np.clip((moments - times[before]) / span, 0.0, 1.0)
    turn = axis_angle_from_matrix(np.swapaxes(rotations[before], -1, -2) @ rotations[after])
    return rotations[before] @ matrix_from_axis_angle(turn * share[:, None])


def _spread(motion: Motion, moments: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """(T, 3) offsets (N, 3) of some moments, eased over the motion's frames.

    A moment between two frames has its offset in both, so that in between the motion has it too.
    """
    times = motion.times
    away = np.abs(moments - times[np.stack(_around(times, moments))])
    on_a_frame = away.min(0) < _ON_A_FRAME / motion.fps
    flat = np.where(on_a_frame, 0.0, np.minimum(away.max(0), EASE_SECONDS))
    return eased(times, moments, offsets, EASE_SECONDS, flat)


def _held_at_frames(motion: Motion, held: Held) -> np.ndarray:
    """(T, 24) bool, joints of the frames on either side of a held moment, or at it."""
    found = np.zeros((motion.frames, JOINT_COUNT), bool)
    for frames in _around(motion.times, held.times):
        close = np.abs(motion.times[frames] - held.times) < 1.0 / motion.fps
        np.logical_or.at(found, frames[close], held.turns[close])
    return found
