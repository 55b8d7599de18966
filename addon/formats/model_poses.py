"""The poses of a motion as the SMPL, SMPL-H or SMPL-X model of its shape has them, under AMASS's names.

AMASS writes SMPL-H as `poses (T, 156)`: 22 body joints, then 15 of each hand. SMPL-X has jaw and eyes before
the hands, 165 numbers, which its stageii files hold part by part as well. Hands are turned from the model's
flat ones, for which `smplx` is asked with `use_pca=False, flat_hand_mean=True`.
Sources: nghorbani/amass, vchoutas/smplx body_models.py.
"""

from __future__ import annotations

import numpy as np

from ..body.hands import HAND_OFFSETS
from ..body.rotations import axis_angle_from_matrix
from ..motion import Motion

_BODY = 22
_TYPES = {"SMPL": "smpl", "SMPL-H": "smplh", "SMPL-X": "smplx"}


def pose_fields(motion: Motion, body: np.ndarray) -> dict[str, np.ndarray]:
    """`poses (T, 72 | 156 | 165)` and what tells of them, from body rotation vectors (T, 24, 3). Without a
    model, people without hands are SMPL's and those with hands SMPL-H's."""
    kind = _kind(motion)
    frames = len(body)
    if kind == "SMPL":
        return _named(kind, body.reshape(frames, -1))
    hands = _hands(motion).reshape(frames, -1)
    parts = {
        "root_orient": body[:, 0],
        "pose_body": body[:, 1:_BODY].reshape(frames, -1),
        "pose_hand": hands,
    }
    if kind == "SMPL-H":
        return _named(kind, np.concatenate(list(parts.values()), axis=1))
    parts |= {"pose_jaw": np.zeros((frames, 3)), "pose_eye": np.zeros((frames, 6))}
    order = ("root_orient", "pose_body", "pose_jaw", "pose_eye", "pose_hand")
    whole = np.concatenate([parts[name] for name in order], axis=1)
    return _named(kind, whole) | {name: part.astype(np.float32) for name, part in parts.items()}


def _kind(motion: Motion) -> str:
    if motion.shape is not None:
        return motion.shape.kind
    return "SMPL" if motion.hands is None else "SMPL-H"


def _hands(motion: Motion) -> np.ndarray:
    """(T, 2, 15, 3) rotation vectors: the motion's own, or the model's relaxed hands."""
    if motion.hands is not None:
        return axis_angle_from_matrix(motion.hands.rotations)
    relaxed = np.zeros_like(HAND_OFFSETS) if motion.shape is None else motion.shape.hands
    return np.broadcast_to(relaxed, (motion.frames, *relaxed.shape))


def _named(kind: str, poses: np.ndarray) -> dict[str, np.ndarray]:
    return {"poses": poses.astype(np.float32), "surface_model_type": np.array(_TYPES[kind])}
