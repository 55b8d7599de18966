"""Files that are written without Blender: BVH and VRM animations of refined motions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from addon.body.hands import HAND_OFFSETS
from addon.body.kinematics import forward
from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.body.skeleton import REST_OFFSETS
from addon.formats import read
from addon.motion import Hands, Motion
from addon.writers.bvh import write_bvh
from addon.writers.euler import euler_angles
from addon.writers.motion_clip import clip_of
from addon.writers.names import BONE_NAMES, FINGER_BONES
from addon.writers.presets import PRESETS, VRM_BONES
from addon.writers.vrma import write_vrma


def _motion(ids, fps=30.0) -> Motion:
    times = (np.asarray(ids) / fps)[:, None, None]
    random = np.random.default_rng(0)
    waves = np.sin(times * random.uniform(1, 4, (1, 24, 3)) + random.uniform(0, 6, (1, 24, 3))) * 0.7
    return Motion(
        matrix_from_axis_angle(waves), np.array([0.5, 0.9, -0.3]) + np.sin(times[:, 0] * [[1.0, 2.0, 3.0]]),
        REST_OFFSETS * np.linspace(0.9, 1.2, 24)[:, None], fps, np.asarray(ids), np.full(len(ids), np.nan),
        np.full((len(ids), 24), np.nan),
    )  # fmt: skip


def _with_hands(motion: Motion) -> Motion:
    waves = np.sin(motion.times[:, None, None, None] * np.linspace(1, 4, 90).reshape(1, 2, 15, 3)) * 0.5
    turns = matrix_from_axis_angle(waves)
    return replace(motion, hands=Hands(turns, HAND_OFFSETS, np.zeros(turns.shape[:3], bool)))


@pytest.mark.parametrize("order", ["xyz", "yxz", "zxy", "zyx", "xzy", "yzx"])
def test_euler_angles_give_the_rotation_back_and_do_not_jump(order):
    seconds = np.linspace(0, 20, 4000)
    turns = Rotation.from_rotvec(
        np.stack([np.sin(seconds) * 2, np.cos(1.3 * seconds) * 2, 0.9 * seconds], axis=1)
    )
    angles = euler_angles(turns.as_matrix()[:, None], order)[:, 0]
    back = Rotation.from_euler(order, angles[:, ["xyz".index(axis) for axis in order]])
    assert np.degrees((turns.inv() * back).magnitude()).max() < 1e-4
    assert np.degrees(np.abs(np.diff(angles, axis=0))).max() < 20


def test_euler_angles_where_two_axes_fall_together():
    turns = Rotation.from_euler("xyz", [[20, 90, 40], [20, -90, 40], [0, 90, 0]], degrees=True)
    back = Rotation.from_euler("xyz", euler_angles(turns.as_matrix(), "xyz"))
    assert np.degrees((turns.inv() * back).magnitude()).max() < 1e-4


@pytest.mark.parametrize("toes", [(0.0, -0.05, 0.0), (0.0, -0.02, -0.1)], ids=["below", "behind"])
def test_a_vrm_animation_of_feet_that_point_nowhere_holds_numbers_alone(tmp_path, toes):
    clip = clip_of(_motion(np.arange(5)), "Anna", {})
    ankle, end = clip.bones.index("L_Ankle"), clip.bones.index("L_Foot")
    clip.rest[end, :3, 3] = clip.rest[ankle, :3, 3] + toes
    write_vrma(tmp_path / "a.vrma", clip, VRM_BONES)
    assert b"NaN" not in (tmp_path / "a.vrma").read_bytes()


@pytest.mark.parametrize("preset", ["bvh", "bvh_mixamo"])
@pytest.mark.parametrize("fps", [30.0, 59.94])
def test_our_reader_reads_the_bvh_that_we_write(tmp_path, preset, fps):
    motion = _motion(3 + np.arange(30), fps)
    names = PRESETS[preset].bones
    write_bvh(tmp_path / "a.bvh", clip_of(motion, "Anna", names).placed(np.eye(3), 100.0))
    recording = read(tmp_path / "a.bvh")
    assert recording.fps.value == pytest.approx(fps)
    assert recording.fps.how == "stated"
    assert (recording.up.value, recording.units.value) == ("+y", "cm")
    (person,) = recording.people
    joints, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    order = [person.keypoints.names.index(names.get(name, name)) for name in BONE_NAMES]
    np.testing.assert_allclose(person.keypoints.positions[:, order], joints, atol=1e-3)
    assert person.poses is not None
    read_back = person.poses.rotations
    assert np.degrees(geodesic_angle(read_back[:, 0], motion.rotations[:, 0])).max() < 0.2


def test_frames_that_are_missing_are_filled_and_long_gaps_held():
    motion = _motion(np.r_[0:10, 14:20, 100:105])
    clip = clip_of(motion, "Anna", {})
    assert len(clip.posed) == 105
    joints, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    np.testing.assert_allclose(clip.posed[motion.frame_ids][..., :3, 3], joints, atol=1e-9)
    np.testing.assert_allclose(clip.posed[20:100, :, :3, 3], np.tile(joints[15], (80, 1, 1)), atol=1e-9)
    steps = np.linalg.norm(np.diff(clip.posed[9:15, :, :3, 3], axis=0), axis=-1)
    assert steps.max() < 0.3
    assert steps[:, 0].min() > 0.5 * steps[:, 0].max()


def test_a_single_frame_is_a_clip(tmp_path):
    write_bvh(tmp_path / "a.bvh", clip_of(_motion([7]), "Anna", {}))
    assert "Frames: 1\n" in (tmp_path / "a.bvh").read_text()


def test_in_place_takes_the_way_out_and_keeps_the_height():
    motion = _motion(np.arange(20))
    clip = clip_of(motion, "Anna", {}, in_place=True)
    np.testing.assert_allclose(clip.posed[:, 0, :3, 3], motion.pelvis * [0, 1, 0], atol=1e-9)


def test_fingers_hang_below_the_wrists_and_every_bone_points_along_its_limb():
    motion = _with_hands(_motion(np.arange(5)))
    clip = clip_of(motion, "Anna", {})
    assert clip.bones == (*BONE_NAMES, *FINGER_BONES)
    for bone, parent in (("L_Index1", "L_Wrist"), ("R_Thumb3", "R_Thumb2"), ("R_Pinky1", "R_Wrist")):
        assert clip.bones[clip.parents[clip.bones.index(bone)]] == parent
    for bone, child in (
        ("L_Index1", "L_Index2"),
        ("R_Elbow", "R_Wrist"),
        ("Pelvis", "Spine1"),
        ("L_Hip", "L_Knee"),
    ):
        place, end = clip.bones.index(bone), clip.bones.index(child)
        tips = clip.posed[:, place, :3, 3] + clip.posed[:, place, :3, 1] * clip.lengths[place]
        np.testing.assert_allclose(tips, clip.posed[:, end, :3, 3], atol=1e-6)
