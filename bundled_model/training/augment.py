"""Motion that the capture cannot teach: what `data/DATASHEET.md` says is missing from it, made up.

All functions take and return torch tensors; windows are (B, T, 24, 3, 3) local rotations.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from addon.body.rotations import matrix_from_axis_angle, matrix_from_six_d, six_d_from_matrix
from addon.body.skeleton import JOINT_NAMES, MIRROR_JOINTS, PARENTS, REST_OFFSETS, mirror_name

from .motion_data import Clip

TWIST_DEGREES = {"hip": 8.0, "knee": 8.0, "shoulder": 10.0, "elbow": 10.0}
FREE_DEGREES = {
    "collar": 7.0, "neck": 8.0, "head": 8.0, "wrist": 15.0, "spine": 3.0, "ankle": 5.0, "foot": 8.0,
    "hand": 5.0,
    "hip": 2.0, "knee": 1.5, "shoulder": 3.0, "elbow": 1.5,
}  # fmt: skip
LOWER_BODY = [
    JOINT_NAMES.index(f"{s}_{j}") for s in ("left", "right") for j in ("hip", "knee", "ankle", "foot")
]
LEFT_ARM, RIGHT_ARM = (
    [JOINT_NAMES.index(f"{side}_{joint}") for joint in ("shoulder", "elbow", "wrist", "hand")]
    for side in ("left", "right")
)
ELBOWS = [JOINT_NAMES.index("left_elbow"), JOINT_NAMES.index("right_elbow")]
FPS = 30.0


def smooth_noise(
    shape: tuple[int, ...], frames: int, slow: float, fast: float, rng: torch.Generator
) -> Tensor:
    """Unit-variance wandering (B, T, ...) of frequencies between slow and fast in Hz; shape = (B, ...)."""
    waves = 4
    frequency = slow * (fast / slow) ** torch.rand((*shape, waves), generator=rng)
    phase = 2 * math.pi * torch.rand((*shape, waves), generator=rng)
    size = torch.randn((*shape, waves), generator=rng) / math.sqrt(waves / 2)
    time = torch.arange(frames).reshape(1, -1, *[1] * len(shape)) / FPS
    angle = 2 * math.pi * frequency[:, None] * time + phase[:, None]
    return (size[:, None] * torch.sin(angle)).sum(-1)


def sample_windows(clips: list[Clip], count: int, frames: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Windows (B, T, 24, 3, 3) and pelvis (B, T, 3) at random places, played 0.6 to 1.6 times as fast, or as
    fast as the clip is long enough for."""
    long_enough = [clip for clip in clips if len(clip.poses) > 0.8 * frames + 1]
    lengths = torch.tensor([clip.share * len(clip.poses) for clip in long_enough])
    chosen = torch.multinomial(lengths, count, replacement=True, generator=rng)
    rotations, pelvis = [], []
    for k, u, v in zip(chosen.tolist(), *torch.rand(2, count, generator=rng).tolist(), strict=True):
        clip = long_enough[k]
        fastest = min(1.6, (len(clip.poses) - 1) / frames)
        speed = 0.6 * (fastest / 0.6) ** u
        start = v * (len(clip.poses) - 1 - speed * (frames - 1))
        times = start + speed * torch.arange(frames)
        rotations.append(at_times(clip, times))
        pelvis.append(_lerp(torch.as_tensor(clip.pelvis), times))
    return torch.stack(rotations), torch.stack(pelvis)


def at_times(clip: Clip, times: Tensor) -> Tensor:
    """Rotations (T, 24, 3, 3) of a clip at fractional frame numbers (T,)."""
    first = times.floor().long().clamp(0, len(clip.poses) - 1)
    last = (first + 1).clamp(max=len(clip.poses) - 1)
    poses = torch.as_tensor(clip.poses)
    share = (times - first)[:, None, None]
    before, after = (six_d_from_matrix(matrix_from_axis_angle(poses[rows])) for rows in (first, last))
    return matrix_from_six_d((1 - share) * before + share * after)


def _lerp(values: Tensor, times: Tensor) -> Tensor:
    first = times.floor().long().clamp(0, len(values) - 1)
    last = (first + 1).clamp(max=len(values) - 1)
    share = (times - first)[:, None]
    return (1 - share) * values[first] + share * values[last]


def mirror(rotations: Tensor, pelvis: Tensor) -> tuple[Tensor, Tensor]:
    """The same motion with left and right exchanged."""
    flip = torch.tensor([-1.0, 1.0, 1.0])
    swapped = rotations[..., list(MIRROR_JOINTS), :, :]
    return swapped * flip[:, None] * flip, pelvis * flip


def augment(rotations: Tensor, pelvis: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Mirrors, mixes limbs, twists, bends, turns and tilts windows (B, T, 24, 3, 3) with pelvis (B, T, 3)."""
    batch = len(rotations)
    swap = torch.rand(batch, generator=rng) < 0.5
    mirrored = mirror(rotations, pelvis)
    rotations = torch.where(swap[:, None, None, None, None], mirrored[0], rotations)
    pelvis = torch.where(swap[:, None, None], mirrored[1], pelvis)
    rotations = rotations.clone()
    for part, share in ((LOWER_BODY, 0.25), (LEFT_ARM, 0.2), (RIGHT_ARM, 0.2)):
        others = rotations[torch.randperm(batch, generator=rng)]
        mix = torch.rand(batch, generator=rng) < share
        rotations[:, :, part] = torch.where(
            mix[:, None, None, None, None], others[:, :, part], rotations[:, :, part]
        )
    rotations = independent_motion(rotations, rng, torch.rand(batch, generator=rng) * 1.5)
    rotations = pronated(rotations, rng)
    return turn_world(rotations, pelvis, _headings(batch, rng))


def pronated(rotations: Tensor, rng: torch.Generator) -> Tensor:
    """Turns each forearm of every second clip by a constant of its own: the capture shares elbow and wrist
    roll by a rule."""
    batch = len(rotations)
    turn = torch.zeros(batch, 1, 24)
    turn[..., ELBOWS] = torch.randn((batch, 1, 2), generator=rng) * math.radians(20.0)
    turn *= (torch.rand((batch, 1, 1), generator=rng) < 0.5).float()
    return rotations @ matrix_from_axis_angle(bone_axes() * turn[..., None])


def independent_motion(rotations: Tensor, rng: torch.Generator, strength: Tensor) -> Tensor:
    """Adds twist about limbs and small free motion of every joint; strength (B,) scales the degrees above."""
    batch, frames = rotations.shape[:2]
    twist = (
        smooth_noise((batch, 24), frames, 0.05, 0.8, rng) + torch.randn((batch, 1, 24), generator=rng) * 0.7
    )
    free = (
        smooth_noise((batch, 24, 3), frames, 0.05, 0.8, rng)
        + torch.randn((batch, 1, 24, 3), generator=rng) * 0.7
    )
    turn = bone_axes() * (twist * _degrees(TWIST_DEGREES))[..., None] + free * _degrees(FREE_DEGREES)[:, None]
    return rotations @ matrix_from_axis_angle(turn * strength[:, None, None, None])


def _degrees(table: dict[str, float]) -> Tensor:
    """(24,) radians by the words in a joint's name."""
    values = [
        math.radians(next((d for word, d in table.items() if word in name), 0.0)) for name in JOINT_NAMES
    ]
    return torch.tensor(values)


def bone_axes() -> Tensor:
    """(24, 3) direction of each joint's own bone in its rest frame (towards its first child)."""
    axes = np.zeros((24, 3))
    for joint in range(23, 0, -1):
        axes[PARENTS[joint]] = REST_OFFSETS[joint]
    norms = np.linalg.norm(axes, axis=-1, keepdims=True)
    return torch.as_tensor(axes / np.where(norms > 0, norms, 1.0), dtype=torch.float32)


def _headings(batch: int, rng: torch.Generator) -> Tensor:
    """(B, 3, 3): any heading; a little tilt, and for one in eight any orientation at all (lying, upside
    down)."""
    heading = torch.zeros(batch, 3)
    heading[:, 1] = 2 * math.pi * torch.rand(batch, generator=rng)
    anyhow = torch.rand(batch, generator=rng) < 0.125
    tilt = torch.randn((batch, 3), generator=rng) * torch.where(anyhow, 2.0, 0.1)[:, None]
    return matrix_from_axis_angle(tilt) @ matrix_from_axis_angle(heading)


def turn_world(rotations: Tensor, pelvis: Tensor, turns: Tensor) -> tuple[Tensor, Tensor]:
    """Turns the whole performance by turns (B, 3, 3)."""
    first = turns[:, None] @ rotations[:, :, 0]
    return torch.cat([first[:, :, None], rotations[:, :, 1:]], 2), (turns[:, None] @ pelvis[..., None])[
        ..., 0
    ]


def proportions(batch: int, rng: torch.Generator) -> Tensor:
    """(B, 24, 3) bone offsets of different performers: size and, left and right alike, each bone's length."""
    size = 1 + 0.08 * torch.randn(batch, 1, generator=rng)
    bones = 1 + 0.05 * torch.randn(batch, 24, generator=rng)
    first = [min(j, JOINT_NAMES.index(mirror_name(name))) for j, name in enumerate(JOINT_NAMES)]
    ratio = (size * bones[:, first]).clamp(0.7, 1.35)
    return torch.as_tensor(REST_OFFSETS, dtype=torch.float32) * ratio[..., None]
