"""Poses of a body that a tool took for its mirror image along the view."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.body.rotations import geodesic_angle
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS, mirror_name
from addon.formats.turned_poses import poses_turned_back
from addon.recording import Person, Poses
from tests.refiner.motion import Truth

VIEW = np.array([0.36, -0.16, 0.919])
OTHERS = [JOINT_NAMES.index(mirror_name(name)) for name in JOINT_NAMES]


def lifted_wrongly(poses: Poses, rows: slice, view: np.ndarray) -> Poses:
    """Poses that in these rows are the mirror image along the view."""
    mirror, rotations = np.diag([-1.0, 1.0, 1.0]), poses.rotations.copy()
    along = np.eye(3) - 2.0 * np.outer(view, view) / (view @ view)
    rotations[rows] = (mirror @ rotations[rows] @ mirror)[:, OTHERS]
    rotations[rows, 0] = along @ poses.rotations[rows, 0] @ mirror
    return replace(poses, rotations=rotations)


def person_of(poses: Poses, step: int = 1) -> Person:
    poses = poses.rows(np.arange(0, len(poses.pelvis), step))
    return Person("0", np.arange(len(poses.pelvis)), 30.0 / step, None, poses)


def test_the_mirror_image_along_the_view_looks_alike_from_there() -> None:
    poses = Truth(8, 60).estimate(5.0)
    wrong = lifted_wrongly(poses, slice(None), VIEW)
    joints, seen = (forward(each.rotations, poses.pelvis, REST_OFFSETS)[0] for each in (poses, wrong))
    apart = (seen - joints[:, OTHERS]) @ (np.eye(3) - np.outer(VIEW, VIEW) / (VIEW @ VIEW))
    assert np.abs(apart).max() < 0.02


@pytest.mark.parametrize("clip", [0, 3, 8, 14])
@pytest.mark.parametrize("rows", [slice(30, 33), slice(30, 60), slice(40, 90)])
@pytest.mark.parametrize("view", [VIEW, np.array([1.0, 0.0, 0.1])])
def test_poses_that_were_lifted_the_other_way_round_are_turned_back_and_told(rows, clip, view) -> None:
    poses = Truth(clip, 120).estimate(5.0)
    (found,), told = poses_turned_back((person_of(lifted_wrongly(poses, rows, view)),))
    assert found.poses is not None
    assert np.degrees(geodesic_angle(found.poses.rotations, poses.rotations)).max() < 12.0
    assert len(told) == 1 and f"frames {rows.start} to {rows.stop - 1}," in told[0]


@pytest.mark.parametrize("step", [1, 2, 3])
def test_who_moves_is_not_turned(step: int) -> None:
    for clip in range(16):
        truth = Truth(clip, 240)
        person = person_of(Poses(truth.rotations, truth.pelvis), step)
        assert poses_turned_back((person,)) == ((person,), [])
