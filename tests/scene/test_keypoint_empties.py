"""Kept keypoints become empties on demand: they move with recording and armature, and vanish in gaps."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from addon.scene import SceneError, write_motion
from addon.scene.kept_keypoints import keep_keypoints
from addon.scene.keypoint_empties import create_empties


@pytest.fixture
def person(make_motion, make_keypoints):
    """A person with empties."""
    armature = write_motion(make_motion(), keypoints=make_keypoints(), mesh=False)
    create_empties(armature)
    return armature


def _seen(name: str) -> tuple[np.ndarray, bool]:
    empty = bpy.data.objects[name].evaluated_get(bpy.context.evaluated_depsgraph_get())
    location, _, scale = empty.matrix_world.decompose()
    return np.array(location), scale.length > 0.1


def test_empties_are_where_the_keypoints_are(person, make_keypoints):
    for index in (0, 13, 39):
        bpy.context.scene.frame_set(1 + index)
        place, shown = _seen("Person nose")
        x, y, z = make_keypoints().positions[index, 0]
        np.testing.assert_allclose(place, (x, -z, y), atol=1e-6)
        assert shown


def test_they_go_along_with_a_moved_armature(person, make_keypoints):
    person.location = (5.0, 0.0, 1.0)
    bpy.context.scene.frame_set(14)
    x, y, z = make_keypoints().positions[13, 0]
    np.testing.assert_allclose(_seen("Person nose")[0], (x + 5, -z, y + 1), atol=1e-5)


def test_a_keypoint_vanishes_while_it_is_missing(person):
    shown = []
    for index in range(40):
        bpy.context.scene.frame_set(1 + index)
        shown.append(_seen("Person left_wrist")[1])
    np.testing.assert_array_equal(np.flatnonzero(shown), np.arange(10, 20))


def test_a_keypoint_vanishes_while_its_person_is_away(make_motion, make_keypoints):
    ids = np.concatenate([np.arange(20), np.arange(100, 120)])
    armature = write_motion(make_motion(frame_ids=ids), keypoints=make_keypoints(), mesh=False)
    create_empties(armature)
    shown = []
    for frame in (19, 60, 101):
        bpy.context.scene.frame_set(1 + frame)
        shown.append(_seen("Person nose")[1])
    assert shown[1:] == [False, True]


def test_a_keypoint_that_was_never_seen_has_no_empty(person):
    collection = bpy.data.collections["Person keypoints"]
    assert sorted(ob.name for ob in collection.objects) == ["Person left_wrist", "Person nose"]


def test_they_do_not_render(person):
    assert bpy.data.collections["Person keypoints"].hide_render


def test_made_again_they_stay_the_same_objects_and_take_the_new_places(person, make_keypoints):
    before = {ob.name: ob for ob in bpy.data.objects}
    actions = len(bpy.data.actions)
    keypoints = make_keypoints()
    keypoints.positions[:, :2] = 1.0
    keep_keypoints(person, keypoints, np.arange(40) / 30, fps=30.0, rate=30.0)
    create_empties(person)
    bpy.context.scene.frame_set(2)
    assert {ob.name: ob for ob in bpy.data.objects} == before
    assert len(bpy.data.actions) == actions
    place, shown = _seen("Person left_wrist")
    np.testing.assert_allclose(place, (1, -1, 1), atol=1e-6)
    assert shown


def test_without_kept_keypoints_it_says_what_to_do(make_motion):
    armature = write_motion(make_motion(), mesh=False)
    with pytest.raises(SceneError, match="tick Keypoints under Options"):
        create_empties(armature)
