"""Apply Location, Rotation and Scale (Ctrl+A) on a refined person: no later step undoes or turns it."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from addon.scene import BONE_NAMES
from addon.scene.curves import find_curves
from addon.scene.edits import find_edits
from tests.scene.edited import turn
from tests.scene.fbx_files import read

FRAMES = (1, 20, 40, 60)


@pytest.fixture
def person(refined_armature):
    """Of twice the size, turned beside the origin."""
    person = refined_armature
    person.location, person.rotation_euler, person.scale = (2.0, 1.0, 0.3), (0.4, 0.0, 1.2), (2.0,) * 3
    return person


@pytest.fixture
def before(person):
    """Where its bones are in the world until then."""
    return _heads(person)


def _apply(person) -> None:
    bpy.context.view_layer.objects.active = person
    person.select_set(True)
    assert bpy.ops.object.transform_apply(location=True, rotation=True, scale=True) == {"FINISHED"}


def _heads(person) -> np.ndarray:
    found = []
    for frame in FRAMES:
        bpy.context.scene.frame_set(frame)
        shown = person.evaluated_get(bpy.context.evaluated_depsgraph_get())
        found.append([shown.matrix_world @ shown.pose.bones[name].head for name in BONE_NAMES])
    return np.array(found)


def test_refining_again_leaves_the_person_where_it_was_put(person, before):
    _apply(person)
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert np.abs(_heads(person) - before).max() < 1e-3
    assert "The scale of wave was applied" in bpy.context.scene.spr.result
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert np.abs(_heads(person) - before).max() < 1e-3
    assert "scale" not in bpy.context.scene.spr.result


@pytest.mark.parametrize("start", ["ORIGINAL", "CURRENT"])
def test_edits_and_their_places_are_kept(person, start):
    turn(person, [21], "R_Elbow")
    curve = find_curves(person)[('pose.bones["Pelvis"].location', 0)]
    curve.keyframe_points[30].co.y += 0.1
    heads = _heads(person)
    _apply(person)
    bpy.context.scene.spr.controls.start_from = start
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    edits = find_edits(person)
    assert edits.held[:, -1].any() and edits.held[:, BONE_NAMES.index("R_Elbow")].any()
    assert np.abs(_heads(person)[[0, 3]] - heads[[0, 3]]).max() < 0.1


def test_holding_the_feet_again_stays_there_as_well(person):
    bpy.ops.spr.hold_feet_again()
    held = _heads(person)
    _apply(person)
    assert bpy.ops.spr.hold_feet_again() == {"FINISHED"}
    assert np.abs(_heads(person) - held).max() < 2e-3


def test_blending_an_edit_stays_there_as_well(person, before):
    _apply(person)
    turn(person, [21], "R_Elbow")
    bpy.context.scene.frame_set(21)
    assert bpy.ops.spr.blend_edit(frames=5) == {"FINISHED"}
    assert np.abs(_heads(person)[[0, 3]] - before[[0, 3]]).max() < 1e-3


def test_the_motion_before_the_feet_were_held_goes_the_same_way(person):
    bpy.ops.spr.show_version(which="FREE")
    original = _heads(person)
    bpy.ops.spr.show_version(which="AFTER")
    _apply(person)
    bpy.ops.spr.refine_pose()
    bpy.ops.spr.show_version(which="FREE")
    assert np.abs(_heads(person) - original).max() < 1e-3


def test_what_is_drawn_and_measured_goes_along(person, ui):
    scene = bpy.context.scene
    graph = bpy.context.evaluated_depsgraph_get
    scene.frame_set(20)
    dots = np.sort(ui("preview").shapes(scene, graph()).dots, axis=0)
    slide = ui("measures").series_of(person, "SLIDE").values
    _apply(person)
    bpy.ops.spr.refine_pose()
    scene.frame_set(20)
    assert np.abs(np.sort(ui("preview").shapes(scene, graph()).dots, axis=0) - dots).max() < 0.01
    assert np.abs(ui("measures").series_of(person, "SLIDE").values - slide).max() < 0.1


def _from_first(heads: np.ndarray) -> np.ndarray:
    """Distances from the first bone in the first frame, which no frame of reference changes."""
    return np.linalg.norm(heads - heads[:1, :1], axis=-1)


def test_files_for_other_programs_hold_what_is_seen(person, before, tmp_path):
    _apply(person)
    bpy.ops.spr.refine_pose()
    bpy.ops.spr.export_fbx(filepath=str(tmp_path / "take.fbx"))
    found = read(tmp_path / "take.fbx")
    columns = [list(found["names"]).index(name) for name in BONE_NAMES]
    posed = found["posed"][[frame - 1 for frame in FRAMES]][:, columns][..., :3, 3]
    assert np.abs(_from_first(posed) - _from_first(before)).max() < 1e-2


def test_a_root_bone_stands_on_the_applied_floor(person, before):
    _apply(person)
    bpy.ops.spr.refine_pose()
    assert bpy.ops.spr.add_root_bone() == {"FINISHED"}
    assert np.abs(_heads(person) - before).max() < 1e-3
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert np.abs(_heads(person) - before).max() < 1e-3
