"""Our own .npz: AMASS-style, Z up, with joints and bone offsets beside the poses."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..body.kinematics import forward
from ..body.rotations import axis_angle_from_matrix
from ..body.skeleton import REST_PELVIS
from ..motion import Motion
from ..safe_read import FormatError
from ..whole_file import save_arrays
from .finish import TO_Y_UP
from .model_poses import pose_fields

_BETAS = 10


def npz_fields(motion: Motion) -> dict[str, np.ndarray]:
    """The arrays of the file.

    With A = R_x(+90°), which takes Y up to Z up: root' = A root, pelvis' = A pelvis,
    trans = pelvis' - J0, J0 = the rest pelvis of the motion's shape, SMPL's mean one without a shape, **not**
    turned by A. SMPL turns the body about its pelvis joint and then adds trans, so every AMASS reader finds
    pelvis' = J0 + trans again. `joints` are those of forward kinematics in the same Z-up world;
    `bone_offsets` belong to the rest pose, which poses turn, and stay as they are. `contacts` (T, 4):
    probability that left heel, left toes, right heel, right toes bear; `floor` (L, 4): planes n · x = h as n
    and h, one for each height.
    """
    to_z_up = TO_Y_UP["+z"].T
    rotations = np.array(motion.rotations, dtype=np.float64)
    rotations[:, 0] = to_z_up @ rotations[:, 0]
    pelvis = np.asarray(motion.pelvis, dtype=np.float64) @ to_z_up.T
    joints, _ = forward(rotations, pelvis, np.asarray(motion.bone_offsets, dtype=np.float64))
    rest = REST_PELVIS if motion.shape is None else motion.shape.pelvis
    fields = {
        **pose_fields(motion, axis_angle_from_matrix(rotations)),
        "trans": (pelvis - rest).astype(np.float32),
        "betas": np.asarray(motion.betas if len(motion.betas) else np.zeros(_BETAS), np.float32),
        "betas_fitted": np.array(motion.shape is not None),
        "gender": np.array(motion.gender),
        "mocap_frame_rate": np.array(float(motion.fps)),
        "mocap_framerate": np.array(float(motion.fps)),
        "joints": np.asarray(joints, np.float32),
        "frame_ids": np.asarray(motion.frame_ids, np.int64),
        "bone_offsets": np.asarray(motion.bone_offsets, np.float32),
        "fit_error_mm": np.asarray(motion.fit_error_mm, np.float32),
        "uncertainty_deg": np.asarray(motion.uncertainty_deg, np.float32),
    }
    if len(motion.contacts):
        fields["contacts"] = np.asarray(motion.contacts, np.float32)
    if motion.floor is not None:
        normal = np.broadcast_to(to_z_up @ motion.floor.normal, (len(motion.floor.heights), 3))
        fields["floor"] = np.concatenate([normal, motion.floor.heights[:, None]], -1).astype(np.float32)
    return fields


def write_npz(motion: Motion, path: str | Path) -> None:
    """Writes the motion; the file is complete or absent. Raises FormatError when it can't be written,
    TypeError for what is no Motion."""
    target = Path(path)
    if not hasattr(motion, "fit_error_mm"):
        raise TypeError(f"write_npz takes a Motion, as refine gives it; this is {type(motion).__name__}.")
    try:
        save_arrays(target, npz_fields(motion))
    except OSError as error:
        raise FormatError(f"{target} can't be written ({error.strerror}); choose another place.") from error
