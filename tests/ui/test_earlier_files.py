""".blend files of earlier versions: their results are found, refined again in place, and let go when deleted.

files/earlier_version.blend was written by an earlier version in Blender 4.2: two people without bodies, the
first of them renamed, with 24 empties each as keypoints. Properties of the scene point to both.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from addon import formats
from addon.scene.curves import find_curves
from addon.scene.kept_before import has_version
from addon.scene.refined import BEFORE

FILE = Path(__file__).with_name("files") / "earlier_version.blend"
SOURCE = "/recordings/two.npz"


@pytest.fixture
def recording(ui, refined_wave, monkeypatch):
    """Two people with poses and keypoints stand at the path that the file names."""
    plain = formats.read(refined_wave)
    people = tuple(replace(plain.people[0], id=person_id) for person_id in ("1", "2"))
    monkeypatch.setattr(
        ui("session"), "formats", SimpleNamespace(read=lambda *_, **__: replace(plain, people=people))
    )


@pytest.fixture
def opened(recording, tmp_path):
    """The file as it is after opening it; it takes a copy, as Blender may write beside it."""
    copy = tmp_path / "earlier.blend"
    copy.write_bytes(FILE.read_bytes())
    bpy.ops.wm.open_mainfile(filepath=str(copy))
    return bpy.context.scene


def _armatures():
    return {ob["spr_person"]: ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE"}


def _elbow(armature):
    curve = find_curves(armature)[('pose.bones["L_Elbow"].rotation_quaternion', 1)]
    return [point.co.y for point in curve.keyframe_points]


def test_the_results_are_found(opened, ui):
    found = ui("refined").refined_people(opened, SOURCE)
    assert {person: one.armature.name for person, one in found.items()} == {"1": "hero", "2": "two 2"}
    assert [one.clock for one in found.values()] == [ui("refined").Clock(0.0, 30.0)] * 2
    assert len(ui("quality").fit_error(found["1"].armature).values) == 30


def test_no_pointer_is_left_that_could_keep_them(opened):
    assert len(opened.spr.results) == 0
    assert [action.name for action in bpy.data.actions if action.use_fake_user] == []


def test_they_are_refined_again_in_place(opened):
    before = {person: (ob, ob.data, ob.animation_data.action) for person, ob in _armatures().items()}
    hero = before["1"][0]
    hero.pose.bones["L_Wrist"].constraints.new("IK").chain_count = 2
    keys = _elbow(hero)
    opened.spr.mesh = False
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    after = {person: (ob, ob.data, ob.animation_data.action) for person, ob in _armatures().items()}
    assert after == before and hero.name == "hero"
    assert [c.type for c in hero.pose.bones["L_Wrist"].constraints] == ["IK"]
    assert len(_elbow(hero)) == 60 and len(keys) == 30
    assert all(has_version(hero, BEFORE) for hero, *_ in after.values())
    assert len(bpy.data.armatures) == 2


def test_their_keypoints_make_way(opened):
    old = {ob.session_uid for ob in opened.objects if ob.type == "EMPTY"}
    opened.spr.mesh = opened.spr.show_keypoints = False
    bpy.ops.spr.refine_pose()
    assert old and not old & {ob.session_uid for ob in bpy.data.objects}
    assert not [action.name for action in bpy.data.actions if "left_wrist" in action.name]


def test_versions_can_be_switched(opened):
    hero = _armatures()["1"]
    bpy.context.view_layer.objects.active = hero
    assert bpy.ops.spr.show_version(which="BEFORE") == {"FINISHED"}
    assert hero.animation_data.action.name == "two 1 before"
    assert bpy.ops.spr.show_version(which="AFTER") == {"FINISHED"}
    assert hero.animation_data.action.name == "two 1"


def test_a_person_deleted_there_is_gone(opened):
    bpy.ops.object.select_all(action="DESELECT")
    _armatures()["1"].select_set(True)
    bpy.ops.object.delete()
    assert "hero" not in bpy.data.objects
    opened.spr.mesh = False
    bpy.ops.spr.refine_pose()
    assert sorted(_armatures()) == ["1", "2"] and len(bpy.data.armatures) - 1 == 2


def test_a_ghost_that_an_earlier_version_kept_is_gone_and_its_keypoints_are_not_doubled(opened, ui, tmp_path):
    entry = opened.spr.results.add()
    hero = _armatures()["1"]
    entry.source, entry.person_id, entry.armature, entry.rate = SOURCE, "1", hero, 30.0
    entry.keypoints = bpy.data.collections["two 1 keypoints"]
    for key in ("spr_source", "spr_self", "spr_name"):
        del hero[key]
    for place in hero.users_collection:
        place.objects.unlink(hero)
    path = str(tmp_path / "ghost.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    assert "hero" not in bpy.data.objects and "two 1 before" not in bpy.data.actions
    scene = bpy.context.scene
    scene.spr.mesh = False
    bpy.ops.spr.refine_pose()
    empties = [ob for ob in scene.objects if ob.get("spr_keypoint_object") and ob["spr_person"] == "1"]
    names = [ob.name for ob in empties]
    assert len(_armatures()) == 2 and len(names) == len(set(names)) <= 24
    assert np.isfinite(_elbow(_armatures()["1"])).all()
