"""What the contact network sees: motion as this refiner makes it of what tools see of a clip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch

from addon.body.rotations import axis_angle_from_matrix
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.recording import Person
from addon.refiner import Controls, refine
from addon.refiner.feet.features import Stance, feet_features, stance_of

from ..augment import proportions
from ..dialect import draw
from ..examples import make_example
from ..motion_data import Clip
from ..synthesis import draw_faults, draw_layout
from .astray import led_astray
from .labels import bearing

SLOWEST, FASTEST = 0.75, 1.35
SHORTEST, LONGEST = 60, 360
"""Frames of a recording."""
TOLD, SPOKEN = 0.5, 0.6
"""How often most of a detector's offsets is known, and how often a clip is in a dialect of its own."""
WAYS = {"keypoints": 0.6, "plugin": 0.22, "poses": 0.18}
"""How often there are keypoints, an estimator's poses beside them, or poses alone."""
LEAST_DEGREES, MOST_DEGREES = 2.0, 12.0
"""Mean error of an estimator."""


def parts_of(clip: Clip, rng: np.random.Generator) -> Iterator[Clip]:
    """A clip in recordings of random lengths; fewer of those whose frames count little."""
    first, frames = 0, len(clip.poses)
    while frames - first >= SHORTEST:
        last = first + int(rng.integers(2 * SHORTEST, LONGEST))
        last = last if frames - last >= SHORTEST else frames
        if rng.random() < clip.share:
            yield replace(clip, poses=clip.poses[first:last], pelvis=clip.pelvis[first:last])
        first = last


def example(clip: Clip, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Features (2, T, F) of one clip as it is refined, and (T, 2, 2) whether heels and toes bear in truth: in
    another body, dialect and pace."""
    clip = clip.at_pace(SLOWEST * (FASTEST / SLOWEST) ** float(rng.random()))
    bears = bearing(clip.rotations(), clip.pelvis.astype(float), REST_OFFSETS, clip.fps)
    motion = refine(_seen(clip, rng), engine="numpy", controls=Controls())
    bones = motion.bone_offsets
    stance = Stance(*stance_of(motion.rotations.astype(np.float32), motion.pelvis, bones))
    return feet_features(stance, bones), bears


def _seen(clip: Clip, rng: np.random.Generator) -> Person:
    """Keypoints of the clip, an estimator's poses, or both, with the faults that they have."""
    draws = torch.Generator().manual_seed(int(rng.integers(2**31)))
    bones = proportions(1, draws)[0].double().numpy()
    path = torch.as_tensor(on_legs(clip.pelvis, bones))[None].double()
    rotations, path = led_astray(torch.as_tensor(clip.rotations())[None], path, draws)
    poses = axis_angle_from_matrix(rotations[0].numpy()).astype(np.float32)
    moved = replace(clip, poses=poses, pelvis=path[0].numpy().astype(np.float32))
    layout, way = draw_layout(rng), str(rng.choice(list(WAYS), p=list(WAYS.values())))
    degrees = None if way == "keypoints" else float(rng.uniform(LEAST_DEGREES, MOST_DEGREES))
    person = make_example(
        moved, layout.name, draw_faults(rng, layout, bool(rng.random() < TOLD)), degrees, bones=bones,
        seed=int(rng.integers(2**31)), spoken=draw(1, len(poses), draws) if rng.random() < SPOKEN else None,
    ).person  # fmt: skip
    return replace(person, keypoints=None) if way == "poses" else person


def on_legs(pelvis: np.ndarray, bones: np.ndarray) -> np.ndarray:
    """A path (T, 3) as long as legs (24, 3) make it that are longer or shorter than the mean skeleton's."""
    legs = [JOINT_NAMES.index(f"left_{joint}") for joint in ("knee", "ankle")]
    grown = np.linalg.norm(bones[legs], axis=-1).sum() / np.linalg.norm(REST_OFFSETS[legs], axis=-1).sum()
    return np.asarray(pelvis * grown)
