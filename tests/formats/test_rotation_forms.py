"""Poses as matrices, quaternions and six numbers a joint are the same motion as in rotation vectors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.rotations import quaternion_from_matrix
from addon.body.skeleton import REST_PELVIS
from addon.formats.rotation_forms import rotation_matrices
from addon.recording import Recording
from addon.safe_read import FormatError

from .bodies import poses_of, walking
from .test_estimators import dumped

FRAMES = 20
BODY = walking(FRAMES)
TRANS = BODY.pelvis - REST_PELVIS

FORMS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "matrices": lambda turns: turns,
    "rows of matrices": lambda turns: turns.reshape(*turns.shape[:-2], 9),
    "quaternions": quaternion_from_matrix,
    "quaternions with their real part last": lambda turns: np.roll(
        quaternion_from_matrix(turns), -1, axis=-1
    ),
    "two columns": lambda turns: np.concatenate([turns[..., 0], turns[..., 1]], axis=-1),
    "two columns, mixed": lambda turns: turns[..., :2].reshape(*turns.shape[:-2], 6),
    "two rows": lambda turns: turns[..., :2, :].reshape(*turns.shape[:-2], 6),
}


def poses(told: np.ndarray) -> dict[str, Any]:
    return {"poses": told, "trans": TRANS}


def flat_under_another_name(told: np.ndarray) -> dict[str, Any]:
    return {"joint_rotations": told.reshape(FRAMES, -1), "trans": TRANS}


def smplx_names(told: np.ndarray) -> dict[str, Any]:
    return {"global_orient": told[:, 0], "body_pose": told[:, 1:], "transl": TRANS}


def stageii_names(told: np.ndarray) -> dict[str, Any]:
    return {"root_orient": told[:, 0], "pose_body": told[:, 1:22], "trans": TRANS}


def assert_walks(recording: Recording) -> None:
    read = poses_of(recording)
    np.testing.assert_allclose(read.rotations[:, :22], BODY.rotations[:, :22], atol=1e-5)
    np.testing.assert_allclose(read.pelvis - read.pelvis[0], BODY.pelvis - BODY.pelvis[0], atol=1e-5)


@pytest.mark.parametrize("form", list(FORMS))
@pytest.mark.parametrize("build", [poses, flat_under_another_name, smplx_names, stageii_names])
def test_the_form_does_not_change_the_motion(tmp_path, build, form):
    np.savez(tmp_path / "a.npz", **build(FORMS[form](BODY.rotations)), fps=50.0)
    recording = formats.read(tmp_path / "a.npz", up="+y")
    assert recording.fps.value == 50.0
    assert_walks(recording)


def test_an_array_of_matrices_alone_is_poses_without_a_place(tmp_path):
    np.save(tmp_path / "a.npy", BODY.rotations)
    recording = formats.read(tmp_path / "a.npy", up="+y")
    np.testing.assert_allclose(poses_of(recording).rotations[:, :22], BODY.rotations[:, :22], atol=1e-5)
    assert any("no translation" in warning for warning in recording.warnings)


@pytest.mark.parametrize("form", ["matrices", "quaternions", "two rows"])
def test_people_beside_each_other_may_be_in_any_form(tmp_path, form):
    told = FORMS[form](BODY.rotations)
    held = {"poses": np.stack([told, told]), "trans": np.stack([TRANS, TRANS + np.array([1.5, 0.0, 0.0])])}
    recording = formats.read(dumped(tmp_path / "a.pkl", held), up="+y")
    assert [one.id for one in recording.people] == ["0", "1"]
    assert_walks(recording)


def test_numbers_that_are_no_rotations_are_not_taken_for_some(tmp_path):
    held = {"poses": np.random.default_rng(0).normal(size=(FRAMES, 24, 6)), "trans": TRANS}
    with pytest.raises(FormatError, match="no reader knows"):
        formats.read(dumped(tmp_path / "a.pkl", held))


def test_a_frame_of_zeros_in_any_form_is_missing(tmp_path: Path):
    for form in ("matrices", "quaternions", "two rows"):
        told = FORMS[form](BODY.rotations).copy()
        told[5] = 0.0
        np.savez(tmp_path / "a.npz", **poses(told))
        recording = formats.read(tmp_path / "a.npz", up="+y")
        assert 5 not in recording.people[0].frame_ids
        assert recording.people[0].frames == FRAMES - 1


def test_other_widths_are_of_no_form():
    assert rotation_matrices(np.zeros((4, 24 * 5)), (24,)) is None
