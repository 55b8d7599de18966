"""Blend Edit, the layer for edits, and fewer keys."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Quaternion

from addon.body.skeleton import JOINT_NAMES
from addon.scene import SceneError, read_poses, write_motion
from addon.scene.action import write_action
from addon.scene.blend_edit import blend_edit
from addon.scene.curves import find_curves
from addon.scene.edit_layer import add_edit_layer, blend_layer_edit, has_edit_layer
from addon.scene.edits import find_edits, forget_edits
from addon.scene.reduce_keys import reduce_keys
from addon.scene.refined import BEFORE, refined_animation
from addon.scene.timing import keys_at
from addon.scene.versions import show, shown_aside
from addon.steps import finish

from .edited import apart, lift, turn

FRAMES = np.arange(1.0, 81.0)
ELBOW = JOINT_NAMES.index("left_elbow")


@pytest.fixture
def armature(make_motion):
    return write_motion(make_motion(80), mesh=False)


def elbow(armature: bpy.types.Object) -> np.ndarray:
    return read_poses(armature, FRAMES).rotations[:, ELBOW]


def keys_of(armature: bpy.types.Object) -> int:
    return sum(len(curve.keyframe_points) for curve in find_curves(armature).values())


def test_nothing_is_edited_at_first(armature):
    assert not find_edits(armature).held.any()


def test_edited_keys_are_found_bone_by_bone(armature):
    turn(armature, [20, 21])
    lift(armature, [30], 0.1)
    found = find_edits(armature).changed
    assert np.argwhere(found).tolist() == [[19, ELBOW], [20, ELBOW], [29, 24]]


def test_an_edit_goes_with_its_action(armature):
    turn(armature, [20])
    armature.animation_data.action.name = "mine"
    copy = armature.animation_data.action.copy()
    armature.animation_data.action = copy
    if hasattr(copy, "slots"):
        armature.animation_data.action_slot = copy.slots[0]
    assert np.argwhere(find_edits(armature).changed).tolist() == [[19, ELBOW]]


def test_blend_edit_spreads_one_key_smoothly_over_the_frames_around(armature):
    before = elbow(armature)
    turn(armature, [40])
    assert blend_edit(armature, 40, 10) == ["L_Elbow"]
    away = apart(elbow(armature), before)
    assert away[39] == pytest.approx(30.0, abs=0.05)
    assert (np.diff(away[29:40]) > 0).all() and (np.diff(away[39:50]) < 0).all()
    assert np.abs(np.diff(away)).max() < 5.0 and np.abs(np.diff(away[[29, 30, 48, 49]])).max() < 2.0
    np.testing.assert_allclose(away[np.r_[:29, 50:80]], 0.0, atol=0.02)


def test_blending_again_over_fewer_or_more_frames_takes_its_place(armature):
    before = elbow(armature)
    turn(armature, [40])
    for reach in (20, 5, 12):
        blend_edit(armature, 40, reach)
        away = apart(elbow(armature), before)
        assert np.flatnonzero(away > 0.05)[[0, -1]] == pytest.approx([40 - reach, 38 + reach], abs=1)


def test_a_run_of_edited_keys_eases_at_both_ends(armature):
    before = elbow(armature)
    turn(armature, range(35, 46))
    blend_edit(armature, 40, 6)
    away = apart(elbow(armature), before)
    np.testing.assert_allclose(away[34:45], 30.0, atol=0.05)
    assert np.flatnonzero(away > 0.05)[[0, -1]] == pytest.approx([29, 49], abs=1)


def test_edits_nearby_stay_what_they_are(armature):
    before = elbow(armature)
    turn(armature, [40])
    turn(armature, [46], degrees=-20.0)
    turn(armature, [60])
    blend_edit(armature, 40, 10)
    away = apart(elbow(armature), before)
    assert away[[39, 45, 59]] == pytest.approx([30.0, 20.0, 30.0], abs=0.05)
    np.testing.assert_allclose(away[np.r_[46:59, 60:80]], 0.0, atol=0.02)
    assert away[40:45].max() < 30.0  # on the way from one edit to the next


def test_a_moved_pelvis_is_blended_too(armature):
    before = read_poses(armature, FRAMES).pelvis
    lift(armature, [40], 0.2)
    assert blend_edit(armature, 40, 10) == ["Pelvis"]
    away = np.linalg.norm(read_poses(armature, FRAMES).pelvis - before, axis=-1)
    assert away[39] == pytest.approx(0.2, abs=1e-3) and np.abs(np.diff(away)).max() < 0.04
    np.testing.assert_allclose(away[[28, 50]], 0.0, atol=1e-4)


def test_only_the_bones_asked_for_are_blended(armature):
    before = elbow(armature)
    turn(armature, [40])
    turn(armature, [40], "Head")
    assert blend_edit(armature, 40, 10, ["Head"]) == ["Head"]
    assert np.flatnonzero(apart(elbow(armature), before) > 0.05).tolist() == [39]


@pytest.mark.parametrize(
    ("frame", "bones", "words"),
    [
        (40, None, "No bone has an edited key"),
        (30, ["Head"], "No bone has"),
        (900, None, "no key of a refined"),
    ],
)
def test_without_an_edit_there_is_nothing_to_blend(armature, frame, bones, words):
    turn(armature, [30])
    with pytest.raises(SceneError, match=rf"{words}.*\.$"):
        blend_edit(armature, frame, 10, bones)


def test_missing_keys_are_added_where_an_edit_is_blended(armature):
    reduce_keys(armature, 1.0, 10.0)
    before = elbow(armature)
    bone = armature.pose.bones["L_Elbow"]
    bpy.context.scene.frame_set(40)
    bone.rotation_quaternion = bone.rotation_quaternion @ bone.rotation_quaternion.__class__(
        (0.966, 0.259, 0, 0)
    )
    assert bone.keyframe_insert("rotation_quaternion", frame=40)
    blend_edit(armature, 40, 10)
    away = apart(elbow(armature), before)
    assert away[39] == pytest.approx(30.0, abs=0.2) and np.abs(np.diff(away[25:55])).max() < 6.0
    blend_edit(armature, 40, 4)
    away = apart(elbow(armature), before)
    assert away[39] == pytest.approx(30.0, abs=0.2) and away[[33, 45]].max() < 1.5


def test_forgotten_edits_stay_but_are_no_longer_held(armature):
    turn(armature, [20])
    turn(armature, [20], "Head")
    edited = elbow(armature)
    assert forget_edits(armature, ["L_Elbow"]) == ["L_Elbow"]
    np.testing.assert_array_equal(elbow(armature), edited)
    assert np.argwhere(find_edits(armature).held).tolist() == [[19, JOINT_NAMES.index("head")]]


def test_a_layer_for_edits_plays_above_the_refined_motion(armature, heads):
    scene = bpy.context.scene
    scene.frame_set(40)
    before = heads(armature)
    refined = armature.animation_data.action
    layer = add_edit_layer(armature)
    assert armature.animation_data.action == layer and has_edit_layer(armature)
    assert refined_animation(armature).action == refined
    scene.frame_set(41)
    scene.frame_set(40)
    np.testing.assert_allclose(heads(armature), before, atol=1e-5)
    bone = armature.pose.bones["L_Elbow"]
    shown = bone.rotation_quaternion.copy()
    turned = shown @ shown.__class__((0.9659258, 0.2588190, 0.0, 0.0))
    bone.rotation_quaternion = turned
    assert bone.keyframe_insert("rotation_quaternion", frame=40)
    scene.frame_set(41)
    scene.frame_set(40)
    assert abs(armature.pose.bones["L_Elbow"].rotation_quaternion.dot(turned)) == pytest.approx(1.0, abs=1e-4)
    assert not find_edits(armature).held.any()
    assert not any("fit_error" in path for path, _ in find_curves(armature))


def test_a_layer_plays_at_the_same_frames_wherever_the_motion_starts(make_motion, heads):
    armature = write_motion(make_motion(40), mesh=False, first_frame=101.0)
    bpy.context.scene.frame_set(120)
    before = heads(armature)
    add_edit_layer(armature)
    bpy.context.scene.frame_set(119)
    bpy.context.scene.frame_set(120)
    np.testing.assert_allclose(heads(armature), before, atol=1e-5)


def test_there_is_one_layer(armature):
    add_edit_layer(armature)
    with pytest.raises(SceneError, match="has a layer for edits already"):
        add_edit_layer(armature)


def test_before_is_shown_by_itself_and_the_layer_comes_back(make_motion, heads):
    before, after = make_motion(seed=1), make_motion(seed=2)
    armature = write_motion(after, original=before, mesh=False)
    plain = write_motion(before, name="Plain", mesh=False)
    layer = add_edit_layer(armature)
    turned = armature.pose.bones["Head"]
    turned.rotation_quaternion = (0.9, 0.0, 0.43589, 0.0)
    assert turned.keyframe_insert("rotation_quaternion", frame=8)
    show(armature, BEFORE)
    assert shown_aside(armature) == BEFORE
    bpy.context.scene.frame_set(8)
    np.testing.assert_allclose(heads(armature), heads(plain), atol=0.2)  # other bones, the same pose
    show(armature, None)
    animation = armature.animation_data
    assert (animation.action, animation.action_blend_type) == (layer, "COMBINE")


def test_reduced_keys_keep_the_motion_within_the_tolerance(make_motion):
    armature = write_motion(make_motion(300), mesh=False)
    frames = np.arange(1.0, 301.0)
    before, count = read_poses(armature, frames), keys_of(armature)
    done = reduce_keys(armature, 1.0, 8.0)
    after = read_poses(armature, frames)
    largest = apart(after.rotations, before.rotations).max()
    assert largest <= 1.0 + 1e-3 and done.degrees == pytest.approx(largest, abs=0.01)
    assert done.millimetres <= 8.0 + 1e-3
    assert done.before > 1.5 * done.after
    assert count - keys_of(armature) == done.before - done.after
    assert not find_edits(armature).held.any()


def test_less_tolerance_leaves_more_keys(make_motion):
    counts = []
    for degrees, millimetres in ((0.1, 100.0), (1.0, 100.0), (5.0, 100.0), (5.0, 1.0)):
        armature = write_motion(make_motion(100), mesh=False)
        done = reduce_keys(armature, degrees, millimetres)
        assert done.degrees <= degrees + 1e-3 and done.millimetres <= millimetres + 1e-3
        counts.append(done.after)
    assert counts[0] > counts[1] > counts[2] < counts[3]


def test_extremes_and_ends_keep_their_keys(make_motion):
    armature = write_motion(make_motion(90), mesh=False)
    curve = find_curves(armature)['pose.bones["L_Knee"].rotation_quaternion', 1]
    values = np.array([key.co.y for key in curve.keyframe_points])
    inner = values[1:-1]
    turning = 2 + np.flatnonzero((inner - values[:-2]) * (values[2:] - inner) < 0)
    reduce_keys(armature, 2.0, 20.0)
    curve = find_curves(armature)['pose.bones["L_Knee"].rotation_quaternion', 1]
    frames = {int(key.co.x) for key in curve.keyframe_points}
    assert len(turning) > 2 and {1, 90, *turning.tolist()} <= frames
    assert len(frames) < 60


def test_held_and_smooth_keys_stay(make_motion):
    armature = write_motion(make_motion(frame_ids=np.r_[0:40, 160:200]), mesh=False)
    frames = np.arange(1.0, 201.0)
    curves = find_curves(armature)
    for index in range(4):
        for key in list(curves['pose.bones["Head"].rotation_quaternion', index].keyframe_points)[10:20]:
            key.interpolation = "BEZIER"
    before = read_poses(armature, frames)
    reduce_keys(armature, 1.0, 10.0)
    assert apart(read_poses(armature, frames).rotations, before.rotations).max() < 1.01
    head = {
        int(key.co.x)
        for key in find_curves(armature)['pose.bones["Head"].rotation_quaternion', 0].keyframe_points
    }
    assert set(range(11, 22)) <= head


def test_reducing_twice_hardly_changes_anything_more(armature):
    first = reduce_keys(armature, 0.5, 5.0)
    second = reduce_keys(armature, 0.0, 0.0)
    assert second.before == first.after == second.after and second.degrees < 1e-3


def test_edits_are_still_edits_after_reducing(armature):
    turn(armature, range(35, 46))
    reduce_keys(armature, 0.5, 5.0)
    found = find_edits(armature)
    assert np.argwhere(found.held).tolist() == [[row, ELBOW] for row in range(34, 45)]
    assert not found.changed.any()


def test_keys_that_were_added_after_the_end_stay_when_the_action_is_written_again(make_motion):
    armature = write_motion(make_motion(40), mesh=False)
    bone = armature.pose.bones["Head"]
    bone.rotation_quaternion = (0.9, 0.0, 0.43589, 0.0)
    assert bone.keyframe_insert("rotation_quaternion", frame=60)
    shorter = make_motion(30, seed=1)
    finish(write_action(armature, shorter, keys_at(shorter.times, 30.0, 1.0)))
    curve = find_curves(armature)['pose.bones["Head"].rotation_quaternion', 2]
    assert [key.co.x for key in curve.keyframe_points] == [*range(1, 31), 60]
    assert curve.evaluate(60) == pytest.approx(0.43589, abs=1e-4)
    elbow_keys = find_curves(armature)['pose.bones["L_Elbow"].rotation_quaternion', 2].keyframe_points
    assert len(elbow_keys) == 30


def test_a_key_of_the_layer_fades_out_on_either_side(armature):
    before = [_played(armature, frame) for frame in range(1, 81)]
    add_edit_layer(armature)
    bpy.context.scene.frame_set(40)
    bone = armature.pose.bones["Head"]
    bone.rotation_quaternion = bone.rotation_quaternion @ Quaternion((0.9659258, 0.2588190, 0.0, 0.0))
    assert bone.keyframe_insert("rotation_quaternion", frame=40)
    assert blend_layer_edit(armature, 40, 10) == ["Head"]
    away = [
        np.degrees(_played(armature, frame).rotation_difference(known).angle)
        for frame, known in enumerate(before, 1)
    ]
    assert away[39] == pytest.approx(30.0, abs=0.05) and np.abs(np.diff(away)).max() < 6.0
    np.testing.assert_allclose(np.array(away)[np.r_[:30, 49:80]], 0.0, atol=0.1)
    blend_layer_edit(armature, 40, 20)  # up to the keys that are there now
    assert len(next(iter(find_curves(armature).values())).keyframe_points) == 3
    with pytest.raises(SceneError, match="layer has no key at this frame"):
        blend_layer_edit(armature, 44, 10)


def _played(armature, frame: int) -> Quaternion:
    bpy.context.scene.frame_set(frame)
    return armature.pose.bones["Head"].rotation_quaternion.copy()


def test_a_layer_is_added_above_what_plays(make_motion):
    armature = write_motion(make_motion(seed=2), original=make_motion(seed=1), mesh=False)
    show(armature, BEFORE)
    with pytest.raises(SceneError, match="does not play its refined animation; choose After"):
        add_edit_layer(armature)
    show(armature, None)
    add_edit_layer(armature)
    show(armature, BEFORE)
    assert not has_edit_layer(armature)


@pytest.mark.parametrize("mode", ["XYZ", "AXIS_ANGLE"])
def test_another_rotation_mode_is_no_edit_until_it_is_keyed(armature, mode):
    turn(armature, [20], "Head")
    bone = armature.pose.bones["L_Elbow"]
    bone.rotation_mode = mode
    assert np.argwhere(find_edits(armature).held).tolist() == [[19, JOINT_NAMES.index("head")]]
    assert bone.keyframe_insert("rotation_euler" if mode == "XYZ" else "rotation_axis_angle", frame=20)
    assert find_edits(armature).changed[:, ELBOW].any()
