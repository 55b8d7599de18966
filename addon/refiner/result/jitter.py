"""How much a motion shakes, as one figure for people."""

from __future__ import annotations

import numpy as np

from ...body.kinematics import forward
from ...motion import Motion
from ...recording import Keypoints
from ...steps import Stepped, Steps, in_chunks
from ..timeline import own_step
from ..white_noise import white_noise


@Stepped
def jitter(motion: Motion) -> Steps[float]:
    """Mean acceleration of the joints in m/s^2, over frames that follow one another; NaN without three."""
    joints = yield from in_chunks(
        lambda rows: forward(motion.rotations[rows], motion.pelvis[rows], motion.bone_offsets)[0],
        motion.frames,
    )
    step = own_step(motion.frame_ids, motion.fps)
    follows = (np.diff(motion.frame_ids, 2) == 0) & (np.diff(motion.frame_ids)[1:] == step)
    if not follows.any():
        return float("nan")
    steps = np.linalg.norm(np.diff(joints, 2, axis=0), axis=-1)[follows]
    return float(steps.mean() * (motion.fps / step) ** 2)


def keypoint_noise(keypoints: Keypoints) -> float:
    """Metres per axis by which keypoints shake, as `white_noise` has it."""
    known = [place for place, name in enumerate(keypoints.canonical) if name]
    return white_noise(keypoints.positions[:, known])
