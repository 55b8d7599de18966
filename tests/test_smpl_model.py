"""--smpl-model: exact bones and pelvis of the user's own body, in whatever world the file is."""

from __future__ import annotations

import json

import numpy as np
import pytest

from addon import cli, formats
from addon.body.body_model import load_body_model
from addon.body.rotations import matrix_from_axis_angle
from addon.body.shape import height_of
from addon.body.skeleton import PARENTS, REST_PELVIS
from addon.formats.camera import moved
from tests.body.model_files import model_fields, save_npz, save_pickle
from tests.body.synthetic_models import synthetic_fields
from tests.formats.bodies import FROM_Y_UP
from tests.formats.test_amass import amass_fields
from tests.formats.test_estimators import CAMERA, glamr, tram
from tests.refiner.motion import Truth

FRAMES = 40
BETAS = amass_fields()["betas"]


@pytest.fixture
def model(tmp_path):
    return save_pickle(tmp_path / "SMPL_FEMALE.pkl", model_fields(shapes=16, seed=3))


def rest_joints() -> np.ndarray:
    """(24, 3) of the model above with the recording's shape numbers."""
    fields = model_fields(shapes=16, seed=3)
    return fields["J_regressor"] @ (fields["v_template"] + fields["shapedirs"] @ BETAS)


def posed_joints(vectors: np.ndarray, trans: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """(T, 24, 3) joints as SMPL poses them: turned about the rest pelvis, then moved by trans."""
    turns = list(np.moveaxis(matrix_from_axis_angle(vectors), 1, 0))
    joints = [rest[0] + trans]
    for joint in range(1, 24):
        parent = PARENTS[joint]
        joints.append(joints[parent] + turns[parent] @ (rest[joint] - rest[parent]))
        turns[joint] = turns[parent] @ turns[joint]
    return np.stack(joints, axis=1)


def refined(tmp_path, source, *words) -> dict[str, np.ndarray]:
    out = tmp_path / "out.npz"
    assert cli.main(["refine", str(source), "--output", str(out), *map(str, words)]) == 0
    with np.load(out) as held:
        return dict(held)


@pytest.mark.parametrize("up", list(FROM_Y_UP))
def test_converted_poses_have_exactly_the_models_joints_in_every_world(tmp_path, model, up):
    fields = amass_fields(up, width=72, frames=FRAMES)
    held = refined(
        tmp_path, save_npz(tmp_path / "clip.npz", fields), "--smpl-model", model, "--up", up, "--mode", "none"
    )
    rest = rest_joints()
    offsets = rest - rest[list(PARENTS)]
    np.testing.assert_allclose(held["bone_offsets"][1:], offsets[1:], atol=1e-6)
    joints = posed_joints(fields["poses"].reshape(FRAMES, 24, 3), fields["trans"], rest)
    in_z_up = joints @ (FROM_Y_UP["+z"] @ FROM_Y_UP[up].T).T
    np.testing.assert_allclose(held["joints"], in_z_up, atol=2e-6)
    np.testing.assert_allclose(held["betas"], BETAS, atol=1e-6)


def test_easymocap_turns_the_body_about_the_origin(tmp_path, model):
    """Joints = R(Rh) X + Th for joints X of the pose without root, as EasyMocap's doc/02_output.md says."""
    random = np.random.default_rng(5)
    poses = random.normal(0, 0.3, (FRAMES, 24, 3))
    poses[:, 0] = 0
    roots, shifts = random.normal(0, 1, (FRAMES, 3)), random.normal(0, 1, (FRAMES, 3))
    (tmp_path / "smpl").mkdir()
    for n in range(FRAMES):
        one = {"id": 0, "Rh": [roots[n].tolist()], "Th": [shifts[n].tolist()], "shapes": [BETAS.tolist()],
               "poses": [poses[n].reshape(72).tolist()]}  # fmt: skip
        (tmp_path / "smpl" / f"{n:06d}.json").write_text(json.dumps([one]))
    source = tmp_path / "smpl" / "000000.json"
    stated = ("--up", "+z", "--units", "m", "--keep-height")
    held = refined(tmp_path, source, "--smpl-model", model, *stated, "--mode", "none")
    joints = posed_joints(poses, np.zeros((FRAMES, 3)), rest_joints())
    expected = np.einsum("tij,tkj->tki", matrix_from_axis_angle(roots), joints) + shifts[:, None]
    np.testing.assert_allclose(held["joints"], expected, atol=5e-6)


def test_poses_that_state_the_pelvis_itself_keep_it(tmp_path):
    fields = model_fields()
    tall = fields | {"v_template": fields["v_template"] * 1.05}
    source, model = glamr(tmp_path), save_npz(tmp_path / "model.npz", tall)
    without, held = refined(tmp_path, source), refined(tmp_path, source, "--smpl-model", model)
    np.testing.assert_array_equal(held["joints"][:, 0], without["joints"][:, 0])
    np.testing.assert_allclose(held["bone_offsets"], without["bone_offsets"] * 1.05, atol=1e-6)


def test_moving_cameras_turn_the_rest_pelvis_frame_by_frame(tmp_path):
    poses = formats.read(tram(tmp_path)).people[0].poses
    np.testing.assert_array_equal(poses.rest_pelvis, REST_PELVIS)
    np.testing.assert_allclose(poses.rest_turns, np.repeat(CAMERA.T[None], len(poses.pelvis), axis=0))


def test_turning_a_camera_upright_turns_the_rest_pelvis_too(tmp_path):
    person = formats.read(save_npz(tmp_path / "clip.npz", amass_fields())).people[0]
    turn = matrix_from_axis_angle(np.array([0.3, 0.1, -0.2]))
    turned, shift = moved(person, turn, np.array([1.0, 2.0, 3.0])).poses, np.array([0.1, -0.2, 0.3])
    true = person.poses.pelvis + person.poses.rest_turns @ shift
    np.testing.assert_allclose(turned.pelvis + turned.rest_turns @ shift, true @ turn.T + [1.0, 2.0, 3.0])


def test_converting_our_own_result_finds_the_shape_whose_joints_it_has(tmp_path, model):
    """Our own output holds the joints beside the poses: they are the keypoints here."""
    clip = save_npz(tmp_path / "clip.npz", amass_fields(width=72))
    first = refined(tmp_path, clip, "--smpl-model", model)
    (tmp_path / "out.npz").rename(tmp_path / "own.npz")
    held = refined(tmp_path, tmp_path / "own.npz", "--mode", "none", "--smpl-model", model)
    assert np.nanmax(held["fit_error_mm"]) < 0.1
    np.testing.assert_allclose(held["betas"], first["betas"], atol=1e-3)
    for name in ("joints", "bone_offsets", "trans"):
        np.testing.assert_allclose(held[name], first[name], atol=1e-4)


def test_shape_numbers_of_another_kind_of_model_are_not_used(tmp_path, capsys):
    model = save_npz(tmp_path / "SMPLX_NEUTRAL.npz", model_fields("SMPL-X", shapes=20))
    plain = refined(tmp_path, save_npz(tmp_path / "clip.npz", amass_fields(width=72)))
    held = refined(tmp_path, tmp_path / "clip.npz", "--smpl-model", model)
    assert "SMPL-X, so it was not used" in capsys.readouterr().err
    np.testing.assert_array_equal(held["bone_offsets"], plain["bone_offsets"])
    np.testing.assert_array_equal(held["trans"], plain["trans"])


def test_smpl_x_poses_take_an_smpl_x_model(tmp_path):
    fields = model_fields("SMPL-X", shapes=400)
    model = save_npz(tmp_path / "SMPLX_NEUTRAL.npz", fields)
    clip = amass_fields(width=165)
    path = save_npz(tmp_path / "clip.npz", clip)
    held = refined(tmp_path, path, "--smpl-model", model, "--mode", "none")
    pelvis = fields["J_regressor"][0] @ (fields["v_template"] + fields["shapedirs"][:, :, :16] @ BETAS)
    np.testing.assert_allclose(held["joints"][:, 0], pelvis + clip["trans"], atol=2e-6)


def test_shape_numbers_that_the_model_does_not_know_are_told(tmp_path, capsys):
    model = save_npz(tmp_path / "model.npz", model_fields(shapes=10))
    refined(tmp_path, save_npz(tmp_path / "clip.npz", amass_fields(width=72)), "--smpl-model", model)
    assert "knows 10 shape numbers, so the last 6" in capsys.readouterr().err


def test_a_file_that_is_no_model_is_status_1_and_one_sentence(tmp_path, capsys):
    clip = save_npz(tmp_path / "clip.npz", amass_fields())
    words = ["refine", str(clip), "--output", str(tmp_path / "o.npz"), "--smpl-model"]
    for wrong in (clip, tmp_path / "nowhere.npz"):
        assert cli.main([*words, str(wrong)]) == 1
        said = capsys.readouterr().err
        assert said.count("\n") == 1 and "body model" in said
    assert not (tmp_path / "o.npz").exists()


def test_keypoints_alone_get_the_shape_that_is_asked_for(tmp_path):
    model = load_body_model(save_npz(tmp_path / "SMPL_MALE.npz", synthetic_fields()))
    truth = Truth(0, 40, model.bone_offsets(np.random.default_rng(2).normal(size=10)))
    fields = {"keypoints": truth.joints, "layout": np.array("smpl24"), "fps": np.array(30.0)}
    source = save_npz(tmp_path / "points.npz", fields | {"up_axis": np.array("y"), "units": np.array("m")})
    plain = refined(tmp_path, source)
    assert not plain["betas_fitted"] and not plain["betas"].any()
    tall = []
    for height in ("1.6", "1.9"):
        words = (
            "--smpl-model",
            tmp_path / "SMPL_MALE.npz",
            "--betas",
            "6",
            "--height",
            height,
            "--weight",
            "80",
        )
        held = refined(tmp_path, source, *words)
        assert held["betas_fitted"] and held["betas"].shape == (6,) and str(held["gender"]) == "male"
        np.testing.assert_allclose(held["bone_offsets"], model.bone_offsets(held["betas"]), atol=1e-6)
        tall.append(height_of(model.rest_vertices(held["betas"])))
    assert tall[1] > tall[0] + 0.01


@pytest.mark.parametrize(
    "words", [("--height", "180"), ("--weight", "0"), ("--betas", "0"), ("--betas", "x")]
)
def test_measures_of_no_human_are_wrong_arguments(tmp_path, model, words, capsys):
    clip = save_npz(tmp_path / "clip.npz", amass_fields())
    out = ("--output", str(tmp_path / "o.npz"), "--smpl-model", str(model))
    assert cli.main(["refine", str(clip), *out, *words]) == 2
    assert words[0] in capsys.readouterr().err


def test_the_model_is_never_overwritten(tmp_path, model):
    clip = save_npz(tmp_path / "clip.npz", amass_fields())
    other = save_npz(tmp_path / "model.npz", model_fields())
    assert cli.main(["refine", str(clip), "--output", str(other), "--smpl-model", str(other)]) == 2
