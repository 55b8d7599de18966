"""Recordings with a known truth, made from captured motion: for the demo, the benchmark and the tests of
accuracy."""

from __future__ import annotations

import numpy as np
import torch

from addon.body.layouts import find_layout
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import REST_OFFSETS
from addon.recording import Keypoints, Person, Poses

from .augment import independent_motion, smooth_noise
from .dialect import Dialect, speak
from .metrics import Example, Posed
from .motion_data import Clip
from .synthesis import Faults, estimator_like, observe

ESTIMATOR_PLACE = 0.03
"""Standard deviation per axis in metres of where an estimator puts the pelvis."""


def make_example(
    clip: Clip,
    layout: str = "smpl24",
    faults: Faults | None = None,
    estimator_degrees: float | None = None,
    independent: float = 0.0,
    bones: np.ndarray = REST_OFFSETS,
    seed: int = 0,
    spoken: Dialect | None = None,
) -> Example:
    """Keypoints of a layout with faults, and with `estimator_degrees` an initial pose that errs by so much.

    independent: strength of twist, collar and neck motion added to the capture. spoken: the dialect in which
    the clip is re-expressed.
    """
    rng = torch.Generator().manual_seed(seed)
    rotations = torch.as_tensor(matrix_from_axis_angle(clip.poses.astype(float)))[None].float()
    if independent:
        rotations = independent_motion(rotations, rng, torch.tensor([independent]))
    if spoken is not None:
        rotations = speak(rotations, spoken)
    pelvis = torch.as_tensor(clip.pelvis)[None]
    offsets = torch.as_tensor(bones, dtype=torch.float32)[None]
    order = find_layout(layout)
    points = observe(rotations, pelvis, offsets, order, [faults or Faults()], rng)[0].double().numpy()
    seen = np.isfinite(points).all(-1)
    keypoints = Keypoints(points, seen.astype(float), order.keypoints, order.canonical, layout)
    poses = None
    if estimator_degrees is not None:
        guess = estimator_like(rotations, torch.tensor([estimator_degrees]), rng)[0].double().numpy()
        wander = smooth_noise((1, 3), len(guess), 0.1, 1.5, rng)[0].double().numpy()
        poses = Poses(guess, clip.pelvis + ESTIMATOR_PLACE * wander)
    truth = Posed(rotations[0].double().numpy(), clip.pelvis.astype(float), bones)
    return Example(Person("0", np.arange(len(points)), clip.fps, keypoints, poses), truth)
