"""The paper's pairwise network, implemented again: what its paper promises of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from addon.body.rotations import geodesic_angle, matrix_from_axis_angle  # noqa: E402  (after importorskip)
from bundled_model.training.benchmark import methods  # noqa: E402
from bundled_model.training.benchmark.cases import Case  # noqa: E402
from bundled_model.training.benchmark.tasks import evaluation_clips, make_task  # noqa: E402
from bundled_model.training.metrics import compare  # noqa: E402
from bundled_model.training.motion_data import load_split  # noqa: E402
from bundled_model.training.pairwise.network import PairwiseNetwork, load, save  # noqa: E402
from bundled_model.training.pairwise.train import Pairs, make_pairs, train  # noqa: E402
from bundled_model.training.synthesis import Faults  # noqa: E402

STEPS, BATCH = 60, 128


@pytest.fixture(scope="module")
def trained() -> PairwiseNetwork:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    network = train(load_split("train"), STEPS, BATCH)
    torch.set_num_threads(threads)
    return network


@pytest.fixture(scope="module")
def pairs() -> Pairs:
    return make_pairs(load_split("val"), seed=5)


def degrees(first, second) -> float:
    return float(torch.rad2deg(geodesic_angle(first, second)).mean())


def test_it_has_the_papers_size() -> None:
    assert abs(sum(p.numel() for p in PairwiseNetwork().parameters()) / 6.1e6 - 1.0) < 0.01


def test_pairs_are_reproduced_and_their_initial_pose_is_another_frames(pairs: Pairs) -> None:
    again = make_pairs(load_split("val"), seed=5)
    torch.testing.assert_close(pairs.initial, again.initial)
    torch.testing.assert_close(pairs.targets, again.targets)
    assert degrees(pairs.initial, pairs.truth) > 2.0
    assert ((pairs.known == 0) | (pairs.targets.abs().sum(-1) > 0)).all()


@torch.inference_mode()
def test_it_learns_to_come_nearer_than_the_initial_pose(trained: PairwiseNetwork, pairs: Pairs) -> None:
    found, _ = trained.refine(pairs.initial, pairs.bones, pairs.targets, pairs.known)
    assert degrees(found, pairs.truth) < 0.97 * degrees(pairs.initial, pairs.truth)


@torch.inference_mode()
def test_the_world_does_not_matter(trained: PairwiseNetwork, pairs: Pairs) -> None:
    few = pairs.rows(torch.arange(32))
    turn = matrix_from_axis_angle(torch.tensor([0.4, 2.0, -1.0]))
    initial = torch.cat([turn @ few.initial[:, :1], few.initial[:, 1:]], 1)
    targets = few.targets @ turn.T + torch.tensor([3.0, 1.0, -2.0])
    here, place = trained.refine(few.initial, few.bones, few.targets, few.known)
    there, elsewhere = trained.refine(initial, few.bones, targets, few.known)
    torch.testing.assert_close(turn @ here[:, 0], there[:, 0], atol=1e-3, rtol=0)
    torch.testing.assert_close(here[:, 1:], there[:, 1:], atol=1e-3, rtol=0)
    torch.testing.assert_close(place @ turn.T + torch.tensor([3.0, 1.0, -2.0]), elsewhere, atol=1e-3, rtol=0)


@torch.inference_mode()
def test_weights_are_kept_in_half_precision(trained: PairwiseNetwork, pairs: Pairs, tmp_path) -> None:
    save(trained, tmp_path / "weights.npz")
    kept = load(tmp_path / "weights.npz")
    few = pairs.rows(torch.arange(32))
    first, second = (n.refine(few.initial, few.bones, few.targets, few.known)[0] for n in (trained, kept))
    assert degrees(first, second) < 0.2
    assert (tmp_path / "weights.npz").stat().st_size < 12.5e6


def test_without_an_initial_pose_it_runs_from_frame_to_frame(
    trained: PairwiseNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(methods, "_pairwise_network", lambda: trained)
    case = Case("clean", "smpl24", Faults(), bones_known=True)
    one = make_task(case, evaluation_clips("val", 60)[0].part(20), 0, "dialects")
    found = methods.pairwise(one.problem)
    # What comes later changes nothing of what is already done, and each frame begins at the one before.
    short = replace(one.problem, points=one.problem.points[:10])
    np.testing.assert_allclose(methods.pairwise(short).rotations, found.rotations[:10], atol=1e-5)
    assert compare(one.truth, found).mpjpe < 120.0
