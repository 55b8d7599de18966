"""Captured motion whose feet stand: those of the capture slide, sink and float by centimetres, for it was put
on another skeleton."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from addon.body.kinematics import forward
from addon.body.rotations import axis_angle_from_matrix
from addon.body.skeleton import REST_OFFSETS
from addon.refiner.feet.clip import Precision
from addon.refiner.feet.floor import floor_under
from addon.refiner.feet.hold import hold_feet
from addon.refiner.feet.places import chances, places_under
from addon.refiner.feet.stand import softened

from ..motion_data import Clip
from .labels import bearing

OFF, TURNED, PATH = 0.03, 0.3, 0.02
"""Metres by which feet, radians by which they are turned, and metres by which the body's path may be off."""
PASSES = 2


def planted(clip: Clip) -> Clip:
    """The clip with feet that stay on one floor where they bear by their speed and height."""
    rotations, pelvis = clip.rotations(), clip.pelvis.astype(float)
    precision = Precision(np.full(2, OFF), np.full(2, TURNED), PATH, np.zeros(2))
    sure = np.ones((len(pelvis), 2), bool)
    for _ in range(PASSES):
        bears = bearing(rotations, pelvis, REST_OFFSETS, clip.fps).reshape(-1, 4).astype(float)
        places = places_under(*forward(rotations, pelvis, REST_OFFSETS), REST_OFFSETS)
        floor = floor_under(places, chances(bears, places), clip.fps)
        contacts = softened(bears, clip.fps)
        rotations, pelvis = hold_feet(
            rotations, pelvis, REST_OFFSETS, clip.fps, contacts, floor, precision, sure
        )
    poses = axis_angle_from_matrix(rotations).astype(np.float32)
    return replace(clip, poses=poses, pelvis=pelvis.astype(np.float32))
