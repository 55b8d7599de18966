"""Characters whose bones hang otherwise, or that rest on their side: they move and stand as all others."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Matrix

from addon.body.skeleton import JOINT_NAMES
from addon.retarget import Options
from addon.retarget.bones import bones_of
from addon.rigs import match
from addon.scene import write_motion
from addon.scene.names import BONE_NAMES
from addon.scene.retarget import retarget
from addon.scene.sample_rigs import rig_of
from tests.retarget import stepping
from tests.scene.rigged import add_armature, known_rig, seen

FRAMES = (1, 60, 121, 200, 240)
LINES = [("left_hip", "right_hip"), ("left_shoulder", "right_shoulder")] + [
    (f"{side}_{upper}", f"{side}_{lower}")
    for side in ("left", "right")
    for upper, lower in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"))
]


@pytest.fixture
def person() -> bpy.types.Object:
    return write_motion(stepping.walk(), mesh=False)


@pytest.fixture
def character() -> bpy.types.Object:
    return add_armature(known_rig("Mixamo"))


def _hung(character, parents) -> None:
    """Let bones hang on others, or on nothing; `root` is a new bone on the floor."""
    bpy.context.view_layer.objects.active = character
    bpy.ops.object.mode_set(mode="EDIT")
    bones = character.data.edit_bones
    root = bones.new("root")
    root.head, root.tail = (0.0, 0.0, 0.0), (0.0, 0.2, 0.0)
    for bone, parent in parents.items():
        bones[f"mixamorig:{bone}"].parent = bones[parent] if parent else None
    bpy.ops.object.mode_set(mode="OBJECT")


def _joints(armature, names, frame) -> dict[str, np.ndarray]:
    """Where bones start, by SMPL's joint."""
    places = seen(armature, list(names.values()), frame)[:, :3, 3]
    return dict(zip(names, places, strict=True))


def _check_limbs(person, character) -> None:
    ours = dict(zip(JOINT_NAMES, BONE_NAMES, strict=True))
    theirs = match(rig_of(character)).joints
    for frame in FRAMES:
        wanted, found = _joints(person, ours, frame), _joints(character, theirs, frame)
        for first, second in LINES:
            if first in theirs and second in theirs:
                one, other = wanted[second] - wanted[first], found[second] - found[first]
                cosine = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
                assert cosine > np.cos(np.radians(0.5)), (first, second, frame)
        assert np.linalg.norm(found["left_hip"] - found["left_shoulder"]) > 0.3, "in one piece"


@pytest.mark.parametrize(
    "parents",
    [
        {"Hips": "root", "LeftUpLeg": "root", "RightUpLeg": "root"},
        {"LeftUpLeg": None, "RightUpLeg": None},
        {"LeftShoulder": None, "RightShoulder": None},
    ],
    ids=["legs beside the hips", "legs on nothing", "arms on nothing"],
)
def test_limbs_that_do_not_hang_on_the_trunk_go_along_with_it(person, character, parents):
    rest = _length(character)
    _hung(character, parents)
    retarget(person, character, bones_of(match(rig_of(character))), Options(feet=False, hands=False))
    _check_limbs(person, character)
    for frame in FRAMES:
        assert _length(character, frame) == pytest.approx(rest, abs=1e-3)


def _length(character, frame=None) -> list[float]:
    """From the hips to the legs and from the chest to the arms, at rest or in a frame."""
    pairs = [("Hips", "LeftUpLeg"), ("Hips", "RightUpLeg"), ("Spine2", "LeftShoulder")]
    if frame is None:
        bones = character.data.bones
        return [
            (bones[f"mixamorig:{a}"].head_local - bones[f"mixamorig:{b}"].head_local).length for a, b in pairs
        ]
    found = []
    for pair in pairs:
        first, second = seen(character, [f"mixamorig:{name}" for name in pair], frame)[:, :3, 3]
        found.append(float(np.linalg.norm(first - second)))
    return found


def test_hips_that_start_on_the_floor_carry_the_legs_all_the_same(person, character):
    upright = _ankles(person, character)
    bpy.context.view_layer.objects.active = character
    bpy.ops.object.mode_set(mode="EDIT")
    hips = character.data.edit_bones["mixamorig:Hips"]
    for bone in hips.children:
        bone.use_connect = False
    hips.head, hips.tail = (0.0, 0.0, 0.0), (0.0, 0.0, 0.1)
    bpy.ops.object.mode_set(mode="OBJECT")
    assert _ankles(person, character) == pytest.approx(upright, abs=0.005)


def _ankles(person, character) -> np.ndarray:
    """(frames, 2) heights of the ankles after retargeting."""
    retarget(person, character, bones_of(match(rig_of(character))))
    ankles = ["mixamorig:LeftFoot", "mixamorig:RightFoot"]
    return np.array([seen(character, ankles, frame)[:, 2, 3] for frame in FRAMES])


@pytest.mark.parametrize("turned", ["object", "data", "tilted"])
def test_a_character_that_rests_on_its_side_stands_on_the_same_floor(person, character, turned):
    upright = _ankles(person, character)
    if turned == "data":
        character.data.transform(Matrix.Rotation(-np.pi / 2, 4, "X"))
    else:
        character.rotation_euler.x = -np.pi / 2 if turned == "object" else 0.4
    bpy.context.view_layer.update()
    assert _ankles(person, character) == pytest.approx(upright, abs=0.005)
