"""A result whose feet are to be held anew: its motion before that with contacts and floor as they are now,
and the held one back into its action."""

from __future__ import annotations

from collections.abc import Callable

import bpy
import numpy as np

from ..motion import Motion
from ..recording import Poses
from ..steps import Stepped, Steps
from .action import FIT_ERROR, write_bones
from .contacts import contact_edits, read_contacts, read_floor, write_contacts
from .curve_keys import key_frames, read_keys, write_keys
from .curves import keys_of
from .edits import poses_without_edits
from .errors import SceneError
from .kept_before import bring_out, has_version, put_away
from .layers import written_to
from .names import BONE_NAMES
from .own_space import rest_offsets
from .read_action import poses_of, read_seen
from .refined import FREE, Refined, refined_animation, slot_for_objects
from .refit_bones import check_bones
from .rollback import all_or_nothing
from .spares import as_before_when_it_fails
from .stored import Stored, read_stored
from .time_shift import retimed
from .timing import Keys
from .versions import show_refined, without_hold, write_aside

_PELVIS = (f'pose.bones["{BONE_NAMES[0]}"].location', 0)
_FIT = (f'["{FIT_ERROR}"]', 0)


@Stepped
def motion_to_hold(armature: bpy.types.Object, rate: float) -> Steps[Motion]:
    """The armature's result at its own frames, `rate` of them a second, before its feet were held and without
    edits; its contacts and floor as they are now, none where it knows none.

    Raises SceneError where there is no result that knows how it was written.
    """
    refined, stored = _result(armature)
    poses = yield from _free_poses(armature, stored.frames)
    contacts = read_contacts(armature, refined, stored.frames)
    edits = contact_edits(armature)
    found = None if contacts is None or edits is None or len(edits.frames) != len(contacts) else edits.found
    count = len(stored.frames)
    return Motion(
        rotations=poses.rotations,
        pelvis=poses.pelvis,
        bone_offsets=rest_offsets(armature),
        fps=rate,
        frame_ids=stored.frames.astype(int),
        fit_error_mm=_fit(refined, stored.frames),
        uncertainty_deg=np.full((count, len(BONE_NAMES)), np.nan),
        filled=_filled(refined, stored.frames),
        contacts=np.zeros((0, 4)) if contacts is None else contacts,
        floor=read_floor(armature),
        found=None if found is None else (found.chances, read_floor(armature)),
        legs=None if found is None else found.legs,
    )


def _result(armature: bpy.types.Object) -> tuple[Refined, Stored]:
    refined = refined_animation(armature)
    stored = None if refined is None else read_stored(refined.action)
    if refined is None or stored is None:
        raise SceneError(f"{armature.name} does not have its refined action; refine it again.")
    check_bones(armature)
    if retimed(armature):
        raise SceneError(
            f"The keys of {armature.name} were retimed, or most of them changed; refine it again first."
        )
    return refined, stored


def _free_poses(armature: bpy.types.Object, frames: np.ndarray) -> Steps[Poses]:
    if not has_version(armature, FREE):
        poses = poses_without_edits(armature, frames)
        assert poses is not None  # as bones and stored result are there
        return poses
    action = bring_out(armature, FREE)
    if action is None:
        raise SceneError("The motion before the feet were held is damaged in this file; refine it again.")
    free = Refined(action, slot_for_objects(action))
    channels = yield from read_seen.steps(armature, free, free.curves, frames)
    yield from put_away.steps(armature)
    return poses_of(armature, channels)


def _filled(refined: Refined, frames: np.ndarray) -> np.ndarray:
    """(N,) whether each frame's pose was filled in."""
    curve = refined.curves.get(_PELVIS)
    if curve is None or not len(curve.keyframe_points):
        return np.zeros(0, bool)
    places, _, filled = keys_of(curve)
    return np.isin(frames, places[filled])


def _fit(refined: Refined, frames: np.ndarray) -> np.ndarray:
    """(N,) mm fit error of each frame, NaN where the result knows none."""
    curve = refined.curves.get(_FIT)
    if curve is None or not len(curve.keyframe_points):
        return np.full(len(frames), np.nan)
    return np.interp(frames, key_frames(curve), read_keys(curve, ["co"])["co"][:, 1])


def write_held(
    armature: bpy.types.Object, motion: Motion, told: Callable[[str], None], *, contacts: bool = False
) -> Steps[None]:
    """Write a motion with the frames of `motion_to_hold` into the armature's result, which plays then.
    Nothing is changed where it raises.

    Figures, contacts and all else in the action stay, but for the fit error, where the motion knows it.
    contacts: write those of the motion, too. told: as `show_refined` has it.
    """
    scene = bpy.context.scene
    refined, stored = _result(armature)
    rows = np.arange(len(stored.frames))
    holds = np.diff(stored.frames, append=stored.frames[-1]) > 1.5
    keys = Keys(stored.frames.astype(int), rows, rows, np.zeros(len(rows)), holds)
    with as_before_when_it_fails([armature]), all_or_nothing(scene):
        free = without_hold(motion)
        if free is not None and not has_version(armature, FREE):
            hides = any(path.startswith("hide_") for path, _ in refined.curves)
            yield from write_aside(armature, free, keys, FREE, hide=hides)
        with written_to(armature, refined.action):
            yield from write_bones(armature, motion, keys)
            if contacts:
                yield from write_contacts(armature, motion, keys)
        _write_fit(refined, keys, motion.fit_error_mm)
        show_refined(armature, refined.action, told)
        yield from put_away.steps(armature)


def _write_fit(refined: Refined, keys: Keys, errors: np.ndarray) -> None:
    """The fit error (N,) at the keys that its curve has, NaN where it is not known."""
    curve, known = refined.curves.get(_FIT), np.isfinite(errors)
    if curve is None or not known.any():
        return
    table = read_keys(curve)
    table["co"][:, 1] = np.interp(key_frames(curve), keys.frames[known], errors[known])
    write_keys(curve, table)
