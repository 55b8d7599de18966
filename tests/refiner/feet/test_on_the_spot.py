"""Who walks on the spot, as keypoints about the hips show it, comes along where steps tell the path."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.motion import Motion
from addon.recording import Keypoints, Person
from addon.refiner import Controls
from addon.refiner.feet.stand import hold_again, stand
from addon.refiner.feet.told import by_poses
from addon.steps import finish
from bundled_model.training.motion_data import Clip

from .test_hold import clip_of, run

LEVEL = [0, 2]


def about_the_hips(clip: Clip, noise: float) -> Person:
    """Its joints, as MediaPipe's world landmarks have them: the middle of the hips is the origin."""
    joints, _ = forward(clip.rotations(), clip.pelvis.astype(float), REST_OFFSETS)
    hips = [JOINT_NAMES.index(f"{side}_hip") for side in ("left", "right")]
    points = joints - joints[:, hips].mean(1, keepdims=True)
    points = points + np.random.default_rng(0).normal(0.0, noise, points.shape)
    keypoints = Keypoints(points, np.ones(points.shape[:2]), JOINT_NAMES, JOINT_NAMES, "smpl24")
    return Person("0", np.arange(len(points)), clip.fps, keypoints)


def off(motion: Motion, clip: Clip) -> float:
    """Metres, root mean square over the floor, from the clip's own way."""
    way, truth = (places[:, LEVEL] - places[0, LEVEL] for places in (motion.pelvis, clip.pelvis))
    return float(np.sqrt(((way - truth) ** 2).sum(1).mean()))


@pytest.mark.parametrize("name", ["32_01", "12_01", "39_03"])
@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_a_walk_about_the_hips_comes_along(name: str, noise: float):
    clip = clip_of(name)
    person = about_the_hips(clip, noise)
    still, led = (run(person, feet=1.0, path=path) for path in ("measured", "steps"))
    assert np.ptp(still.pelvis[:, LEVEL], axis=0).max() < 0.2
    assert off(led, clip) < 0.3 * off(still, clip)
    assert led.free is not None
    np.testing.assert_allclose(np.ptp(led.free[1][:, LEVEL], axis=0), 0.0, atol=0.1)
    assert np.nanmean(led.fit_error_mm) < np.nanmean(still.fit_error_mm) + 5.0


def test_edited_contacts_lead_it_on():
    """Without an edit to where the run had it."""
    clip = clip_of("12_01")
    led = run(about_the_hips(clip, 0.01), feet=1.0, path="steps")
    assert led.free is not None
    free = replace(led, rotations=led.free[0], pelvis=led.free[1], free=None, found=(led.contacts, led.floor))
    again = finish(hold_again(free, 1.0, "steps"))
    assert np.linalg.norm((again.pelvis - led.pelvis)[:, LEVEL], axis=1).max() < 0.15


def poses(rotations: np.ndarray, pelvis: np.ndarray) -> Motion:
    unknown = np.full((len(pelvis), 24), np.nan)
    return Motion(rotations, pelvis, REST_OFFSETS, 30.0, np.arange(len(pelvis)), unknown[:, 0], unknown)


def test_who_sits_and_swings_the_legs_stays():
    frames = 120
    angles = np.zeros((frames, 24, 3))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        angles[:, JOINT_NAMES.index(f"{side}_hip"), 0] = -1.5
        angles[:, JOINT_NAMES.index(f"{side}_knee"), 0] = 1.4 + 0.5 * sign * np.sin(np.arange(frames) / 5.0)
    motion = poses(matrix_from_axis_angle(angles), np.tile([0.0, 0.6, 0.0], (frames, 1)))
    held = finish(stand(motion, Controls(feet=1.0, path="steps"), by_poses(frames, 0.02, 1.0)))
    assert np.linalg.norm((held.pelvis - motion.pelvis)[:, LEVEL], axis=1).max() < 0.2


@pytest.mark.parametrize("name", ["02_05", "05_09", "13_30"])
def test_who_moves_on_one_place_is_left_there(name: str):
    clip = clip_of(name)
    motion = poses(clip.rotations(), clip.pelvis.astype(float))
    held = finish(stand(motion, Controls(feet=1.0, path="steps"), by_poses(motion.frames, 0.02, 1.0)))
    assert off(held, clip) < 0.15
