"""From clean motion to what the refiner meets: keypoints with faults, and initial poses with errors."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from addon.body.kinematics import forward
from addon.body.layouts import LAYOUTS, Layout
from addon.body.points import POINT_INDEX, POINT_NAMES, POINT_WEIGHTS, point_positions
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, mirror_name
from addon.refiner.evidence.definitions import under_the_same_names
from addon.refiner.evidence.targets import SMPL_LAYOUTS, definition_deviation

from .augment import smooth_noise


@dataclass(frozen=True)
class Faults:
    """How keypoints of one clip go wrong; lengths in metres.

    white, wander: standard deviation per axis of noise from frame to frame, and correlated over a second.
    camera: standard deviation per axis at the trunk of how one camera errs: slowly, CAMERA_DEPTH times as far
    along its view, and up to CAMERA_GROWTH times as far at the wrists.
    definition: scale of constant offsets between the detector's points and the canonical ones.
    outliers: share of points thrown off by about 0.2 m. missing: share of points never seen.
    limb_gap: whether a group of points is missing for part of the clip. swapped: whether left and right are
    exchanged for some frames.
    """

    white: float = 0.0
    wander: float = 0.0
    camera: float = 0.0
    definition: float = 0.0
    outliers: float = 0.0
    missing: float = 0.0
    limb_gap: bool = False
    swapped: bool = False


CAMERA_DEPTH = 1.8
CAMERA_GROWTH = {"knee": 1.4, "ankle": 1.5, "heel": 1.6, "toe": 1.6, "foot": 1.6, "elbow": 1.7, "wrist": 2.5,
                 "hand": 2.7, "index": 2.7, "thumb": 2.7, "pinky": 2.7}  # fmt: skip
"""How one camera's estimates err beside simultaneous marker capture: along the view 1.5 to 2 times as far as
across, growing from trunk to wrist, with a correlation over 0.6 s."""

LAYOUT_SHARES = {
    "smpl24": 5, "humanml22": 1, "body25": 4, "coco17": 4, "halpe26": 2, "h36m17": 2, "mediapipe33": 4,
    "panoptic19": 1,
}  # fmt: skip


def draw_layout(rng: np.random.Generator) -> Layout:
    """A layout as often as people bring it."""
    names = list(LAYOUT_SHARES)
    shares = np.array([LAYOUT_SHARES[name] for name in names], float)
    return LAYOUTS[str(rng.choice(names, p=shares / shares.sum()))]


JOINTS_SHARE = 0.3
"""How often a detector's layout holds SMPL's own joints, as tools that fit SMPL write them."""


def with_joints(layout: Layout) -> Layout | None:
    """The layout if SMPL's own joints stand under its names; None where that makes no difference."""
    known = [name for name in layout.canonical if name is not None]
    joints = under_the_same_names(np.array([POINT_INDEX[name] for name in known]))
    if joints is None:
        return None
    names = {name: POINT_NAMES[joint] for name, joint in zip(known, joints, strict=True)}
    return replace(layout, canonical=tuple(name and names[name] for name in layout.canonical))


def draw_faults(rng: np.random.Generator, layout: Layout, told: bool, joints: bool = False) -> Faults:
    """Faults of a random clip: a third of them clean. told: whether most of the definitions' offsets is
    known and gone. joints: whether the points are SMPL's own joints."""
    offsets = (0.0, 1.0) if told else (0.5, 2.0)
    clean = rng.random() < 0.3
    return Faults(
        white=0.0 if clean else float(rng.choice([0.0, rng.uniform(0.002, 0.03)], p=[0.2, 0.8])),
        wander=0.0 if clean else float(rng.choice([0.0, rng.uniform(0.004, 0.025)], p=[0.5, 0.5])),
        camera=0.0 if clean else float(rng.choice([0.0, rng.uniform(0.005, 0.03)], p=[0.75, 0.25])),
        definition=0.0 if joints or layout.name in SMPL_LAYOUTS else float(rng.uniform(*offsets)),
        outliers=float(rng.choice([0.0, 0.05, 0.1], p=[0.85, 0.1, 0.05])),
        missing=float(rng.choice([0.0, 0.15], p=[0.8, 0.2])),
        limb_gap=bool(rng.random() < 0.25),
        swapped=bool(rng.random() < 0.05),
    )


def observe(
    rotations: Tensor,
    pelvis: Tensor,
    bone_offsets: Tensor,
    layout: Layout,
    faults: list[Faults],
    rng: torch.Generator,
) -> Tensor:
    """Keypoints (B, T, K, 3) of windows (B, T, 24, 3, 3) as a detector would see them, NaN where missing."""
    batch, frames = rotations.shape[:2]
    bones = bone_offsets[:, None]
    joints, world = forward(rotations, pelvis, bones)
    names = [name for name in layout.canonical if name is not None]
    indices = [POINT_INDEX[name] for name in names]
    points = point_positions(joints, world, bones, indices)
    count = points.shape[2]

    def each(values: list[float]) -> Tensor:
        return torch.tensor(values)[:, None, None, None]

    spread = torch.tensor([definition_deviation(name, layout.name) for name in names])
    offset = (
        torch.randn((batch, count, 3), generator=rng)
        * spread[:, None]
        * each([f.definition for f in faults])[:, 0]
    )
    carrier = torch.as_tensor(POINT_WEIGHTS[indices].argmax(1))
    points = points + (world[:, :, carrier] @ offset[:, None, ..., None])[..., 0]
    points = points + torch.randn(points.shape, generator=rng) * each([f.white for f in faults])
    points = points + smooth_noise((batch, count, 3), frames, 0.1, 1.0, rng) * each(
        [f.wander for f in faults]
    )
    points = points + _as_one_camera(names, batch, frames, rng) * each([f.camera for f in faults])
    points = _swapped(points, names, faults, rng)
    thrown = torch.rand((batch, frames, count, 1), generator=rng) < each([f.outliers for f in faults])
    points = points + thrown * torch.randn(points.shape, generator=rng) * 0.12
    gone = torch.rand((batch, 1, count, 1), generator=rng) < each([f.missing for f in faults])
    gone = gone | _limb_gaps(names, faults, frames, rng)
    return torch.where(gone, torch.nan, points)


def _as_one_camera(names: list[str], batch: int, frames: int, rng: torch.Generator) -> Tensor:
    """(B, T, K, 3) errors of a camera that looks in any level direction, 1 per axis at the trunk."""
    growth = [next((by for word, by in CAMERA_GROWTH.items() if word in name), 1.0) for name in names]
    error = smooth_noise((batch, len(names), 3), frames, 0.08, 0.8, rng) * torch.tensor(growth)[:, None]
    angle = 2 * math.pi * torch.rand((batch, 1, 1), generator=rng)
    view = torch.cat([torch.sin(angle), torch.zeros_like(angle), torch.cos(angle)], -1)[:, None]
    return error + (CAMERA_DEPTH - 1.0) * (error * view).sum(-1, keepdim=True) * view


_LIMBS = (("left_knee", "left_ankle", "left_foot", "left_toe", "left_heel", "left_big", "left_small"),
          ("left_elbow", "left_wrist", "left_hand", "left_index", "left_thumb", "left_pinky"),
          ("nose", "eye", "ear", "mouth", "head"))  # fmt: skip


def _swapped(points: Tensor, names: list[str], faults: list[Faults], rng: torch.Generator) -> Tensor:
    """Points with left and right exchanged for up to a third of a second of the clips with that fault."""
    places = [
        names.index(mirror_name(name)) if mirror_name(name) in names else k for k, name in enumerate(names)
    ]
    frames = points.shape[1]
    for row, fault in enumerate(faults):
        if fault.swapped:
            start, length = torch.rand(2, generator=rng).tolist()
            some = slice(int(start * frames), int(start * frames + 1 + 9 * length))
            points[row, some] = points[row, some][:, places]
    return points


def _limb_gaps(names: list[str], faults: list[Faults], frames: int, rng: torch.Generator) -> Tensor:
    gone = torch.zeros((len(faults), frames, len(names), 1), dtype=torch.bool)
    for row, fault in enumerate(faults):
        if not fault.limb_gap:
            continue
        pick, start, length = torch.rand(3, generator=rng).tolist()
        limb = _LIMBS[int(pick * len(_LIMBS))]
        side = "left" if pick * 7 % 1 < 0.5 else "right"
        hit = [any(word.replace("left", side) in name for word in limb) for name in names]
        first = int(start * frames)
        gone[row, first : first + max(1, int(length * 30)), torch.tensor(hit)] = True
    return gone


def estimator_like(rotations: Tensor, degrees: Tensor, rng: torch.Generator) -> Tensor:
    """Poses (B, T, 24, 3, 3) as an estimator gives them: biased per clip, wandering, shaking a little, the
    root tilted, whole limbs late by a few frames. degrees (B,): mean size of the error."""
    batch, frames = rotations.shape[:2]
    late = torch.randint(0, 3, (batch, 1), generator=rng)
    index = (torch.arange(frames)[None] - late).clamp(min=0)
    limbs = list(range(1, 24))
    lagging = rotations[torch.arange(batch)[:, None], index][:, :, limbs]
    rotations = torch.cat([rotations[:, :, :1], lagging], 2)
    return erring(rotations, degrees, torch.tensor(USUAL_ERROR).expand(batch, 3), 1.5, rng)


USUAL_ERROR = (0.7, 0.65, 0.25)
"""Shares of an estimator's error that are constant in a clip, wander, and change from frame to frame."""


def erring(rotations: Tensor, degrees: Tensor, shares: Tensor, fast: float, rng: torch.Generator) -> Tensor:
    """Poses (B, T, 24, 3, 3) with errors of mean size degrees (B,) made of shares (B, 3) that are constant,
    wander at up to `fast` Hz, and change from frame to frame."""
    batch, frames = rotations.shape[:2]
    bias = torch.randn((batch, 1, 24, 3), generator=rng)
    wander = smooth_noise((batch, 24, 3), frames, 0.1, fast, rng)
    shake = torch.randn((batch, frames, 24, 3), generator=rng)
    parts = (shares[:, k, None, None, None] * each for k, each in enumerate((bias, wander, shake)))
    # The mean length of a 3D Gaussian of unit deviation is 1.6.
    size = torch.deg2rad(degrees)[:, None, None, None] / 1.6
    return rotations @ matrix_from_axis_angle(sum(parts, torch.zeros(())) * size)


def some_estimator(rotations: Tensor, degrees: Tensor, rng: torch.Generator) -> Tensor:
    """Poses of estimators of all kinds: `estimator_like` with other shares in each clip, now and then a limb
    that flips for some frames, or frames that stand still. degrees (B,), 0 for none of it."""
    batch, frames = rotations.shape[:2]
    late = torch.randint(0, 3, (batch,), generator=rng) * (torch.rand(batch, generator=rng) < 0.4)
    index = (torch.arange(frames)[None] - late[:, None] * (degrees[:, None] > 0)).clamp(min=0)
    moved = rotations[torch.arange(batch)[:, None], index]
    shares = torch.tensor(USUAL_ERROR) * torch.exp(0.5 * torch.randn((batch, 3), generator=rng))
    shares = shares / shares.norm(dim=-1, keepdim=True)
    fast = 1.0 + 3.0 * float(torch.rand((), generator=rng))
    guess = erring(moved, degrees, shares, fast, rng)
    if frames > 1:
        for row in torch.nonzero(degrees > 0)[:, 0].tolist():
            _faults_of_track(guess[row], rng)
    return guess


_FLIPPING = tuple(
    JOINT_NAMES.index(f"{side}_{joint}")
    for side in ("left", "right")
    for joint in ("hip", "knee", "shoulder", "elbow")
)
"""Joints at which trackers turn a limb over."""


def _faults_of_track(guess: Tensor, rng: torch.Generator) -> None:
    """A flip of a limb for up to a third of a second, a stretch of frames that repeat one pose; in place, on
    poses (T, 24, 3, 3)."""
    frames = len(guess)
    flips, stops, start, length, pick = torch.rand(5, generator=rng).tolist()
    first = int(start * frames)
    some = slice(first, first + 1 + int(9 * length))
    if flips < 0.2:
        joint = _FLIPPING[int(pick * len(_FLIPPING))]
        turn = matrix_from_axis_angle(torch.randn(3, generator=rng) * 1.2)
        guess[some, joint] = guess[some, joint] @ turn
    elif stops < 0.1:
        guess[some] = guess[first].clone()


def scatter_points(values: np.ndarray, indices: list[int]) -> np.ndarray:
    """(..., P, C) of some canonical points into (..., 71, C), zero elsewhere."""
    full = np.zeros((*values.shape[:-2], len(POINT_NAMES), values.shape[-1]), values.dtype)
    full[..., indices, :] = values
    return full
