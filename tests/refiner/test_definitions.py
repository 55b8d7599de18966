"""What a file means by its hips and shoulders is told by the clip."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.body.layouts import find_layout
from addon.body.points import POINT_INDEX, POINT_NAMES, POINT_WEIGHTS, point_positions
from addon.body.skeleton import REST_OFFSETS
from addon.recording import Keypoints, Person
from addon.refiner import refine
from addon.refiner.evidence.definitions import as_smpl_joints, hips_of_joints
from addon.refiner.evidence.targets import targets_from_keypoints
from addon.refiner.network.model import load_model
from addon.refiner.whole_clip.judge import judge
from bundled_model.training.motion_data import load_split

from .motion import KNEELING, SEATED, Truth, wandering


def written(
    layout: str, as_joints: bool, noise: float, clip: int = 0, frames: int = 240, wander: float = 0.0
) -> tuple[Truth, Person]:
    """A person with keypoints under a detector's names: a detector's own, or SMPL's joints."""
    truth, of_detector = Truth(clip, frames), find_layout(layout)
    names = [name for name in of_detector.canonical if name is not None]
    meant = [POINT_INDEX[JOINTS.get(name, name) if as_joints else name] for name in names]
    points = point_positions(truth.joints, truth.world, truth.bones, meant)
    points = points + np.random.default_rng(0).normal(size=points.shape) * noise
    points = points + wandering(len(points), len(names)) * wander
    keypoints = Keypoints(points, np.ones(points.shape[:2]), tuple(names), tuple(names), layout)
    return truth, Person("0", np.arange(len(points)), 30.0, keypoints)


JOINTS = {
    "coco_left_hip": "left_hip", "coco_right_hip": "right_hip", "coco_mid_hip": "pelvis", "coco_neck": "neck",
    "coco_left_shoulder": "left_shoulder", "coco_right_shoulder": "right_shoulder",
}  # fmt: skip


def taken_for(keypoints: Keypoints | None) -> set[str]:
    """The canonical points that the refiner takes keypoints for."""
    assert keypoints is not None
    targets = targets_from_keypoints(keypoints, 30.0)
    return {POINT_NAMES[k] for k in judge(targets, None, load_model().prior, 30.0).targets.indices}


@pytest.mark.parametrize("layout", ["coco17", "body25", "mediapipe33"])
@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_a_clip_tells_landmarks_from_joints(layout: str, noise: float) -> None:
    _, of_detector = written(layout, False, noise)
    _, of_model = written(layout, True, noise)
    assert "coco_left_hip" in taken_for(of_detector.keypoints)
    assert {"left_hip", "left_shoulder"} <= taken_for(of_model.keypoints)


@pytest.mark.parametrize("clip", [0, 5, 10])
@pytest.mark.parametrize("layout", ["coco17", "mediapipe33"])
def test_a_short_exact_clip_tells_landmarks_from_joints(layout: str, clip: int) -> None:
    of_detector, of_model = (written(layout, joints, 0.0, clip, 40)[1] for joints in (False, True))
    assert "coco_left_hip" in taken_for(of_detector.keypoints)
    assert "left_hip" in taken_for(of_model.keypoints)


@pytest.mark.parametrize(("layout", "wander"), [("coco17", 0.02), ("body25", 0.02), ("mediapipe33", 0.04)])
def test_landmarks_that_wander_are_no_joints(layout: str, wander: float) -> None:
    """Taken for joints they fit as well, but hips and trunk would turn by what lies between the two."""
    assert "coco_left_hip" in taken_for(written(layout, False, 0.0, 8, 60, wander)[1].keypoints)


@pytest.mark.parametrize(("times", "expected"), [(1.0, 1.0), (2.0, 2.0)])
def test_points_that_mean_something_else_are_judged_as_widely_as_they_lie(
    times: float, expected: float
) -> None:
    truth, person = written("body25", False, 0.0, 8, 90)
    assert person.keypoints is not None
    targets = targets_from_keypoints(person.keypoints, 30.0)
    offsets = np.random.default_rng(1).normal(size=(len(targets.indices), 3)) * targets.definition[:, None]
    apart = (truth.world[:, POINT_WEIGHTS[targets.indices].argmax(1)] @ (times * offsets)[..., None])[..., 0]
    moved = replace(targets, positions=targets.positions + apart, raw=targets.raw + apart)
    found = judge(moved, None, load_model().prior, 30.0)
    assert found.wider == pytest.approx(expected, rel=0.25)
    np.testing.assert_allclose(found.seen(moved).precision, found.targets.precision)


def test_joints_under_the_names_of_landmarks_are_fitted_as_joints() -> None:
    truth, person = written("coco17", True, 0.0)
    motion = refine(person, engine="numpy")
    assert np.nanmean(motion.fit_error_mm) < 6.0
    joints, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    assert 1000 * np.linalg.norm(joints - truth.joints, axis=-1).mean() < 15.0


def test_where_no_point_could_be_another_there_is_nothing_to_choose() -> None:
    for layout in ("smpl24", "h36m17"):
        keypoints = Truth(0, 30).person(layout).keypoints
        assert keypoints is not None
        assert as_smpl_joints(targets_from_keypoints(keypoints, 30.0)) is None


def test_hips_too_wide_for_a_body_are_no_joints() -> None:
    """An acrobat who hardly straightens: taken for joints, a detector's hips fitted better."""
    clip = load_split("val", "cmu_more")[45]
    truth = Truth(0, len(clip.pelvis))
    truth.rotations, truth.pelvis = clip.rotations(), clip.pelvis.astype(float)
    truth.joints, truth.world = forward(truth.rotations, truth.pelvis, truth.bones)
    assert "coco_left_hip" in taken_for(truth.person("coco17").keypoints)


@pytest.mark.parametrize(
    ("posture", "clip", "layout", "noise"),
    [
        (KNEELING, 37, "body25", 0.0),
        (KNEELING, 17, "body25", 0.01),
        (KNEELING, 37, "mediapipe33", 0.01),
        (SEATED, 37, "body25", 0.0),
        (SEATED, 17, "mediapipe33", 0.02),
    ],
)
def test_landmarks_of_who_never_straightens_are_no_joints(
    posture: dict[str, float], clip: int, layout: str, noise: float
) -> None:
    assert "coco_left_hip" in taken_for(Truth(clip, 120).bent(posture).person(layout, noise).keypoints)


@pytest.mark.parametrize("size", [0.5, 1.0, 1.3])
@pytest.mark.parametrize(("noise", "allowed"), [(0.0, 1.1), (0.02, 1.03)])
def test_hips_are_compared_with_the_size_of_the_body(size: float, noise: float, allowed: float) -> None:
    bones = size * REST_OFFSETS
    for wider, expected in ((1.0, True), (allowed, True), (allowed + 0.1, False), (0.85, False)):
        hips = bones.copy()
        hips[1:3] *= wider
        assert hips_of_joints(hips, noise) == expected
