"""Which heels and toes bear, and the floor they stand on, as properties of the armature that can be edited.

The contacts are animated with few keys: 1 from the frame on which a place comes to bear, 0 from the one on
which it leaves. The floor is that of the person's own space.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import bpy
import numpy as np

from ..motion import Floor, Legs, Motion
from ..steps import Steps
from .axes import SMPL_TO_BLENDER
from .channels import nearest
from .contacts_found import FOUND, Found, keep_found, read_found
from .curve_keys import key_frames
from .curves import Curve, evaluate, remove_curves, write_curves
from .refined import Refined, refined_animation
from .timing import Keys

CONTACTS = ("contact_l_heel", "contact_l_toe", "contact_r_heel", "contact_r_toe")
"""Custom properties of the armature object, animated, in the order of `Motion.contacts`."""
HEIGHTS, UP = "spr_floor_heights", "spr_floor_up"
"""Custom properties of the armature object: metres of the floor along its normal, and the normal, Z up."""
BEARS = 0.5
"""From which value a place bears."""
_GROUP = "Contacts"
_PLACES = ("left heel", "left toes", "right heel", "right toes")
_SAME_FRAME, _SAME_FLOOR = 0.5, 1e-4


@dataclass(frozen=True)
class ContactEdits:
    """Contacts of now at the N scene frames of a result, (N, 4) values from 0 to 1, which of them somebody
    has changed since they were found, (N, 4) bool, and the floor of now where that was changed; found: what
    it is told from."""

    frames: np.ndarray
    values: np.ndarray
    changed: np.ndarray
    floor: Floor | None
    found: Found

    @property
    def any(self) -> bool:
        """Whether anything was changed."""
        return bool(self.changed.any()) or self.floor is not None


def write_contacts(armature: bpy.types.Object, motion: Motion, keys: Keys) -> Steps[None]:
    """Contacts into the action that plays, and the floor on the armature, in place of earlier ones.

    What a run has found is kept on the action, so that changes can be told from it.
    """
    _remove_stale(armature)
    if not len(motion.contacts):
        return
    bears = keys.linear(motion.contacts) >= BEARS
    yield from _write_curves(armature, keys.frames, bears)
    write_floor(armature, motion.floor)
    found, floor = (motion.contacts, motion.floor) if motion.found is None else motion.found
    legs = None if motion.legs is None else _at_keys(motion.legs, keys)
    keep_found(armature.animation_data.action, Found(keys.frames, keys.linear(found), floor, legs))


def _at_keys(legs: Legs, keys: Keys) -> Legs:
    off, untold, known, rise = map(keys.linear, (legs.off, legs.untold, legs.known, legs.rise[:, None]))
    return Legs(off, untold, known, legs.path, rise[:, 0])


def _write_curves(armature: bpy.types.Object, frames: np.ndarray, bears: np.ndarray) -> Steps[None]:
    for column, name in enumerate(CONTACTS):
        changes = np.flatnonzero(np.diff(bears[:, column], prepend=~bears[:1, column]))
        curve = Curve(f'["{name}"]', 0, bears[changes, column].astype(float), _GROUP)
        yield from write_curves.steps(armature, frames[changes], [curve], "CONSTANT")
        armature[name] = float(bears[0, column])
        words = f"Whether the {_PLACES[column]} bear on the floor, 0 to 1. Hold Feet Again holds them by it"
        shown = armature.id_properties_ui(name)
        shown.update(min=0.0, max=1.0, soft_min=0.0, soft_max=1.0, precision=1, description=words)


def write_floor(armature: bpy.types.Object, floor: Floor | None) -> None:
    """The floor as properties of the armature; without one they go."""
    for name in (HEIGHTS, UP):
        armature.pop(name, None)
    if floor is None:
        return
    armature[HEIGHTS] = [float(height) for height in floor.heights]
    armature[UP] = (SMPL_TO_BLENDER @ floor.normal).tolist()
    words = "Heights of the floor in metres along its normal, in the recording's space"
    armature.id_properties_ui(HEIGHTS).update(description=words, soft_min=-2.0, soft_max=2.0, precision=3)
    armature.id_properties_ui(UP).update(description="Normal of the floor, in the recording's space")


def read_floor(armature: bpy.types.Object) -> Floor | None:
    """The floor that the properties tell of now, in SMPL's frame; None where there is none."""
    heights, up = _numbers(armature.get(HEIGHTS)), _numbers(armature.get(UP, (0.0, 0.0, 1.0)))
    if not len(heights) or len(up) != 3 or not np.linalg.norm(up):
        return None
    return Floor(SMPL_TO_BLENDER.T @ up / np.linalg.norm(up), np.sort(heights))


def _numbers(value: object) -> np.ndarray:
    """A number or numbers of a property, without those that are none."""
    listed = value.to_list() if hasattr(value, "to_list") else value
    try:
        found = np.atleast_1d(np.asarray(listed, float))
    except (TypeError, ValueError):
        return np.zeros(0)
    return found[np.isfinite(found)]


def read_contacts(armature: bpy.types.Object, refined: Refined, frames: np.ndarray) -> np.ndarray | None:
    """(N, 4) what the result's contacts are at frames (N,) of its action, from 0 to 1; None where it knows
    none."""
    curves = refined.curves
    columns = []
    for name in CONTACTS:
        curve = curves.get((f'["{name}"]', 0))
        keyed = curve is not None and len(curve.keyframe_points) > 0
        columns.append(evaluate(curve, frames) if keyed else _numbers(armature.get(name)))
    if not any(len(column) for column in columns):
        return None
    values = [np.broadcast_to(column if len(column) else 0.0, frames.shape) for column in columns]
    return np.clip(np.stack(values, axis=-1), 0.0, 1.0)


def contact_frames(armature: bpy.types.Object) -> np.ndarray:
    """(N,) frames of the scene at which the result's contacts come and go."""
    refined = refined_animation(armature)
    if refined is None:
        return np.zeros(0)
    curves = [refined.curves.get((f'["{name}"]', 0)) for name in CONTACTS]
    keyed = [key_frames(curve)[1:] for curve in curves if curve is not None and len(curve.keyframe_points)]
    return refined.shown(np.unique(np.concatenate([np.zeros(0), *keyed])))


def contact_edits(armature: bpy.types.Object) -> ContactEdits | None:
    """What somebody has changed of contacts and floor since they were found; None where nothing is known of
    that."""
    refined = refined_animation(armature)
    found = None if refined is None else read_found(refined.action)
    if refined is None or found is None:
        return None
    values, now = read_contacts(armature, refined, found.frames), read_floor(armature)
    values = found.chances if values is None else values
    changed_floor = None if now is None or _same(now, found.floor) else now
    changed = (values >= BEARS) != (found.chances >= BEARS)
    return ContactEdits(found.frames, values, changed, changed_floor, found)


def forget_contact_edits(armature: bpy.types.Object) -> bool:
    """Let the next run have what was edited; contacts and floor stay as they are until then. Whether there
    was anything."""
    edits, refined = contact_edits(armature), refined_animation(armature)
    if edits is None or refined is None or not edits.any:
        return False
    chances = np.where(edits.changed, edits.values, edits.found.chances)
    keep_found(refined.action, replace(edits.found, chances=chances, floor=read_floor(armature)))
    return True


def with_edits(motion: Motion, edits: ContactEdits, moments: np.ndarray) -> Motion:
    """A new motion with the contacts that somebody has changed, as far as it has these frames, and the floor;
    moments (N,): seconds of the recording at the edits' frames."""
    rows = nearest(moments, motion.times)
    spacing = float(np.median(np.diff(moments))) if len(moments) > 1 else 1.0
    near = np.abs(moments[rows] - motion.times) <= _SAME_FRAME * max(spacing, 1.0 / motion.fps) + 1e-6
    chosen = edits.changed[rows] & near[:, None]
    contacts = np.where(chosen, edits.values[rows], motion.contacts)
    floor = motion.floor if edits.floor is None else edits.floor
    found = motion.contacts, motion.floor
    return replace(motion, contacts=contacts, floor=floor, found=found)


def _same(one: Floor, other: Floor | None) -> bool:
    return (
        other is not None
        and one.heights.shape == other.heights.shape
        and np.allclose(one.heights, other.heights, atol=_SAME_FLOOR)
        and np.allclose(one.normal, other.normal, atol=_SAME_FLOOR)
    )


def _remove_stale(armature: bpy.types.Object) -> None:
    paths = {f'["{name}"]' for name in CONTACTS}
    remove_curves(armature, lambda curve: curve.data_path in paths)
    for name in (*CONTACTS, HEIGHTS, UP):
        armature.pop(name, None)
    action = armature.animation_data.action if armature.animation_data else None
    if action is not None:
        action.pop(FOUND, None)
