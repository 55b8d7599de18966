"""An animator's day with one person, from the recording to the FBX file: nothing of theirs is missing."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from addon.scene.curves import find_curves
from tests.scene.fbx_files import read

ELBOW = 'pose.bones["R_Elbow"].rotation_quaternion'


def _hero():
    return next(ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE")


def _body():
    return next(ob for ob in bpy.context.scene.objects if "spr_body" in ob)


def _rig(hero, body):
    """What an animator sets up on a person."""
    scene = bpy.context.scene
    hero.name, body.name = "Hero", "Hero skin"
    hero["shot"] = "sc010"
    hand = bpy.data.objects.new("hand target", None)
    hand.location = (0.45, -0.25, 1.3)
    scene.collection.objects.link(hand)
    ik = hero.pose.bones["L_Wrist"].constraints.new("IK")
    ik.target, ik.chain_count = hand, 3
    hero.pose.bones["Head"]["look"] = 0.5
    body.modifiers.new("Subdivision", "SUBSURF").levels = 1
    body.data.materials[0] = bpy.data.materials.new("cloth")
    body.shape_key_add(name="Basis")
    body.shape_key_add(name="Breath").data[50].co.z += 0.01
    prop = bpy.data.objects.new("sword", None)
    scene.collection.objects.link(prop)
    prop.parent, prop.parent_type, prop.parent_bone = hero, "BONE", "R_Hand"
    cast = bpy.data.collections.new("Cast")
    scene.collection.children.link(cast)
    cast.objects.link(hero)


def _has_all_of_theirs():
    scene, hero, body = bpy.context.scene, bpy.data.objects["Hero"], bpy.data.objects["Hero skin"]
    (ik,) = hero.pose.bones["L_Wrist"].constraints
    breath = body.data.shape_keys.key_blocks["Breath"].data[50].co.z
    basis = body.data.shape_keys.key_blocks["Basis"].data[50].co.z
    sword = bpy.data.objects["sword"]
    assert _hero() == hero and _body() == body and body.parent == hero
    assert hero["shot"] == "sc010" and hero.pose.bones["Head"]["look"] == 0.5
    assert (ik.type, ik.target, ik.chain_count) == ("IK", bpy.data.objects["hand target"], 3)
    assert [m.type for m in body.modifiers] == ["ARMATURE", "SUBSURF"]
    assert [m.name for m in body.data.materials] == ["cloth"]
    assert breath - basis == pytest.approx(0.01, abs=1e-5)
    assert (sword.parent, sword.parent_bone) == (hero, "R_Hand")
    assert hero in bpy.data.collections["Cast"].objects.values()
    assert {place.name for place in hero.users_collection} == {"Cast", "wave"}
    assert "Cast" in scene.collection.children


def _edit_keys(hero):
    """A turned key of the elbow."""
    curve = find_curves(hero)[(ELBOW, 1)]
    curve.keyframe_points[20].co.y += 0.2


def _layer(hero):
    """Push the refined action down and nod on a layer above it."""
    animation = hero.animation_data
    refined = animation.action
    animation.nla_tracks.new().strips.new("refined", 1, refined)
    animation.action = None
    nod = bpy.data.actions.new("nod")
    animation.action = nod
    head = hero.pose.bones["Head"]
    for frame in (1, 30, 60):
        head.rotation_quaternion = (1.0, 0.1 * (frame == 30), 0.0, 0.0)
        head.keyframe_insert("rotation_quaternion", frame=frame)
    track = animation.nla_tracks.new()
    strip = track.strips.new("nod", 1, nod)
    strip.blend_type = "COMBINE"
    animation.action = None


def _has_layers(hero):
    tracks = hero.animation_data.nla_tracks
    assert [strip.name for track in tracks for strip in track.strips] == ["refined", "nod"]
    assert tracks[1].strips[0].blend_type == "COMBINE"


def test_nothing_of_an_animators_day_is_lost(enabled, wave, tmp_path, ui):
    scene = bpy.context.scene
    bpy.ops.spr.open_recording(filepath=str(wave))
    bpy.ops.spr.refine_pose()
    _rig(_hero(), _body())
    _has_all_of_theirs()
    _edit_keys(_hero())
    scene.spr.controls.start_from, scene.spr.controls.smoothness = "CURRENT", 0.5
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    _has_all_of_theirs()
    _layer(_hero())
    scene.spr.controls.start_from, scene.spr.controls.smoothness = "ORIGINAL", 1.5
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    _has_all_of_theirs()
    _has_layers(_hero())
    path = str(tmp_path / "day.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    _has_all_of_theirs()
    _has_layers(_hero())
    assert len(ui("quality").fit_error(_hero()).values) == 60
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    _has_all_of_theirs()
    _has_layers(_hero())
    assert bpy.ops.spr.export_fbx(filepath=str(tmp_path / "day.fbx")) == {"FINISHED"}
    _has_all_of_theirs()
    found = read(tmp_path / "day.fbx")
    assert {"Hero", "Hero skin", "L_Wrist"} <= set(found["names"])
    assert len(found["posed"]) == 60
    hand = found["posed"][:, list(found["names"]).index("L_Hand"), :, 3]
    assert np.ptp(hand, axis=0).max() < 0.02, "the hand is held by its IK target"
