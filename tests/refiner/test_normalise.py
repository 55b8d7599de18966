"""The network never sees heading, tilt or place."""

from __future__ import annotations

import numpy as np

from addon.body.points import POINT_NAMES
from addon.body.rotations import matrix_from_axis_angle
from addon.refiner.network.features import FEATURE_COUNT, Seen, network_inputs
from addon.refiner.network.normalise import human_frame, to_human

from .motion import Truth

TURN = matrix_from_axis_angle(np.array([0.7, -2.0, 1.1]))
MOVE = np.array([3.0, -1.0, 20.0])


def test_the_human_frame_is_upright_on_the_body() -> None:
    axes, origin = human_frame(Truth(8, 5).joints)
    np.testing.assert_allclose(
        np.swapaxes(axes, -1, -2) @ axes, np.broadcast_to(np.eye(3), axes.shape), atol=1e-9
    )
    np.testing.assert_allclose(np.linalg.det(axes), 1.0)
    np.testing.assert_allclose(origin, Truth(8, 5).joints[:, 0])


def test_points_in_the_human_frame_do_not_change_with_the_world() -> None:
    joints = Truth(8, 5).joints
    turned = joints @ TURN.T + MOVE
    here, there = (to_human(points, *human_frame(points)) for points in (joints, turned))
    np.testing.assert_allclose(here, there, atol=1e-9)


def test_features_do_not_change_with_the_world() -> None:
    truth, start = Truth(8, 6), Truth(8, 6).estimate(8.0)
    rng = np.random.default_rng(0)
    positions = rng.normal(size=(6, len(POINT_NAMES), 3)) * 0.1 + truth.pelvis[:, None]
    detail = rng.normal(size=positions.shape) * 0.01
    precision, information = np.full((6, len(POINT_NAMES)), 1e3), np.full((6, 24, 3), 100.0)

    def seen(turn: np.ndarray, move: np.ndarray) -> np.ndarray:
        def world(rotations: np.ndarray) -> np.ndarray:
            return np.concatenate([turn @ rotations[:, :1], rotations[:, 1:]], 1)

        seen = Seen(
            world(start.rotations),
            start.pelvis @ turn.T + move,
            truth.bones,
            positions @ turn.T + move,
            detail @ turn.T,
            precision,
            information,
            world(truth.rotations),
            np.ones(6),
            np.full((24, 3), 0.1),
            np.full(24, 0.02),
        )
        return network_inputs(seen).features

    here, there = seen(np.eye(3), np.zeros(3)), seen(TURN, MOVE)
    assert here.shape == (6, FEATURE_COUNT)
    # The turn towards the initial pose is in the root's own axes, so it stays the same too.
    np.testing.assert_allclose(here, there, atol=1e-6)
