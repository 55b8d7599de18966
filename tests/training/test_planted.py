"""Captured motion whose feet were made to stand."""

from __future__ import annotations

import numpy as np

from addon.body.kinematics import forward
from addon.body.skeleton import REST_OFFSETS
from addon.refiner.feet.places import chances, places_under
from bundled_model.training.feet.labels import bearing
from bundled_model.training.feet.planted import planted
from bundled_model.training.motion_data import Clip, load_split


def slide(clip: Clip) -> float:
    """m/s over the floor of what bears by its speed and height."""
    rotations, pelvis = clip.rotations(), clip.pelvis.astype(float)
    bears = bearing(rotations, pelvis, REST_OFFSETS, clip.fps).reshape(-1, 4).astype(float)
    places = places_under(*forward(rotations, pelvis, REST_OFFSETS), REST_OFFSETS)
    shares = chances(bears, places)
    both = shares[1:] * shares[:-1]
    speed = np.linalg.norm(np.diff(places, axis=0)[..., [0, 2]], axis=-1) * clip.fps
    return float((both * speed).sum() / both.sum())


def test_planted_feet_stand_and_the_rest_is_as_it_was():
    walk = next(clip for clip in load_split("test") if clip.name == "39_03").part(90)
    still = planted(walk)
    assert slide(still) < slide(walk) / 3.0
    assert np.abs(still.pelvis - walk.pelvis).max() < 0.05
    np.testing.assert_allclose(still.rotations()[:, 12:], walk.rotations()[:, 12:], atol=1e-3)
