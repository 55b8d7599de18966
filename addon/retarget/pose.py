"""How the bones of a character stand, by the turns of those that are matched; all others go along."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..body.rotations import quaternion_from_matrix
from .target import Target

Turns = Mapping[int, np.ndarray]
"""(T, 3, 3) by bone: turns in the world from how the bone rests."""


class Pose:
    """A character through T frames. Turns and places of bones are worked out when they are asked for."""

    def __init__(self, target: Target, turns: Turns, hips: np.ndarray) -> None:
        """turns: of the bones that are matched. hips (T, 3): where the pelvis' bone starts."""
        self.target, self.turns = target, dict(turns)
        self.turns.setdefault(target.carrier, self.turns[target.joints["pelvis"]])
        self.placed: dict[int, np.ndarray] = {}
        self._still = np.broadcast_to(np.eye(3), (len(hips), 3, 3))
        self.hips = hips

    @property
    def hips(self) -> np.ndarray:
        """(T, 3) metres, where the pelvis' bone starts."""
        return self.placed[self.target.carrier] + self._carried()

    @hips.setter
    def hips(self, places: np.ndarray) -> None:
        self.placed[self.target.carrier] = places - self._carried()

    def _carried(self) -> np.ndarray:
        """(T, 3) metres from where the body's carrier starts to where the pelvis does."""
        target = self.target
        offset = target.heads[target.joints["pelvis"]] - target.heads[target.carrier]
        return np.asarray(self.turn(target.carrier) @ offset)

    def raise_by(self, heights: np.ndarray) -> None:
        """Move everything up by (T,) metres."""
        self.hips = self.hips + heights[:, None] * [0.0, 1.0, 0.0]

    def turn(self, bone: int) -> np.ndarray:
        """(T, 3, 3) in the world."""
        while bone >= 0:
            if bone in self.turns:
                return self.turns[bone]
            bone = self.target.parents[bone]
        return self._still

    def place(self, bone: int) -> np.ndarray:
        """(T, 3) metres, where a bone starts."""
        target, offset = self.target, np.zeros((len(self.hips), 3))
        while bone >= 0:
            if bone in self.placed:
                return self.placed[bone] + offset
            parent = target.parents[bone]
            if parent < 0:
                break
            offset = offset + self.turn(parent) @ (target.heads[bone] - target.heads[parent])
            bone = parent
        return offset + target.heads[bone]

    def at(self, joint: str) -> np.ndarray:
        """(T, 3) metres, where the bone of a joint starts."""
        return self.place(self.target.joints[joint])

    def locals(self, bones: list[int]) -> np.ndarray:
        """(T, B, 4) quaternions wxyz of the bones' own channels."""
        rotations = np.empty((len(self.hips), len(bones), 3, 3))
        for column, bone in enumerate(bones):
            parent = self.target.hung_on(bone)
            free = parent < 0 or bone in self.target.loose
            turn = self.turn(bone)
            rotations[:, column] = turn if free else np.swapaxes(self.turn(parent), -1, -2) @ turn
        found = np.asarray(quaternion_from_matrix(rotations))
        # Turned into a bone's own axes, a quaternion is the same but for its axis.
        found[..., 1:] = np.einsum("tbi,bij->tbj", found[..., 1:], self.target.axes[bones], optimize=True)
        return found

    def moved(self, bone: int, place: np.ndarray) -> np.ndarray:
        """(T, 3) metres by which a bone that starts at `place` (T, 3) is away from where its parent carries
        it, along the bone's own axes."""
        target = self.target
        parent = target.hung_on(bone)
        carried = np.broadcast_to(target.heads[bone], place.shape)
        above = self._still
        if parent >= 0:
            above = self.turn(parent)
            carried = self.place(parent) + above @ (target.heads[bone] - target.heads[parent])
        back = target.slides.get(bone, target.axes[bone]).T @ np.swapaxes(above, -1, -2)
        return np.asarray((back @ (place - carried)[..., None])[..., 0])
