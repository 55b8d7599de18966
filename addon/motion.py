"""One person's finished animation, in the frame of reference of `recording`."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Motion:
    """What the refiner returns and the scene, the FBX export and the .npz file are made from.

    rotations: (T, 24, 3, 3) local joint rotations, joint 0 is the global orientation.
    pelvis: (T, 3) metres, position of the pelvis joint.
    bone_offsets: (24, 3) metres, rest position of each joint relative to its parent; row 0 is zero.
    fps: frames per second of `frame_ids`.
    frame_ids: (T,) frame numbers in the recording; frame n lies at n / fps seconds.
    fit_error_mm: (T,) mean distance from the keypoints, NaN without keypoints.
    uncertainty_deg: (T, 24) expected error of each joint's rotation, NaN where it is not known.
    betas, gender: as the recording gave them.
    """

    rotations: np.ndarray
    pelvis: np.ndarray
    bone_offsets: np.ndarray
    fps: float
    frame_ids: np.ndarray
    fit_error_mm: np.ndarray
    uncertainty_deg: np.ndarray
    person_id: str = "0"
    betas: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    gender: str = "neutral"
    warnings: tuple[str, ...] = ()

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.frame_ids)

    @property
    def times(self) -> np.ndarray:
        """(T,) seconds since frame number 0."""
        return self.frame_ids / self.fps
