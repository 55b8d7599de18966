"""Keypoints that hang on a person's own poses, as those of a BVH file: they say nothing that the poses do
not.

Fitting poses to such points only bends them to another skeleton's proportions; the poses are their own
evidence (`poses_alone`), and the points tell how long the bones are and where the body stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from ...body.kinematics import forward
from ...body.points import POINT_INDEX, POINT_WEIGHTS, point_positions
from ...body.shape import ShapeSpace
from ...body.skeleton import JOINT_COUNT, JOINT_NAMES, PARENTS, REST_OFFSETS, SUBTREE
from ...motion import Motion
from ...recording import Keypoints, Person, Poses
from ..evidence.targets import definition_deviation
from .bones import LIMBS
from .proportions import BONE_OWNER, OF_LENGTHS

OWN_KEYPOINTS = (
    "The keypoints are the joints of the poses themselves, so the poses were refined on their own."
)
RIGID = 0.002
"""Metres by which the end of a bone that hangs on a pose may move in that bone's axes: rounding in a file."""
MOVES = 0.01
"""Metres that limbs must move beside the pelvis: on a still body everything looks rigid."""
FEWEST_BONES = 4
LEAST_SHARE = 0.5
"""Of the frames in which both ends of a bone must be seen."""
MOST_FRAMES = 300
STEP_SPREAD = 0.05
"""Standard deviation in metres of where a tool's pelvis lies in the body."""
RATIOS = (0.5, 2.0)


def were_alone(motion: Motion) -> bool:
    """Whether a motion's keypoints said nothing that its poses did not: how far it is from them tells how
    much was changed, and not what is wrong."""
    return OWN_KEYPOINTS in motion.warnings


def hang_on(keypoints: Keypoints, poses: Poses) -> bool:
    """Whether every limb of the keypoints turns as the poses do, all over the clip."""
    _, world = forward(poses.rotations, np.zeros_like(poses.pelvis), np.zeros((len(JOINT_NAMES), 3)))
    local: list[float] = []
    beside: list[float] = []
    for joint, end in LIMBS:
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


@dataclass(frozen=True)
class Measured:
    """bones (24, 3) metres of the skeleton whose joints somebody's keypoints are, the shape numbers (B,) of a
    body model that make them, None without, and the person with the poses moved to where they are."""

    bones: np.ndarray
    betas: np.ndarray | None
    person: Person


def measured(person: Person, space: ShapeSpace | None = None) -> Measured:
    """Bones of the skeleton whose joints the person's keypoints are, and the person with the poses moved by
    one constant step in the pelvis' own axes, so that this skeleton stands where they are and no frame is
    disturbed. space: the skeletons of a body model, None for the mean one with other lengths.

    Where the turns are known, joints are linear in the bones' lengths, and in a model's shape numbers: least
    squares over the clip.
    """
    build = lengths_alone() if space is None else space
    poses, keypoints = person.poses, person.keypoints
    assert poses is not None and keypoints is not None
    rows = np.unique(np.linspace(0, person.frames - 1, min(MOST_FRAMES, person.frames)).round().astype(int))
    names = list(dict.fromkeys(name for name in keypoints.canonical if name is not None))
    seen = np.stack([np.asarray(_column(keypoints, name))[rows] for name in names], 1)
    indices = [POINT_INDEX[name] for name in names]
    _, world = forward(poses.rotations, poses.pelvis, REST_OFFSETS)
    without_bones = np.repeat(poses.pelvis[rows][:, None], JOINT_COUNT, 1)
    start = point_positions(without_bones, world[rows], REST_OFFSETS, indices)
    start = start + _swung(world[rows], build.mean[None], indices)[..., 0]
    deviation = np.array([definition_deviation(name, keypoints.layout) for name in names])
    swung = _swung(world[rows], build.directions, indices)
    numbers, step = _solved(build, swung, seen - start, world[rows, 0], deviation)
    moved = replace(poses, pelvis=poses.pelvis + world[:, 0] @ step)
    if space is None:
        numbers = numbers.clip(*RATIOS)
    return Measured(build.bones(numbers), None if space is None else numbers, replace(person, poses=moved))


@lru_cache(maxsize=1)
def lengths_alone() -> ShapeSpace:
    """The mean skeleton with other lengths: the numbers are 14 ratios to it."""
    directions = BONE_OWNER.T[:, :, None] * REST_OFFSETS
    return ShapeSpace(np.zeros((JOINT_COUNT, 3)), directions, np.ones(len(directions)), OF_LENGTHS)


def _swung(world: np.ndarray, bones: np.ndarray, indices: list[int]) -> np.ndarray:
    """(T, P, 3, N) metres by which points lie further from the pelvis for each of some bones (N, 24, 3)."""
    turned = np.zeros((len(world), JOINT_COUNT, 3, len(bones)))
    turned[:, 1:] = world[:, list(PARENTS[1:])] @ bones[:, 1:].transpose(1, 2, 0)
    hanging = SUBTREE @ POINT_WEIGHTS[indices].T
    return np.einsum("tjcn,jp->tpcn", turned, hanging, optimize=True)


def _solved(
    build: ShapeSpace, swung: np.ndarray, apart: np.ndarray, pelvis: np.ndarray, deviation: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Numbers (N,) of the bones and the step (3,); apart (T, P, 3) metres from where the points are without
    these, NaN where unseen; pelvis (T, 3, 3) its turns; deviation (P,) metres of the points."""
    number = swung.shape[-1]
    axes = np.broadcast_to(pelvis[:, None], (*apart.shape, 3))
    rows = np.concatenate([swung, axes], -1)
    seen = np.isfinite(apart)
    # What a point means is off by as much in every frame, so that frames do not add up.
    root = np.where(seen, 1.0, 0.0) / (deviation[:, None] * np.sqrt(np.maximum(seen.sum(0), 1)))
    rows, target = rows * root[..., None], np.where(seen, apart, 0.0) * root
    told = np.zeros((number + 3, number + 3))
    told[:number, :number] = build.precision
    told[number:, number:] = np.eye(3) / STEP_SPREAD**2
    usual = np.concatenate([build.usual, np.zeros(3)])
    matrix = np.einsum("tpcm,tpcn->mn", rows, rows, optimize=True) + told
    found = np.linalg.solve(matrix, np.einsum("tpcm,tpc->m", rows, target) + told @ usual)
    return found[:number], found[number:]


def _column(keypoints: Keypoints, name: str) -> np.ndarray | None:
    if name not in keypoints.canonical:
        return None
    return np.asarray(keypoints.positions[:, keypoints.canonical.index(name)], float)


def _spread(vectors: np.ndarray) -> float:
    """Root mean square distance in metres of vectors (T, 3, 1) from their mean."""
    return float(np.sqrt(((vectors - vectors.mean(0)) ** 2).sum((1, 2)).mean()))
