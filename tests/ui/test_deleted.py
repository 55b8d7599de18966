"""Deleted means gone: nothing keeps it, and the next run makes one clean person."""

from __future__ import annotations

import bpy
import pytest


@pytest.fixture
def person(enabled, wave):
    """A refined person with body and keypoints."""
    bpy.ops.spr.open_recording(filepath=str(wave))
    bpy.ops.spr.refine_pose()
    (armature,) = _armatures()
    return armature


def _armatures():
    return [ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE"]


def _bodies():
    return [ob for ob in bpy.context.scene.objects if ob.type == "MESH" and "spr_body" in ob]


def _delete(*objects):
    """As X does in the viewport."""
    bpy.ops.object.select_all(action="DESELECT")
    for ob in objects:
        ob.select_set(True)
    bpy.ops.object.delete()


def test_nothing_keeps_a_person_whose_objects_are_deleted(person):
    _delete(*bpy.context.scene.objects)
    assert len(bpy.data.objects) == 0
    bpy.ops.outliner.orphans_purge(do_recursive=True)
    kinds = ("armatures", "meshes", "actions", "materials")
    assert [len(getattr(bpy.data, kind)) for kind in kinds] == [0] * 4


def test_deleting_the_armature_in_the_outliner_frees_it(person):
    name = person.name
    bpy.data.objects.remove(person)
    assert name not in bpy.data.objects


def test_a_person_deleted_as_a_whole_is_simply_written_anew(person, census):
    before = census()
    _delete(*bpy.context.scene.objects)
    bpy.ops.outliner.orphans_purge(do_recursive=True)
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert census() | {"collections": before["collections"]} == before
    assert [place.name for place in bpy.context.scene.collection.children] == ["wave"]


def test_the_next_run_after_deleting_the_armature_adopts_what_is_left_of_it(person, census):
    before = census()
    (body,) = _bodies()
    body.name = "skin"
    body.data.materials[0] = bpy.data.materials.new("cloth")
    body.modifiers.new("Smooth", "SUBSURF").levels = 1
    _delete(person)
    bpy.ops.outliner.orphans_purge(do_recursive=True)
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    (new,) = _armatures()
    assert _bodies() == [body] and body.parent == new
    assert [m.object for m in body.modifiers if m.type == "ARMATURE"] == [new]
    assert [m.name for m in body.data.materials] == ["cloth"] and body.name == "skin"
    assert len(body.modifiers) == 2
    assert census() == before
    bpy.context.scene.frame_set(30)
    assert _follows(body, new)


def _follows(body, armature) -> bool:
    """Whether the body's head is where the armature's is."""
    graph = bpy.context.evaluated_depsgraph_get()
    mesh = body.evaluated_get(graph).to_mesh()
    top = max(mesh.vertices, key=lambda vertex: vertex.co.z).co
    tail = armature.evaluated_get(graph).pose.bones["Head"].tail
    return (body.matrix_world @ top - armature.matrix_world @ tail).length < 0.15


def test_a_deleted_body_comes_anew_with_the_armature_kept(person, census):
    before = census()
    _delete(*_bodies())
    bpy.ops.outliner.orphans_purge(do_recursive=True)
    bpy.ops.spr.refine_pose()
    assert _armatures() == [person] and len(_bodies()) == 1
    assert census() == before


def test_deleting_one_of_two_people_leaves_the_other_in_place(two_people):
    bpy.ops.spr.refine_pose()
    first, second = _armatures()
    keep, keep_data = second, second.data
    _delete(first)
    bpy.ops.spr.refine_pose()
    assert len(_armatures()) == 2 and len(_bodies()) == 2
    assert keep in _armatures() and keep.data == keep_data
    assert {body.parent for body in _bodies()} == set(_armatures())


def test_deleting_can_be_undone_and_the_person_is_found_again(person):
    name = person.name
    bpy.ops.ed.undo_push(message="refined")
    _delete(person)
    bpy.ops.ed.undo_push(message="deleted")
    bpy.ops.ed.undo()
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert [ob.name for ob in _armatures()] == [name] and len(_bodies()) == 1


def test_a_person_moved_to_another_scene_is_not_the_one_of_this_scene(person):
    other = bpy.data.scenes.new("Other")
    for place in person.users_collection:
        place.objects.unlink(person)
    other.collection.objects.link(person)
    data = person.data
    bpy.ops.spr.refine_pose()
    (new,) = _armatures()
    assert new != person and person.data == data and person in other.objects.values()


def test_a_person_that_was_unlinked_from_the_scene_is_said_to_stay(person):
    scene, place = bpy.context.scene, person.users_collection[0]
    scene.collection.children.unlink(place)
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert len(_armatures()) == 1 and person not in _armatures()
    assert "wave is in the collection wave, not in this scene" in scene.spr.result
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert "not in this scene" not in scene.spr.result
    assert len([ob for ob in bpy.data.objects if ob.type == "ARMATURE"]) == 2


def test_a_person_of_another_scene_is_said_to_stay(person, wave):
    bpy.ops.scene.new(type="NEW")
    bpy.ops.spr.open_recording(filepath=str(wave))
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert "wave is in the scene Scene, not in this scene" in bpy.context.scene.spr.result


def test_a_person_linked_to_the_scene_again_is_brought_up_to_date(person):
    scene, place = bpy.context.scene, person.users_collection[0]
    scene.collection.children.unlink(place)
    scene.collection.objects.link(person)
    bodies = [ob for ob in bpy.data.objects if "spr_body" in ob]
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert _armatures() == [person] and "not in this scene" not in scene.spr.result
    assert [ob for ob in bpy.data.objects if "spr_body" in ob] == bodies


def test_nothing_is_said_of_what_was_deleted(person):
    keeper = bpy.data.objects.new("keeper", None)
    bpy.context.scene.collection.objects.link(keeper)
    keeper["person"] = person
    _delete(person)
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert "not in this scene" not in bpy.context.scene.spr.result
