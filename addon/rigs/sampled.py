"""What moves in a scene, frame by frame: a rig's bones, or named points. In the frame of reference of this
project: metres, Y up, a rest pose faces +Z."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .bone_map import BoneMap
from .rig import Rig


@dataclass(frozen=True)
class SampledRig:
    """A rig's bones in the world.

    rig: how the bones rest; of these only `bones` were sampled. places: (T, B, 3) their heads; turns:
    (T, B, 3, 3) by how much each is turned against its rest. bone_map: what they are; its names are the
    rig's. frames: (T,) of the scene or the file. notes: sentences on what is doubtful. takes: names of the
    animations that its file has.
    """

    name: str
    rig: Rig
    bone_map: BoneMap
    bones: tuple[str, ...]
    places: np.ndarray
    turns: np.ndarray
    frames: np.ndarray
    fps: float
    notes: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        shape = (len(self.frames), len(self.bones), 3)
        if self.places.shape != shape or self.turns.shape != (*shape, 3):
            raise ValueError(f"{shape} of bones, but places {self.places.shape}, turns {self.turns.shape}")

    @property
    def rest(self) -> np.ndarray:
        """(B, 3) the sampled bones' heads at rest."""
        return self.rig.heads[[self.rig.index[name] for name in self.bones]]


@dataclass(frozen=True)
class SampledPoints:
    """Named points (T, K, 3), NaN where missing, as empties or groups of vertices show them."""

    name: str
    names: tuple[str, ...]
    places: np.ndarray
    frames: np.ndarray
    fps: float
    notes: tuple[str, ...] = ()


Sampled = SampledRig | SampledPoints
