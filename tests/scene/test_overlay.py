"""Target keypoints are empties that move with the recording and vanish where it has gaps."""

from __future__ import annotations

import bpy
import numpy as np

from addon.scene import write_motion


def _seen(name: str) -> tuple[np.ndarray, bool]:
    empty = bpy.data.objects[name].evaluated_get(bpy.context.evaluated_depsgraph_get())
    location, _, scale = empty.matrix_world.decompose()
    return np.array(location), scale.length > 0.1


def test_empties_are_where_the_keypoints_are(make_motion, make_keypoints):
    keypoints = make_keypoints()
    write_motion(make_motion(), keypoints=keypoints, mesh=False)
    for index in (0, 13, 39):
        bpy.context.scene.frame_set(1 + index)
        place, shown = _seen("Person nose")
        x, y, z = keypoints.positions[index, 0]
        np.testing.assert_allclose(place, (x, -z, y), atol=1e-6)
        assert shown


def test_a_keypoint_vanishes_while_it_is_missing(make_motion, make_keypoints):
    write_motion(make_motion(), keypoints=make_keypoints(), mesh=False)
    shown = []
    for index in range(40):
        bpy.context.scene.frame_set(1 + index)
        shown.append(_seen("Person left_wrist")[1])
    np.testing.assert_array_equal(np.flatnonzero(shown), np.arange(10, 20))


def test_a_keypoint_that_was_never_seen_has_no_empty(make_motion, make_keypoints):
    write_motion(make_motion(), keypoints=make_keypoints(), mesh=False)
    collection = bpy.data.collections["Person keypoints"]
    assert sorted(ob.name for ob in collection.objects) == ["Person left_wrist", "Person nose"]


def test_keypoints_do_not_render(make_motion, make_keypoints):
    write_motion(make_motion(), keypoints=make_keypoints(), mesh=False)
    assert bpy.data.collections["Person keypoints"].hide_render
