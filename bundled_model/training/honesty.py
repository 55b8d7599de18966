"""How much further off the refined joints are than the network says: measured on the validation subjects."""

from __future__ import annotations

import numpy as np
import torch

from addon.body.rotations import geodesic_angle
from addon.body.skeleton import JOINT_COUNT
from addon.refiner import refine

from .augment import proportions
from .examples import make_example
from .motion_data import load_split
from .synthesis import Faults

FRAMES = 90
CLIPS = 10
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
    """(24,) true over predicted root mean square error of each joint, with the model that ships.

    Half of it is that of all joints together: a few people tell little of a single joint.
    """
    predicted, true = np.zeros(JOINT_COUNT), np.zeros(JOINT_COUNT)
    clips = sorted(load_split("val"), key=lambda clip: -len(clip.poses))[:CLIPS]
    for seed, clip in enumerate(clips):
        bones = proportions(1, torch.Generator().manual_seed(seed))[0].double().numpy()
        for layout, faults, degrees in SEEN:
            example = make_example(clip.part(FRAMES), layout, faults, degrees, 1.0, bones, seed)
            motion = refine(example.person)
            error = np.degrees(geodesic_angle(example.truth.rotations, motion.rotations))
            predicted += (motion.uncertainty_deg**2).sum(0)
            true += (error**2).sum(0)
    return np.sqrt((true / predicted + true.sum() / predicted.sum()) / 2.0)
