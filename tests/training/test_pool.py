"""Training examples are honest: no initial pose gives the answer away."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from addon.body.layouts import LAYOUTS  # noqa: E402  (after importorskip)
from addon.body.rotations import geodesic_angle, matrix_from_axis_angle  # noqa: E402
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS  # noqa: E402
from addon.refiner.network.model import load_model  # noqa: E402
from addon.refiner.start.solver import Prior  # noqa: E402
from bundled_model.training import pool as pools  # noqa: E402
from bundled_model.training.motion_data import load_split  # noqa: E402

WINDOW = 12


@pytest.fixture(scope="module")
def prior() -> Prior:
    model = load_model()
    return Prior(torch.as_tensor(model.prior_mean), torch.as_tensor(model.prior_precision))


def degrees(first: object, second: object) -> np.ndarray:
    return np.degrees(geodesic_angle(first, second).numpy())


def test_a_stale_pose_serves_the_whole_window_and_lies_outside_it(
    prior: Prior, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        pools.INITIAL_SHARES, "window", {"none": 0.0, "estimator": 0.0, "stale": 1.0, "alone": 0.0}
    )
    batch = pools.make_batch(load_split("val"), 24, WINDOW, prior, seed=1)
    initial, truth = (matrix_from_axis_angle(values) for values in (batch.initial, batch.truth))
    assert degrees(initial, initial[:, :1].expand_as(initial)).max() < 0.1
    # It is not the truth of any frame of its window, unless the person stood still.
    apart = degrees(initial, truth).mean(-1)
    moving = degrees(truth[:, 1:], truth[:, :-1]).mean((1, 2)) > 0.7
    assert moving.any() and apart[moving].min() > 0.2


def test_an_estimators_pose_errs_on_every_frame(prior: Prior, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        pools.INITIAL_SHARES, "window", {"none": 0.0, "estimator": 1.0, "stale": 0.0, "alone": 0.0}
    )
    monkeypatch.setattr(pools, "CLEAN_SHARE", 0.0)
    batch = pools.make_batch(load_split("val"), 24, WINDOW, prior, seed=2)
    initial, truth = (matrix_from_axis_angle(values) for values in (batch.initial, batch.truth))
    closest = np.min(
        [degrees(initial[:, [t]].expand_as(truth), truth).mean(-1).min(1) for t in range(WINDOW)], axis=0
    )
    assert closest.min() > 0.3


def test_a_pool_is_the_same_for_the_same_seed(prior: Prior) -> None:
    one, two = (pools.make_batch(load_split("val"), 4, WINDOW, prior, seed=3) for _ in range(2))
    for name in ("truth", "positions", "start"):
        torch.testing.assert_close(getattr(one, name), getattr(two, name))


def test_splits_share_no_subject() -> None:
    subjects = [{clip.subject for clip in load_split(split)} for split in ("train", "val", "test")]
    assert not subjects[0] & subjects[1] and not subjects[0] & subjects[2] and not subjects[1] & subjects[2]


def test_half_of_the_windows_are_judged_as_the_refiner_would(
    prior: Prior, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bones and offsets of a short clip are the refiner's own findings, not drawn around the truth."""
    monkeypatch.setattr(pools, "SHORT_SHARE", 1.0)
    monkeypatch.setattr(pools, "draw_layout", lambda chance: LAYOUTS["body25"])
    batch = pools.make_batch(load_split("val"), 6, 48, prior, seed=5)
    ratio = batch.seen_bones.norm(dim=-1) / batch.bones.norm(dim=-1).clamp(min=1e-6)
    left, right = JOINT_NAMES.index("left_knee"), JOINT_NAMES.index("right_knee")
    rest = torch.as_tensor(REST_OFFSETS, dtype=torch.float32).norm(dim=-1)
    each = batch.seen_bones[:, [left, right]].norm(dim=-1) / rest[[left, right]]
    torch.testing.assert_close(each[:, 0], each[:, 1])  # as calibration shares them
    assert 0.005 < float((ratio[:, 1:] - 1.0).abs().mean()) < 0.1
