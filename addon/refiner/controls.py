"""What a person may ask of the refiner beyond the file: how far, how smooth, which joints, which frames."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..body.points import POINT_NAMES
from ..body.skeleton import JOINT_COUNT, JOINT_NAMES
from .errors import RefineError
from .limbs import FULL, PARTS, Limbs, check, is_usual, of_joints, of_points

PATHS = ("measured", "steps")
LARGEST_GAIN = 10.0
"""At strength 2. Larger gains bend spines and twist feet for the last millimetre of a detector's noise."""


@dataclass(frozen=True)
class Controls:
    """The defaults refine everything as measured.

    strength: 0..2, how far the keypoints are followed. With an initial pose, 0 keeps it, values up to 1 go
        that share of the way from it to the refined pose; without one, values below 1 leave more to the
        network's idea of the pose, which knows the keypoints too. Above 1 the keypoints count for more than
        their measured noise calls for, at 2 ten times as much.
    smoothness: 0..2. 0 takes the keypoints as observed, 1 smooths them as cross-validation finds best,
        2 leaves nothing faster than about one movement a second.
    parts: names from PARTS. Other joints keep the initial pose; without one, they stay in the rest pose,
        and a root that is not refined stays upright where the person first is.
    frames: first and last frame number of the recording to refine, None for all. With an initial pose the
        other frames keep it; without one, the motion has these frames only.
    limbs: parts that are followed, smoothed or trusted more or less than the rest, by their names.
    feet: 0..1, how far bearing feet are held where they bear. floor: metres (Y up) of a level floor, None to
        find it. path: one of PATHS, whether the body's path is as measured or rebuilt from its steps.
    hands: 0..2, how far the points of hands are followed, against how hands usually are; None: no fingers.
    finger_bones: fingers at ease also where nothing tells of hands.
    """

    strength: float = 1.0
    smoothness: float = 1.0
    parts: frozenset[str] = frozenset(PARTS)
    frames: tuple[int, int] | None = None
    limbs: Limbs = field(default_factory=dict)
    feet: float = 0.0
    floor: float | None = None
    path: str = PATHS[0]
    hands: float | None = 1.0
    finger_bones: bool = False

    def check(self) -> None:
        """Raises RefineError with a sentence about the first value that makes no sense."""
        for name, value in (("strength", self.strength), ("smoothness", self.smoothness)):
            if not 0.0 <= value <= FULL:
                raise RefineError(f"The {name} {value:g} is not between 0 and {FULL:g}; choose one that is.")
        if not 0.0 <= self.feet <= 1.0:
            raise RefineError(
                f"The hold of the feet {self.feet:g} is not between 0 and 1; choose one that is."
            )
        if self.floor is not None and not np.isfinite(self.floor):
            raise RefineError("The height of the floor is no number; give metres.")
        if self.path not in PATHS:
            raise RefineError(f"There is no path {self.path!r}; choose {' or '.join(PATHS)}.")
        if self.hands is not None and not 0.0 <= self.hands <= FULL:
            raise RefineError(f"The strength of hands {self.hands:g} is not between 0 and {FULL:g}.")
        unknown = sorted(self.parts - PARTS.keys())
        if unknown:
            raise RefineError(f"There is no body part {unknown[0]!r}; choose from {', '.join(PARTS)}.")
        if not self.parts:
            raise RefineError("No body part is chosen; choose at least one.")
        if self.frames is not None and self.frames[0] > self.frames[1]:
            first, last = self.frames
            raise RefineError(f"The first frame {first} lies after the last frame {last}; swap them.")
        check(self.limbs)

    @property
    def whole_body(self) -> bool:
        """Whether every joint is refined."""
        return len(self.parts) == len(PARTS)

    @property
    def joints(self) -> np.ndarray:
        """(24,) bool, which joints are refined."""
        chosen = [JOINT_NAMES.index(joint) for part in self.parts for joint in PARTS[part]]
        mask = np.zeros(JOINT_COUNT, bool)
        mask[chosen] = True
        return mask

    def gain(self, has_initial: bool, indices: np.ndarray) -> float | np.ndarray:
        """Factor on the precision of canonical points (P,) in the polish: 0.1 at strength 0, 1 at 1, 10 at
        2; one for all where no limb differs.

        With an initial pose strengths below 1 are a share of the way, so that 0 is exactly that pose.
        """
        strength: float | np.ndarray = self.strength
        if not is_usual(self.limbs, "strength"):
            names = [POINT_NAMES[index] for index in indices]
            strength = of_points(self.limbs, "strength", self.strength, names)
        return LARGEST_GAIN ** ((np.maximum(strength, 1.0) if has_initial else strength) - 1.0)

    @property
    def shares(self) -> float | np.ndarray:
        """How far joints go from the initial to the refined pose, 0..1: one for all, or each (24,)."""
        if is_usual(self.limbs, "strength"):
            return min(self.strength, 1.0)
        return np.minimum(of_joints(self.limbs, "strength", self.strength), 1.0)

    @property
    def joint_smoothness(self) -> float | np.ndarray:
        """The smoothness of all joints, or of each (24,)."""
        usual = is_usual(self.limbs, "smoothness")
        return self.smoothness if usual else of_joints(self.limbs, "smoothness", self.smoothness)

    def point_smoothness(self, names: list[str]) -> float | np.ndarray:
        """The smoothness of all canonical points, or of each of these (P,)."""
        usual = is_usual(self.limbs, "smoothness")
        return self.smoothness if usual else of_points(self.limbs, "smoothness", self.smoothness, names)

    def cover(self, frame_ids: np.ndarray) -> np.ndarray:
        """(T,) bool, which of these frames are to be refined."""
        if self.frames is None:
            return np.ones(len(frame_ids), bool)
        return (frame_ids >= self.frames[0]) & (frame_ids <= self.frames[1])


AS_MEASURED = Controls()
