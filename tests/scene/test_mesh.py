"""The body follows the armature exactly as the skinning of `body.open_body` says."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from addon.body import open_body
from addon.body.skeleton import REST_OFFSETS
from addon.scene import BONE_NAMES, write_motion


def _body() -> bpy.types.Object:
    (body,) = [ob for ob in bpy.data.objects if ob.type == "MESH"]
    return body


def _vertices(mesh: bpy.types.Mesh) -> np.ndarray:
    flat = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", flat)
    x, y, z = flat.reshape(-1, 3).T
    return np.stack([x, z, -y], axis=-1)


def test_the_posed_body_is_linear_blend_skinning_of_the_warped_body(make_motion):
    motion = make_motion(10)
    write_motion(motion)
    body = open_body.load()
    expected = open_body.skin(
        body.warped(motion.bone_offsets), body.weights, motion.rotations, motion.pelvis, motion.bone_offsets
    )
    for index in (0, 4, 9):
        bpy.context.scene.frame_set(1 + index)
        evaluated = _body().evaluated_get(bpy.context.evaluated_depsgraph_get())
        np.testing.assert_allclose(_vertices(evaluated.data), expected[index], atol=2e-5)


def test_the_body_is_smooth_quads_with_uvs_and_a_material(make_motion):
    write_motion(make_motion(2))
    mesh, source = _body().data, open_body.load()
    assert len(mesh.polygons) == len(source.quads)
    assert all(polygon.use_smooth for polygon in mesh.polygons)
    assert [slot.name for slot in mesh.materials] == ["Person body"]
    corner = mesh.polygons[1000].loop_indices[2]
    assert mesh.loops[corner].vertex_index == source.quads[1000, 2]
    np.testing.assert_allclose(
        mesh.uv_layers[0].uv[corner].vector, source.uvs[source.quad_uvs[1000, 2]], atol=1e-6
    )
    assert not mesh.validate()


def test_vertex_groups_hold_the_weights(make_motion):
    write_motion(make_motion(2))
    body, weights = _body(), open_body.load().weights
    assert [group.name for group in body.vertex_groups] == list(BONE_NAMES)
    for vertex in list(body.data.vertices)[::500]:
        ours = {group.group: group.weight for group in vertex.groups}
        assert ours == pytest.approx({j: w for j, w in enumerate(weights[vertex.index]) if w > 0}, abs=1e-6)


@pytest.mark.parametrize("size", [0.85, 1.0, 1.15])
def test_the_resting_body_stands_on_the_floor(make_motion, size):
    motion = make_motion(1)
    motion.bone_offsets[:] = REST_OFFSETS * size
    write_motion(motion)
    assert abs(_vertices(_body().data)[:, 1].min()) < 1e-6


def test_the_body_can_be_left_out(make_motion):
    write_motion(make_motion(2), mesh=False)
    assert not bpy.data.meshes
