"""The fingers of the open body: joints and skin weights of the hands from the rig's finger bones.

They are kept beside the body: who has no fingers in a recording has the body's own hand joint instead.
"""

from __future__ import annotations

import numpy as np

from addon.body.hands import FINGERS, JOINTS_PER_FINGER

from .pose import TPose
from .proportions import Girth, Landmarks, fit
from .source import Source

NUMBERS = {"thumb": 1, "index": 2, "middle": 3, "ring": 4, "pinky": 5}
"""MakeHuman's numbers of the fingers."""
LEAST_WEIGHT = 0.004


def finger_places(posed: TPose, kept: np.ndarray, marks: Landmarks, like: Girth | None) -> np.ndarray:
    """(5, 4, 3) metres: three joints and the tip of each finger of the left hand of a body that `fit` brings
    to SMPL's proportions."""
    cubes = [
        posed.cube(f"joint-l-finger-{NUMBERS[finger]}-{end}") for finger in FINGERS for end in (1, 2, 3, 4)
    ]
    whole = fit(np.concatenate([posed.vertices[kept], cubes]), marks, like)
    return whole[len(kept) :].reshape(len(FINGERS), JOINTS_PER_FINGER + 1, 3)


def finger_weights(source: Source, kept: np.ndarray, mirror: np.ndarray) -> np.ndarray:
    """(V, 2, 15) shares of each finger joint in the skin of the kept source vertices; what is left of 1 is
    the wrist's and the arm's. mirror: the vertex on the other side of each."""
    columns = [
        [
            source.bone_weights[f"finger{NUMBERS[finger]}-{end}.{side}"][kept]
            for finger in FINGERS
            for end in (1, 2, 3)
        ]
        for side in "LR"
    ]
    found = np.moveaxis(np.array(columns), -1, 0)
    found = (found + found[mirror][:, ::-1]) / 2
    return np.where(found < LEAST_WEIGHT, 0.0, found)


def hand_arrays(weights: np.ndarray, places: dict[str, np.ndarray], licence: str) -> dict[str, np.ndarray]:
    """The arrays of open_body_hands.npz. weights (V, 2, 15); places (5, 4, 3) of each gender's body."""
    vertices = np.flatnonzero(weights.any((1, 2)))
    return {
        "vertices": vertices.astype(np.uint16),
        "weights": weights[vertices].astype(np.float16),
        **{gender: found.astype(np.float32) for gender, found in places.items()},
        "licence": np.array(licence),
    }
