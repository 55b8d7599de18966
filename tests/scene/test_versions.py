"""The original motion stays beside the refined one, and a switch shows either."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.scene import SceneError, write_motion
from addon.scene.refined import BEFORE
from addon.scene.versions import show, shown_aside, versions


@pytest.fixture
def motions(make_motion):
    """The motion before and the one after."""
    return make_motion(seed=1), make_motion(seed=2)


@pytest.fixture
def armature(motions):
    before, after = motions
    return write_motion(after, original=before, mesh=False)


def _plays(armature, motion, heads) -> bool:
    joints, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    bpy.context.scene.frame_set(8)
    return bool(np.abs(heads(armature) - joints[7]).max() < 1e-4)


def test_the_refined_motion_is_shown_first(armature, motions, heads):
    assert shown_aside(armature) is None
    assert _plays(armature, motions[1], heads)


def test_the_switch_goes_both_ways(armature, motions, heads):
    for _ in range(2):
        show(armature, BEFORE)
        assert shown_aside(armature) == BEFORE and _plays(armature, motions[0], heads)
        show(armature, None)
        assert shown_aside(armature) is None and _plays(armature, motions[1], heads)


def test_the_original_is_an_action_of_its_own_while_it_is_shown(armature):
    assert [action.name for action in bpy.data.actions] == ["Person"]
    show(armature, BEFORE)
    before, after = versions(armature)
    assert before != after and not before.use_fake_user
    assert (before.name, after.name) == ("Person before", "Person")


def test_renamed_actions_are_found(armature, motions, heads):
    show(armature, BEFORE)
    before, after = versions(armature)
    before.name, after.name, armature.name = "raw", "final", "hero"
    show(armature, None)
    assert _plays(armature, motions[1], heads)
    show(armature, BEFORE)
    assert _plays(armature, motions[0], heads) and versions(armature)[0].name == "raw"


def test_a_removed_original_leaves_the_refined_motion(armature, motions, heads):
    show(armature, BEFORE)
    bpy.data.actions.remove(versions(armature)[0])
    assert shown_aside(armature) is None
    show(armature, None)
    assert _plays(armature, motions[1], heads)
    with pytest.raises(SceneError, match="no longer in the file"):
        show(armature, BEFORE)


def test_a_removed_result_is_said(armature):
    show(armature, BEFORE)
    bpy.data.actions.remove(versions(armature)[1])
    with pytest.raises(SceneError, match="no longer in the file"):
        show(armature, None)
    assert shown_aside(armature) == BEFORE


def test_another_action_that_the_user_put_there_comes_back(armature):
    own = bpy.data.actions.new("by hand")
    armature.animation_data.action = own
    show(armature, BEFORE)
    show(armature, None)
    assert armature.animation_data.action == own


def test_both_are_in_a_saved_file(armature, motions, heads, tmp_path: Path):
    show(armature, BEFORE)
    path = str(tmp_path / "saved.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    loaded = bpy.data.objects["Person"]
    assert shown_aside(loaded) == BEFORE
    show(loaded, None)
    assert _plays(loaded, motions[1], heads)


def test_who_is_away_is_hidden_in_both_versions(make_motion):
    ids = np.concatenate([np.arange(10), np.arange(100, 110)])
    motions = [make_motion(frame_ids=ids, seed=seed) for seed in (1, 2)]
    armature = write_motion(motions[1], original=motions[0], mesh=False, gaps="hide")
    for before in (True, False):
        show(armature, BEFORE if before else None)
        hidden = []
        for frame in (5, 50, 105):
            bpy.context.scene.frame_set(frame)
            hidden.append(armature.hide_viewport)
        assert hidden == [False, True, False]


def test_without_an_original_there_is_nothing_before(make_motion):
    armature = write_motion(make_motion(), mesh=False)
    assert versions(armature) == (None, armature.animation_data.action)
    assert shown_aside(armature) is None


def test_in_tweak_mode_it_is_refused(armature):
    animation = armature.animation_data
    show(armature, BEFORE)
    animation.nla_tracks.new().strips.new("strip", 1, versions(armature)[0])
    animation.action = None
    animation.nla_tracks[0].select = True
    animation.nla_tracks.active = animation.nla_tracks[0]
    animation.nla_tracks[0].strips[0].select = True
    animation.use_tweak_mode = True
    if not animation.use_tweak_mode:
        pytest.skip("this Blender enters tweak mode in the NLA editor only")
    with pytest.raises(SceneError, match="tweak mode"):
        show(armature, None)
