"""What a reader hands over: a recording in the file's own axes and units.

`finish.finish` turns it to metres and Y up, in one place for all formats.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from ..body.layouts import LAYOUTS, PALM, find_layout
from ..body.rotations import matrix_from_axis_angle
from ..body.skeleton import REST_PELVIS
from ..recording import Camera, Keypoints, Person, Poses
from ..rigs.finger_names import finger_points
from ..safe_read import FormatError, one_line
from ..words import plural
from .container import Container
from .hand_poses import hands_of_vectors
from .marker_names import canonical_names
from .seen_poses import seen_poses

_FARTHEST = 1e7
_BESIDE = 0.25
"""Of its size, how far a body may be from the one of its points that it is given about."""
_HIPS = ("pelvis", "coco_mid_hip", "h36m_mid_hip")
ON_THE_SPOT = "so the hips stay at one place; a path from steps takes who walks along."
NO_PLACE = f"The file has no translation, {ON_THE_SPOT}"
NO_METRES = f"The file has no translation in metres, {ON_THE_SPOT}"

REST_PELVIS_X = np.array([0.0031, -0.3514, 0.0120])
"""(3,) SMPL-X's mean rest pelvis; its template lies 13 cm lower than SMPL's (public four-digit values)."""


class OwnUnit(NamedTuple):
    """A unit that is no usual one: how it is called, metres, and a sentence that says whose it is."""

    name: str
    metres: float
    sentence: str


@dataclass
class Draft:
    """A recording in the making.

    people: persons in the file's axes and units, with fps 0 (filled in by `finish`).
    fps, up, units: what the file or its tool states; None leaves them to be inferred or assumed.
    says: which of "up" and "units" stand in the file itself; else they are what its tool usually has.
    own_unit: a unit of the tool's own, taken where the limbs have that size.
    usual_fps: rate to assume when `fps` is None; the reader's when this is None too.
    likely_up: up axes to choose from when `up` is None, the most usual first.
    warnings: one sentence each.
    camera: the motion is seen from a camera whose tilt and height the file does not tell, or in a world that
        starts as such a camera; an axis: it is where that one points up.
    floating: the world is level, but its floor lies at any height.
    mean_bones: the file's floor is at 0 for the true body, of which only the mean bones are known.
    settled: how high people stand was decided before and stays.
    beside: how sure (0..1) `fps` is, which comes from a file beside this one; None where it does not.
    filmed: the camera where the file tells it, in the file's axes and units.
    """

    people: list[Person]
    fps: float | None = None
    up: str | None = None
    units: str | None = "m"
    own_unit: OwnUnit | None = None
    usual_fps: float | None = None
    likely_up: tuple[str, ...] = ("+y", "+z", "-y")
    tool: str | None = None
    warnings: list[str] = field(default_factory=list)
    camera: bool | str = False
    floating: bool = False
    says: tuple[str, ...] = ()
    mean_bones: bool = False
    settled: bool = False
    beside: float | None = None
    filmed: Camera | None = None


class Reader(NamedTuple):
    """One format: how to recognise it by content, and how to read it.

    format: short name for `inspect`; tool: what writes it; holds, files: for the table in docs/formats.md.
    checked: "real file", perhaps with what of it, or "source": what the reader was held against.
    usual_fps: rate to assume where the file has none.
    """

    format: str
    tool: str
    holds: str
    files: str
    recognises: Callable[[Container], bool]
    read: Callable[[Container], Draft]
    checked: str = "source"
    usual_fps: float = 30.0


def person(
    person_id: Any = "0",
    frame_ids: Any = None,
    *,
    keypoints: Keypoints | None = None,
    poses: Poses | None = None,
) -> Person:
    """A person for a Draft, in the frames whose poses are those of somebody; frames are numbered from 0
    unless frame_ids (T,) says otherwise. Raises FormatError where there are no frames, or not as many of
    each."""
    held = [] if keypoints is None else [len(keypoints.positions)]
    held += [] if poses is None else [len(poses.rotations)]
    if not held or min(held) == 0:
        raise FormatError("The file has no frames; record or export it again.")
    numbers = np.arange(held[0]) if frame_ids is None else np.asarray(frame_ids).reshape(-1).astype(np.int64)
    if len(set(held)) > 1 or len(numbers) != held[0]:
        raise FormatError(
            f"The arrays have different numbers of frames ({held}, {len(numbers)}); export again."
        )
    if (np.diff(numbers) <= 0).any():
        raise FormatError("Frame numbers do not increase; export the recording again in order of time.")
    one = Person(one_line(str(person_id)), numbers, 0.0, keypoints, poses)
    return one if poses is None else one.rows(seen_poses(poses, alone=one.keypoints is None))


def missing_frames(said: int, held: int) -> list[str]:
    """A sentence where a file says that it has more frames than it holds."""
    if held >= said:
        return []
    return [f"The file says that it has {plural(said, 'frame')} but holds {held}; it may have been cut off."]


def layout_keypoints(positions: Any, layout: str, confidence: Any = None) -> Keypoints:
    """Keypoints of a known layout from positions (T, K, 3) and confidence (T, K). Raises FormatError."""
    points = _positions(positions)
    try:
        known = find_layout(_meant(layout, points.shape[1]))
    except KeyError as error:
        known_names = ", ".join(LAYOUTS)
        raise FormatError(
            f"There is no keypoint layout {one_line(layout)}; known layouts are {known_names}."
        ) from error
    if points.shape[1] != len(known.keypoints):
        raise FormatError(
            f"The layout {layout} has {len(known.keypoints)} keypoints but the file has {points.shape[1]}; "
            f"choose another layout."
        )
    return Keypoints(
        *_cleaned(points, confidence, known.canonical), known.keypoints, known.canonical, known.name,
        known.hand_points,
    )  # fmt: skip


def _meant(layout: str, count: int) -> str:
    """The layout of so many keypoints that is called so but for its number and how it is spelt, as COCO and
    BODY_25; the same name where there is none, or where there are several."""
    plain = re.sub(r"[^a-z0-9]", "", layout.lower())
    sized = [name for name, each in LAYOUTS.items() if len(each.keypoints) == count]
    fits = [
        name for name in sized if plain in (name.replace("_", ""), name.replace("_", "").rstrip("0123456789"))
    ]
    return fits[0] if len(fits) == 1 and layout not in LAYOUTS else layout


def named_keypoints(
    positions: Any,
    names: Sequence[str],
    confidence: Any = None,
    *,
    canonical: Sequence[str | None] | None = None,
) -> Keypoints:
    """Keypoints with free names, mapped to these points or by `marker_names`. Raises FormatError."""
    points = _positions(positions)
    if points.shape[1] != len(names):
        raise FormatError(
            f"The file names {plural(len(names), 'keypoint')} but has {points.shape[1]}; export it again."
        )
    shown = tuple(map(one_line, names))
    known = canonical_names(names) if canonical is None else tuple(canonical)
    hands = finger_points(names)
    palm = [PALM.get(hand or "") for hand in hands]
    known = tuple(
        point or (own if own not in known else None) for point, own in zip(known, palm, strict=True)
    )
    return Keypoints(*_cleaned(points, confidence, known), shown, known, None, hands if any(hands) else ())


def _positions(values: Any) -> np.ndarray:
    points = numbers(values, "keypoints")
    if points.ndim == 3 and points.shape[-1] == 2:
        raise FormatError("These are 2D keypoints; 3D keypoints are needed, so triangulate or lift them.")
    if points.ndim != 3 or points.shape[-1] != 3:
        raise FormatError(
            f"Keypoints need the shape (frames, keypoints, 3), not {points.shape}; put the axes so."
        )
    return points


_SUREST, _NO_SHARE = 0.95, 2.0
"""Quantile of a file's scores, and above which it shows that they are no shares of 1."""


def _cleaned(
    points: np.ndarray, confidence: Any, canonical: Sequence[str | None]
) -> tuple[np.ndarray, np.ndarray]:
    points = np.where(np.abs(points) < _FARTHEST, points, np.nan)
    points = np.where(_marked(points, canonical)[..., None], np.nan, points)
    present = np.isfinite(points).all(-1)
    if confidence is None:
        weight = present.astype(float)
    else:
        weight = numbers(confidence, "confidence").reshape(-1)
        if weight.size != present.size:
            raise FormatError(f"Confidence needs one value per keypoint {present.shape}; export it again.")
        weight = _in_unit(np.nan_to_num(weight.reshape(present.shape)))
    seen = present & (weight > 0)
    _refuse_flat(points[seen])
    if present.any() and not seen.any():
        raise FormatError(
            "The confidence of every keypoint is 0 or no number, so that none would be used; if the tool gave"
            " no confidences, save the file without them."
        )
    if seen.size and not seen.any():
        raise FormatError("Every keypoint is missing in every frame; the file holds nothing to refine.")
    return np.where(seen[..., None], points, np.nan), np.where(seen, weight, 0.0)


def _in_unit(scores: np.ndarray) -> np.ndarray:
    """Scores (T, K) in 0..1, also of tools that give per cent, or sums that no limit is set to."""
    positive = scores[scores > 0.0]
    usual = float(np.quantile(positive, _SUREST)) if positive.size else 1.0
    return np.asarray(np.clip(scores / usual if usual > _NO_SHARE else scores, 0.0, 1.0))


def _marked(points: np.ndarray, canonical: Sequence[str | None]) -> np.ndarray:
    """(T, K) whether points are marked as missing: all three coordinates are 0 or one negative whole number.

    A body that is given about one of its points has that at 0 in every frame, and hips may start there.
    """
    first = points[..., 0]
    same = (points == points[..., :1]).all(-1) & (first <= 0) & (first == np.round(first))
    zero = same & (first == 0)
    centre = zero.all(0) & (zero.all(0).sum() == 1) & _around_origin(points[~zero.all(1)])
    hips = np.array([point in _HIPS for point in canonical], bool) & (zero.sum(1) == 1)[:, None]
    return same & ~(zero & (centre | hips))


def _around_origin(points: np.ndarray) -> bool:
    """Whether the origin is about where a body's points (T, K, 3) are, other than those in it."""
    others = np.where((points == 0).all(-1, keepdims=True), np.nan, points)
    seen = others[np.isfinite(others).all(-1).any(1)]
    if not len(seen):
        return False
    low, high = np.nanmin(seen, axis=1), np.nanmax(seen, axis=1)
    beside = _BESIDE * (high - low).max(-1, keepdims=True)
    return bool(np.median(((low - beside < 0) & (high + beside > 0)).all(-1)) > 0)


def _refuse_flat(points: np.ndarray) -> None:
    """Raises FormatError for points (N, 3) that all lie at one depth, as Sports2D's do."""
    if len(points) > 5 and (np.ptp(points, axis=0) == 0).sum() == 1:
        raise FormatError(
            "All points lie in one plane, so these are 2D keypoints; triangulate or lift them, and open that."
        )


def numbers(values: Any, what: str) -> np.ndarray:
    """An array of float64. Raises FormatError when the values are no regular array of numbers."""
    try:
        return np.asarray(values, dtype=np.float64)
    except (ValueError, TypeError, OverflowError) as error:
        raise FormatError(
            f"The field {what!r} is not a regular array of numbers; export it again."
        ) from error


def smpl_poses(
    vectors: Any,
    trans: Any = None,
    *,
    betas: Any = None,
    gender: Any = "neutral",
    rest_pelvis: np.ndarray = REST_PELVIS,
) -> Poses:
    """Poses from rotation vectors of SMPL, SMPL-H or SMPL-X and SMPL's translation.

    vectors: (T, J, 3) or (T, 3 J), J = 24 for SMPL, else the first 22 are the body; of 52 and 55 the last 30
        are the hands.
    trans: (T, 3); the pelvis lies at J0 + trans whatever the rotation (SMPL turns about its pelvis).
        J0 is SMPL's mean rest pelvis, for every betas: the true J0 of a body differs by centimetres and
        only a licensed model file knows it. None: the pelvis stays at the origin.
    Raises FormatError.
    """
    flat = rows(vectors, "poses")
    width = flat.shape[1]
    if width % 3 or width < 63:
        raise FormatError(
            f"Poses of {width} numbers a frame are no rotation vectors of SMPL; export as SMPL."
        )
    joints = min(width // 3, 24 if width == 72 else 22)
    axes = np.zeros((len(flat), 24, 3))
    axes[:, :joints] = flat[:, : joints * 3].reshape(len(flat), joints, 3)
    matrices = matrix_from_axis_angle(axes)
    poses = matrix_poses(matrices, trans, betas=betas, gender=gender, rest_pelvis=rest_pelvis)
    return replace(poses, hands=hands_of_vectors(flat))


def matrix_poses(
    rotations: Any,
    trans: Any = None,
    *,
    betas: Any = None,
    gender: Any = "neutral",
    rest_pelvis: np.ndarray = REST_PELVIS,
) -> Poses:
    """Poses from rotation matrices (T, 24, 3, 3); see `smpl_poses`. Raises FormatError."""
    matrices = numbers(rotations, "rotations")
    if matrices.ndim != 4 or matrices.shape[1:] != (24, 3, 3):
        raise FormatError(f"Rotations of shape {matrices.shape} are not SMPL's 24 joints; export as SMPL.")
    pelvis = np.zeros((len(matrices), 3))
    if trans is not None:
        offsets = numbers(trans, "trans")
        if offsets.size != pelvis.size:
            raise FormatError(f"{len(matrices)} poses but translations {offsets.shape}; export again.")
        pelvis = offsets.reshape(-1, 3) + rest_pelvis
    assumed = None if trans is None else rest_pelvis
    return Poses(matrices, pelvis, _betas(betas), gender_name(gender), assumed)


def _betas(values: Any) -> np.ndarray:
    if values is None:
        return np.zeros(0, np.float32)
    betas = numbers(values, "betas")
    if betas.ndim > 1:
        betas = np.median(betas.reshape(-1, betas.shape[-1]), axis=0) if betas.size else betas.reshape(-1)
    return np.nan_to_num(betas.reshape(-1)).astype(np.float32)


def padded(rotations: Any) -> np.ndarray:
    """(T, 24, 3, 3) from (T, J, 3, 3) with J >= 22 body joints; the hands are identity unless J = 24. Raises
    FormatError for other shapes."""
    matrices = numbers(rotations, "rotations")
    if matrices.ndim != 4 or matrices.shape[1] < 22 or matrices.shape[2:] != (3, 3):
        raise FormatError(
            f"Rotations of shape {matrices.shape} are not those of SMPL's joints; export again."
        )
    if matrices.shape[1] == 24:
        return matrices
    whole = np.broadcast_to(np.eye(3), (len(matrices), 24, 3, 3)).copy()
    whole[:, :22] = matrices[:, :22]
    return whole


def gender_name(value: Any) -> str:
    """ "female", "male" or "neutral" from what files write: text, bytes, arrays of one, m and f."""
    return {"f": "female", "m": "male"}.get(text_of(value).strip().lower()[:1], "neutral")


def rows(values: Any, what: str) -> np.ndarray:
    """One row of numbers per frame, (T, N) from (T, …). Raises FormatError when there are no frames."""
    array = numbers(values, what)
    if array.ndim == 0 or array.size == 0:
        raise FormatError(f"The field {what!r} has no frames; record or export it again.")
    return array.reshape(len(array), -1)


def scalar(value: Any) -> float | None:
    """A single finite number out of whatever holds it, None when there is none."""
    try:
        number = float(np.asarray(value, dtype=np.float64).reshape(-1)[0])
    except (ValueError, TypeError, IndexError):
        return None
    return number if np.isfinite(number) else None


def is_real(value: Any) -> bool:
    """Whether a value out of JSON is a number, or null for a missing one."""
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


def text_of(value: Any) -> str:
    """A short text out of str, bytes or an array of one; "" for anything else."""
    if isinstance(value, np.ndarray):
        value = value.reshape(-1)[0] if value.size else ""
    if isinstance(value, bytes):
        return value.decode("latin1")
    return str(value) if isinstance(value, (str, int, float)) else ""
