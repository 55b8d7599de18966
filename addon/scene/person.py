"""One person in the scene: armature, action, body and target keypoints."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from ..body.body_model import BodyModel
from ..body.skeleton import JOINT_COUNT
from ..motion import Motion
from ..recording import Keypoints
from ..safe_read import as_text
from ..steps import Stepped, Steps
from ..words import plural
from .applied_size import note_size, settle_size
from .armature import create_armature
from .colours import person_colour
from .errors import SceneError
from .estimated import mark_estimated
from .fingers import finger_offsets, has_fingers, place_fingers
from .kept_before import forget_version, put_away
from .kept_keypoints import keep_keypoints
from .mesh import create_body
from .own_space import rest_offsets, rests_otherwise
from .parts import NOTHING_EARLIER, Earlier, home_of, move_to
from .refined import BEFORE, FREE
from .refit_body import Told, update_body
from .refit_bones import update_rest_pose
from .rollback import all_or_nothing, leave_edit_mode, select_only
from .timing import is_animated, keys_at, scene_rate, set_scene_rate, show_range
from .units import metres
from .versions import own_actions, refined_action, without_hold, write_aside, write_refined
from .visibility import hide_while_away, only_hides


@Stepped
def write_motion(
    motion: Motion,
    *,
    name: str = "Person",
    keypoints: Keypoints | None = None,
    original: Motion | None = None,
    mesh: bool = True,
    match_scene_rate: bool = True,
    match_scene_range: bool = True,
    first_frame: float = 1.0,
    origin: float = 0.0,
    body_model: BodyModel | None = None,
    gaps: str = "hold",
    person_index: int | None = None,
    gender: str | None = None,
    earlier: Earlier = NOTHING_EARLIER,
    told: Told = lambda _sentence: None,
) -> Steps[bpy.types.Object]:
    """Write a motion to the current scene and return the armature object.

    keypoints: target keypoints to keep with the armature, as many frames as the motion. original: the motion
    before refining, kept as an action of its own to switch to. mesh: with a skinned body.
    match_scene_rate: give the scene the motion's rate, as long as nothing is animated in it yet; keys
    are always written at the scene's rate, at the right speed. match_scene_range: give the scene the motion's
    range then, too; otherwise its range is only widened. first_frame: frame of the animation for the moment
    `origin`, in seconds of the recording. body_model: the user's own body, which takes the shape of the
    motion's betas and the length of its bones; None for the open body.
    gaps: what happens where the person is away for long: "hold", the body stays where it was, or "hide",
    armature and body are hidden meanwhile; there are no keys in either case. person_index: the person's
    place in the recording, which gives the colour; None counts the armatures of the file. gender: which open
    body to take, "neutral", "female" or "male"; None as the recording says.
    earlier: objects of this person that are there: they are brought up to date in place, and all that a
    user has made of them stays; `told` is given a sentence about what can't stay. `mesh` adds a body only
    where there is none. Whoever gives `earlier` wraps the call in `spares.as_before_when_it_fails`.
    Nothing new is left behind when it raises; SceneError where the motion can't be written.
    """
    _check(motion, keypoints)
    if original is not None:
        _check(original, None)
    yield None
    scene, name, hide = bpy.context.scene, as_text(name), gaps == "hide"
    leave_edit_mode()
    with all_or_nothing(scene):
        alone = not is_animated(scene, _actions(earlier))
        if alone and match_scene_rate:
            set_scene_rate(scene, motion.fps)
        keys = keys_at(motion.times - origin, scene_rate(scene), first_frame, motion.away)
        home = home_of(earlier.objects, name)
        people = sum(ob.type == "ARMATURE" for ob in bpy.data.objects)
        colour = people if person_index is None else person_index
        shown = None if earlier.armature is None else _key_range(earlier.armature)
        offsets = motion.bone_offsets if earlier.armature is None else rest_offsets(earlier.armature)
        armature = _armature(earlier, name, motion.bone_offsets, home, colour, told)
        if motion.hands is not None:
            place_fingers(armature, motion.hands.offsets, colour)
        yield None
        for version, other in ((BEFORE, original), (FREE, without_hold(motion))):
            if other is None:
                forget_version(armature, version)
            else:
                at = keys_at(other.times - origin, scene_rate(scene), first_frame, other.away)
                yield from write_aside(armature, other, at, version, hide=hide)
        yield from write_refined(armature, motion, keys, hide=hide, told=told)
        yield from put_away.steps(armature)
        mark_estimated(armature, motion, keys, scene_rate(scene))
        yield None
        shape: dict[str, Any] = {
            "body_model": body_model, "betas": motion.betas, "gender": gender or motion.gender,
            "fingers": finger_offsets(armature) if has_fingers(armature) else None,
        }  # fmt: skip
        bodies = list(earlier.bodies)
        for body in bodies:
            yield from update_body(body, armature, motion.bone_offsets, offsets, told=told, **shape)
        if mesh and not bodies:
            body = yield from create_body(armature, motion.bone_offsets, home, person_colour(colour), **shape)
            bodies = [body]
        for body in bodies:
            hide_while_away(body, keys, hide=hide)
        if keypoints is not None:
            keep_keypoints(
                armature, keypoints, motion.times - origin,
                fps=motion.fps, rate=scene_rate(scene), first_frame=first_frame,
            )  # fmt: skip
        if shown != _key_range(armature):
            show_range(scene, keys.frames, alone and match_scene_range)
        select_only([armature], armature)
    return armature


def _armature(
    earlier: Earlier, name: str, bone_offsets: np.ndarray, home: bpy.types.Collection, colour: int, told: Told
) -> bpy.types.Object:
    """The person's armature at rest in these proportions: the earlier one, or else a new one."""
    if earlier.armature is not None:
        if rests_otherwise(earlier.armature):
            told(
                f"The bones of {earlier.armature.name} were stretched or moved at rest; they have the"
                " performer's proportions again."
            )
        settle_size(earlier.armature)
        update_rest_pose(earlier.armature, bone_offsets)
        note_size(earlier.armature)
        return earlier.armature
    armature = create_armature(name, bone_offsets, colour)
    armature.scale = [1.0 / metres(bpy.context.scene)] * 3
    move_to(armature, home)
    return armature


def _actions(earlier: Earlier) -> list[bpy.types.Action]:
    """What earlier runs have written, which does not count as animation of the user's."""
    objects = (*earlier.objects, *earlier.waiting)
    hiding = [ob.animation_data.action for ob in objects if only_hides(ob)]
    return [*hiding, *(action for ob in objects for action in own_actions(ob))]


def _key_range(armature: bpy.types.Object) -> tuple[float, float] | None:
    """First and last frame of the refined action, None without one."""
    action = refined_action(armature)
    return None if action is None else tuple(action.curve_frame_range)


def _check(motion: Motion, keypoints: Keypoints | None) -> None:
    shapes = (motion.rotations.shape, motion.pelvis.shape, motion.bone_offsets.shape)
    wanted = ((motion.frames, JOINT_COUNT, 3, 3), (motion.frames, 3), (JOINT_COUNT, 3))
    if motion.frames == 0 or shapes != wanted:
        raise SceneError("The motion has no frames or wrong shapes; refine the recording again.")
    if not all(np.isfinite(a).all() for a in (motion.rotations, motion.pelvis, motion.bone_offsets)):
        raise SceneError("The motion has gaps (NaN); refine the recording to fill them.")
    if not 0 < motion.fps < np.inf:
        raise SceneError("The motion has no frame rate; state it when opening the file.")
    if keypoints is not None and len(keypoints.positions) != motion.frames:
        raise SceneError(
            f"The keypoints have {plural(len(keypoints.positions), 'frame')}, the motion {motion.frames:,}; "
            "choose the keypoints that the motion was refined to."
        )
