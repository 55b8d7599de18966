"""What a motion's evidence does not tell: the estimated parts of the body, in plain words. No bpy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..body.runs import runs
from ..body.skeleton import JOINT_NAMES
from ..motion import Motion
from .timing import Keys

UNSURE = 25.0
"""Degrees of expected error from which a joint counts as estimated rather than measured."""
_MOSTLY = 0.5
"""Share of the clip from which a part is told as estimated throughout."""
_SHORTEST = 0.25
"""Seconds; shorter stretches of a part are not told one by one."""
_UNTOLD, _UNSEEN, _MOMENTS = (
    "whole body, without keypoints",
    "whole body, unseen",
    f"moments shorter than {_SHORTEST:g} s",
)
_TOLD = 3
"""Stretches told for one part."""

_PARTS = {
    "head": ("head", "head"),
    "neck": ("neck", "neck"),
    "spine3": ("chest", "chest"),
    "spine2": ("spine", "spine"),
    "spine1": ("spine", "spine"),
    "pelvis": ("hips", "hips"),
    "collar": ("shoulder", "shoulders"),
    "shoulder": ("upper arm", "upper arms"),
    "elbow": ("forearm", "forearms"),
    "wrist": ("hand with forearm twist", "hands with forearm twist"),
    "hip": ("thigh", "thighs"),
    "knee": ("shin", "shins"),
    "ankle": ("foot", "feet"),
    "foot": ("toes", "toes"),
}
"""What each joint turns, in plain words: one, and both. SMPL's hand joints go with the wrist."""


def unsure(motion: Motion, keys: Keys) -> np.ndarray:
    """(N, 24) whether each joint is estimated at each key; where the uncertainty is not known it is not."""
    doubtful = keys.linear(np.nan_to_num(motion.uncertainty_deg)) > UNSURE
    for side in ("left", "right"):
        wrist, hand = (JOINT_NAMES.index(f"{side}_{part}") for part in ("wrist", "hand"))
        doubtful[:, hand] |= doubtful[:, wrist]
    return doubtful


def filled(motion: Motion, keys: Keys) -> np.ndarray:
    """(N,) whether each key's pose comes from the frames around it."""
    missing = np.diff(motion.frame_ids, append=motion.frame_ids[-1:]) > 1
    return keys.any_of(motion.is_filled) | (keys.between & missing[keys.before])


def unseen(motion: Motion, keys: Keys) -> np.ndarray:
    """(N,) whether each key has no keypoints of its own: filled in, or as the initial pose was. Of poses
    alone, which are their own evidence, whether it has no pose of its own."""
    away = filled(motion, keys)
    return away if poses_alone(motion) else away | keys.any_of(np.isnan(motion.fit_error_mm))


def poses_alone(motion: Motion) -> bool:
    """Whether no keypoint told anything of the motion."""
    return bool(np.isnan(motion.fit_error_mm).all())


def mostly(doubtful: np.ndarray) -> np.ndarray:
    """(24,) the joints that are estimated in most of the frames of (N, 24)."""
    return doubtful.mean(0) >= _MOSTLY


def estimated_parts(
    doubtful: np.ndarray, away: np.ndarray, frames: np.ndarray, rate: float, alone: bool = False
) -> list[str]:
    """Sentences' parts such as 'both hands with forearm twist' and 'left foot: frames 40–62'.

    doubtful: (N, 24) at scene frames (N,), `rate` of them a second. away: (N,) frames without any keypoints,
    or without a pose where these are alone. The first parts are estimated throughout.
    """
    throughout: list[str] = []
    partly = (
        [f"{_UNSEEN if alone else _UNTOLD}: frames {_stretches(away, frames, 0.0)}"] if away.any() else []
    )
    for sides in _sided():
        columns = [
            doubtful[:, [JOINT_NAMES.index(joint) for joint in joints]].any(1) & ~away for _, joints in sides
        ]
        whole = [column.sum() >= max(_MOSTLY * (~away).sum(), 1.0) for column in columns]
        if len(sides) == 2 and all(whole):
            throughout.append(_both(sides[0][0]))
            continue
        for (name, _), column, is_whole in zip(sides, columns, whole, strict=True):
            if is_whole:
                throughout.append(name)
            elif told := _stretches(column, frames, _SHORTEST * rate):
                partly.append(f"{name}: frames {told}")
    told_of = throughout + partly
    return told_of or ([_MOMENTS] if doubtful.any() else [])


def _sided() -> Iterator[list[tuple[str, list[str]]]]:
    """Each part as (name, joints): one entry in the middle of the body, left and right beside it."""
    for one in dict.fromkeys(one for one, _ in _PARTS.values()):
        joints = [joint for joint, (name, _) in _PARTS.items() if name == one]
        if joints[0] in JOINT_NAMES:
            yield [(one, joints)]
        else:
            yield [(f"{side} {one}", [f"{side}_{joints[0]}"]) for side in ("left", "right")]


def _both(left: str) -> str:
    one = left.removeprefix("left ")
    return "both " + next(many for name, many in _PARTS.values() if name == one)


def _stretches(doubtful: np.ndarray, frames: np.ndarray, shortest: float) -> str:
    spans = [(int(frames[first]), int(frames[last])) for first, last in runs(doubtful)]
    long = [span for span in spans if span[1] - span[0] + 1 >= shortest]
    told = ", ".join(f"{first}–{last}" if last > first else f"{first}" for first, last in long[:_TOLD])
    return f"{told} and {len(long) - _TOLD} more" if len(long) > _TOLD else told
