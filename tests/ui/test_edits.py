"""Keys that somebody has changed are there after refining again, and nothing else is held by them."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest

from addon.body.rotations import geodesic_angle
from addon.body.skeleton import JOINT_NAMES
from addon.recording import Poses
from addon.scene import read_poses
from addon.scene.curves import find_curves
from tests.wave import joints_of_a_wave

FRAMES = np.arange(1.0, 61.0)
ELBOW, HIP = JOINT_NAMES.index("left_elbow"), JOINT_NAMES.index("left_hip")
STARTS = ["ORIGINAL", "CURRENT"]


@pytest.fixture
def scene(enabled, tmp_path):
    """A scene with a refined wave of noisy keypoints: 60 frames."""
    joints = joints_of_a_wave(60, 30.0)
    joints += np.random.default_rng(1).normal(0, 0.01, joints.shape)
    path = tmp_path / "noisy.npz"
    np.savez(path, keypoints=joints, layout="smpl24", fps=30.0, up_axis="y", units="m")
    bpy.ops.spr.open_recording(filepath=str(path))
    bpy.context.scene.spr.mesh = False
    bpy.context.scene.spr.show_keypoints = False
    bpy.ops.spr.refine_pose()
    return bpy.context.scene


def armature() -> bpy.types.Object:
    (found,) = (ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE")
    return found


def poses() -> Poses:
    return read_poses(armature(), FRAMES)


def apart(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.degrees(geodesic_angle(first, second))


def turn(frames, bone: str = "L_Elbow", degrees: float = 30.0) -> None:
    """Turn a bone's keys by hand, as in the Graph Editor."""
    curves = find_curves(armature())
    four = [curves[f'pose.bones["{bone}"].rotation_quaternion', index] for index in range(4)]
    half = np.radians(degrees) / 2
    for frame in frames:
        keys = [next(key for key in curve.keyframe_points if key.co.x == frame) for curve in four]
        w, x, y, z = (key.co.y for key in keys)
        c, s = np.cos(half), np.sin(half)  # q * (c, s, 0, 0)
        for key, value in zip(keys, (w * c - x * s, w * s + x * c, y * c + z * s, z * c - y * s), strict=True):
            key.co.y = value
    for curve in four:
        curve.update()


def refine(start: str = "ORIGINAL", **changes: float) -> None:
    controls = bpy.context.scene.spr.controls
    controls.start_from = start
    for name, value in changes.items():
        setattr(controls, name, value)
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("frames", [range(20, 41), [30], [1], [60]])
def test_edited_keys_are_held(scene, start, frames):
    turn(frames)
    rows, edited = np.array(frames) - 1, poses().rotations
    refine(start, smoothness=1.5)
    assert apart(poses().rotations[rows, ELBOW], edited[rows, ELBOW]).max() < 0.1


@pytest.mark.parametrize("start", STARTS)
def test_the_rest_of_the_body_is_refined_as_without_the_edit(scene, start):
    refine(start, smoothness=1.5)
    plain = poses()
    bpy.context.scene.spr.controls.smoothness = 1.0
    refine()
    turn(range(20, 41))
    refine(start, smoothness=1.5)
    away = apart(poses().rotations, plain.rotations)
    assert np.delete(away, ELBOW, axis=1).max() < 0.5
    np.testing.assert_allclose(poses().pelvis, plain.pelvis, atol=0.002)
    far = np.r_[0:9, 50:60]
    assert away[far, ELBOW].max() < 0.5


@pytest.mark.parametrize("start", STARTS)
def test_a_single_edited_key_does_not_pop(scene, start):
    plain = poses().rotations[:, ELBOW]
    turn([30])
    refine(start)
    away = apart(poses().rotations[:, ELBOW], plain)
    assert away.argmax() == 29 and away[29] == pytest.approx(30.0, abs=0.5)
    assert np.abs(np.diff(away)).max() < 6.0


@pytest.mark.parametrize("start", STARTS)
def test_an_edited_root_is_held(scene, start):
    curve = find_curves(armature())['pose.bones["Pelvis"].location', 1]
    for key in list(curve.keyframe_points)[25:35]:
        key.co.y += 0.2
    curve.update()
    turn([30], "Pelvis")
    edited = poses()
    refine(start, smoothness=1.5)
    np.testing.assert_allclose(poses().pelvis[25:35], edited.pelvis[25:35], atol=0.002)
    assert apart(poses().rotations[29, 0], edited.rotations[29, 0]) < 0.1


def test_edits_are_held_however_often_the_person_is_refined(scene):
    turn([30])
    edited = poses().rotations
    widths = []
    for start in ("ORIGINAL", "CURRENT", "ORIGINAL", "CURRENT"):
        before = poses().rotations
        refine(start)
        assert apart(poses().rotations[29, ELBOW], edited[29, ELBOW]) < 0.1
        widths.append(int((apart(poses().rotations[:, ELBOW], before[:, ELBOW]) > 1.0).sum()))
    assert widths[1:] == [0, 0, 0]  # the easing does not creep on from run to run


def test_an_edit_of_a_held_key_is_held_in_its_place(scene):
    turn([30])
    refine()
    turn([30], degrees=-50.0)
    edited = poses().rotations
    refine("CURRENT")
    assert apart(poses().rotations[29, ELBOW], edited[29, ELBOW]) < 0.1


@pytest.mark.parametrize("start", STARTS)
def test_edits_are_let_go_when_told_so(scene, start):
    plain = poses().rotations
    turn(range(20, 41))
    scene.spr.edits.keep = False
    refine(start)
    assert apart(poses().rotations[29, ELBOW], plain[29, ELBOW]) < 25.0
    assert "edits" not in scene.spr.result


@pytest.mark.parametrize("start", STARTS)
def test_edits_are_found_after_saving_and_reopening(scene, start, tmp_path: Path):
    turn([30])
    path = str(tmp_path / "saved.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    edited = poses().rotations
    refine(start)
    assert apart(poses().rotations[29, ELBOW], edited[29, ELBOW]) < 0.1


def test_edits_are_kept_at_the_scenes_own_rate(enabled, wave):
    """A recording of 60 frames a second in a scene of 24: keys lie between frames of the recording."""
    bpy.ops.spr.open_recording(filepath=str(wave))
    scene = bpy.context.scene
    scene.render.fps, scene.spr.match_scene_rate = 24, False
    bpy.ops.spr.refine_pose()
    turn([10])
    turn([11], degrees=-40.0)
    edited = read_poses(armature(), np.array([10.0, 11.0])).rotations
    refine("CURRENT", smoothness=0.5)
    found = read_poses(armature(), np.array([10.0, 11.0])).rotations
    assert apart(found[:, ELBOW], edited[:, ELBOW]).max() < 0.1


def test_what_is_kept_is_said(scene):
    turn(range(20, 25))
    turn([22], "Head")
    refine()
    assert "Your edits were kept: 5 keys of Head and L_Elbow." in scene.spr.result.split("\n")


def test_a_smoother_curve_or_another_rotation_mode_is_no_edit(scene, ui):
    for curve in find_curves(armature()).values():
        for key in curve.keyframe_points:
            key.interpolation = "BEZIER"
        curve.update()
    refine()
    assert "edits" not in scene.spr.result


def test_a_result_of_an_earlier_version_is_refined_again_as_ever(scene):
    del armature().animation_data.action["spr_stored"]
    turn([30])
    refine("CURRENT")
    assert "edits" not in scene.spr.result


def test_a_damaged_stored_result_is_left_alone(scene):
    armature().animation_data.action["spr_stored"] = b"PK\x03\x04 and then nothing"
    refine("CURRENT")
    assert "edits" not in scene.spr.result


def test_an_undone_edit_is_none(scene):
    bpy.ops.ed.undo_push(message="refined")
    turn([30])
    bpy.ops.ed.undo_push(message="edited")
    bpy.ops.ed.undo()
    refine()
    assert "edits" not in bpy.context.scene.spr.result
