"""Fingers in FBX files, read back by the independent reader ufbx."""

from __future__ import annotations

import numpy as np
import pytest

from addon.scene import export_fbx, write_motion
from addon.scene.names import FINGER_BONES
from addon.writers.presets import FBX_PRESETS

from .fbx_files import degrees, read
from .hands import finger_joints, with_hands

WANTED = {
    "plain": ("L_Index1", "L_Wrist", "R_Thumb3", "R_Thumb2"),
    "unity": ("LeftIndexProximal", "LeftHand", "RightThumbDistal", "RightThumbIntermediate"),
    "mixamo": (
        "mixamorig:LeftHandIndex1",
        "mixamorig:LeftHand",
        "mixamorig:RightHandThumb3",
        "mixamorig:RightHandThumb2",
    ),
    "unreal": ("index_01_l", "hand_l", "thumb_03_r", "thumb_02_r"),
}
TO_SMPL = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]])


@pytest.mark.parametrize("preset", list(FBX_PRESETS))
def test_fingers_have_the_programs_names_and_move_as_in_the_motion(make_motion, tmp_path, preset):
    motion = with_hands(make_motion(20))
    export_fbx(tmp_path / "a.fbx", [write_motion(motion, mesh=False)], preset=preset)
    found = read(tmp_path / "a.fbx")
    names = found["names"].tolist()
    parent = dict(zip(names, found["parents"].tolist(), strict=True))
    first, wrist, last, middle = WANTED[preset]
    assert (parent[first], parent[last]) == (wrist, middle)
    places = [names.index(FBX_PRESETS[preset].bones.get(name, name)) for name in FINGER_BONES]
    axes = TO_SMPL if preset == "unreal" else np.eye(3)
    size = found["unit"] * (100.0 if preset == "plain" else 1.0)
    rest, posed = axes @ found["rest"][places], axes @ found["posed"][:, places]
    joints, turns = finger_joints(motion)
    np.testing.assert_allclose(posed[..., 3].reshape(joints.shape), joints, atol=1e-3)
    turned = posed[..., :3] / size @ np.linalg.inv(rest[..., :3] / size)
    assert degrees(turned.reshape(turns.shape), turns) < 0.1


@pytest.mark.parametrize("preset", list(FBX_PRESETS))
def test_every_preset_names_every_finger_once(preset):
    names = [FBX_PRESETS[preset].bones.get(name, name) for name in FINGER_BONES]
    assert len(set(names) - set(FBX_PRESETS[preset].bones.get("L_Wrist", ""))) == 30
