"""What of a run does not depend on what is asked of it, so that a control that moves costs little."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..recording import Keypoints, Person
from ..steps import Steps
from .blending import Poses
from .evidence import Read, Targets
from .hands import HandPoints
from .piece import Initial, Look, Run
from .poses_alone import Alone
from .timeline import Piece
from .whole_clip import WholeClip

KEPT_LOOKS = 32


@dataclass(frozen=True)
class Toward:
    """How the keypoints of a person are refined toward. keypoints (T, K): by the canonical points that they
    are taken for. read, initials: of each piece. clip: what all of them tell together. kept: the person's
    poses where nothing is refined, None without."""

    keypoints: Keypoints
    read: list[Read]
    initials: list[Initial | None]
    clip: WholeClip
    kept: Poses | None

    def seen(self, number: int, frames: slice, smoothness: float | np.ndarray) -> Steps[Targets]:
        """The targets on some of a piece's frames; smoothness: of all points, or of each (P,)."""
        return self.clip.seen((yield from self.read[number].at(smoothness, frames)))


@dataclass(frozen=True)
class Own:
    """Keypoints that hang on a person's own poses, and the bones (24, 3) in metres that they tell."""

    keypoints: Keypoints
    bones: np.ndarray


Key = tuple[int, int, int, bytes]


@dataclass(frozen=True)
class Prepared:
    """A person's clip, read and judged as a whole. toward: None where poses are refined alone, as told by
    each of the parts. own: keypoints that hang on these poses. looks: what the network said of stretches, by
    piece, frames and smoothness; kept only for a preview, which asks for the same ones again. hands: the
    points of hands, None without."""

    person: Person
    parts: list[Piece]
    run: Run
    toward: Toward | None = None
    told: list[Alone] = field(default_factory=list)
    own: Own | None = None
    looks: dict[Key, Look] | None = None
    hands: HandPoints | None = None

    def keep(self, key: Key, look: Look) -> None:
        """Take note of what the network said, and forget what is long ago."""
        if self.looks is not None:
            self.looks[key] = look
            while len(self.looks) > KEPT_LOOKS:
                del self.looks[next(iter(self.looks))]
