"""Strength, smoothing and trust of single body parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES
from addon.motion import Motion
from addon.recording import Person, Poses
from addon.refiner import PARTS, Controls, Limb, RefineError, refine

from .motion import Truth

ARM = [JOINT_NAMES.index(name) for name in PARTS["left_arm"]]
OTHERS = [joint for joint in range(24) if joint not in ARM]
WRISTS = {side: JOINT_NAMES.index(f"{side}_wrist") for side in ("left", "right")}


def run(person: Person, **controls: object) -> Motion:
    return refine(person, controls=Controls(**controls), engine="numpy")  # type: ignore[arg-type]


def joints(motion: Motion) -> np.ndarray:
    return np.asarray(forward(motion.rotations, motion.pelvis, motion.bone_offsets)[0])


def jerk(motion: Motion, joint: int) -> float:
    return float(np.linalg.norm(np.diff(joints(motion)[:, joint], 2, axis=0), axis=-1).mean())


@pytest.mark.parametrize("poses", [False, True])
def test_usual_limbs_change_nothing(poses: bool) -> None:
    truth = Truth(0)
    person = truth.person(noise=0.01, poses=truth.estimate() if poses else None)
    plain, limbs = run(person), run(person, limbs={part: Limb() for part in PARTS})
    np.testing.assert_array_equal(plain.rotations, limbs.rotations)


def test_a_limb_without_strength_keeps_its_initial_pose_and_the_rest_is_refined() -> None:
    truth = Truth(0)
    person = truth.person(noise=0.01, poses=truth.estimate(12.0))
    plain, motion = run(person), run(person, limbs={"left_arm": Limb(strength=0.0)})
    assert person.poses is not None
    np.testing.assert_array_equal(motion.rotations[:, ARM], person.poses.rotations[:, ARM])
    np.testing.assert_array_equal(motion.rotations[:, OTHERS], plain.rotations[:, OTHERS])
    assert np.isnan(motion.uncertainty_deg[:, ARM]).all()
    assert np.isfinite(motion.uncertainty_deg[:, OTHERS]).all()


def test_a_stronger_limb_comes_closer_to_its_keypoints() -> None:
    truth = Truth(0)
    person = truth.person(noise=0.03)
    assert person.keypoints is not None
    observed = person.keypoints.positions

    def apart(motion: Motion) -> float:
        wrist = WRISTS["left"]
        there = observed[:, wrist]
        return float(np.linalg.norm(joints(motion)[:, wrist] - there, axis=-1).mean())

    assert apart(run(person, limbs={"left_arm": Limb(strength=2.0)})) < apart(run(person))


def test_one_arm_is_smoothed_and_the_other_left_as_observed() -> None:
    person = Truth(0).person(noise=0.02)
    limbs = {"left_arm": Limb(smoothness=2.0), "right_arm": Limb(smoothness=0.0)}
    plain, motion = run(person), run(person, limbs=limbs)
    assert jerk(motion, WRISTS["left"]) < 0.9 * jerk(plain, WRISTS["left"])
    assert jerk(motion, WRISTS["right"]) > 1.3 * jerk(plain, WRISTS["right"])


def test_in_poses_alone_a_limb_without_smoothing_stays_as_it_is() -> None:
    truth = Truth(0)
    rng = np.random.default_rng(0)
    shaken = truth.rotations @ matrix_from_axis_angle(rng.normal(size=(90, 24, 3)) * 0.03)
    person = Person("0", np.arange(90), 30.0, None, Poses(shaken, truth.pelvis))
    motion = run(person, limbs={"left_arm": Limb(smoothness=0.0)})
    changed = np.degrees(geodesic_angle(motion.rotations, shaken)).mean(0)
    assert changed[ARM].max() < 0.2 and changed[OTHERS[:-1]].mean() > 1.0


def test_keypoints_that_are_not_trusted_are_not_followed() -> None:
    truth = Truth(0)
    person = truth.person()
    keypoints = person.keypoints
    assert keypoints is not None
    wrong = keypoints.positions.copy()
    wrong[:, [JOINT_NAMES.index(f"left_{name}") for name in ("elbow", "wrist", "hand")]] += 0.4
    person = replace(person, keypoints=replace(keypoints, positions=wrong))
    rest = [joint for joint in range(22) if joint not in ARM]

    def apart(motion: Motion) -> float:
        return float(np.linalg.norm((joints(motion) - truth.joints)[:, rest], axis=-1).mean())

    assert apart(run(person, limbs={"left_arm": Limb(trust=0.0)})) < 0.7 * apart(run(person))


@pytest.mark.parametrize(
    ("limbs", "sentence"),
    [({"left_arm": Limb(strength=3.0)}, "strength 3 of left_arm"), ({"tail": Limb()}, "no body part 'tail'"),
     ({"head": Limb(trust=2.0)}, "not between 0 and 1")],
)  # fmt: skip
def test_what_makes_no_sense_is_a_sentence(limbs: dict[str, Limb], sentence: str) -> None:
    with pytest.raises(RefineError, match=sentence):
        run(Truth(0).person(), limbs=limbs)
