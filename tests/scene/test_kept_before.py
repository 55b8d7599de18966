"""The motion before refining takes little room while nobody looks at it; nothing of it is lost by that."""

from __future__ import annotations

import re
from pathlib import Path

import bpy
import numpy as np
import pytest

from addon.scene import SceneError, write_motion
from addon.scene.curve_keys import read_keys
from addon.scene.curves import find_curves
from addon.scene.ik_controls import add_ik_controls, bake_to_fk
from addon.scene.kept_before import has_version
from addon.scene.refined import BEFORE
from addon.scene.versions import show, versions

CURVE = ('pose.bones["L_Elbow"].rotation_quaternion', 1)


@pytest.fixture
def armature(make_motion):
    """Somebody who is away in the middle, with a motion before."""
    ids = np.concatenate([np.arange(30), np.arange(200, 240)])
    before, after = (make_motion(frame_ids=ids, seed=seed) for seed in (1, 2))
    return write_motion(after, original=before, mesh=False, gaps="hide")


def _keys(armature) -> dict:
    """All keys of the motion before, which is left on the armature."""
    show(armature, BEFORE)
    return _played(armature)


def _played(armature) -> dict:
    return {
        channel: (curve.group.name, {name: column.tolist() for name, column in read_keys(curve).items()})
        for channel, curve in find_curves(armature).items()
    }


def _size(path: Path) -> float:
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True, compress=False)
    return path.stat().st_size


def test_every_key_comes_back_as_it_was(armature):
    first = _keys(armature)
    assert len(first) == 102  # 24 bones, a location, the fit error, hidden in viewport and render
    for _ in range(2):
        show(armature, None)
        assert versions(armature)[0] is None and has_version(armature, BEFORE)
        assert _keys(armature) == first


def test_it_has_the_keys_that_a_result_has(make_motion):
    ids = np.concatenate([np.arange(30), np.arange(200, 240)])
    before, after = (make_motion(frame_ids=ids, seed=seed) for seed in (1, 2))
    alone = write_motion(before, mesh=False, gaps="hide", name="Alone")
    assert _keys(write_motion(after, original=before, mesh=False, gaps="hide")) == _played(alone)


def test_looking_at_it_removes_no_data_block(armature):
    def blocks() -> set[int]:
        return {block.session_uid for kind in (bpy.data.actions, bpy.data.meshes) for block in kind}

    for before in (True, False, True, False):
        there = blocks()
        show(armature, BEFORE if before else None)
        assert there <= blocks()
    assert len(there) == len(blocks()) == 3  # two actions and an archive


def test_put_away_it_is_no_take_of_an_fbx_with_all_actions(armature, tmp_path):
    _keys(armature)
    show(armature, None)
    path = tmp_path / "all.fbx"
    bpy.ops.export_scene.fbx(filepath=str(path), bake_anim_use_all_actions=True)
    assert set(re.findall(rb"([^\x00-\x1f]*)\x00\x01AnimStack", path.read_bytes())) == {b"Person|Person"}


def test_a_file_with_it_is_hardly_larger(make_motion, tmp_path):
    motions = [make_motion(3000, seed=seed) for seed in (1, 2)]
    armature = write_motion(motions[0], mesh=False)
    alone = _size(tmp_path / "alone.blend")
    write_motion(motions[0], original=motions[1], name="Second", mesh=False)
    bpy.data.objects.remove(armature)
    bpy.data.orphans_purge()
    assert _size(tmp_path / "both.blend") < 1.15 * alone


def test_it_is_saved_appended_and_shown_there(armature, append_person):
    wanted = _keys(armature)
    show(armature, None)
    appended = append_person()
    assert _keys(appended) == wanted


def _in_the_nla(action):
    bpy.data.objects["Person"].animation_data.nla_tracks.new().strips.new("mine", 1, action)


def _smooth(action):
    curve = find_curves(bpy.data.objects["Person"])[CURVE]
    curve.keyframe_points[3].interpolation = "BEZIER"


def _noisy(action):
    find_curves(bpy.data.objects["Person"])[CURVE].modifiers.new("NOISE")


def _named(action):
    action["take"] = "the good one"


def _kept(action):
    action.use_fake_user = True


def _marked(action):
    action.pose_markers.new("step").frame = 4


@pytest.mark.parametrize("change", [_in_the_nla, _smooth, _noisy, _named, _kept, _marked])
def test_what_a_user_makes_of_it_keeps_it_an_action(armature, change):
    show(armature, BEFORE)
    action = versions(armature)[0]
    change(action)
    show(armature, None)
    assert versions(armature)[0] == action and action.name in bpy.data.actions


def test_an_edited_key_is_still_there(armature):
    show(armature, BEFORE)
    find_curves(armature)[CURVE].keyframe_points[7].co.y = 0.75
    show(armature, None)
    assert versions(armature)[0] is None
    show(armature, BEFORE)
    assert find_curves(armature)[CURVE].keyframe_points[7].co.y == 0.75


def test_a_duplicate_has_it_too(armature):
    bpy.context.view_layer.objects.active = armature
    armature.select_set(True)
    bpy.ops.object.duplicate()
    second = bpy.context.view_layer.objects.active
    assert _keys(second) == _keys(armature)


def test_controls_are_added_to_it_and_taken_away(make_motion):
    armature = write_motion(make_motion(seed=2), original=make_motion(seed=1), mesh=False)
    add_ik_controls(armature)
    assert versions(armature)[0] is None
    show(armature, BEFORE)
    assert any("L_Wrist_IK" in path for path, _ in find_curves(armature))
    show(armature, None)
    bake_to_fk(armature)
    show(armature, BEFORE)
    assert not any("IK" in path for path, _ in find_curves(armature))


def test_a_damaged_one_is_said_and_the_refined_one_stays(armature):
    played = armature.animation_data.action
    armature["spr_before_packed"]["keys"] = b"PK nothing"
    with pytest.raises(SceneError, match="damaged in this file; refine the person again"):
        show(armature, BEFORE)
    assert armature.animation_data.action == played
