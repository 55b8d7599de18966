"""The checks beside the table measure what they say, and the claims that hold today keep holding."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from addon import formats  # noqa: E402
from addon.body.rotations import matrix_from_axis_angle  # noqa: E402  (after importorskip)
from addon.motion import Motion  # noqa: E402
from addon.refiner import refine  # noqa: E402
from addon.safe_read import FormatError  # noqa: E402
from bundled_model.training.benchmark.bounds import best_filter  # noqa: E402
from bundled_model.training.benchmark.calibration import in_tenths  # noqa: E402
from bundled_model.training.benchmark.captures import (  # noqa: E402
    SAMPLES,
    acceleration,
    capture,
    limb_variation,
)
from bundled_model.training.benchmark.cases import CASES, Case  # noqa: E402
from bundled_model.training.benchmark.data import clips_from  # noqa: E402
from bundled_model.training.benchmark.faults import FAULTS, FIRST, LAST, recovery  # noqa: E402
from bundled_model.training.benchmark.invariance import difference, rates, seam  # noqa: E402
from bundled_model.training.benchmark.methods import do_nothing, filtered  # noqa: E402
from bundled_model.training.benchmark.tasks import (  # noqa: E402
    Task,
    evaluation_clips,
    make_task,
    tasks_of,
)
from bundled_model.training.metrics import Posed  # noqa: E402
from bundled_model.training.motion_data import Clip  # noqa: E402
from bundled_model.training.synthesis import Faults  # noqa: E402

LONG = LAST + 45


def clip(frames: int) -> Clip:
    return next(c.part(frames) for c in evaluation_clips("val", frames) if len(c.poses) == frames)


@pytest.fixture(scope="module")
def task() -> Task:
    return make_task(Case("smpl24", "smpl24", Faults(white=0.005)), clip(LONG), 0, "dialects")


def test_a_prediction_that_is_right_on_average_is_calibrated_and_half_of_it_is_not() -> None:
    rng = np.random.default_rng(0)
    predicted = rng.uniform(1.0, 10.0, 20_000)
    true = np.abs(rng.normal(size=20_000)) * predicted
    good, bad = in_tenths(predicted, true), in_tenths(predicted / 2, true)
    assert good.holds and np.abs(good.ratio - 1.0).max() < 0.1
    assert not bad.holds and np.abs(bad.ratio - 0.5).max() < 0.05
    assert (np.diff(good.predicted) > 0).all()


@pytest.mark.parametrize("name", list(FAULTS))
def test_a_fault_changes_its_own_second_alone(task: Task, name: str) -> None:
    keypoints = task.problem.person.keypoints
    faulty = FAULTS[name](keypoints, np.random.default_rng(0))
    outside = np.r_[0:FIRST, LAST:LONG]
    np.testing.assert_array_equal(faulty.positions[outside], keypoints.positions[outside])
    np.testing.assert_array_equal(faulty.confidence[outside], keypoints.confidence[outside])
    same_place = np.array_equal(faulty.positions[FIRST:LAST], keypoints.positions[FIRST:LAST], equal_nan=True)
    assert not same_place


@pytest.mark.parametrize("name", ["a limb missing", "nothing seen", "confidence zero"])
def test_half_a_second_after_a_fault_the_result_is_as_good_as_without(task: Task, name: str) -> None:
    assert recovery(name, [task]).holds


def test_points_without_confidence_count_as_unseen(task: Task) -> None:
    unseen, doubted = (recovery(name, [task]) for name in ("nothing seen", "confidence zero"))
    assert unseen.within == pytest.approx(doubted.within) and unseen.after == pytest.approx(doubted.after)


def test_a_turn_of_one_joint_is_its_share_of_the_difference(task: Task) -> None:
    truth = task.truth
    turned = truth.rotations.copy()
    turned[:, 1] = turned[:, 1] @ matrix_from_axis_angle(np.array([np.radians(14.0), 0.0, 0.0]))
    found = difference(truth, Posed(turned, truth.pelvis, truth.bones))
    assert found.degrees == pytest.approx(1.0, abs=1e-6) and found.worst_degrees == pytest.approx(
        1.0, abs=1e-6
    )
    assert difference(truth, truth).mm == 0.0


def test_a_clip_that_begins_later_gives_nearly_the_same_poses() -> None:
    one = make_task(Case("smpl24", "smpl24", Faults()), clip(150), 0, "dialects")
    found = seam(one, 31)
    assert found.degrees < 0.5 and found.mm < 2.0


def test_other_rates_give_the_same_poses() -> None:
    for found in rates(clip(60), "smpl24").values():
        assert found.degrees < 1.0


def test_a_capture_has_its_residual_and_limbs_that_keep_their_length() -> None:
    path = SAMPLES / "pose2sim/S00_P00_T01_BalancingTrial_0-100.trc"
    found = capture("balancing", formats.read(path).people[0])
    assert found.frames == 100 and 1.0 < found.residual < 60.0
    assert found.limb_variation[1] < 0.5 * found.limb_variation[0]
    assert found.acceleration[1] < found.acceleration[0] and found.steepest < 60.0


def test_acceleration_and_limb_variation_leave_out_what_is_missing() -> None:
    time = np.arange(30)[:, None, None] / 30.0
    falling = np.concatenate([0 * time, -0.5 * 9.81 * time**2, 0 * time], -1)
    falling[10] = np.nan
    assert acceleration(falling, 30.0) == pytest.approx(9.81, rel=1e-6)
    ends = np.zeros((30, 2, 3))
    ends[:, 1, 1] = 0.4 + 0.01 * np.where(np.arange(30) % 2, 1.0, -1.0)
    assert limb_variation(ends, ["left_knee", "left_ankle"]) == pytest.approx(10.0)
    assert np.isnan(limb_variation(ends, ["nose", "left_ankle"]))


def test_a_folder_of_motion_files_becomes_clips_at_thirty_frames_a_second(tmp_path) -> None:
    truth = Posed(np.tile(np.eye(3), (120, 24, 1, 1)), np.zeros((120, 3)), np.zeros((24, 3)))
    truth.pelvis[:, 1] = 1.0 + np.arange(120) / 60.0
    nothing = np.full((120, 24), np.nan)
    motion = Motion(truth.rotations, truth.pelvis, truth.bones, 60.0, np.arange(120), nothing[:, 0], nothing)
    (tmp_path / "anna").mkdir()
    formats.write_npz(motion, tmp_path / "anna" / "walk.npz")
    (tmp_path / "anna" / "notes.txt").write_text("no motion", "utf-8")
    (found,) = clips_from(tmp_path)
    assert found.subject == "anna" and found.fps == 30.0 and 59 <= len(found.poses) <= 60
    np.testing.assert_allclose(np.diff(found.pelvis[:, 1]), 1 / 30, atol=1e-3)
    with pytest.raises(FormatError, match="No file"):
        clips_from(SAMPLES / "pose2sim")


def test_no_filter_is_better_than_what_each_joint_likes_best():
    case = Case("alone", "smpl24", Faults(), estimator=10.0, alone=True)
    alone = make_task(case, clip(60), 0, "dialects")
    best = alone.score(best_filter(alone)).rotation
    assert best < alone.score(do_nothing(alone.problem)).rotation
    assert best <= min(alone.score(filtered(width)(alone.problem)).rotation for width in (1.0, 3.0, 8.0))


def test_poses_of_somebody_slow_are_not_taken_for_late():
    """Of one slow movement an estimator's error looks like another time."""
    case = next(case for case in CASES if case.name == "quiet, coco17, 20 mm white, estimator 10°")
    for task in tasks_of(case, "test", 60, 1, "dialects"):
        assert not refine(task.problem.person, engine="numpy").warnings
