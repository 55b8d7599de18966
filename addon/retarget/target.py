"""What retargeting knows of a character: its bones at rest, and what each of them is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np

from ..body.hands import FINGER_COUNT, SIDES
from .errors import RetargetError

LIMBS = {
    "arm": ("shoulder", "elbow", "wrist"),
    "leg": ("hip", "knee", "ankle"),
}
"""The joints of a limb that two bones make, without their side."""
NEEDED = ("pelvis", *(f"{side}_{joint}" for side in SIDES for joint in LIMBS["leg"][:2] + LIMBS["arm"][:2]))
"""What a character must have."""


@dataclass(frozen=True)
class Twist:
    """A bone that takes a share of the turn of a limb about itself.

    limb: the joint that the limb's bone starts at, such as left_elbow. share: 0 turns with the near end of
    that bone, 1 with the far end.
    """

    bone: int
    limb: str
    share: float


@dataclass(frozen=True)
class Target:
    """A character's B bones at rest in the world, in SMPL's axes and metres, parents before children.

    parents: (B,) indices, -1 for none. heads: (B, 3). axes: (B, 3, 3), columns are a bone's own axes.
    joints: bones by the name of the SMPL joint that they turn as; the chains of spine and neck apart.
    spine, neck: the chains from below to above, of any length. fingers: (2, 15) in the order of
    `body.hands`, -1 where there is none. root: the bone on the floor that carries all, -1 for none.
    floor: height, along its own up, of what the soles stand on at rest. loose: bones that do not turn with
    their parents.
    slides: (3, 3) axes along which a bone's location counts, of bones where these are not its own.
    own: (3, 3), columns are the armature's own axes. free: what bones hang on in truth, -1 for nothing, that
    are carried along by keys: feet and hands beside their limbs. goals: bones beside the body, and the one of
    it that each goes along with.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    heads: np.ndarray
    axes: np.ndarray
    joints: Mapping[str, int]
    spine: tuple[int, ...] = ()
    neck: tuple[int, ...] = ()
    twists: tuple[Twist, ...] = ()
    fingers: np.ndarray = field(default_factory=lambda: np.full((len(SIDES), FINGER_COUNT), -1))
    root: int = -1
    floor: float = 0.0
    loose: frozenset[int] = frozenset()
    slides: Mapping[int, np.ndarray] = field(default_factory=dict)
    own: np.ndarray = field(default_factory=lambda: np.eye(3))
    free: Mapping[int, int] = field(default_factory=dict)
    goals: Mapping[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises RetargetError where nothing can be done with it."""
        missing = [name.replace("_", " ") for name in NEEDED if name not in self.joints]
        if missing:
            raise RetargetError(
                f"No bone is matched to the {', '.join(missing)}; choose one in the table of bones."
            )
        if any(parent >= bone for bone, parent in enumerate(self.parents)):
            raise RetargetError("The bones are not listed from the root outwards.")
        for side in SIDES:
            for limb in LIMBS.values():
                known = [f"{side}_{joint}" for joint in limb if f"{side}_{joint}" in self.joints]
                self._check_row([self.joints[joint] for joint in known], [f"the {joint}" for joint in known])
        for name, row in (("spine", self.spine), ("neck", self.neck)):
            self._check_row(row, [f"the next of the {name}"] * len(row))

    def _check_row(self, bones: Sequence[int], names: Sequence[str]) -> None:
        """Each hangs on the one before, at whatever distance. Raises RetargetError."""
        for (upper, bone), name in zip(pairwise(bones), names[1:], strict=True):
            above = self.parents[bone]
            while above >= 0 and above != upper:
                above = self.parents[above]
            if above < 0:
                raise RetargetError(
                    f"{self.names[bone]} does not hang on {self.names[upper]} and can't be"
                    f" {name.replace('_', ' ')}; correct the table of bones."
                )

    def hung_on(self, bone: int) -> int:
        """The bone that a bone's channels are relative to, -1 for none."""
        return self.free.get(bone, self.parents[bone])

    def head(self, joint: str) -> np.ndarray:
        """(3,) where the bone of a joint starts at rest."""
        return np.asarray(self.heads[self.joints[joint]])

    @cached_property
    def carrier(self) -> int:
        """The bone that carries the body: the pelvis, or what it, trunk and legs hang on side by side."""
        trunk = self.spine[0] if self.spine else self.joints["left_shoulder"]
        parts = [trunk, *(self.joints[f"{side}_hip"] for side in SIDES)]
        above = list(self._line(self.joints["pelvis"]))
        for hung in (parts, [trunk]):
            shared = set.intersection(*(set(self._line(bone)) for bone in hung))
            found = [bone for bone in above if bone in shared]
            if found:
                return found[0]
        return above[0]

    def _line(self, bone: int) -> Iterator[int]:
        """This bone and those that it hangs on."""
        while bone >= 0:
            yield bone
            bone = self.parents[bone]

    @cached_property
    def facing(self) -> np.ndarray:
        """(3, 3) the turn that lets the character at rest stand along +Y and look along +Z.

        Up is the axis, of the world's and the armature's own, that is nearest to the way from the hips to the
        shoulders: a bent back tells no more. Raises RetargetError.
        """
        sides = [self.head(f"left_{joint}") - self.head(f"right_{joint}") for joint in ("hip", "shoulder")]
        middles = [(self.head(f"left_{j}") + self.head(f"right_{j}")) / 2 for j in ("hip", "shoulder")]
        along = middles[1] - middles[0]
        axes = np.concatenate([np.eye(3), self.own.T])
        nearest = np.abs(axes @ along).argmax()
        up = axes[nearest] * np.sign(axes[nearest] @ along)
        left = sum(side / max(np.linalg.norm(side), 1e-9) for side in sides)
        left = left - up * (up @ left)
        if np.linalg.norm(left) < 0.1:
            raise RetargetError("Left and right hips and shoulders lie in one place; correct the bones.")
        left /= np.linalg.norm(left)
        return np.stack([left, up, np.cross(left, up)])

    @cached_property
    def stood(self) -> np.ndarray:
        """(B, 3) heads of the character as it stands and looks along +Z, on the floor y = 0."""
        turned = self.heads @ self.facing.T
        return np.asarray(turned - [0.0, self.floor, 0.0])

    def place(self, joint: str) -> np.ndarray:
        """(3,) the bone of a joint in `stood`."""
        return np.asarray(self.stood[self.joints[joint]])

    def along(self, joint: str, following: str) -> np.ndarray:
        """(3,) from one joint to another in `stood`."""
        return self.place(following) - self.place(joint)

    def length(self, joints: Sequence[str]) -> float:
        """Metres along these joints, from each to the next."""
        return sum(float(np.linalg.norm(self.along(first, second))) for first, second in pairwise(joints))
