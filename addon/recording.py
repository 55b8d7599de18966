"""What a file holds, in the one frame of reference of this project.

Metres, right-handed, Y up; SMPL's rest pose faces +Z with the left arm along +X.
Readers in `formats` build these objects; the refiner and the scene only read them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Generic, Literal, TypeVar

import numpy as np

from .brief import Brief

T = TypeVar("T")
FINGER_JOINTS = 15
"""Joints of a hand, as SMPL-H has them."""
How = Literal["stated", "inferred", "assumed"]
SURE = 0.8
"""Confidence from which what was weighed is taken without asking."""


@dataclass(frozen=True)
class Known(Generic[T]):
    """A value together with how it came to be known, and how sure that is (0..1) where it was weighed."""

    value: T
    how: How
    confidence: float | None = None

    @property
    def unsure(self) -> bool:
        """Whether it was weighed and is too little sure to be taken without asking."""
        return self.confidence is not None and self.confidence < SURE

    def summary(self) -> dict[str, Any]:
        """The object that `inspect --json` prints: format, tool, warnings, can_refine; people, each with id,
        frames, first_frame, missing (frames), keypoints (layout, "named" or None) and poses (bool); fps, up
        and units, each with value and how it is known."""
        sure = {} if self.confidence is None else {"confidence": round(self.confidence, 2)}
        return {"value": self.value, "how": self.how, **sure}


def _every(rows: np.ndarray | slice) -> bool:
    """Whether a mask keeps all there is."""
    return isinstance(rows, np.ndarray) and rows.dtype == bool and bool(rows.all())


@dataclass(frozen=True, repr=False, eq=False)
class Keypoints(Brief):
    """A sequence of named 3D points.

    positions: (T, K, 3) metres, NaN where missing.
    confidence: (T, K) in 0..1, 0 where missing.
    names: K names as the file gives them.
    canonical: K names from `body.points.POINT_NAMES`, None where a keypoint has no counterpart.
    layout: name of the layout in `body.layouts`, or None for a free list of names.
    hand_points: K names from `body.hands.HAND_POINTS`, None for what is no point of a hand; empty: none is.
    """

    positions: np.ndarray
    confidence: np.ndarray
    names: tuple[str, ...]
    canonical: tuple[str | None, ...]
    layout: str | None = None
    hand_points: tuple[str | None, ...] = ()

    def __post_init__(self) -> None:
        frames, count = self.positions.shape[:2]
        if self.positions.shape != (frames, count, 3) or self.confidence.shape != (frames, count):
            raise ValueError(
                f"keypoints {self.positions.shape} and confidence {self.confidence.shape} do not match"
            )
        if {len(self.names), len(self.canonical), len(self.hand_points) or count} != {count}:
            raise ValueError(
                f"{count} keypoints but {len(self.names)} names, {len(self.canonical)} canonical"
            )

    @property
    def used(self) -> np.ndarray:
        """(T,) whether a frame has any point that the refiner can use, one with a canonical counterpart."""
        known = [place for place, name in enumerate(self.canonical) if name]
        return np.isfinite(self.positions[:, known]).all(-1).any(1)

    def rows(self, rows: np.ndarray | slice) -> Keypoints:
        """The same keypoints in some of the frames; rows: indices or a mask."""
        if _every(rows) or (isinstance(rows, slice) and rows == slice(0, len(self.positions))):
            return self
        return replace(self, positions=self.positions[rows], confidence=self.confidence[rows])


@dataclass(frozen=True, repr=False, eq=False)
class CodedHands(Brief):
    """Fingers as numbers that only the file of an SMPL-H or SMPL-X model tells the meaning of.

    values: (T, 2, N), the left hand first: components of hand poses, or all 45 of rotation vectors.
    from_mean: whether they count from the model's mean hand; else from its flat one.
    """

    values: np.ndarray
    components: bool
    from_mean: bool

    def rows(self, rows: np.ndarray) -> CodedHands:
        """The same in some of the frames; rows: indices or a mask."""
        return replace(self, values=self.values[rows])

    def fits(self, other: CodedHands) -> bool:
        """Whether the other's numbers mean the same."""
        alike = (self.components, self.from_mean) == (other.components, other.from_mean)
        return alike and self.values.shape[1:] == other.values.shape[1:]


@dataclass(frozen=True, repr=False, eq=False)
class Poses(Brief):
    """SMPL poses of one person.

    rotations: (T, 24, 3, 3) local joint rotations, joint 0 is global_orient; joints 22, 23 are
        identity when the file is SMPL-H or SMPL-X.
    pelvis: (T, 3) metres, position of the pelvis joint (not SMPL's transl).
    betas: (B,) as the file gives them, empty when it has none.
    gender: "neutral", "female" or "male".
    rest_pelvis: (3,) metres, the mean rest pelvis J0 that stands in for the body's own where the file holds
        a translation of the template; None where it holds the place of the pelvis itself.
    rest_turns: (3, 3) or (T, 3, 3), how J0 lies in `pelvis`: pelvis = rest_turns @ rest_pelvis + the rest.
        With the J0 of the true body, its pelvis is pelvis + rest_turns @ (J0 - rest_pelvis).
    hands: (T, 2, 15, 3, 3) local rotations of the fingers of the left and the right hand (`body.hands`), from
        SMPL's flat hand; None where the file holds none.
    coded: the same as the file has them, where a model file tells more than `hands`; None elsewhere.
    """

    rotations: np.ndarray
    pelvis: np.ndarray
    betas: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    gender: str = "neutral"
    rest_pelvis: np.ndarray | None = None
    rest_turns: np.ndarray = field(default_factory=lambda: np.eye(3))
    hands: np.ndarray | None = None
    coded: CodedHands | None = None

    def __post_init__(self) -> None:
        frames = len(self.rotations)
        if self.rotations.shape != (frames, 24, 3, 3) or self.pelvis.shape != (frames, 3):
            raise ValueError(f"rotations {self.rotations.shape} and pelvis {self.pelvis.shape} do not match")
        if self.hands is not None and self.hands.shape != (frames, 2, FINGER_JOINTS, 3, 3):
            raise ValueError(f"rotations {self.rotations.shape} and hands {self.hands.shape} do not match")

    def rows(self, rows: np.ndarray) -> Poses:
        """The same poses in some of the frames; rows: indices or a mask."""
        turns = self.rest_turns if self.rest_turns.ndim == 2 else self.rest_turns[rows]
        hands = None if self.hands is None else self.hands[rows]
        rotations, pelvis = self.rotations[rows], self.pelvis[rows]
        coded = None if self.coded is None else self.coded.rows(rows)
        return replace(self, rotations=rotations, pelvis=pelvis, rest_turns=turns, hands=hands, coded=coded)


@dataclass(frozen=True, repr=False, eq=False)
class Person(Brief):
    """One person of a recording: T frames with their numbers in the file, and what is known of them."""

    id: str
    frame_ids: np.ndarray
    fps: float
    keypoints: Keypoints | None = None
    poses: Poses | None = None

    @property
    def frames(self) -> int:
        """Number of frames that hold this person."""
        return len(self.frame_ids)

    @property
    def times(self) -> np.ndarray:
        """(T,) seconds since frame number 0."""
        return self.frame_ids / self.fps

    def rows(self, rows: np.ndarray) -> Person:
        """The same person in some of the frames; rows: indices or a mask."""
        if _every(rows):
            return self
        return replace(
            self,
            frame_ids=self.frame_ids[rows],
            keypoints=None if self.keypoints is None else self.keypoints.rows(rows),
            poses=None if self.poses is None else self.poses.rows(rows),
        )


@dataclass(frozen=True, repr=False, eq=False)
class Camera(Brief):
    """The camera that filmed a recording, without distortion; one row for one that stands still, else F.

    focal: (F,) focal length in `unit`s: pixels, or diagonals or longer sides of a picture of unknown size.
    turns: (F, 3, 3) its axes (x right, y down, z ahead, as columns) in the frame of reference.
    places: (F, 3) metres. frame_ids: (F,) frame numbers, on the recording's clock.
    size: (width, height) of the picture in pixels, None where the file does not tell.
    centre: (right, down) pixels from the picture's middle to where the lens points.
    """

    focal: np.ndarray
    turns: np.ndarray
    places: np.ndarray
    frame_ids: np.ndarray
    unit: Literal["pixels", "diagonals", "longer sides"] = "pixels"
    size: tuple[int, int] | None = None
    centre: tuple[float, float] = (0.0, 0.0)

    @property
    def moves(self) -> bool:
        """Whether it is anywhere else or looks elsewhere in another frame."""
        return bool(np.ptp(self.places, axis=0).max() > 1e-6 or np.ptp(self.turns, axis=0).max() > 1e-6)

    def pixels(self, size: tuple[int, int]) -> np.ndarray:
        """(F,) focal length in pixels, in a picture of this size."""
        if self.unit == "pixels":
            return self.focal if self.size is None else self.focal * (max(size) / max(self.size))
        return self.focal * (np.hypot(*size) if self.unit == "diagonals" else max(size))


@dataclass(frozen=True, repr=False, eq=False)
class Recording(Brief):
    """Everything that one file (or folder) holds, and what had to be inferred or assumed about it.

    exchanged: sentences on frames whose left and right were exchanged back; they stand in warnings, too.
    """

    format: str
    tool: str
    people: tuple[Person, ...]
    fps: Known[float]
    up: Known[str]
    units: Known[str]
    warnings: tuple[str, ...] = ()
    path: str = ""
    exchanged: tuple[str, ...] = ()
    camera: Camera | None = None

    @property
    def start(self) -> float:
        """Seconds at which the first of its people appears: what shows at the first frame of a scene."""
        return min(float(person.times[0]) for person in self.people)

    @property
    def kind(self) -> str:
        """'TRC (Pose2Sim)': the format and the tools that write it, one alone where it names the other."""
        form, tools = self.format.lower(), self.tool.lower()
        if tools in form:
            return self.format
        return self.tool if form.removesuffix("s") in tools else f"{self.format} ({self.tool})"

    def person(self, person_id: str | None = None) -> Person:
        """The person with this id; the first one when id is None. Raises KeyError."""
        if person_id is None:
            return self.people[0]
        for person in self.people:
            if person.id == person_id:
                return person
        known = ", ".join(person.id for person in self.people)
        raise KeyError(f"There is no person {person_id}; this file has {known}.")

    def summary(self) -> dict[str, Any]:
        """The object that `inspect --json` prints: format, tool, warnings, can_refine; people, each with id,
        frames, first_frame, missing (frames), keypoints (layout, "named" or None) and poses (bool); fps, up
        and units, each with value and how it is known."""
        return {
            "format": self.format,
            "tool": self.tool,
            "people": [_person_summary(person) for person in self.people],
            "fps": self.fps.summary(),
            "up": self.up.summary(),
            "units": self.units.summary(),
            "warnings": list(self.warnings),
            "can_refine": any(person.frames > 1 or person.keypoints is not None for person in self.people),
        }


def _person_summary(person: Person) -> dict[str, Any]:
    first, last = int(person.frame_ids[0]), int(person.frame_ids[-1])
    missing = last - first + 1 - person.frames
    layout = None
    if person.keypoints is not None:
        missing += int((~person.keypoints.used).sum())
        layout = person.keypoints.layout or "named"
    return {
        "id": person.id,
        "frames": person.frames,
        "first_frame": first,
        "missing": missing,
        "keypoints": layout,
        "poses": person.poses is not None,
    }
