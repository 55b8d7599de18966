"""What of a run does not depend on what is asked of it, so that a control that moves costs little."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ..motion import Legs, Motion
from ..recording import Keypoints, Person
from ..steps import Steps
from .evidence.targets import Read, Targets
from .evidence.unseen_trunk import UnseenTrunk
from .feet.told import CAPTURED, UNTOLD, by_keypoints, by_poses
from .hands.motion import HandPoints
from .piece import Look, Run
from .poses_alone import Alone
from .result.blending import Poses
from .result.own_body import OwnBody, on_own_body
from .start.closed_form import Initial
from .timeline import Piece, own_step
from .vertices.told import Mesh
from .whole_clip.judge import WholeClip

KEPT_LOOKS = 32


@dataclass(frozen=True)
class Toward:
    """How the keypoints of a person are refined toward. keypoints (T, K): by the canonical points that they
    are taken for. read, initials: of each piece. clip: what all of them tell together. kept: the person's
    poses where nothing is refined, None without. trunks: of each piece, where hips are that nothing tells."""

    keypoints: Keypoints
    read: list[Read]
    initials: list[Initial | None]
    clip: WholeClip
    kept: Poses | None
    trunks: tuple[UnseenTrunk | None, ...] = ()

    def seen(self, number: int, frames: slice, smoothness: float | np.ndarray) -> Steps[Targets]:
        """The targets on some of a piece's frames; smoothness: of all points, or of each (P,)."""
        known = self.clip.seen((yield from self.read[number].at(smoothness, frames)))
        trunk = self.trunks[number] if self.trunks else None
        return known if trunk is None else trunk.beside(known, frames)


@dataclass(frozen=True)
class Own:
    """Keypoints that hang on a person's own poses, the bones (24, 3) in metres that they tell, and the shape
    numbers (B,) of these, None without a body model."""

    keypoints: Keypoints
    bones: np.ndarray
    betas: np.ndarray | None = None


Key = tuple[int, int, int, bytes]


@dataclass(frozen=True)
class Prepared:
    """A person's clip, read and judged as a whole. toward: None where poses are refined alone, as told by
    each of the parts. own: keypoints that hang on these poses. looks: what the network said of stretches, by
    piece, frames and smoothness; kept only for a preview, which asks for the same ones again. body: the
    user's own, None without. hands: the points of hands, None without. mesh: the vertices that tell the
    person's poses, None where something else does. warnings: what to say of the evidence."""

    person: Person
    parts: list[Piece]
    run: Run
    toward: Toward | None = None
    told: list[Alone] = field(default_factory=list)
    own: Own | None = None
    looks: dict[Key, Look] | None = None
    body: OwnBody | None = None
    hands: HandPoints | None = None
    mesh: Mesh | None = None
    warnings: tuple[str, ...] = ()

    @property
    def step(self) -> int:
        """Frame numbers from one frame of the parts' grids to the next."""
        return own_step(self.person.frame_ids, self.person.fps)

    @property
    def fps(self) -> float:
        """Frames a second of the parts' grids."""
        return self.person.fps / self.step

    def on_body(self, motion: Motion) -> Motion:
        """The motion with the shape of the user's own body, where there is one."""
        if self.body is None:
            return motion
        if self.toward is not None:
            return self.body.shaped(motion, self.toward.clip.found.numbers, motion.bone_offsets)
        if self.own is not None and self.own.betas is not None:
            return self.body.shaped(motion, self.own.betas, motion.bone_offsets)
        return on_own_body(motion, replace(self.person, keypoints=None), self.body)

    def on_body_rows(self, motion: Motion, rows: np.ndarray) -> Motion:
        """`on_body` for a motion of some of the person's frames (T,) alone."""
        return replace(self, person=self.person.rows(rows)).on_body(motion)

    @property
    def keypoints(self) -> Keypoints | None:
        """Those that the motion is refined toward or that hang on its poses."""
        if self.toward is not None:
            return self.toward.keypoints
        return None if self.own is None else self.own.keypoints

    @property
    def legs(self) -> Legs:
        """How well the legs are told in each of the person's frames."""
        if self.toward is None:
            lengths = [part.length for part in self.parts]
            untold = float(np.average([one.estimate for one in self.told], weights=lengths))
            return by_poses(self.person.frames, CAPTURED + (UNTOLD - CAPTURED) * untold, untold)
        targets = [read.usual for read in self.toward.read]
        variance, poses = self.toward.clip.variance, self.toward.kept is not None
        found = by_keypoints(targets, variance, self.fps, poses)
        legs = by_poses(self.person.frames, found[0].path, 0.0)
        for piece, told in zip(self.parts, found, strict=True):
            for whole, part in ((legs.off, told.off), (legs.untold, told.untold), (legs.known, told.known)):
                whole[piece.rows] = part[piece.places]
        return legs

    def beside(self, keypoints: Keypoints, warnings: tuple[str, ...]) -> Prepared:
        """The same, with errors that are measured on all keypoints, also those that were left out."""
        assert self.toward is not None
        whole = replace(keypoints, canonical=self.toward.keypoints.canonical)
        return replace(self, toward=replace(self.toward, keypoints=whole), warnings=warnings)

    def keep(self, key: Key, look: Look) -> None:
        """Take note of what the network said, and forget what is long ago."""
        if self.looks is not None:
            self.looks[key] = look
            while len(self.looks) > KEPT_LOOKS:
                del self.looks[next(iter(self.looks))]
