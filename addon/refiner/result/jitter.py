"""How much a motion shakes, as one figure for people."""

from __future__ import annotations

import numpy as np

from ...body.kinematics import forward
from ...motion import Motion
from ...recording import Keypoints
from ...steps import Stepped, Steps, in_chunks
from ..timeline import own_step


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
    """Metres per axis by which keypoints shake from frame to frame; NaN without four frames in a row.

    A movement changes its acceleration little between frames, white noise of deviation s its third difference
    by s times the root of 20.
    """
    known = [place for place, name in enumerate(keypoints.canonical) if name]
    third = np.abs(np.diff(keypoints.positions[:, known], 3, axis=0))
    third = third[np.isfinite(third)]
    return float(np.median(third) / (0.6745 * np.sqrt(20.0))) if len(third) else float("nan")
