"""SMPLify as published, timed and measured beside the refiner."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from addon.body.kinematics import forward
from addon.body.points import POINT_INDEX
from bundled_model.training.metrics import Example


def measure_smplify(example: Example, count: int, progress: Callable[[float], None]) -> tuple[float, float]:
    """Mean joint error in mm, pelvis aligned, and frames per second on evenly spaced frames of an example."""
    import torch

    from bundled_model.training.smplify import smplify

    torch.set_num_threads(1)  # one frame's tensors are too small to share

    keypoints, truth = example.person.keypoints, example.truth
    assert keypoints is not None
    columns = [k for k, name in enumerate(keypoints.canonical) if name is not None]
    indices = np.array([POINT_INDEX[str(keypoints.canonical[k])] for k in columns])
    rows = np.linspace(0, example.person.frames - 1, count).round().astype(int)
    true_joints, errors, seconds = truth.joints(), [], 0.0
    for number, row in enumerate(rows):
        began = time.perf_counter()
        rotations, pelvis = smplify(keypoints.positions[row, columns], indices, truth.bones)
        seconds += time.perf_counter() - began
        joints, _ = forward(rotations.astype(float), pelvis.astype(float), truth.bones)
        apart = (joints - true_joints[row]) - (joints - true_joints[row])[:1]
        errors.append(1000 * float(np.linalg.norm(apart, axis=-1).mean()))
        progress((number + 1) / count)
    return float(np.mean(errors)), count / seconds
