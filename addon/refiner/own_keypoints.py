"""Keypoints that hang on a person's own poses, as those of a BVH file: they say nothing that the poses do not.

Fitting poses to such points only bends them to another skeleton's proportions; the poses are their own
evidence (`poses_alone`), and the points tell how long the bones are and where the body stands.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..body.kinematics import forward
from ..body.points import POINT_INDEX, point_positions
from ..body.skeleton import JOINT_NAMES
from ..recording import Keypoints, Person, Poses

OWN_KEYPOINTS = "The keypoints are the joints of the poses themselves, so the poses were refined on their own."
RIGID = 0.002
"""Metres by which the end of a bone that hangs on a pose may move in that bone's axes: rounding in a file."""
MOVES = 0.01
"""Metres that limbs must move beside the pelvis: on a still body everything looks rigid."""
FEWEST_BONES = 4
LEAST_SHARE = 0.5
"""Of the frames in which both ends of a bone must be seen."""
_BONES = tuple(
    (f"{side}_{joint}", f"{side}_{end}")
    for side in ("left", "right")
    for joint, end in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"))
)
_LEGS = tuple(f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee", "ankle"))


def hang_on(keypoints: Keypoints, poses: Poses) -> bool:
    """Whether every limb of the keypoints turns as the poses do, all over the clip."""
    _, world = forward(poses.rotations, np.zeros_like(poses.pelvis), np.zeros((len(JOINT_NAMES), 3)))
    local, beside = [], []
    for joint, end in _BONES:
        ends = [_column(keypoints, name) for name in (joint, end)]
        if any(place is None for place in ends):
            continue
        bone = ends[1] - ends[0]  # type: ignore[operator]
        known = np.isfinite(bone).all(-1)
        if known.mean() < LEAST_SHARE:
            continue
        for found, frame in ((local, JOINT_NAMES.index(joint)), (beside, 0)):
            found.append(_spread(np.swapaxes(world[known, frame], -1, -2) @ bone[known, :, None]))
    return len(local) >= FEWEST_BONES and max(local) < RIGID and float(np.median(beside)) > MOVES


def stood_on(person: Person, bones: np.ndarray) -> Person:
    """The person's poses moved so that a skeleton with these bones (24, 3) stands where its keypoints are: by
    one constant step in the pelvis' own axes, so that no frame is disturbed."""
    poses, keypoints = person.poses, person.keypoints
    assert poses is not None and keypoints is not None
    names = [name for name in keypoints.canonical if name is not None]
    names = [name for name in _LEGS if name in names] or list(dict.fromkeys(names))
    joints, world = forward(poses.rotations, poses.pelvis, bones)
    points = point_positions(joints, world, bones, [POINT_INDEX[name] for name in names])
    seen = np.stack([np.asarray(_column(keypoints, name)) for name in names], 1)
    apart = np.swapaxes(world[:, 0], -1, -2)[:, None] @ (seen - points)[..., None]
    step = np.nanmedian(apart[..., 0], axis=0).mean(0) if np.isfinite(apart).any() else np.zeros(3)
    moved = poses.pelvis + world[:, 0] @ np.nan_to_num(step)
    return replace(person, poses=replace(poses, pelvis=moved))


def _column(keypoints: Keypoints, name: str) -> np.ndarray | None:
    if name not in keypoints.canonical:
        return None
    return np.asarray(keypoints.positions[:, keypoints.canonical.index(name)], float)


def _spread(vectors: np.ndarray) -> float:
    """Root mean square distance in metres of vectors (T, 3, 1) from their mean."""
    return float(np.sqrt(((vectors - vectors.mean(0)) ** 2).sum((1, 2)).mean()))
