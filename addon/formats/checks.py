"""Warnings about content that can be read but hardly trusted, one sentence each."""

from __future__ import annotations

from itertools import zip_longest

import numpy as np

from ..body.kinematics import forward
from ..body.known_values import known_median, known_percentiles
from ..body.mesh_vertices import mesh_of_layout
from ..body.skeleton import JOINT_NAMES, REST_OFFSETS
from ..overrides import give
from ..recording import Keypoints, Person
from ..words import listed, plural
from . import limbs
from .inference import is_mirrored
from .skin_markers import FROM_SKIN
from .surely_seen import surely_seen

_STILL_METRES = 0.005
"""The hips of who stands as still as can be sway by more than this over planted feet."""
_LEG_ENDS, _ARM_ENDS = ("knee", "ankle"), ("elbow", "wrist")
_STILL_SECONDS = 1.0
_LENGTH_RANGES = {
    "thigh": (0.31, 0.55),
    "shin": (0.3, 0.56),
    "upper arm": (0.2, 0.42),
    "forearm": (0.17, 0.38),
}
_CHILD, _GIANT = 0.75, 1.3
_ENOUGH_FRAMES = 15
_FEW_FRAMES = 5
_SLOWEST_FPS = 5.0
_FASTEST_SPEED = 12.0
"""Metres per second of hands and feet against the hips that nobody keeps up for a fifth of a clip."""
_USUAL_SPEED = 1.5
_LIKELY_RATES = (10.0, 30.0, 60.0, 120.0)
_QUICK_JOINTS = [
    JOINT_NAMES.index(f"{side}_{end}") for side in ("left", "right") for end in ("ankle", "wrist")
]


def person_warnings(one: Person, *, several: bool) -> list[str]:
    """What to know about one person before refining; lengths in metres, Y up."""
    who = f"Person {one.id}" if several else "The person"
    found = _gaps(one, who) + _speed(one, who)
    if one.keypoints is not None and mesh_of_layout(one.keypoints.layout) is None:
        sure = surely_seen(one.keypoints)
        found += _still(one, sure, who)
        found += _implausible(sure, who)
        found += _mirrored(sure, who)
        found += _untold(one, one.keypoints, sure, who)
        found += _from_skin(one.keypoints, who)
        # A skeleton's other joints are no targets, but their rotations are read.
        found += _few_points(one.keypoints, who) if one.poses is None else []
    return found


def recording_warnings(people: tuple[Person, ...]) -> list[str]:
    """What to know about the recording as a whole."""
    lengths = {one.frames for one in people}
    if lengths == {1} and len(people) >= 1:
        return ["The recording has a single frame, so there is a pose but no motion."]
    return []


def _gaps(one: Person, who: str) -> list[str]:
    steps = np.diff(one.frame_ids)
    missing = int((steps - 1).sum()) if len(steps) else 0
    found = []
    if missing:
        longest = int(steps.max()) - 1
        found.append(
            f"{who} is absent in {plural(missing, 'frame')} between first and last (longest gap {longest})."
        )
    if one.keypoints is not None:
        seen = np.isfinite(one.keypoints.positions).all(-1)
        empty = int((~one.keypoints.used).sum())
        if empty:
            found.append(f"{who} has {plural(empty, 'frame')} without any keypoint that is used.")
        named = zip(one.keypoints.names, seen.any(0), one.keypoints.canonical, strict=True)
        never = [name for name, ever, canonical in named if canonical and not ever]
        if never:
            found.append(f"{who} has keypoints that are never seen: {listed(never, 4)}.")
    return found


def _speed(one: Person, who: str) -> list[str]:
    """What is slower than any recording, or faster than anybody moves, has most likely another frame rate."""
    fastest = _fastest(one)
    if one.frames < _FEW_FRAMES or fastest is None:
        return []
    likely = min(_LIKELY_RATES, key=lambda rate: abs(np.log(max(fastest * rate, 1e-6) / _USUAL_SPEED)))
    ask = f"if it was recorded at {likely:g}, {give('fps', f'{likely:g}')}."
    if one.fps < _SLOWEST_FPS:
        return [f"{one.fps:.3g} per second is hardly the rate of a motion's frames; {ask}"]
    if fastest * one.fps < _FASTEST_SPEED:
        return []
    return [
        f"{who} moves hands or feet at {fastest * one.fps:.0f} m/s at {one.fps:g} frames per second; {ask}"
    ]


def _fastest(one: Person) -> float | None:
    """Metres per frame of the fastest hand or foot against the hips, as a high share of the frames has it.

    For a body of usual size, so that a wrong unit is told as such.
    """
    size = 1.0
    if one.keypoints is not None:
        size = float(np.median(list(limbs.size_ratios(one.keypoints).values()) or [1.0]))
        centre = limbs.middle(one.keypoints, limbs.HIPS)
        ends = [
            k for k, name in enumerate(one.keypoints.canonical) if name and name.endswith(("ankle", "wrist"))
        ]
        points = one.keypoints.positions[:, ends]
    elif one.poses is not None:
        joints, _ = forward(one.poses.rotations, one.poses.pelvis, REST_OFFSETS)
        centre, points = joints[:, 0], joints[:, _QUICK_JOINTS]
    if centre is None or not points.size:
        return None
    steps = np.linalg.norm(np.diff(points - centre[:, None], axis=0), axis=-1)
    steps = steps / np.diff(one.frame_ids)[:, None]
    fastest = np.where(np.isfinite(steps), steps, -1.0).max(1, initial=-1.0)
    fastest = fastest[fastest >= 0]
    return float(np.percentile(fastest, 80)) / size if len(fastest) else None


def _still(one: Person, keypoints: Keypoints, who: str) -> list[str]:
    """Limbs of a living person move against the hips; where half of them do not, a track is often broken,
    but for the legs of somebody who only moves the arms."""
    centre = limbs.middle(keypoints, limbs.HIPS)
    if centre is None or one.frames < 3 or one.times[-1] - one.times[0] < _STILL_SECONDS:
        return []
    ends = [k for k, name in enumerate(keypoints.canonical) if name and name.endswith(_LEG_ENDS + _ARM_ENDS)]
    points = keypoints.positions[:, ends] - centre[:, None]
    seen = np.isfinite(points).all(-1).mean(0) > 0.5
    ends, points = [end for end, ok in zip(ends, seen, strict=True) if ok], points[:, seen]
    if len(ends) < 4:
        return []
    low, high = known_percentiles(points, (10, 90))
    spread = np.linalg.norm(high - low, axis=-1)
    still = [end for end, moved in zip(ends, spread, strict=True) if moved < _STILL_METRES]
    legs = [end for end in ends if str(keypoints.canonical[end]).endswith(_LEG_ENDS)]
    if len(still) < len(ends) / 2 or still == legs:
        return []
    names = listed([keypoints.names[end] for end in still])
    return [f"{who} hardly moves ({names} stay still against the hips); the track may be broken."]


def _implausible(keypoints: Keypoints, who: str) -> list[str]:
    """Lengths no adult has in proportion to the whole body, sides that differ, legs that lie level."""
    medians = {limb: float(known_median(values)) for limb, values in limbs.limb_lengths(keypoints).items()}
    strange = []
    for limb, (low, high) in _LENGTH_RANGES.items():
        sides = [medians[limb, side] for side in ("left", "right") if (limb, side) in medians]
        if sides and not low <= float(np.mean(sides)) <= high:
            strange.append(f"{limb} {_length(float(np.mean(sides)))}")
        if len(sides) == 2 and max(sides) > 1.35 * max(min(sides), 1e-9):
            strange.append(f"left and right {limb} {_length(sides[0])} and {_length(sides[1])}")
    if not strange:
        return []
    small, large = _small_or_large(keypoints)
    if small:
        return [f"{who} is small ({', '.join(strange)}); check the unit unless this is a child."]
    if large:
        return [f"{who} is too large for a human ({', '.join(strange)}); check the unit."]
    return [f"{who} has limbs of an unlikely length ({', '.join(strange)}); the track may be broken."]


def _length(metres: float) -> str:
    """Two significant digits, even when the unit was taken for another: 0.42 mm, 42 cm, 420 m."""
    unit, factor = ("mm", 1000.0) if metres < 0.1 else ("cm", 100.0) if metres < 10.0 else ("m", 1.0)
    number = np.format_float_positional(factor * metres, 2, unique=False, fractional=False, trim="-")
    return f"{number} {unit}"


def _small_or_large(keypoints: Keypoints) -> tuple[bool, bool]:
    """Whether all limbs are short by the same factor, as a child's are; or long, as nobody's are."""
    ratios = list(limbs.size_ratios(keypoints).values())
    if not ratios or max(ratios) / min(ratios) >= 1.35:
        return False, False
    return max(ratios) < _CHILD + 0.1, min(ratios) > _GIANT


def _mirrored(keypoints: Keypoints, who: str) -> list[str]:
    """Toes point where the body faces, without them knees and nose; left must lie to the left of that."""
    ahead = _facing(keypoints)
    told = f"{who} has left and right swapped, or the axes are mirrored; if so, {give('mirror')}."
    if ahead is None and len(keypoints.positions) >= _ENOUGH_FRAMES and is_mirrored(keypoints):
        return [told]
    hips = [limbs.column(keypoints, limbs.ACROSS["hips"], side) for side in ("left", "right")]
    if ahead is None or hips[0] is None or hips[1] is None:
        return []
    left = keypoints.positions[:, hips[0]] - keypoints.positions[:, hips[1]]
    turned = np.cross([0.0, 1.0, 0.0], ahead)
    agree = (left * turned).sum(-1)
    agree = agree[np.isfinite(agree)]
    if len(agree) < _ENOUGH_FRAMES or float((agree > 0).mean()) > 0.2:
        return []
    return [told]


def _facing(keypoints: Keypoints) -> np.ndarray | None:
    toes = limbs.middle(keypoints, ("left_big_toe", "right_big_toe", "left_foot", "right_foot"))
    heels = limbs.middle(keypoints, ("left_heel", "right_heel", "left_ankle", "right_ankle"))
    if toes is None or heels is None:
        return None
    ahead = (toes - heels) * [1.0, 0.0, 1.0]
    return ahead if np.isfinite(ahead).any() else None


def _untold(one: Person, keypoints: Keypoints, sure: Keypoints, who: str) -> list[str]:
    """Limbs whose end no point tells, or only points that the detector guessed, where no poses tell them
    either."""
    if one.poses is not None:
        return []
    never, vaguely = _limbs_untold(keypoints), _limbs_untold(sure)
    vaguely = [limb for limb in vaguely if limb not in never]
    found = []
    if never:
        found.append(f"{who} has no keypoint that tells the {', '.join(never)}; these are guessed.")
    if vaguely:
        found.append(
            f"The detector was hardly ever sure of the keypoints that tell the {', '.join(vaguely)} of"
            f" {who[0].lower()}{who[1:]}; what these do may be its guess."
        )
    return found


def _limbs_untold(keypoints: Keypoints) -> list[str]:
    """Limbs whose end no point ever tells."""
    seen = np.isfinite(keypoints.positions).all(-1).any(0)
    told = {point for point, ever in zip(keypoints.canonical, seen, strict=True) if point and ever}
    return [
        f"{side} {limb}"
        for limb, ends in _ENDS.items()
        for side in ("left", "right")
        if not any(point.startswith(f"{side}_{end}") for end in ends for point in told)
    ]


_ENDS = {
    "upper arm": ("elbow", "wrist", "hand"),
    "forearm": ("wrist", "hand", "thumb", "index", "middle", "pinky"),
    "thigh": ("knee", "ankle"),
    "shin": ("ankle", "heel", "foot", "big_toe", "small_toe"),
}
"""Limb -> where points that tell it lie."""


def _from_skin(keypoints: Keypoints, who: str) -> list[str]:
    if not all(name.endswith(FROM_SKIN) for name in keypoints.names):
        return []
    return [f"{who} wears markers on the skin, from which the joints were computed."]


def _few_points(keypoints: Keypoints, who: str) -> list[str]:
    named = zip_longest(keypoints.names, keypoints.canonical, keypoints.hand_points)
    unused = [name for name, *known in named if not any(known)]
    if not unused:
        return []
    return [f"{who} has {plural(len(unused), 'keypoint')} not used ({listed(unused, 4)})."]
