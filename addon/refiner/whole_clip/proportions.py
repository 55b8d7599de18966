"""What may vary of a performer's bones: the lengths of the mean skeleton's, or a body model's shape."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import numpy as np

from ...body.shape import ShapeSpace
from ...body.skeleton import JOINT_COUNT, MIRROR_JOINTS, REST_OFFSETS

SIZE_SPREAD, BONE_SPREAD = 0.08, 0.05
"""Standard deviations of a person's size, and of each bone's ratio to it."""

_LEFT = [joint for joint in range(1, JOINT_COUNT) if joint <= MIRROR_JOINTS[joint]]
BONE_OWNER = np.array(
    [[float(min(joint, MIRROR_JOINTS[joint]) == own) for own in _LEFT] for joint in range(JOINT_COUNT)]
)
"""(24, 14) which ratio is each bone's: left and right share theirs."""
OF_LENGTHS = np.linalg.inv(BONE_SPREAD**2 * np.eye(len(_LEFT)) + SIZE_SPREAD**2)
"""(14, 14) precision of these ratios."""


class Proportions(Protocol):
    """N numbers that tell a skeleton. usual (N,), precision (N, N): which are likely."""

    @property
    def usual(self) -> np.ndarray: ...

    @property
    def precision(self) -> np.ndarray: ...

    def numbers(self, bones: np.ndarray) -> np.ndarray:
        """(N,) those that are nearest to bones (24, 3) in metres."""

    def bones(self, numbers: np.ndarray) -> np.ndarray:
        """(24, 3) metres."""

    def changes(self, numbers: np.ndarray) -> np.ndarray:
        """(N, 24, 3) metres by which the bones change with each number."""


class MeanDirections:
    """The mean skeleton with other lengths; the numbers are the logarithms of 14 ratios to it."""

    usual = np.zeros(len(_LEFT))
    precision = OF_LENGTHS

    def numbers(self, bones: np.ndarray) -> np.ndarray:
        """(14,) of the left and middle bones."""
        return np.log(_lengths(bones) / _USUAL_LENGTHS)[_LEFT]

    def bones(self, numbers: np.ndarray) -> np.ndarray:
        """(24, 3) metres."""
        return REST_OFFSETS * np.exp(BONE_OWNER @ numbers)[:, None]

    def changes(self, numbers: np.ndarray) -> np.ndarray:
        """(14, 24, 3) metres."""
        return BONE_OWNER.T[:, :, None] * self.bones(numbers)


class ModelShape:
    """The rest skeletons of a body model; the numbers are its betas."""

    def __init__(self, space: ShapeSpace) -> None:
        self.space = space
        self.usual, self.precision = space.usual, space.precision

    def numbers(self, bones: np.ndarray) -> np.ndarray:
        """(B,) betas of bones of these lengths."""
        return self.space.fitted(np.linalg.norm(bones, axis=-1))

    def bones(self, numbers: np.ndarray) -> np.ndarray:
        """(24, 3) metres."""
        return self.space.bones(numbers)

    def changes(self, _numbers: np.ndarray) -> np.ndarray:
        """(B, 24, 3) metres."""
        return self.space.directions


@lru_cache(maxsize=1)
def mean_directions() -> MeanDirections:
    """Those where no body model is given."""
    return MeanDirections()


def _lengths(bones: np.ndarray) -> np.ndarray:
    """(24,) bone lengths, 1 for the pelvis, which has none."""
    lengths = np.linalg.norm(bones, axis=-1)
    return np.where(lengths > 0, lengths, 1.0)


_USUAL_LENGTHS = _lengths(REST_OFFSETS)
