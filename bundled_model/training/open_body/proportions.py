"""Moves a T-posed body to SMPL's mean proportions, so that SMPL's mean rest joints lie inside it.

SMPL's spine, hips and collars are regressed points, not anatomical centres. Bending a body until its own
joints lie there would deform it. Instead the surface is stretched gently along its axes until its sole,
crotch, shoulders, head and limbs lie where published extents of SMPL's mean body have them, and SMPL's
joints are then simply the joints. The maps are smooth and monotone, so nothing folds.

Extents: bounding boxes (feet, hands, pelvis, head) in `smpl_humanoid.xml` of SMPLSim and ProtoMotions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from addon.body.skeleton import MIRROR_JOINTS, REST_JOINTS

Curve = tuple[tuple[float, float], ...]
"""(source coordinate, value) pairs, metres."""


@dataclass(frozen=True)
class Proportions:
    """Smooth coordinate maps from a source body to SMPL's frame; heights and widths in metres."""

    height: Curve
    """source y -> y"""
    depth_scale: Curve
    """source y -> scale of z"""
    depth_shift: Curve
    """source y -> what is added to the scaled z"""
    arm_depth_shift: float
    """what is added to z on the arms"""
    width_scale: Curve
    """source y -> scale of |x|"""
    leg_shift: Curve
    """source y -> what is added to |x| away from the middle"""
    reach_shift: Curve
    """source |x| -> what is added to |x| above the waist"""
    arm_from: tuple[float, float]
    """source |x| between which trunk turns into arm"""


def mean_joints() -> np.ndarray:
    """(24, 3) SMPL's mean rest joints made symmetric, pelvis at the origin."""
    joints = REST_JOINTS - REST_JOINTS[0]
    mirrored = joints[list(MIRROR_JOINTS)] * np.array([-1.0, 1.0, 1.0])
    symmetric = (joints + mirrored) / 2
    return symmetric - symmetric[0]


def smoothstep(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """0 below `low`, 1 above `high`, smooth between."""
    t = np.clip((values - low) / (high - low), 0.0, 1.0)
    return t * t * (3 - 2 * t)


def fit(vertices: np.ndarray, shape: Proportions) -> np.ndarray:
    """Vertices (V, 3) of the source body in SMPL's proportions, SMPL's template frame, metres."""
    x, y, z = vertices.T
    reach = np.abs(x)
    arm = smoothstep(reach, *shape.arm_from) * (y > 0)
    trunk = 1 - arm
    width = reach * (1 + trunk * (_at(shape.width_scale, y) - 1))
    width += trunk * _at(shape.leg_shift, y) * smoothstep(reach, 0.0, 0.03)
    width += _at(shape.reach_shift, reach) * (y > 0)
    depth = z * (1 + trunk * (_at(shape.depth_scale, y) - 1))
    depth += trunk * _at(shape.depth_shift, y) + arm * shape.arm_depth_shift
    return np.stack([np.sign(x) * width, _at(shape.height, y), depth], axis=1)


def _at(curve: Curve, values: np.ndarray) -> np.ndarray:
    places, results = np.array(curve, float).T
    return PchipInterpolator(places, results)(np.clip(values, places[0], places[-1]))
