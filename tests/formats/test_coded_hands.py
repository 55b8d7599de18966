"""Hand poses that only a model file decodes: kept by readers, decoded with the file, left out without."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from addon import formats
from addon.body.body_model import load_body_model
from addon.body.rotations import axis_angle_from_matrix
from addon.formats.mirror import unmirrored
from addon.refiner import OwnBody, refine
from tests.body.model_files import model_fields, save_npz

FRAMES = 4


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    random = np.random.default_rng(2)
    fields = model_fields("SMPL-X") | {
        **{f"hands_mean{side}": random.normal(0, 0.2, 45) for side in "lr"},
        **{f"hands_components{side}": random.normal(0, 0.05, (45, 45)) for side in "lr"},
    }
    return load_body_model(save_npz(tmp_path_factory.mktemp("model") / "SMPLX_NEUTRAL.npz", fields))


def _smplx(path, width, **more):
    random = np.random.default_rng(0)
    hands = {f"{side}_hand_pose": random.normal(0, 0.5, (FRAMES, width)) for side in ("left", "right")}
    np.savez(
        path, global_orient=np.zeros((FRAMES, 3)), body_pose=np.zeros((FRAMES, 63)),
        transl=np.zeros((FRAMES, 3)), **hands, **more,
    )  # fmt: skip
    return np.stack(list(hands.values()), axis=1)


@pytest.mark.parametrize("width", [6, 12, 24, 44])
@pytest.mark.parametrize("flat", [False, True])
def test_components_are_decoded_with_the_model_and_named_without(width, flat, model, tmp_path):
    values = _smplx(tmp_path / "fit.npz", width, flat_hand_mean=flat)
    recording = formats.read(tmp_path / "fit.npz")
    assert any("components" in warning for warning in recording.warnings)
    person = recording.people[0]
    assert refine(person, mode="none").hands is None
    found = refine(person, mode="none", body=OwnBody(model)).hands
    wanted = np.einsum("tsn,snc->tsc", values, model.hand_components[:, :width])
    wanted = wanted.reshape(FRAMES, 2, 15, 3) + (0.0 if flat else model.hands)
    np.testing.assert_allclose(axis_angle_from_matrix(found.rotations), wanted, atol=1e-6)


def test_vectors_count_from_the_models_own_mean_hand_where_it_is_known(model, tmp_path):
    values = _smplx(tmp_path / "fit.npz", 45).reshape(FRAMES, 2, 15, 3)
    person = formats.read(tmp_path / "fit.npz").people[0]
    found = refine(person, mode="none", body=OwnBody(model)).hands.rotations
    np.testing.assert_allclose(axis_angle_from_matrix(found), values + model.hands, atol=1e-6)
    assert np.abs(axis_angle_from_matrix(refine(person, mode="none").hands.rotations) - values).max() > 0.1


@pytest.mark.parametrize(("width", "count"), [(78, 6), (87, 6), (90, 12), (99, 12)])
def test_easymocaps_components_count_from_the_flat_hand(width, count, model, tmp_path):
    poses = np.random.default_rng(1).normal(0, 0.3, (FRAMES, width))
    for frame in range(FRAMES):
        one = {"id": 3, "Rh": [[0, 0, 0]], "Th": [[0, 0, 0]], "poses": [poses[frame].tolist()]}
        (tmp_path / f"{frame:06d}.json").write_text(json.dumps([one | {"shapes": [[0.0] * 10]}]))
    recording = formats.read(tmp_path / "000000.json")
    assert any("components" in warning for warning in recording.warnings)
    coded = recording.people[0].poses.coded
    np.testing.assert_allclose(coded.values.reshape(FRAMES, -1), poses[:, 66 : 66 + 2 * count])
    found = refine(recording.people[0], mode="none", body=OwnBody(replace(model, kind="SMPL-H")))
    wanted = np.einsum("tsn,snc->tsc", coded.values, model.hand_components[:, :count])
    turned = axis_angle_from_matrix(found.hands.rotations).reshape(FRAMES, 2, 45)
    np.testing.assert_allclose(turned, wanted, atol=1e-6)


def test_a_file_per_image_keeps_them_too(model, tmp_path):
    random = np.random.default_rng(0)
    hands = random.normal(0, 0.5, (FRAMES, 2, 12))
    for frame in range(FRAMES):
        np.savez(
            tmp_path / f"{frame:06d}.npz", global_orient=np.zeros((1, 3)), body_pose=np.zeros((1, 63)),
            transl=np.zeros((1, 3)), left_hand_pose=hands[frame, :1], right_hand_pose=hands[frame, 1:],
        )  # fmt: skip
    person = formats.read(tmp_path / "000000.npz").people[0]
    np.testing.assert_allclose(person.poses.coded.values, hands)
    assert person.poses.coded.from_mean and person.poses.coded.components


def test_a_mirrored_recording_has_its_vectors_in_the_other_hand(tmp_path):
    _smplx(tmp_path / "fit.npz", 45)
    person = formats.read(tmp_path / "fit.npz").people[0]
    turned = unmirrored(person).poses
    left = person.poses.coded.values[:, 0].reshape(FRAMES, 15, 3) * [1.0, -1.0, -1.0]
    np.testing.assert_allclose(turned.coded.values[:, 1].reshape(FRAMES, 15, 3), left)
