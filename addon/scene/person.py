"""One person in the scene: armature, action, body and target keypoints."""

from __future__ import annotations

import bpy
import numpy as np

from ..body.body_model import BodyModel
from ..body.skeleton import JOINT_COUNT
from ..motion import Motion
from ..recording import Keypoints
from ..steps import Stepped, Steps
from .action import write_action
from .armature import create_armature
from .colours import person_colour
from .errors import SceneError
from .estimated import mark_estimated
from .kept_keypoints import keep_keypoints
from .mesh import create_body
from .rollback import all_or_nothing, leave_edit_mode, select_only
from .timing import is_animated, keys_at, scene_rate, set_scene_rate, show_range
from .versions import write_before
from .visibility import hide_while_away


@Stepped
def write_motion(
    motion: Motion,
    *,
    name: str = "Person",
    keypoints: Keypoints | None = None,
    original: Motion | None = None,
    mesh: bool = True,
    match_scene_rate: bool = True,
    first_frame: float = 1.0,
    origin: float = 0.0,
    body_model: BodyModel | None = None,
    gaps: str = "hold",
    person_index: int | None = None,
    gender: str | None = None,
) -> Steps[bpy.types.Object]:
    """Write a motion to the current scene and return the armature object.

    keypoints: target keypoints to keep with the armature, as many frames as the motion. original: the motion
    before refining, kept as an action of its own to switch to. mesh: with a skinned body.
    match_scene_rate: give the scene the motion's rate, as long as nothing is animated in it yet; keys
    are always written at the scene's rate, at the right speed. first_frame: scene frame of the moment
    `origin`, in seconds of the recording. body_model: the user's own body, which takes the shape of the
    motion's betas and the length of its bones; None for the open body.
    gaps: what happens where the person is away for long: "hold", the body stays where it was, or "hide",
    armature and body are hidden meanwhile; there are no keys in either case. person_index: the person's
    place in the recording, which gives the colour; None counts the armatures of the file. gender: which open
    body to take, "neutral", "female" or "male"; None as the recording says.
    Nothing is left behind when it raises; SceneError where the motion can't be written.
    """
    _check(motion, keypoints)
    if original is not None:
        _check(original, None)
    yield None
    scene = bpy.context.scene
    leave_edit_mode()
    with all_or_nothing(scene):
        alone = not is_animated(scene)
        if alone and match_scene_rate:
            set_scene_rate(scene, motion.fps)
        keys = keys_at(motion.times - origin, scene_rate(scene), first_frame, motion.away)
        home = _home_collection()
        people = sum(ob.type == "ARMATURE" for ob in bpy.data.objects)
        colour = people if person_index is None else person_index
        armature = create_armature(name, motion.bone_offsets, colour)
        _move(armature, home)
        yield None
        yield from write_action(armature, motion, keys)
        mark_estimated(armature, motion, keys, scene_rate(scene))
        yield None
        made = [armature]
        if mesh:
            body = yield from create_body(
                armature, motion.bone_offsets, home, person_colour(colour),
                body_model=body_model, betas=motion.betas, gender=gender or motion.gender,
            )  # fmt: skip
            made.append(body)
        if gaps == "hide":
            for ob in made:
                hide_while_away(ob, keys)
        if original is not None:
            times = original.times - origin
            before = keys_at(times, scene_rate(scene), first_frame, original.away)
            yield from write_before(armature, original, before, hide=gaps == "hide")
        if keypoints is not None:
            keep_keypoints(
                armature, keypoints, motion.times - origin,
                fps=motion.fps, rate=scene_rate(scene), first_frame=first_frame,
            )  # fmt: skip
        show_range(scene, keys.frames, alone)
        select_only([armature], armature)
    return armature


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
            f"There are {len(keypoints.positions)} frames of keypoints for {motion.frames} frames of motion; "
            "choose the keypoints that the motion was refined to."
        )


def _home_collection() -> bpy.types.Collection:
    """The active collection where new objects can be seen in it, else the scene's root."""
    active = bpy.context.view_layer.active_layer_collection
    root = bpy.context.scene.collection
    if active is None or not active.is_visible or not active.collection.is_editable:
        return root
    return active.collection


def _move(ob: bpy.types.Object, home: bpy.types.Collection) -> None:
    root = bpy.context.scene.collection
    if home != root:
        home.objects.link(ob)
        root.objects.unlink(ob)
