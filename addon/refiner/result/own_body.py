"""A motion on the skeleton of the user's own body model, with the shape numbers that make it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...body.body_model import BodyModel
from ...body.rotations import matrix_from_axis_angle
from ...body.shape import ShapeSpace, shape_space
from ...body.wishes import AS_FITTED, ShapeWishes
from ...motion import Motion, Shape
from ...recording import Keypoints, Person, Poses
from ..whole_clip.own_keypoints import hang_on, measured
from .fit import fit_error


@dataclass(frozen=True)
class OwnBody:
    """The user's model file, and what is known of the performer's shape."""

    model: BodyModel
    wishes: ShapeWishes = AS_FITTED

    def space(self, poses: Poses | None) -> ShapeSpace:
        """The skeletons that it can have, the likely ones near the shape numbers of a file's poses where
        these are numbers of this kind of model."""
        return shape_space(self.model, self.wishes, self._known(poses))

    def _known(self, poses: Poses | None) -> np.ndarray | None:
        return None if poses is None or _other_kind(poses, self.model) else poses.betas

    def shaped(self, motion: Motion, betas: np.ndarray, bones: np.ndarray) -> Motion:
        """The motion with these shape numbers, whose bones (24, 3) it has, and their fingers."""
        pelvis = self.model.rest_joints(betas)[0]
        shape = Shape(self.model.kind, pelvis, self.model.hands)
        betas = np.asarray(betas, np.float32)
        gender = self.model.gender or motion.gender
        hands = motion.hands
        if hands is not None and self.model.has_fingers:
            hands = replace(hands, offsets=self.model.finger_offsets(betas))
        return replace(motion, betas=betas, gender=gender, bone_offsets=bones, shape=shape, hands=hands)


def decoded(person: Person, body: OwnBody | None) -> Person:
    """The person with the fingers that the model tells of, where the poses hold numbers that it decodes.

    vectors = mean + values @ components, as smplx has it (vchoutas/smplx body_models.py).
    """
    poses = person.poses
    if body is None or poses is None or poses.coded is None or body.model.kind == "SMPL":
        return person
    coded, model = poses.coded, body.model
    vectors = coded.values
    if coded.components:
        known = model.hand_components[:, : vectors.shape[2]]
        if known.shape[1] < vectors.shape[2]:
            return person
        vectors = np.einsum("tsn,snc->tsc", vectors, known)
    vectors = vectors.reshape(len(vectors), *model.hands.shape)
    hands = matrix_from_axis_angle(vectors + model.hands if coded.from_mean else vectors)
    return replace(person, poses=replace(poses, hands=np.asarray(hands), coded=None))


def on_own_body(motion: Motion, person: Person, body: OwnBody) -> Motion:
    """A motion whose poses were found without the model, on its bones.

    With keypoints, the shape numbers are those whose bones these tell. Without, they are the
    file's own (what is known of the performer only adds to them), and the pelvis is where the model's J0 puts
    it (the formula is that of `recording.Poses.rest_turns`). What does not fit is told in the motion's
    warnings. Raises FormatError when the shape numbers make no standing human.
    """
    poses = person.poses
    assert poses is not None
    if person.keypoints is not None:
        return _by_keypoints(motion, person, person.keypoints, body)
    if len(poses.betas) and _other_kind(poses, body.model):
        kind = "SMPL-X" if _is_smpl_x(poses) else "SMPL or SMPL-H"
        warning = (
            f"The shape numbers of person {motion.person_id} are those of {kind}, but the body model is"
            f" {body.model.kind}, so it was not used; give a file of {kind}."
        )
        return _warned(motion, warning)
    motion = _told_of_betas(motion, poses, body.model)
    betas = np.zeros(body.wishes.betas) if not len(poses.betas) else poses.betas
    if body.wishes.height is not None or body.wishes.weight is not None:
        betas = shape_space(body.model, body.wishes, betas).usual
    if poses.rest_pelvis is not None:
        step = body.model.rest_joints(betas)[0] - poses.rest_pelvis
        moved = poses.rest_turns @ step
        free = None if motion.free is None else (motion.free[0], motion.free[1] + moved)
        motion = replace(motion, pelvis=motion.pelvis + moved, free=free)
    return body.shaped(motion, betas, body.model.bone_offsets(betas))


def _by_keypoints(motion: Motion, person: Person, keypoints: Keypoints, body: OwnBody) -> Motion:
    assert person.poses is not None
    space = body.space(person.poses)
    if hang_on(keypoints, person.poses):
        betas = measured(person, space).betas
        assert betas is not None
    else:
        betas = space.fitted(np.linalg.norm(motion.bone_offsets, axis=-1))
    motion = body.shaped(motion, betas, space.bones(betas))
    error = fit_error(motion.rotations, motion.pelvis - motion.led, motion.bone_offsets, keypoints)
    return replace(motion, fit_error_mm=error)


def _told_of_betas(motion: Motion, poses: Poses, model: BodyModel) -> Motion:
    unused = model.unused(poses.betas)
    if unused:
        motion = _warned(
            motion,
            f"The body model knows {model.shapes} shape numbers, so the last {unused} of person"
            f" {motion.person_id} were left out.",
        )
    sexes = {poses.gender, model.gender}
    if poses.betas.any() and sexes == {"female", "male"}:
        motion = _warned(
            motion,
            f"The shape numbers of person {motion.person_id} are of the {poses.gender} body, but the body"
            f" model is the {model.gender} one; give the {poses.gender} file for the true proportions.",
        )
    return motion


def _warned(motion: Motion, warning: str) -> Motion:
    return replace(motion, warnings=(*motion.warnings, warning))


def _other_kind(poses: Poses, model: BodyModel) -> bool:
    return poses.rest_pelvis is not None and _is_smpl_x(poses) != (model.kind == "SMPL-X")


def _is_smpl_x(poses: Poses) -> bool:
    """SMPL's mean rest pelvis lies at a height of -0.22, that of SMPL-X at -0.35 (`formats.draft`)."""
    return poses.rest_pelvis is not None and bool(poses.rest_pelvis[1] < -0.29)
