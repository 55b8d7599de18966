"""The body follows the armature exactly as the skinning of `body.open_body` says."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
import pytest

from addon import cli
from addon.body import open_body
from addon.body.body_model import load_body_model
from addon.body.skeleton import REST_OFFSETS
from addon.scene import BONE_NAMES, SceneError, write_motion
from tests.body.model_files import VERTICES, model_fields, save_npz
from tests.formats.test_amass import amass_fields


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


@pytest.fixture
def model(tmp_path):
    return load_body_model(save_npz(tmp_path / "model.npz", model_fields()))


def test_the_users_own_body_is_posed_by_its_weights(make_motion, model):
    betas = np.array([1.0, -0.5])
    motion = replace(make_motion(6), betas=betas, bone_offsets=model.bone_offsets(betas))
    write_motion(motion, body_model=model)
    rest = model.rest_vertices(betas) - model.rest_joints(betas)[0]
    expected = open_body.skin(rest, model.weights, motion.rotations, motion.pelvis, motion.bone_offsets)
    for index in (0, 5):
        bpy.context.scene.frame_set(1 + index)
        evaluated = _body().evaluated_get(bpy.context.evaluated_depsgraph_get())
        np.testing.assert_allclose(_vertices(evaluated.data), expected[index], atol=2e-5)


def test_the_users_own_body_has_its_faces_and_no_uvs(make_motion, model):
    write_motion(make_motion(2), body_model=model)
    mesh = _body().data
    assert [list(polygon.vertices) for polygon in mesh.polygons] == model.faces.tolist()
    assert not mesh.uv_layers and not mesh.validate()
    assert [slot.name for slot in mesh.materials] == ["Person body"]


def test_a_shape_that_is_no_human_is_refused_and_leaves_nothing(make_motion, model):
    with pytest.raises(SceneError, match="no standing human"):
        write_motion(replace(make_motion(2), betas=np.full(10, 1e9)), body_model=model)
    assert not bpy.data.objects and not bpy.data.meshes


def test_the_command_line_writes_the_users_own_body(tmp_path, model):
    clip, out = save_npz(tmp_path / "clip.npz", amass_fields(width=72)), tmp_path / "out.blend"
    words = ["--smpl-model", str(tmp_path / "model.npz")]
    assert cli.main(["refine", str(clip), "--output", str(out), *words]) == 0
    bpy.ops.wm.open_mainfile(filepath=str(out))
    assert len(_body().data.vertices) == VERTICES


@pytest.mark.parametrize("recorded", ["neutral", "female", "male"])
@pytest.mark.parametrize("chosen", [None, "neutral", "female", "male"])
def test_the_body_is_of_the_chosen_gender_or_of_the_recordings(make_motion, recorded, chosen):
    motion = replace(make_motion(2), gender=recorded)
    armature = write_motion(motion, gender=chosen)
    (body,) = armature.children
    places = np.array([vertex.co for vertex in body.data.vertices]) @ [[1, 0, 0], [0, 0, -1], [0, 1, 0]]
    wanted = open_body.load(chosen or recorded).warped(motion.bone_offsets)
    np.testing.assert_allclose(places - places[0], wanted - wanted[0], atol=1e-5)
