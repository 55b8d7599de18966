"""A bone that never moves has one key; what is read, edited and refined of it is the same."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from addon.body.skeleton import JOINT_NAMES
from addon.scene import write_motion
from addon.scene.curves import find_curves
from addon.scene.edits import find_edits
from addon.scene.parts import Earlier
from addon.scene.read_action import read_poses
from addon.scene.reduce_keys import reduce_keys

HAND, HEAD = JOINT_NAMES.index("left_hand"), JOINT_NAMES.index("head")
PATH = 'pose.bones["L_Hand"].rotation_quaternion'


@pytest.fixture
def motion(make_motion):
    """Hands that never move, one of them bent."""
    motion = make_motion(40)
    rotations = motion.rotations.copy()
    rotations[:, HAND] = Rotation.from_euler("x", 30, degrees=True).as_matrix()
    rotations[:, HAND + 1] = np.eye(3)
    return replace(motion, rotations=rotations)


@pytest.fixture
def armature(motion):
    return write_motion(motion, mesh=False)


def _counts(armature, bone: str) -> list[int]:
    return [len(c.keyframe_points) for (path, _), c in find_curves(armature).items() if f'"{bone}"' in path]


def test_one_key_is_enough_for_a_bone_that_stays_as_it_is(armature):
    assert _counts(armature, "L_Hand") == _counts(armature, "R_Hand") == [1] * 4
    assert set(_counts(armature, "Head")) == set(_counts(armature, "Pelvis")) == {40}


def test_its_pose_is_read_at_every_frame(armature, motion):
    poses = read_poses(armature, np.arange(1.0, 41.0))
    np.testing.assert_allclose(poses.rotations, motion.rotations, atol=1e-4)


def test_somebody_who_never_moves_at_all_has_the_clips_frames(make_motion):
    motion = make_motion(40)
    still = replace(
        motion, rotations=np.tile(np.eye(3), (40, 24, 1, 1)), pelvis=np.zeros((40, 3)),
        fit_error_mm=np.full(40, np.nan),
    )  # fmt: skip
    armature = write_motion(still, mesh=False)
    assert tuple(armature.animation_data.action.curve_frame_range) == (1.0, 40.0)


def test_nothing_counts_as_edited_until_it_is_keyed_and_then_what_is_seen_does(armature):
    assert not find_edits(armature).held.any()
    bone = armature.pose.bones["L_Hand"]
    for frame, turn in ((10, (1.0, 0.0, 0.0, 0.0)), (20, (1.0, 0.0, 0.0, 0.0))):
        bone.rotation_quaternion = turn
        assert bone.keyframe_insert("rotation_quaternion", frame=frame)
    held = find_edits(armature).held
    assert held[1:, HAND].all() and not held[0, HAND]
    held[:, HAND] = False
    assert not held.any()


def test_a_bone_that_moves_in_the_next_run_has_all_keys_again(armature, make_motion):
    write_motion(make_motion(40, seed=5), mesh=False, earlier=Earlier(armature))
    assert _counts(armature, "L_Hand") == [40] * 4


def test_a_users_key_after_the_clip_is_led_to_from_its_end(armature, motion):
    bone = armature.pose.bones["L_Hand"]
    bone.rotation_quaternion = (0.0, 1.0, 0.0, 0.0)
    assert bone.keyframe_insert("rotation_quaternion", frame=60)
    write_motion(motion, mesh=False, earlier=Earlier(armature))
    curve = find_curves(armature)[(PATH, 1)]
    assert len(curve.keyframe_points) == 41
    assert abs(curve.evaluate(39) - curve.evaluate(1)) < 1e-6 and curve.evaluate(60) == 1.0


def test_reduce_keys_leaves_its_key(armature):
    reduce_keys(armature, 1.0, 5.0)
    assert _counts(armature, "L_Hand") == [1] * 4
    assert len(bpy.data.actions) == 1
