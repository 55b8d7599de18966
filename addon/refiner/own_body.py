"""A motion on the bones of the user's own body model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..body.body_model import BodyModel
from ..motion import Motion
from ..recording import Poses


def on_own_body(
    motion: Motion, poses: Poses | None, model: BodyModel | None
) -> tuple[Motion, BodyModel | None]:
    """The motion on the bones of the user's model, and the model whose mesh to use (None: the open body).

    Without keypoints and with betas, the bones are the model's and the pelvis is where its J0 puts it (the
    formula is that of `recording.Poses.rest_turns`); else bones and pelvis stay. What does not fit is told in
    the motion's warnings. Raises FormatError when the betas make no standing human.
    """
    if model is None or poses is None or not len(motion.betas):
        return motion, model
    if poses.rest_pelvis is not None and _is_smpl_x(poses.rest_pelvis) != (model.kind == "SMPL-X"):
        kind = "SMPL-X" if _is_smpl_x(poses.rest_pelvis) else "SMPL or SMPL-H"
        warning = (
            f"The shape numbers of person {motion.person_id} are those of {kind}, but the body model is"
            f" {model.kind}, so it was not used; give a file of {kind}."
        )
        return _warned(motion, warning), None
    unused = model.unused(motion.betas)
    if unused:
        motion = _warned(
            motion,
            f"The body model knows {model.shapes} shape numbers, so the last {unused} of person"
            f" {motion.person_id} were left out.",
        )
    offsets, joints = model.bone_offsets(motion.betas), model.rest_joints(motion.betas)
    if np.isfinite(motion.fit_error_mm).any():
        return motion, model
    pelvis = motion.pelvis
    if poses.rest_pelvis is not None:
        pelvis = pelvis + poses.rest_turns @ (joints[0] - poses.rest_pelvis)
    return replace(motion, bone_offsets=offsets, pelvis=pelvis), model


def _warned(motion: Motion, warning: str) -> Motion:
    return replace(motion, warnings=(*motion.warnings, warning))


def _is_smpl_x(rest_pelvis: np.ndarray) -> bool:
    """SMPL's mean rest pelvis lies at a height of -0.22, that of SMPL-X at -0.35 (`formats.draft`)."""
    return bool(rest_pelvis[1] < -0.29)
