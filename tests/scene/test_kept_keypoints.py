"""Recorded keypoints are kept with the armature: small, complete, no weight on scene or exports."""

from __future__ import annotations

import json
from dataclasses import replace

import bpy
import numpy as np
import pytest

from addon.recording import Keypoints
from addon.scene import BONE_NAMES, write_motion
from addon.scene.kept_keypoints import (
    KEPT,
    forget_keypoints,
    keep_keypoints,
    kept_keypoints,
    kept_mesh,
)
from addon.scene.tracks import SEEN

from .fbx_files import read


def test_they_add_no_object_no_action_and_no_collection(make_motion, make_keypoints):
    armature = write_motion(make_motion(), keypoints=make_keypoints(), mesh=False)
    assert list(bpy.data.objects) == [armature]
    assert list(bpy.data.actions) == [armature.animation_data.action]
    assert list(bpy.data.collections) == [*armature.users_collection]


def test_they_are_where_and_when_the_recording_has_them(make_motion, make_keypoints):
    keypoints = make_keypoints()
    bpy.context.scene.render.fps = 24
    armature = write_motion(make_motion(), keypoints=keypoints, mesh=False, match_scene_rate=False)
    kept = kept_keypoints(armature)
    x, y, z = keypoints.positions[30, 0]
    points, strength = kept.track.at(kept.moment(1 + 30 * 24 / 30))
    np.testing.assert_allclose(points[0], (x, -z, y), atol=1e-5)
    assert strength.tolist() == [SEEN, 0.0]
    assert kept.track.at(kept.moment(1 + 15 * 24 / 30))[1].tolist() == [SEEN, SEEN]
    assert kept.names == kept.track.canonical == ("nose", "left_wrist")


def test_what_has_no_confidence_is_not_there(make_motion, make_keypoints):
    keypoints = make_keypoints()
    keypoints.confidence[5, 0] = 0.0
    kept = kept_keypoints(write_motion(make_motion(), keypoints=keypoints, mesh=False))
    assert np.flatnonzero(np.isnan(kept.track.places[:, 0]).any(-1)).tolist() == [5]


def test_nothing_is_kept_of_keypoints_that_were_never_seen(make_motion):
    empty = Keypoints(np.full((40, 1, 3), np.nan), np.zeros((40, 1)), ("nose",), ("nose",))
    armature = write_motion(make_motion(), keypoints=empty, mesh=False)
    assert kept_keypoints(armature) is None
    assert KEPT not in armature
    assert len(bpy.data.meshes) == 0


def test_they_are_saved_and_read_again_with_the_file(make_motion, make_keypoints, tmp_path):
    armature = write_motion(make_motion(), keypoints=make_keypoints(), mesh=False)
    before = kept_keypoints(armature).track.places
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "kept.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "kept.blend"))
    np.testing.assert_array_equal(kept_keypoints(bpy.data.objects["Person"]).track.places, before)


@pytest.mark.parametrize("link", [True, False])
def test_they_come_along_when_the_person_is_linked_or_appended(make_motion, make_keypoints, tmp_path, link):
    write_motion(make_motion(), keypoints=make_keypoints(), mesh=False)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "kept.blend"))
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "kept.blend"), link=link) as (_, wanted):
        wanted.objects = ["Person"]
    assert kept_keypoints(wanted.objects[0]).names == ("nose", "left_wrist")


def test_they_go_with_the_last_armature_that_has_them(make_motion, make_keypoints):
    armature = write_motion(make_motion(), keypoints=make_keypoints(), mesh=False)
    double = armature.copy()
    forget_keypoints(armature)
    assert kept_keypoints(double).names == ("nose", "left_wrist")
    forget_keypoints(double)
    assert [mesh.users for mesh in bpy.data.meshes] == [0]
    keep_keypoints(armature, make_keypoints(), np.arange(40) / 30, fps=30.0, rate=30.0)
    assert kept_keypoints(armature) is not None


def test_new_ones_take_the_place_of_those_before_and_undo_brings_these_back(make_motion, make_keypoints):
    """The mesh stays the same one: undo may mistake a data-block that was removed for another."""
    armature = write_motion(make_motion(), keypoints=make_keypoints(), mesh=False)
    first, uid = kept_keypoints(armature).at(np.array([3.0])).positions, kept_mesh(armature).session_uid
    bpy.ops.ed.undo_push(message="kept")
    other = make_keypoints()
    other = replace(other, positions=other.positions + 0.5)
    keep_keypoints(armature, other, np.arange(40) / 30, fps=30.0, rate=30.0)
    assert kept_mesh(armature).session_uid == uid
    np.testing.assert_allclose(kept_keypoints(armature).at(np.array([3.0])).positions, first + 0.5, atol=1e-6)
    bpy.ops.ed.undo_push(message="other")
    bpy.ops.ed.undo()
    armature = bpy.data.objects["Person"]
    np.testing.assert_allclose(kept_keypoints(armature).at(np.array([3.0])).positions, first, atol=1e-6)


def test_a_mesh_that_somebody_has_edited_is_none(make_motion, make_keypoints):
    armature = write_motion(make_motion(), keypoints=make_keypoints(), mesh=False)
    kept_mesh(armature).vertices.add(1)
    assert kept_keypoints(armature) is None


def test_five_thousand_frames_of_two_save_small(make_motion, tmp_path):
    """Bytes of the keypoints: thirteen for a point, and what Blender writes beside."""
    sizes = []
    for held in (False, True):
        bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
        for seed in (0, 1):
            points = np.random.default_rng(seed).normal(size=(5000, 25, 3))
            names = tuple(f"point {n}" for n in range(25))
            keypoints = Keypoints(points, np.ones((5000, 25)), names, (None,) * 25)
            write_motion(make_motion(5000), keypoints=keypoints if held else None, mesh=False)
        path = tmp_path / f"{held}.blend"
        bpy.ops.wm.save_as_mainfile(filepath=str(path))
        sizes.append(path.stat().st_size)
    assert sizes[1] - sizes[0] < 2 * 5000 * 25 * 14 + 500_000


def test_blenders_own_fbx_export_holds_the_person_and_nothing_else(make_motion, make_keypoints, tmp_path):
    write_motion(make_motion(5), keypoints=make_keypoints(5))
    bpy.ops.export_scene.fbx(filepath=str(tmp_path / "own.fbx"), add_leaf_bones=False)
    names = set(read(tmp_path / "own.fbx")["names"].tolist())
    assert names - {""} == {*BONE_NAMES, "Person", "Person body"}


def test_blenders_own_gltf_export_holds_the_person_and_nothing_else(make_motion, make_keypoints, tmp_path):
    write_motion(make_motion(5), keypoints=make_keypoints(5))
    bpy.ops.export_scene.gltf(filepath=str(tmp_path / "own.gltf"), export_format="GLTF_SEPARATE")
    nodes = json.loads((tmp_path / "own.gltf").read_text())["nodes"]
    assert {node["name"] for node in nodes} == {*BONE_NAMES, "Person", "Person body"}
