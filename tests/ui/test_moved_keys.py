"""Keys that somebody has slid in the Dope Sheet: the person begins there from now on, nothing is lost."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from addon.scene.curve_keys import read_keys, write_keys
from addon.scene.curves import find_curves
from addon.scene.edits import find_edits
from tests.scene.edited import turn

ELBOW = 'pose.bones["R_Elbow"].rotation_quaternion'


@pytest.fixture
def person(refined_armature):
    return refined_armature


def _retime(person: bpy.types.Object, scale: float, shift: float, only: str = "") -> None:
    """As G and S do with all keys in the Dope Sheet."""
    for (path, _), curve in find_curves(person).items():
        if path.startswith(only):
            keys = read_keys(curve)
            for name in ("co", "handle_left", "handle_right"):
                keys[name][:, 0] = keys[name][:, 0] * scale + shift
            write_keys(curve, keys)


def _range(person: bpy.types.Object) -> tuple[float, float]:
    return tuple(person.animation_data.action.curve_frame_range)


def _head(person: bpy.types.Object, frame: int) -> np.ndarray:
    bpy.context.scene.frame_set(frame)
    shown = person.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return np.array(shown.pose.bones["R_Wrist"].head)


@pytest.mark.parametrize("only", ["", "pose.bones"])
def test_refining_again_leaves_a_person_where_its_keys_were_moved(person, only, ui):
    before = _head(person, 30)
    _retime(person, 1.0, 100.0, only)
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert _range(person) == (101.0, 160.0)
    assert np.abs(_head(person, 130) - before).max() < 1e-3
    assert not find_edits(person).held.any()
    told = bpy.context.scene.spr.result
    assert "were moved by 100 frames; it begins at frame 101 now" in told and "kept" not in told
    assert ui("quality").fit_error(person).frames[[0, -1]].tolist() == [101.0, 160.0]
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert _range(person) == (101.0, 160.0) and "were moved" not in bpy.context.scene.spr.result


def test_edits_move_along(person):
    turn(person, [30.0], "R_Elbow", 20.0)
    edited = find_curves(person)[(ELBOW, 1)].evaluate(30)
    _retime(person, 1.0, 100.0)
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert find_curves(person)[(ELBOW, 1)].evaluate(130) == pytest.approx(edited, abs=0.01)
    assert "Your edits were kept" in bpy.context.scene.spr.result


def test_keypoints_and_feet_lie_where_the_keys_do(person, ui):
    _retime(person, 1.0, 100.0)
    assert bpy.ops.spr.hold_feet_again() == {"FINISHED"}
    assert _range(person) == (101.0, 160.0)
    kept = ui("preview").kept_keypoints.kept_keypoints(person)
    assert kept.moment(101.0) == 0.0


def test_another_start_frame_wins(person):
    _retime(person, 1.0, 100.0)
    bpy.context.scene.spr.first_frame = 11
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert _range(person) == (11.0, 70.0)


def test_a_trimmed_person_was_not_moved(person):
    for curve in find_curves(person).values():
        keys = read_keys(curve)
        late = keys["co"][:, 0] > 10
        if late.sum() > 1:
            write_keys(curve, {name: column[late] for name, column in keys.items()})
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert _range(person) == (1.0, 60.0) and "were moved" not in bpy.context.scene.spr.result


def test_another_pace_is_kept_as_an_action_and_said(person):
    before = _head(person, 30)
    _retime(person, 2.0, 0.0)
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert _range(person) == (1.0, 60.0) and np.abs(_head(person, 30) - before).max() < 1e-3
    assert "they are kept as the action wave retimed" in bpy.context.scene.spr.result
    kept = bpy.data.actions["wave retimed"]
    assert tuple(kept.curve_frame_range) == (2.0, 120.0) and kept.use_fake_user


def test_feet_of_another_pace_are_not_held_wrongly(person):
    _retime(person, 2.0, 0.0)
    with pytest.raises(RuntimeError, match="were retimed"):
        bpy.ops.spr.hold_feet_again()
    assert _range(person) == (2.0, 120.0)


def test_a_person_with_a_bone_missing_is_refused_in_a_sentence(person):
    bpy.context.view_layer.objects.active = person
    bpy.ops.object.mode_set(mode="EDIT")
    person.data.edit_bones.remove(person.data.edit_bones["L_Hand"])
    bpy.ops.object.mode_set(mode="OBJECT")
    with pytest.raises(RuntimeError, match="lacks bones that it was refined with"):
        bpy.ops.spr.hold_feet_again()


def _drawn(ui) -> np.ndarray:
    graph = bpy.context.evaluated_depsgraph_get()
    return np.sort(ui("preview").shapes(bpy.context.scene, graph).dots, axis=0)


@pytest.mark.parametrize("only", ["", "pose.bones"])
@pytest.mark.parametrize("kept", [True, False], ids=["kept keypoints", "the open recording"])
def test_what_is_drawn_lies_on_the_body_as_soon_as_its_keys_are_slid(person, only, kept, ui):
    bpy.context.scene.spr.show_keypoints = kept
    bpy.ops.spr.refine_pose()
    bpy.context.scene.frame_set(30)
    before = _drawn(ui)
    _retime(person, 1.0, 100.0, only)
    bpy.context.scene.frame_set(130)
    assert np.abs(_drawn(ui) - before).max() < 1e-3
    bpy.ops.spr.refine_pose()
    bpy.context.scene.frame_set(130)
    assert np.abs(_drawn(ui) - before).max() < 1e-3


def test_a_few_slid_bones_do_not_move_what_is_drawn(person, ui):
    bpy.context.scene.frame_set(30)
    before = _drawn(ui)
    _retime(person, 1.0, 100.0, 'pose.bones["Pelvis"]')
    bpy.context.scene.frame_set(30)
    assert np.abs(_drawn(ui) - before).max() < 1e-3
