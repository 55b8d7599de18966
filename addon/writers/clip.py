"""What is written: one skeleton and how it moves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Clip:
    """One skeleton at rest and through T frames, parents before children.

    name: of the person or rig; bones: B names; parents: (B,) indices, -1 for none.
    rest: (B, 4, 4) and posed: (T, B, 4, 4), rigid matrices of the bones in one frame of reference, the bone
    along its own Y; lengths: (B,) in the unit of the places. fps: frames per second; first: number of the
    first frame, which lies at first / fps seconds of the file.
    """

    name: str
    bones: tuple[str, ...]
    parents: np.ndarray
    rest: np.ndarray
    posed: np.ndarray
    lengths: np.ndarray
    fps: float
    first: int = 0

    @property
    def seconds(self) -> np.ndarray:
        """(T,) times of the frames in the file."""
        return (self.first + np.arange(len(self.posed))) / self.fps

    def children(self, bone: int) -> list[int]:
        """Indices of the bones right below one."""
        return np.flatnonzero(self.parents == bone).tolist()

    def local(self, bone: int) -> np.ndarray:
        """(T, 4, 4) of a bone relative to its parent."""
        above = self.parents[bone]
        return self.posed[:, bone] if above < 0 else inverse(self.posed[:, above]) @ self.posed[:, bone]

    def placed(self, axes: np.ndarray, scale: float = 1.0) -> Clip:
        """In another frame of reference: axes (3, 3) turn the places, which are then scaled."""
        if scale == 1.0 and np.array_equal(axes, np.eye(3)):
            return self
        return replace(
            self,
            rest=_placed(self.rest, axes, scale),
            posed=_placed(self.posed, axes, scale),
            lengths=self.lengths * scale,
        )


def _placed(matrices: np.ndarray, axes: np.ndarray, scale: float) -> np.ndarray:
    placed = matrices.copy()
    placed[..., :3, :3] = axes @ matrices[..., :3, :3]
    placed[..., :3, 3] = matrices[..., :3, 3] @ axes.T * scale
    return placed


def relative(parents: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """Rigid matrices (T, B, 4, 4) relative to each bone's parent."""
    known = np.where(parents < 0, 0, parents)
    local = inverse(matrices)[:, known] @ matrices
    local[:, parents < 0] = matrices[:, parents < 0]
    return local


def inverse(rigid: np.ndarray) -> np.ndarray:
    """Of matrices (..., 4, 4) that turn and move, much faster than for any matrix."""
    inverted = np.zeros_like(rigid)
    inverted[..., :3, :3] = np.swapaxes(rigid[..., :3, :3], -1, -2)
    inverted[..., :3, 3] = -(inverted[..., :3, :3] @ rigid[..., :3, 3, None])[..., 0]
    inverted[..., 3, 3] = 1.0
    return inverted
