"""How far off the refined joints are when the network says so much: measured on the validation subjects."""

from __future__ import annotations

import numpy as np
import torch

from addon.body.rotations import geodesic_angle
from addon.body.skeleton import JOINT_COUNT, MIRROR_JOINTS
from addon.refiner import refine

from .augment import proportions
from .benchmark.calibration import in_tenths
from .dialect import draw
from .examples import make_example
from .motion_data import load_split
from .synthesis import Faults

FRAMES = 90
CLIPS = 40
SEEN = (
    ("smpl24", Faults(), None),
    ("smpl24", Faults(white=0.02), None),
    ("body25", Faults(white=0.01, definition=1.0), None),
    ("coco17", Faults(wander=0.02, definition=1.0), None),
    ("mediapipe33", Faults(white=0.02, definition=1.0, limb_gap=True), None),
    ("body25", Faults(white=0.01, definition=1.0), 10.0),
    ("coco17", Faults(white=0.02, definition=1.0), 15.0),
)
"""Layout, faults and error of an initial pose in degrees, of the examples that it is measured on."""


def measure_honesty() -> np.ndarray:
    """(2, 24) factor and exponent by which each joint's predicted error in degrees becomes the true one, with
    the model that ships.

    Left and right share their factor, and half of it is that of all joints together: a few people tell little
    of a single joint. The exponent is one for all, from tenths of the predictions.
    """
    predicted, true = np.moveaxis(_errors(), 1, 0)
    tenths = in_tenths(predicted.ravel(), true.ravel())
    exponent = np.polyfit(np.log(tenths.predicted), np.log(tenths.true), 1)[0]
    told = (predicted**exponent) ** 2
    sides = list(MIRROR_JOINTS)
    each = (true**2 + true[:, sides] ** 2).sum(0) / (told + told[:, sides]).sum(0)
    together = (true**2).sum() / told.sum()
    return np.stack([np.sqrt((each + together) / 2.0), np.full(JOINT_COUNT, exponent)])


def _errors() -> np.ndarray:
    """(N, 2, 24) predicted and true errors in degrees of many frames."""
    found = []
    clips = sorted(load_split("val", "*"), key=lambda clip: -len(clip.poses))[:CLIPS]
    for seed, clip in enumerate(clips):
        rng = torch.Generator().manual_seed(seed)
        bones = proportions(1, rng)[0].double().numpy()
        clip = clip.part(FRAMES)
        spoken = draw(1, len(clip.poses), rng, 1.2)
        for layout, faults, degrees in SEEN:
            example = make_example(clip, layout, faults, degrees, 0.5, bones, seed, spoken)
            motion = refine(example.person)
            error = np.degrees(geodesic_angle(example.truth.rotations, motion.rotations))
            found.append(np.stack([motion.uncertainty_deg, error], 1))
    return np.concatenate(found)
