"""What a file leaves open, inferred from its content: the unit, the layout. The up axis is in `up_axis`."""

from __future__ import annotations

import numpy as np

from ..body.layouts import LAYOUTS
from ..overrides import give
from ..recording import Keypoints, Person
from ..words import plural
from . import limbs
from .parts import only_a, part_of_points

UNIT_METRES = {"m": 1.0, "cm": 0.01, "mm": 0.001}
RARE_METRES = {"in": 0.0254, "ft": 0.3048}
"""Units that only the size of an adult shows."""
_SLACK, _RARE_SLACK = 2.2, 1.25


def _first_middle(keypoints: Keypoints, groups: tuple[tuple[str, ...], ...]) -> np.ndarray | None:
    for names in groups:
        found = limbs.middle(keypoints, names)
        if found is not None and np.isfinite(found).any():
            return found
    return None


def infer_scale(people: list[Person]) -> tuple[str, float] | None:
    """(unit, metres per unit) from the lengths of the limbs, None when there are none.

    The unit is "other" when the size fits none of them; the factor then gives mean proportions.
    """
    bodies = [limbs.size_ratios(one.keypoints) for one in people if one.keypoints is not None]
    ratios = [ratio for body in bodies for ratio in body.values()]
    if not ratios:
        return None
    size = float(np.median(ratios))
    for unit, metres in UNIT_METRES.items():
        if 1 / _SLACK < size * metres < _SLACK:
            return unit, metres
    for unit, metres in RARE_METRES.items():
        if 1 / _RARE_SLACK < size * metres < _RARE_SLACK:
            return unit, metres
    return "other", 1.0 / size


def scale_confidence(people: list[Person], metres: float) -> float:
    """How sure (0..1) a unit of so many metres is: 1 for a mean body, 1/2 at the edge of human sizes."""
    bodies = [limbs.size_ratios(one.keypoints) for one in people if one.keypoints is not None]
    ratios = [ratio for body in bodies for ratio in body.values()]
    off = abs(np.log(float(np.median(ratios)) * metres)) / np.log(_SLACK) if ratios else 1.0
    return float(1.0 - 0.5 * min(off**2, 1.0))


def infer_layout(positions: np.ndarray, name: str = "") -> str | None:
    """The layout with as many keypoints that clearly makes the most human limbs; None when none does.

    positions: (T, K, 3) in any unit, judged over all frames. name: what the file or the array is called;
    a layout that it names goes before others, and those of one tool's own files are taken only then.
    """
    fitting = [each for each in _layouts_of(positions.shape[1]) if each not in _BY_NAME or _names(name, each)]
    fitting = [each for each in fitting if _names(name, each)] or fitting
    scores = {each: score for each in fitting if (score := _score(positions, each)) is not None}
    ranked = sorted(scores, key=lambda each: scores[each])
    if not ranked or scores[ranked[0]] >= _HUMAN:
        return None
    clear = len(ranked) == 1 or scores[ranked[1]] - scores[ranked[0]] > _MARGIN
    return ranked[0] if clear else None


def _layouts_of(count: int) -> list[str]:
    """The names of all layouts with this number of keypoints."""
    return [name for name, layout in LAYOUTS.items() if len(layout.keypoints) == count]


def unclear_layout(count: int, name: str = "") -> str:
    """What to do where neither the file nor the body tells what `count` points are; name: the file's."""
    part, known = part_of_points(count, name), _layouts_of(count)
    if part:
        return only_a(part)
    if known:
        return (
            f"The file does not say what its {count} keypoints are, and the limbs do not tell clearly;"
            f" {give('layout')} ({' or '.join(known)})."
            f"{_ONE_HAND if count == 21 else ''}"
        )
    return (
        f"No layout here has {plural(count, 'keypoint')}; save them with their names (the field names of the"
        f" open keypoint file), or only those of {_LIKELY} and {give('layout')}."
    )


def _score(positions: np.ndarray, name: str) -> float | None:
    layout = LAYOUTS[name]
    weight = np.isfinite(positions).all(-1).astype(float)
    candidate = Keypoints(positions, weight, layout.keypoints, layout.canonical, name)
    score = strangeness(candidate)
    if score is None or _is_lopsided(candidate) or _is_wide_eyed(candidate):
        return None
    return score + (_MIRRORED if is_mirrored(candidate) else 0.0)


def _is_lopsided(keypoints: Keypoints) -> bool:
    """Whether a limb has another length on the left than on the right, as in a wrong order of points."""
    lengths = {limb: float(np.nanmedian(each)) for limb, each in limbs.limb_lengths(keypoints).items()}
    pairs = ((lengths.get((limb, "left"), 0.0), lengths.get((limb, "right"), 0.0)) for limb in limbs.LIMBS)
    return any(min(pair) > 0 and max(pair) > _LOPSIDED * min(pair) for pair in pairs)


def _is_wide_eyed(keypoints: Keypoints) -> bool:
    """Whether the eyes are as far apart as no face has them next to its shoulders."""
    shoulders = limbs.limb_lengths(keypoints).get(("shoulders", "both"))
    if shoulders is None or not {"left_eye", "right_eye"} <= set(keypoints.canonical):
        return False
    eyes = [keypoints.positions[:, keypoints.canonical.index(f"{side}_eye")] for side in ("left", "right")]
    apart = np.linalg.norm(eyes[0] - eyes[1], axis=-1)
    seen = np.isfinite(apart) & np.isfinite(shoulders)
    return bool(seen.any()) and float(np.median(apart[seen] / shoulders[seen])) > _WIDE_EYED


def _names(text: str, layout: str) -> bool:
    """Whether a text names the layout or its family, as X3D_h36m.npy does."""
    family = layout.rstrip("0123456789")
    return layout in text.lower() or (family in _FAMILIES and family in text.lower())


_ONE_HAND = " If they are those of a hand, open the file with the body's points instead."
_LIKELY = "coco17, h36m17, body25, mediapipe33 or smpl24"
_HUMAN, _MARGIN = 0.45, 0.05
_LOPSIDED, _WIDE_EYED = 1.6, 0.5
_FAMILIES = ("h36m", "hybrik", "coco", "halpe", "mediapipe", "panoptic", "kinect", "kit", "mmm", "posetrack")
_BY_NAME = ("hybrik17", "posetrack17")
"""Human3.6M's order with left first, which only HybrIK writes: a mirrored body would look like it; and that
whose limbs are COCO's."""


def is_mirrored(keypoints: Keypoints) -> bool:
    """Whether left and right are swapped, as far as knees, toes and nose tell in which direction is ahead."""
    hips = [limbs.column(keypoints, limbs.ACROSS["hips"], side) for side in ("left", "right")]
    bottom, top = _first_middle(keypoints, (limbs.HIPS,)), _first_middle(keypoints, (limbs.NECK,))
    if hips[0] is None or hips[1] is None or bottom is None or top is None:
        return False
    ahead = [
        end - start
        for start, end in ((limbs.middle(keypoints, a), limbs.middle(keypoints, b)) for a, b in _AHEAD)
        if start is not None and end is not None
    ]
    ahead += [bend for bend in (_knee(keypoints, side) for side in ("left", "right")) if bend is not None]
    left = keypoints.positions[:, hips[0]] - keypoints.positions[:, hips[1]]
    to_left = np.cross(top - bottom, np.nansum(ahead, axis=0)) if ahead else np.zeros(3)
    signs = np.sign((left * to_left).sum(-1))
    return bool(np.nansum(signs < 0) > 2 * np.nansum(signs > 0))


_MIRRORED = 0.1
_AHEAD = (
    (("h36m_thorax",), ("h36m_neck_nose", "nose")),
    (("coco_neck", "neck", "left_ear", "right_ear"), ("nose",)),
    (("left_heel", "right_heel", "left_ankle", "right_ankle"), ("left_big_toe", "right_big_toe")),
)
"""Points from which and to which a body looks ahead."""


def _knee(keypoints: Keypoints, side: str) -> np.ndarray | None:
    """(T, 3) from the middle of hip and ankle to the knee, which bends ahead."""
    hip, knee, ankle = (
        limbs.column(keypoints, names, side) for names in (limbs.ACROSS["hips"], ("{}_knee",), ("{}_ankle",))
    )
    if hip is None or knee is None or ankle is None:
        return None
    points = keypoints.positions
    return points[:, knee] - (points[:, hip] + points[:, ankle]) / 2


def strangeness(keypoints: Keypoints) -> float | None:
    """Spread of the logarithms of limb sizes, between limbs and over time; small for a real body."""
    ratios = list(limbs.size_ratios(keypoints).values())
    if len(ratios) < 4:
        return None
    between = float(np.std(np.log(ratios)))
    lengths = limbs.limb_lengths(keypoints).values()
    over_time = [float(np.nanstd(each) / max(np.nanmean(each), 1e-12)) for each in lengths]
    return between + float(np.mean(over_time))
