"""Poles lie where a limb bends to, and stay there when it is straight."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from addon.scene.poles import Bends, pole_targets

UP, LOW = 0.38, 0.40
HABIT = np.array([0.0, 0.0, -1.0])


def _leg(bends: np.ndarray, sideways: np.ndarray) -> Bends:
    """A leg hanging from the origin, its knee bent by angles (T,) and off the hinge by others (T,)."""
    upper = np.tile(Rotation.from_euler("x", -90, degrees=True).as_matrix(), (len(bends), 1, 1))
    bone = upper[:, :, 1]
    middle = bone * UP
    bent = Rotation.from_euler("xz", np.stack([bends, sideways], axis=-1)).as_matrix()
    lower = upper @ bent
    return Bends(upper, np.zeros_like(middle), middle, middle + lower[:, :, 1] * LOW)


def _direction(bends: Bends, poles: np.ndarray) -> np.ndarray:
    """(T, 3) unit vectors from the line between the limb's ends to the pole."""
    line = bends.end - bends.root
    line /= np.linalg.norm(line, axis=-1, keepdims=True)
    away = poles - bends.root
    away -= (away * line).sum(-1, keepdims=True) * line
    return away / np.linalg.norm(away, axis=-1, keepdims=True)


def test_the_pole_lies_in_the_plane_of_a_bent_limb_on_the_joints_side():
    leg = _leg(np.linspace(0.4, 2.2, 50), np.linspace(-0.5, 0.5, 50))
    poles, _ = pole_targets(leg, HABIT, 0.5, 30.0)
    line = leg.end - leg.root
    normal = np.cross(leg.middle - leg.root, line)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    np.testing.assert_allclose((normal * (poles - leg.root)).sum(-1), 0, atol=1e-9)
    knee = leg.middle - leg.root
    assert ((_direction(leg, poles) * knee).sum(-1) > 0.03).all()


def test_the_angle_turns_the_upper_bone_to_the_pole():
    leg = _leg(np.linspace(0.0, 2.2, 50), np.linspace(-0.5, 0.5, 50))
    poles, angles = pole_targets(leg, HABIT, 0.5, 30.0)
    up = leg.upper[:, :, 0] * np.cos(angles)[:, None] + leg.upper[:, :, 2] * np.sin(angles)[:, None]
    line = leg.end - leg.root
    line /= np.linalg.norm(line, axis=-1, keepdims=True)
    up -= (up * line).sum(-1, keepdims=True) * line
    up /= np.linalg.norm(up, axis=-1, keepdims=True)
    np.testing.assert_allclose(up, _direction(leg, poles), atol=1e-6)


def test_a_straight_noisy_knee_keeps_its_pole_in_front():
    noise = np.random.default_rng(0).normal(0, 0.02, (2, 200))
    leg = _leg(noise[0], noise[1])
    poles, _ = pole_targets(leg, HABIT, 0.5, 30.0)
    front = leg.upper @ HABIT
    angles = np.degrees(np.arccos(np.clip((_direction(leg, poles) * front).sum(-1), -1, 1)))
    assert angles.max() < 25
    steps = np.linalg.norm(np.diff(poles, axis=0), axis=-1)
    assert steps.max() < 0.03


def test_a_knee_that_stretches_and_bends_again_keeps_its_side():
    bends = 0.6 * (1 + np.cos(np.linspace(0, 6 * np.pi, 240))) - 0.02
    leg = _leg(bends, np.full(240, 0.1))
    poles, _ = pole_targets(leg, HABIT, 0.5, 30.0)
    steps = np.linalg.norm(np.diff(poles, axis=0), axis=-1)
    assert steps.max() < 0.06


def test_an_exactly_straight_limb_has_a_pole_where_it_would_bend_to():
    leg = _leg(np.zeros(10), np.zeros(10))
    poles, angles = pole_targets(leg, HABIT, 0.5, 30.0)
    assert np.isfinite(poles).all() and np.isfinite(angles).all()
    np.testing.assert_allclose(_direction(leg, poles), leg.upper @ HABIT, atol=1e-6)
