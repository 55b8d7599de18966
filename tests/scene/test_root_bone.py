"""A root bone on the floor carries the way of a person, who moves as before; and goes again."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from addon.scene import BONE_NAMES, export_fbx, read_poses, write_motion
from addon.scene.action import write_action
from addon.scene.curves import find_curves
from addon.scene.ik_controls import add_ik_controls, bake_to_fk
from addon.scene.limbs import root_bone
from addon.scene.refined import BEFORE
from addon.scene.root_bone import add_root, remove_root
from addon.scene.timing import keys_at
from addon.scene.versions import show
from addon.steps import finish

from .fbx_files import read
from .rigs import apart, shown

FRAMES = range(1, 41)
with_and_without_heading = pytest.mark.parametrize("heading", [True, False], ids=["heading", "path"])


@pytest.fixture
def person(make_motion) -> bpy.types.Object:
    return write_motion(make_motion(40), mesh=False)


def _roots(person, frames=FRAMES):
    matrices = []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        matrices.append(np.array(root_bone(person).matrix))
    return np.array(matrices)


@with_and_without_heading
def test_the_person_moves_as_before_and_the_root_lies_below(person, heading):
    before = shown(person, FRAMES)
    add_root(person, heading=heading)
    gap, angle = apart(before, shown(person, FRAMES))
    assert gap < 0.1 and angle < 0.05
    roots = _roots(person)
    np.testing.assert_allclose(roots[:, :2, 3], before[:, 0, :2, 3], atol=1e-5)
    np.testing.assert_allclose(roots[:, 2, 3], 0, atol=1e-6)
    np.testing.assert_allclose(roots[:, :3, 2], np.broadcast_to([0, 0, 1], (40, 3)), atol=1e-5)
    turned = np.unwrap(np.arctan2(roots[:, 1, 0], roots[:, 0, 0]))
    assert (abs(np.ptp(turned)) > 3) == heading
    assert person.pose.bones["Pelvis"].parent == root_bone(person)


@with_and_without_heading
def test_taking_it_away_gives_the_same_motion_on_the_same_channels(person, heading):
    before, curves = shown(person, FRAMES), set(find_curves(person))
    add_root(person, heading=heading)
    remove_root(person)
    assert root_bone(person) is None
    assert {bone.name for bone in person.data.bones} == set(BONE_NAMES)
    assert set(find_curves(person)) == curves
    assert apart(before, shown(person, FRAMES))[0] < 0.1


@pytest.mark.parametrize("first", ["root", "controls"])
def test_root_and_ik_controls_get_along(person, first):
    before = shown(person, FRAMES)
    steps = [lambda: add_root(person, heading=True), lambda: add_ik_controls(person)]
    for step in steps if first == "root" else steps[::-1]:
        step()
        assert apart(before, shown(person, FRAMES))[0] < 0.1
    root = root_bone(person)
    assert all(bone.parent == root for bone in person.pose.bones if bone.name.endswith(("_IK", "_Pole")))
    steps = [lambda: remove_root(person), lambda: bake_to_fk(person)]
    for step in steps if first == "root" else steps[::-1]:
        step()
        assert apart(before, shown(person, FRAMES))[0] < 0.1


def test_the_motion_before_refining_keeps_its_way(make_motion):
    person = write_motion(make_motion(40, seed=1), original=make_motion(40, seed=2), mesh=False)
    show(person, BEFORE)
    before = shown(person, FRAMES)
    show(person, None)
    add_root(person, heading=True)
    show(person, BEFORE)
    assert apart(before, shown(person, FRAMES))[0] < 0.1


def test_poses_are_read_and_new_keys_written_with_a_root(person, make_motion):
    add_root(person, heading=True)
    motion = make_motion(40)
    poses = read_poses(person, 1.0 + motion.frame_ids)
    np.testing.assert_allclose(poses.rotations, motion.rotations, atol=1e-4)
    np.testing.assert_allclose(poses.pelvis, motion.pelvis, atol=1e-4)
    other = make_motion(30, seed=4)
    alone = write_motion(other, name="Alone", mesh=False)
    finish(write_action(person, other, keys_at(other.times, 30.0, 1.0)))
    frames = range(1, 31)
    assert apart(shown(alone, frames), shown(person, frames))[0] < 0.1
    np.testing.assert_allclose(_roots(person, frames)[:, :2, 3], shown(alone, frames)[:, 0, :2, 3], atol=1e-5)


@pytest.mark.parametrize("preset", ["plain", "unity", "unreal"])
def test_fbx_files_have_one_root(person, tmp_path, preset):
    export_fbx(tmp_path / "without.fbx", [person], preset=preset)
    add_root(person, heading=True)
    export_fbx(tmp_path / "with.fbx", [person], preset=preset)
    without, with_ = read(tmp_path / "without.fbx"), read(tmp_path / "with.fbx")
    roots = [name for name in with_["names"].tolist() if name.lower() == "root"]
    assert roots == (["root"] if preset == "unreal" else ["Root"])
    for name in ("Hips", "pelvis", "Pelvis", "L_Wrist", "LeftHand", "hand_l", *roots):
        if name in without["names"].tolist():
            places = [
                found["posed"][:, found["names"].tolist().index(name), :, 3] for found in (without, with_)
            ]
            np.testing.assert_allclose(places[0], places[1], atol=0.2 if preset == "unreal" else 2e-3)


def test_a_moved_root_takes_everything_along(person):
    add_root(person, heading=False)
    add_ik_controls(person)
    before = shown(person, [5])
    for index in range(3):
        find_curves(person)['pose.bones["Root"].location', index].mute = True
    root_bone(person).location.x += 1.0
    moved = shown(person, [5])
    np.testing.assert_allclose(
        moved[..., :3, 3] - before[..., :3, 3], np.broadcast_to([1, 0, 0], (1, 24, 3)), atol=1e-3
    )
