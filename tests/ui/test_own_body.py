"""The user's own body model, chosen in the sidebar, does what --smpl-model does."""

from __future__ import annotations

import importlib

import bpy
import numpy as np
import pytest

from addon.body.body_model import load_body_model
from addon.body.posed_body import with_corrections
from tests.body.model_files import VERTICES, model_fields, save_npz, save_pickle
from tests.body.synthetic_models import synthetic_fields
from tests.formats.test_amass import amass_fields
from tests.refiner.motion import Truth


@pytest.fixture
def clip(enabled, tmp_path):
    """A scene with poses and shape numbers open, no keypoints; the file."""
    path = save_npz(tmp_path / "clip.npz", amass_fields(width=72, frames=20))
    bpy.ops.spr.open_recording(filepath=str(path))
    return path


def _line(ui) -> tuple[bool, str]:
    return ui("own_body").body_line(bpy.context.scene.spr.body)


def test_a_model_is_checked_when_it_is_chosen(clip, ui, tmp_path):
    body = bpy.context.scene.spr.body
    assert _line(ui) == (True, "")
    body.path = str(save_pickle(tmp_path / "SMPL_FEMALE.pkl", model_fields(shapes=16)))
    assert _line(ui) == (True, f"SMPL_FEMALE.pkl: SMPL, {VERTICES:,} vertices, 16 shape numbers")
    body.path = str(clip)
    fits, sentence = _line(ui)
    assert not fits
    assert sentence.startswith("clip.npz is no body model")
    assert sentence.count(".\n") == 0 and sentence.endswith(".")


def test_results_get_its_mesh_its_bones_and_its_pelvis_as_on_the_command_line(clip, enabled, tmp_path):
    model = save_pickle(tmp_path / "SMPL_FEMALE.pkl", model_fields(shapes=16, seed=3))
    bpy.context.scene.spr.body.path = str(model)
    bpy.context.scene.spr.controls.feet.hold = 0.0  # as for an .npz
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    (armature,) = [ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE"]
    (body,) = armature.children
    assert len(body.data.vertices) == VERTICES
    cli = importlib.import_module(f"{enabled}.addon.cli")
    out = tmp_path / "out.npz"
    assert cli.main(["refine", str(clip), "--output", str(out), "--smpl-model", str(model)]) == 0
    with np.load(out) as held:
        offsets, joints = held["bone_offsets"], held["joints"]
    bones = armature.data.bones
    knee = np.array(bones["L_Knee"].head_local - bones["L_Hip"].head_local)
    np.testing.assert_allclose(knee @ [[1, 0, 0], [0, 0, -1], [0, 1, 0]], offsets[4], atol=1e-5)
    bpy.context.scene.frame_set(1)
    np.testing.assert_allclose(armature.pose.bones["Pelvis"].head, joints[0, 0], atol=1e-4)


def test_the_shape_is_fitted_to_keypoints_and_to_a_known_height(enabled, tmp_path, ui):
    """The result says how tall the body is; the mesh stands at that height, on bones of the model's own."""
    model = load_body_model(save_npz(tmp_path / "SMPL_NEUTRAL.npz", synthetic_fields()))
    betas = np.random.default_rng(4).normal(size=10)
    truth = Truth(0, 40, model.bone_offsets(betas))
    fields = {"keypoints": truth.joints, "layout": np.array("smpl24"), "fps": np.array(30.0)}
    up = {"up_axis": np.array("y"), "units": np.array("m")}
    bpy.ops.spr.open_recording(filepath=str(save_npz(tmp_path / "points.npz", fields | up)))
    settings = bpy.context.scene.spr
    settings.body.path = str(tmp_path / "SMPL_NEUTRAL.npz")
    settings.mesh = True
    heights = {}
    for height in (None, 1.6, 1.9):
        settings.body.use_height = height is not None
        settings.body.height = height or 1.75
        assert bpy.ops.spr.refine_pose() == {"FINISHED"}
        (armature,) = [ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE"]
        (body,) = armature.children
        high = [vertex.co.z for vertex in body.data.vertices]
        heights[height] = max(high) - min(high)
        assert f"Body of {heights[height]:.2f} m and" in settings.result
        bones = armature.data.bones
        knee = np.array(bones["L_Knee"].head_local - bones["L_Hip"].head_local)
        if height is None:
            expected = model.bone_offsets(betas)[4]
            np.testing.assert_allclose(knee @ [[1, 0, 0], [0, 0, -1], [0, 1, 0]], expected, atol=0.004)
    assert heights[1.6] < heights[None] < heights[1.9]


def test_a_file_that_is_no_model_stops_the_run_with_one_sentence(clip, tmp_path, census):
    before = census()
    bpy.context.scene.spr.body.path = str(tmp_path / "nowhere.npz")
    with pytest.raises(
        RuntimeError, match=r"^Error: There is no body model nowhere\.npz; check the path\.\n$"
    ):
        bpy.ops.spr.refine_pose()
    assert census() == before


def test_shape_numbers_of_another_kind_are_told_with_the_result(clip, tmp_path):
    bpy.context.scene.spr.body.path = str(save_npz(tmp_path / "x.npz", model_fields("SMPL-X", shapes=20)))
    bpy.ops.spr.refine_pose()
    assert "but the body model is SMPL-X, so it was not used" in bpy.context.scene.spr.result


def test_the_file_is_read_again_when_it_has_changed(clip, tmp_path, ui):
    model = save_npz(tmp_path / "own.npz", model_fields())
    bpy.context.scene.spr.body.path = str(model)
    assert _line(ui)[0]
    save_npz(model, model_fields(shapes=12))
    bpy.ops.spr.refine_pose()
    assert _line(ui) == (True, f"own.npz: SMPL, {VERTICES:,} vertices, 12 shape numbers")


@pytest.mark.parametrize(("chosen", "expected"), [("recorded", "male"), ("female", "female")])
def test_results_get_the_open_body_that_is_chosen(enabled, tmp_path, chosen, expected):
    fields = {**amass_fields(width=72, frames=5), "gender": np.array("male")}
    bpy.ops.spr.open_recording(filepath=str(save_npz(tmp_path / "clip.npz", fields)))
    bodies = {gender: _refined_as(gender) for gender in ("male", "female", chosen)}
    assert np.abs(bodies["male"] - bodies["female"]).max() > 0.01
    np.testing.assert_allclose(bodies[chosen], bodies[expected], atol=1e-5)


def _refined_as(gender: str) -> np.ndarray:
    """(V, 3) of the body that a run gives with this choice."""
    bpy.context.scene.spr.body.gender = gender
    bpy.ops.spr.refine_pose()
    (armature,) = [ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE"]
    return np.array([vertex.co for vertex in armature.children[0].data.vertices])


def test_choosing_another_body_later_keeps_object_material_and_modifiers_and_says_what_is_lost(
    clip, tmp_path
):
    bpy.ops.spr.refine_pose()
    (armature,) = [ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE"]
    (body,) = (ob for ob in armature.children if ob.type == "MESH")
    mesh, open_vertices = body.data, len(body.data.vertices)
    body.modifiers.new("Smooth", "SUBSURF")
    body.data.materials[0] = bpy.data.materials.new("cloth")
    body.shape_key_add(name="Basis")
    model = save_pickle(tmp_path / "SMPL_FEMALE.pkl", model_fields(shapes=16, seed=3))
    settings = bpy.context.scene.spr
    settings.body.path = str(model)
    bpy.ops.spr.refine_pose()
    assert body.data == mesh and len(mesh.vertices) == VERTICES and body.parent == armature
    assert [modifier.type for modifier in body.modifiers] == ["ARMATURE", "SUBSURF"]
    assert [material.name for material in mesh.materials] == ["cloth"]
    sentence = f"{body.name} has another mesh now, which could not take over: shape keys."
    assert settings.result.endswith(sentence)
    weights = [group.weight for vertex in mesh.vertices for group in vertex.groups]
    assert sum(weights) == pytest.approx(VERTICES, rel=1e-3)
    settings.body.path = ""
    bpy.ops.spr.refine_pose()
    assert body.data == mesh and len(mesh.vertices) == open_vertices
    assert sentence not in settings.result


def test_a_mesh_asks_for_the_file_that_made_it_and_is_refined_with_it(enabled, tmp_path, ui):
    path = save_npz(tmp_path / "SMPL_NEUTRAL.npz", synthetic_fields())
    body = with_corrections(load_body_model(path))
    vectors, places = np.full((4, 72), 0.05), np.tile([0.0, 1.2, 0.0], (4, 1))
    betas = np.random.default_rng(4).normal(size=10)
    mesh = body.posed(betas, vectors, places)[0]
    up = {"verts": mesh.astype(np.float32), "fps": np.array(30.0)}
    bpy.ops.spr.open_recording(filepath=str(save_npz(tmp_path / "mesh.npz", up)), up="+y")
    settings = bpy.context.scene.spr
    with pytest.raises(RuntimeError, match="choose SMPL File in the sidebar"):
        bpy.ops.spr.refine_pose()
    settings.body.path = str(path)
    settings.controls.feet.hold = 0.0
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    (armature,) = [ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE"]
    lengths = [armature.data.bones[name].length for name in ("L_Knee", "R_Elbow")]
    bones = np.linalg.norm(body.model.bone_offsets(betas), axis=-1)
    np.testing.assert_allclose(lengths, bones[[7, 21]], atol=1e-3)
