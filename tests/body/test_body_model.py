"""The user's own body model: every kind of file gives the same exact body, anything else one sentence."""

from __future__ import annotations

import os

import numpy as np
import pytest

from addon.body.body_model import BodyModel, load_body_model
from addon.body.skeleton import PARENTS, REST_JOINTS, rest_joints
from addon.safe_read import FormatError
from tests.body import model_files
from tests.body.model_files import (
    JOINTS,
    VERTICES,
    model_fields,
    save_npz,
    save_pickle,
    save_python2_text,
    sparse_state,
)

BETAS = np.array([1.5, -2.0, 0.7, 0.1])


@pytest.fixture
def smpl(tmp_path) -> BodyModel:
    return load_body_model(save_npz(tmp_path / "model.npz", model_fields()))


def expected_vertices(fields: dict[str, np.ndarray], betas: np.ndarray) -> np.ndarray:
    """The template plus every direction by its shape number, one after the other."""
    vertices = fields["v_template"].copy()
    for number, beta in enumerate(betas):
        vertices += beta * fields["shapedirs"][:, :, number]
    return vertices


def assert_is(model: BodyModel, fields: dict[str, np.ndarray]) -> None:
    vertices = expected_vertices(fields, BETAS)
    np.testing.assert_allclose(model.rest_vertices(BETAS), vertices, atol=1e-12)
    np.testing.assert_allclose(model.rest_joints(BETAS), fields["J_regressor"] @ vertices, atol=1e-12)
    np.testing.assert_array_equal(model.faces, fields["f"])


def test_an_npz_gives_the_exact_joints_mesh_and_weights_of_a_shape(smpl):
    fields = model_fields()
    assert_is(smpl, fields)
    assert smpl.kind == "SMPL" and smpl.shapes == 10
    np.testing.assert_allclose(smpl.weights, fields["weights"], atol=1e-12)
    np.testing.assert_allclose(smpl.rest_joints(np.zeros(0)), REST_JOINTS, atol=1e-12)


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
@pytest.mark.parametrize("module", ["scipy.sparse.csc", "scipy.sparse._csc", "scipy.sparse.csr"])
def test_a_pickle_with_chumpy_and_scipy_objects_is_the_same_body(tmp_path, protocol, module):
    fields = model_fields()
    path = save_pickle(tmp_path / "model.pkl", fields, protocol, module)
    assert b"chumpy.ch" in path.read_bytes() and module.encode() in path.read_bytes()
    assert_is(load_body_model(path), fields)


def test_a_text_pickle_of_python_2_is_the_same_body(tmp_path):
    fields = model_fields()
    assert_is(load_body_model(save_python2_text(tmp_path / "model.pkl", fields)), fields)


def test_a_sparse_regressor_inside_an_npz_is_read(tmp_path):
    scipy_sparse = pytest.importorskip("scipy.sparse")
    fields = model_fields()
    held = np.array(scipy_sparse.csc_matrix(fields["J_regressor"]), dtype=object)
    path = save_npz(tmp_path / "model.npz", fields | {"J_regressor": held})
    assert_is(load_body_model(path), fields)


def test_a_real_scipy_matrix_has_the_state_that_the_other_tests_write():
    scipy_sparse = pytest.importorskip("scipy.sparse")
    matrix = model_fields()["J_regressor"]
    for kind, real in (("csc", scipy_sparse.csc_matrix(matrix)), ("csr", scipy_sparse.csr_matrix(matrix))):
        ours, state = sparse_state(matrix, kind), real.__dict__
        assert tuple(state["_shape"]) == ours["_shape"]
        for name in ("indices", "indptr", "data"):
            np.testing.assert_array_equal(state[name], ours[name])


@pytest.mark.parametrize("kind", ["SMPL-H", "SMPL-X"])
def test_hands_jaw_and_eyes_are_merged_into_24_joints(tmp_path, kind):
    fields = model_fields(kind, shapes=20)
    model = load_body_model(save_npz(tmp_path / "model.npz", fields))
    joints = fields["J_regressor"] @ fields["v_template"]
    first = {"SMPL-H": 22, "SMPL-X": 25}[kind]
    assert model.kind == kind and model.weights.shape == (VERTICES, 24)
    np.testing.assert_allclose(model.weights.sum(axis=1), 1.0, atol=1e-12)
    np.testing.assert_allclose(model.rest_joints(np.zeros(1))[:22], joints[:22], atol=1e-12)
    knuckles = joints[[first + 15, first + 18, first + 21, first + 24]]
    np.testing.assert_allclose(model.rest_joints(np.zeros(1))[23], knuckles.mean(axis=0), atol=1e-12)
    fingers = fields["weights"][:, first : first + 15].sum(axis=1)
    np.testing.assert_allclose(model.weights[:, 22], fingers, atol=1e-12)
    head = fields["weights"][:, 15] + fields["weights"][:, 22:first].sum(axis=1)
    np.testing.assert_allclose(model.weights[:, 15], head, atol=1e-12)


@pytest.mark.parametrize(
    ("kind", "stored", "shapes"),
    [("SMPL", 300, 300), ("SMPL-H", 16, 16), ("SMPL-X", 20, 10), ("SMPL-X", 400, 300)],
)
def test_expressions_of_smpl_x_are_no_shapes(tmp_path, kind, stored, shapes):
    fields = model_fields(kind, shapes=1)
    fields["shapedirs"] = np.broadcast_to(fields["shapedirs"], (VERTICES, 3, stored)).astype(np.float32)
    assert load_body_model(save_npz(tmp_path / "model.npz", fields)).shapes == shapes


def test_shape_numbers_of_another_count_are_padded_or_cut_and_the_cut_ones_counted(smpl):
    long = np.concatenate([BETAS, np.zeros(6), [3.0, 0.0, -1.0, 0.0, 0.0, 0.0]])
    np.testing.assert_array_equal(smpl.rest_vertices(long), smpl.rest_vertices(BETAS))
    assert (smpl.unused(long), smpl.unused(long[:10]), smpl.unused(BETAS)) == (3, 0, 0)


def test_bone_offsets_are_the_rest_joints_relative_to_their_parents(smpl):
    joints, offsets = smpl.rest_joints(BETAS), smpl.bone_offsets(BETAS)
    assert not offsets[0].any()
    for joint in range(1, 24):
        np.testing.assert_allclose(offsets[joint], joints[joint] - joints[PARENTS[joint]], atol=1e-12)


def test_the_mesh_on_its_own_bones_is_the_files_and_follows_longer_ones(smpl):
    own = smpl.bone_offsets(BETAS)
    exact = smpl.rest_vertices(BETAS) - smpl.rest_joints(BETAS)[0]
    np.testing.assert_allclose(smpl.fitted_vertices(BETAS, own), exact, atol=1e-9)
    longer = smpl.fitted_vertices(BETAS, own * 1.2)
    shin = smpl.weights[:, 4] > 0.6
    moved = (longer - exact)[shin].mean(axis=0)
    np.testing.assert_allclose(moved, (rest_joints(own * 1.2) - rest_joints(own))[4], atol=0.05)


def broken(name: str) -> dict[str, np.ndarray]:
    if name == "only poses":
        return {"poses": np.zeros((9, 72)), "trans": np.zeros((9, 3))}
    fields = model_fields(shapes=2)
    changes = {
        "no regressor": lambda: fields.pop("J_regressor"),
        "no template": lambda: fields.pop("v_template"),
        "regressor of another mesh": lambda: fields.update(J_regressor=np.ones((24, 99)) / 99),
        "flat directions": lambda: fields.update(shapedirs=np.zeros((VERTICES * 3, 2))),
        "16 joints": lambda: fields.update(
            J_regressor=fields["J_regressor"][:16], weights=np.ones((VERTICES, 16)) / 16
        ),
        "another tree": lambda: fields.update(kintree_table=np.zeros((2, 24), np.uint32)),
        "not finite": lambda: fields["v_template"].fill(np.nan),
        "text": lambda: fields.update(v_template=np.array(["a"] * VERTICES)),
        "weights do not add up": lambda: fields.update(weights=fields["weights"] * 2),
        "faces beyond the vertices": lambda: fields.update(f=fields["f"] + VERTICES),
        "folded faces": lambda: fields.update(f=np.zeros((5, 3), np.uint32)),
        "millimetres": lambda: fields.update(v_template=fields["v_template"] * 1000),
        "Z up": lambda: fields.update(v_template=fields["v_template"][:, [0, 2, 1]]),
        "a point": lambda: fields.update(v_template=np.zeros((VERTICES, 3))),
    }  # fmt: skip
    changes[name]()
    return fields


BROKEN = [
    "no regressor", "no template", "only poses", "regressor of another mesh", "flat directions", "16 joints",
    "another tree", "not finite", "text", "weights do not add up", "faces beyond the vertices",
    "folded faces", "millimetres", "Z up", "a point",
]  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_body_model_is_refused_in_one_sentence(tmp_path, name):
    path = save_npz(tmp_path / "model.npz", broken(name))
    with pytest.raises(FormatError, match=r"^[^\n]*model\.npz[^\n]*\.$"):
        load_body_model(path)


def test_files_that_cannot_be_read_are_refused(tmp_path):
    whole = save_pickle(tmp_path / "whole.pkl", model_fields(shapes=2)).read_bytes()
    contents = {
        "empty.pkl": b"", "cut.pkl": whole[: len(whole) // 2], "list.pkl": b"]q\x00.", "text.npz": b"hello"
    }  # fmt: skip
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FormatError):
            load_body_model(tmp_path / name)
    with pytest.raises(FormatError, match="no body model nowhere"):
        load_body_model(tmp_path / "nowhere.npz")


@pytest.mark.parametrize(
    "content",
    [
        b"cos\nsystem\n(S'touch {}'\ntR.",
        b'cbuiltins\nexec\n(S\'open("{}", "w")\'\ntR.',
        b"cchumpy.ch\nMatVecMult\n)R.",
        b"cscipy.sparse\nload_npz\n(S'{}'\ntR.",
        b"(dS'v_template'\ncos\nsystem\n(S'touch {}'\ntRs.",
    ],
)
def test_a_hostile_pickle_runs_nothing(tmp_path, content):
    touched = tmp_path / "touched"
    path = tmp_path / "SMPL_NEUTRAL.pkl"
    path.write_bytes(content.replace(b"{}", os.fsencode(touched)))
    with pytest.raises(FormatError, match="wants to run"):
        load_body_model(path)
    assert not touched.exists()


@pytest.mark.parametrize(
    "state",
    [
        {"_shape": (1 << 14, 1 << 14)},
        {"_shape": (24, -VERTICES)},
        {"indices": np.full(96, -1)},
        {"indices": np.full(96, 24)},
        {"indptr": np.zeros(VERTICES + 1, np.int32)},
        {"data": np.zeros(3)},
    ],
)
def test_a_damaged_sparse_matrix_is_refused(tmp_path, monkeypatch, state):
    monkeypatch.setattr(model_files, "sparse_state", lambda *given: sparse_state(*given) | state)
    path = save_pickle(tmp_path / "model.pkl", model_fields(shapes=1))
    with pytest.raises(FormatError):
        load_body_model(path)


def test_chumpy_objects_that_hold_themselves_are_refused(tmp_path):
    path = tmp_path / "model.pkl"
    path.write_bytes(b"(dS'v_template'\ncchumpy.ch\nCh\n)Rp1\n(dS'x'\ng1\nsbs.")
    with pytest.raises(FormatError):
        load_body_model(path)


def test_shape_numbers_that_make_no_human_are_refused(smpl):
    for betas in (np.full(10, 1e9), np.array([np.nan])):
        with pytest.raises(FormatError, match="no standing human"):
            smpl.bone_offsets(betas)


def test_the_kinds_are_told_by_their_joints(tmp_path):
    for kind in JOINTS:
        assert load_body_model(save_npz(tmp_path / f"{kind}.npz", model_fields(kind))).kind == kind
