"""Bones roll as those of Blender's human meta-rig (Rigify), and armatures with other rolls are still read."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from addon.body.kinematics import forward
from addon.body.skeleton import REST_OFFSETS
from addon.scene import BONE_NAMES, export_fbx, read_poses, write_motion
from addon.scene.action import write_action
from addon.scene.armature import create_armature
from addon.scene.timing import keys_at
from addon.steps import finish

from .fbx_files import degrees, read

# The meta-rig "Human" of Blender 5.0: where each bone points and where its local X axis looks.
META_RIG = {
    "Pelvis": ((0.0, -0.250, 0.968), (1.0, 0.0, 0.0)),  # spine
    "Spine1": ((0.0, -0.123, 0.992), (1.0, 0.0, 0.0)),  # spine.001
    "Spine2": ((0.0, 0.032, 0.999), (1.0, 0.0, 0.0)),  # spine.002
    "Spine3": ((0.0, 0.029, 1.0), (1.0, 0.0, 0.0)),  # spine.003
    "Neck": ((0.0, -0.369, 0.930), (1.0, 0.0, 0.0)),  # spine.004
    "Head": ((0.0, 0.0, 1.0), (1.0, 0.0, 0.0)),  # spine.006
    "L_Collar": ((0.862, 0.507, -0.001), (0.507, -0.862, 0.0)),  # shoulder.L
    "L_Shoulder": ((0.856, 0.214, -0.470), (-0.481, 0.0, -0.877)),  # upper_arm.L
    "L_Elbow": ((0.826, -0.150, -0.544), (-0.550, 0.0, -0.835)),  # forearm.L
    "L_Wrist": ((0.798, -0.100, -0.594), (-0.597, 0.0, -0.802)),  # hand.L
    "L_Hip": ((0.0, -0.076, -0.997), (1.0, 0.0, 0.0)),  # thigh.L
    "L_Knee": ((0.0, 0.099, -0.995), (1.0, 0.0, 0.0)),  # shin.L
    "L_Ankle": ((0.0, -0.848, -0.530), (1.0, 0.0, 0.0)),  # foot.L
    "L_Foot": ((0.0, -1.0, 0.0), (-1.0, 0.0, 0.0)),  # toe.L
}
MIRROR = np.array([-1.0, 1.0, 1.0])


def _meta_rig(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Direction and X axis of the meta-rig's bone; a mirrored X axis looks the other way round the bone."""
    along, across = (np.array(axis) for axis in META_RIG[name.replace("R_", "L_")])
    return (along * MIRROR, -across * MIRROR) if name.startswith("R_") else (along, across)


def _roll_between(theirs: tuple[np.ndarray, np.ndarray], bone: bpy.types.Bone) -> float:
    """Degrees about the bone between both X axes, theirs brought along by the least turn of the direction."""
    x, y = np.array(bone.matrix_local.to_3x3()).T[:2]
    axis = np.cross(theirs[0], y)
    angle = np.arctan2(np.linalg.norm(axis), theirs[0] @ y)
    turn = Rotation.from_rotvec(axis / max(np.linalg.norm(axis), 1e-9) * angle)
    brought = turn.apply(theirs[1])
    return float(np.degrees(np.arctan2(np.cross(brought, x) @ y, brought @ x)))


@pytest.mark.parametrize("name", [name for name in BONE_NAMES if "Hand" not in name])
def test_every_bone_rolls_as_that_of_the_meta_rig(name):
    bones = create_armature("Person", REST_OFFSETS).data.bones
    assert abs(_roll_between(_meta_rig(name), bones[name])) < 7.0


def test_the_hand_goes_on_as_the_wrist():
    bones = create_armature("Person", REST_OFFSETS).data.bones
    for side in "LR":
        wrist, hand = (np.array(bones[f"{side}_{part}"].matrix_local.to_3x3()) for part in ("Wrist", "Hand"))
        np.testing.assert_allclose(hand, wrist, atol=1e-5)


@pytest.mark.parametrize(
    ("bone", "tip", "towards"),
    [
        ("L_Elbow", "L_Wrist", (0, -1, 0)),
        ("R_Elbow", "R_Wrist", (0, -1, 0)),
        ("L_Knee", "L_Ankle", (0, 1, 0)),
        ("R_Knee", "R_Ankle", (0, 1, 0)),
    ],
)
def test_a_positive_angle_about_local_x_bends_knees_and_elbows(bone, tip, towards):
    armature = create_armature("Person", REST_OFFSETS)
    before = np.array(armature.data.bones[tip].head_local)
    armature.pose.bones[bone].rotation_quaternion = (np.cos(0.5), np.sin(0.5), 0.0, 0.0)
    bpy.context.view_layer.update()
    moved = np.array(armature.pose.bones[tip].head) - before
    assert moved @ towards > 0.15
    assert abs(moved[np.array(towards) == 0]).max() < moved @ towards


@pytest.fixture
def old_armature(make_motion) -> bpy.types.Object:
    """A person with the rolls of earlier versions: local Z to the front on legs and collars."""
    motion = make_motion(30)
    armature = create_armature("Old", motion.bone_offsets)
    bpy.ops.object.mode_set(mode="EDIT")
    for bone in armature.data.edit_bones:
        if bone.name[2:] in ("Hip", "Knee", "Collar"):
            bone.align_roll((0.0, -1.0, 0.0))
        elif bone.name[2:] == "Ankle":
            bone.align_roll((0.0, 0.0, 1.0))
    bpy.ops.object.mode_set(mode="OBJECT")
    x_axis = armature.data.bones["L_Hip"].matrix_local.to_3x3().col[0]
    assert x_axis[0] < -0.9
    finish(write_action(armature, motion, keys_at(motion.times, 30.0, 1.0)))
    return armature


def test_armatures_with_earlier_rolls_are_written_and_read_exactly(old_armature, make_motion, heads):
    motion = make_motion(30)
    poses = read_poses(old_armature, 1.0 + motion.frame_ids)
    turns = Rotation.from_matrix((poses.rotations.swapaxes(-1, -2) @ motion.rotations).reshape(-1, 3, 3))
    assert np.degrees(turns.magnitude()).max() < 1e-3
    np.testing.assert_allclose(poses.pelvis, motion.pelvis, atol=1e-6)
    bpy.context.scene.frame_set(12)
    joints, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    np.testing.assert_allclose(heads(old_armature), joints[11], atol=1e-4)


@pytest.mark.parametrize("preset", ["plain", "unity", "unreal"])
def test_a_file_turns_the_same_whatever_the_rolls(old_armature, make_motion, tmp_path, preset):
    motion = make_motion(30)
    bpy.context.scene.render.fps = 30
    export_fbx(tmp_path / "old.fbx", [old_armature], preset=preset, rename=False, file_start=1)
    new = write_motion(motion, name="New", mesh=False)
    export_fbx(tmp_path / "new.fbx", [new], preset=preset, rename=False, file_start=1)
    turns = []
    for name in ("old", "new"):
        found = read(tmp_path / f"{name}.fbx")
        order = [found["names"].tolist().index(bone) for bone in BONE_NAMES]
        rest, posed = found["rest"][order, :, :3], found["posed"][:, order, :, :3]
        turns.append(posed @ np.linalg.inv(rest))
    assert degrees(*turns) < 0.1
