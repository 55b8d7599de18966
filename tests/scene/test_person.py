"""Writing works from any state of the file, and leaves nothing behind when it fails."""

from __future__ import annotations

import dataclasses

import bpy
import numpy as np
import pytest

from addon.scene import SceneError, person, write_motion

KINDS = ("objects", "meshes", "armatures", "collections", "actions", "materials")


def _contents():
    return {kind: sorted(block.name for block in getattr(bpy.data, kind)) for kind in KINDS}


def _new_cube(name="Cube"):
    cube = bpy.data.objects.new(name, bpy.data.meshes.new(name))
    bpy.context.scene.collection.objects.link(cube)
    return cube


def test_the_armature_ends_up_active_and_alone_selected(make_motion):
    cube = _new_cube()
    cube.select_set(True)
    armature = write_motion(make_motion(2))
    assert bpy.context.view_layer.objects.active == armature
    assert [ob for ob in bpy.context.view_layer.objects if ob.select_get()] == [armature]
    assert bpy.context.mode == "OBJECT"


@pytest.mark.parametrize("mode", ["EDIT", "SCULPT", "WEIGHT_PAINT"])
def test_it_works_while_another_object_is_being_edited(make_motion, mode):
    bpy.context.view_layer.objects.active = _new_cube()
    bpy.ops.object.mode_set(mode=mode)
    armature = write_motion(make_motion(2))
    assert bpy.context.mode == "OBJECT"
    assert len(armature.data.bones) == 24


@pytest.mark.parametrize("hide", ["exclude", "hide_viewport"])
def test_its_collection_goes_to_the_root_when_the_active_one_is_hidden(make_motion, hide):
    hidden = bpy.data.collections.new("Hidden")
    bpy.context.scene.collection.children.link(hidden)
    layer = bpy.context.view_layer.layer_collection.children["Hidden"]
    bpy.context.view_layer.active_layer_collection = layer
    setattr(layer, hide, True)
    armature = write_motion(make_motion(2))
    (home,) = armature.users_collection
    assert home in bpy.context.scene.collection.children.values()
    assert armature.visible_get()


def test_its_collection_goes_to_the_active_one_when_that_is_visible(make_motion, make_keypoints):
    shown = bpy.data.collections.new("Shown")
    bpy.context.scene.collection.children.link(shown)
    bpy.context.view_layer.active_layer_collection = bpy.context.view_layer.layer_collection.children["Shown"]
    armature = write_motion(make_motion(), keypoints=make_keypoints())
    (home,) = shown.children
    assert armature.users_collection == (home,) and home.name == "Person"
    assert {ob.type for ob in home.objects} >= {"ARMATURE", "MESH"}


def test_the_next_person_stands_beside_and_not_inside_an_active_one(make_motion):
    (first,) = write_motion(make_motion(2), mesh=False).users_collection
    layers = bpy.context.view_layer.layer_collection
    bpy.context.view_layer.active_layer_collection = layers.children[first.name]
    (second,) = write_motion(make_motion(2), mesh=False).users_collection
    assert bpy.context.scene.collection.children.values() == [first, second]


def test_it_works_while_a_linked_object_is_active(make_motion, tmp_path):
    _new_cube("Library cube")
    library = str(tmp_path / "library.blend")
    bpy.ops.wm.save_as_mainfile(filepath=library, copy=True)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    with bpy.data.libraries.load(library, link=True) as (_, wanted):
        wanted.objects = ["Library cube"]
    (linked,) = wanted.objects
    bpy.context.scene.collection.objects.link(linked)
    bpy.context.view_layer.objects.active = linked
    assert len(write_motion(make_motion(2)).data.bones) == 24


def test_a_failure_midway_leaves_the_file_as_it_was(make_motion, make_keypoints, monkeypatch):
    cube = _new_cube()
    cube.select_set(True)
    bpy.context.view_layer.objects.active = cube
    scene = bpy.context.scene
    scene.render.fps, scene.frame_start, scene.frame_end = 25, 3, 77
    scene.frame_set(5)
    before = _contents()

    def fail(*_):
        raise MemoryError

    monkeypatch.setattr(person, "show_range", fail)
    with pytest.raises(MemoryError):
        write_motion(make_motion(), keypoints=make_keypoints())
    assert _contents() == before
    assert (scene.render.fps, scene.frame_start, scene.frame_end, scene.frame_current) == (25, 3, 77, 5)
    assert bpy.context.view_layer.objects.active == cube
    assert cube.select_get()


@pytest.mark.parametrize(
    "broken",
    [
        {"rotations": np.zeros((3, 22, 3, 3))},
        {"pelvis": np.full((40, 3), np.nan)},
        {"fps": 0.0},
        {"fps": float("nan")},
        {"fps": float("inf")},
        {"frame_ids": np.zeros(0, int), "rotations": np.zeros((0, 24, 3, 3)), "pelvis": np.zeros((0, 3))},
    ],
)
def test_a_motion_that_cannot_be_written_is_refused_in_a_sentence(make_motion, broken):
    before = _contents()
    with pytest.raises(SceneError, match=r"^The motion has [^\n]*\.$"):
        write_motion(dataclasses.replace(make_motion(), **broken))
    assert _contents() == before


def test_keypoints_of_another_recording_are_refused(make_motion, make_keypoints):
    with pytest.raises(SceneError, match="The keypoints have 30 frames, the motion 40"):
        write_motion(make_motion(40), keypoints=make_keypoints(30))
