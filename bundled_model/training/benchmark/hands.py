"""`build.py bench --hands`: fingers of held-out synthetic hands on captured bodies, clips and frames."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from addon.body.hands import WRISTS
from addon.body.kinematics import forward
from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.body.skeleton import REST_OFFSETS
from addon.motion import Motion
from addon.recording import Person
from addon.refiner import refine
from addon.refiner.evidence.smoothing import smooth

from ..motion_data import load_split
from ..synthetic_hands import HandClip, hand_clip, hand_points

CLIPS, FRAMES, ROUNDS = (8, 9, 10), 150, 8
TIPS = [4, 8, 12, 16, 20]
CASES = {"5 mm": (0.005, 0.0), "5 mm, 30 % missing": (0.005, 0.3), "10 mm": (0.010, 0.0), "clean": (0.0, 0.0)}


@dataclass(frozen=True)
class HandError:
    """Millimetres of the tips and degrees of the joints, means of both hands; how fast the tips change their
    velocity, as a ratio to the smoothed keypoints'."""

    tips: float
    joints: float
    acceleration: float


def clips() -> list[HandClip]:
    """Hands on captured bodies of the validation split."""
    found = []
    for number, clip in enumerate(CLIPS):
        motion = load_split("val")[clip]
        rotations = matrix_from_axis_angle(motion.poses[:FRAMES].astype(float))
        found.append(hand_clip(rotations, motion.pelvis[:FRAMES].astype(float), REST_OFFSETS, 1000 + number))
    return found


def error(clip: HandClip, motion: Motion, person: Person) -> HandError:
    """What is wrong with a motion's fingers; tips relative to the wrist."""
    assert motion.hands is not None
    joints, world = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    _, _, truth = clip.points()
    found = np.stack(
        [
            hand_points(motion.hands.rotations[:, s], joints[:, w], world[:, w], motion.hands.offsets[s], s)
            for s, w in enumerate(WRISTS)
        ],
        axis=1,
    )
    ours, theirs = (points[:, :, TIPS] - points[:, :, :1] for points in (found, truth))
    turned = geodesic_angle(motion.hands.rotations, clip.hands)
    ratio = np.nan
    if len(found) > 8:
        ratio = _acceleration(found[:, :, TIPS]) / _acceleration(_smoothed(person))
    return HandError(
        float(1000 * np.linalg.norm(ours - theirs, axis=-1).mean()), float(np.degrees(turned).mean()), ratio
    )


def _smoothed(person: Person) -> np.ndarray:
    keypoints = person.keypoints
    assert keypoints is not None
    tips = [k for k, name in enumerate(keypoints.hand_points) if name and name.endswith("tip")]
    return smooth(keypoints.positions[:, tips], keypoints.confidence[:, tips], person.fps).positions


def _acceleration(places: np.ndarray) -> float:
    return float(np.linalg.norm(np.diff(places, 2, axis=0), axis=-1).mean())


def hands() -> None:
    """Prints the errors of every case, of clips and of single frames, and the time that hands cost."""
    whole = clips()
    print(
        "case                  clip: tips mm  joints deg  acceleration   single frames: tips mm  joints deg"
    )
    for name, (noise, missing) in CASES.items():
        of_clips, of_frames = [], []
        for seed, clip in enumerate(whole):
            random = np.random.default_rng(seed)
            person = clip.person(noise, missing, random)
            of_clips.append(error(clip, refine(person, mode="sequence"), person))
            for frame in range(0, len(clip.pelvis), 30):
                rows = np.arange(frame, frame + 1)
                part = HandClip(
                    clip.rotations[rows], clip.pelvis[rows], clip.bones, clip.hands[rows], clip.offsets
                )
                of_frames.append(error(part, refine(person.rows(rows), mode="sequence"), person.rows(rows)))
        print(
            f"{name:20}{_mean(of_clips, 'tips'):14.1f}{_mean(of_clips, 'joints'):12.1f}"
            f"{_mean(of_clips, 'acceleration'):14.2f}{_mean(of_frames, 'tips'):25.1f}"
            f"{_mean(of_frames, 'joints'):12.1f}"
        )
    with_hands, without = _seconds(whole[0])
    print(f"time with hands / without: {with_hands:.2f} s / {without:.2f} s = {with_hands / without:.2f}")


def _mean(errors: list[HandError], name: str) -> float:
    return float(np.mean([getattr(one, name) for one in errors]))


def _seconds(clip: HandClip) -> tuple[float, float]:
    """With hands and without, in turn: the fastest of some rounds, of this process alone."""
    people = [clip.person(0.005, 0.0, np.random.default_rng(0), hands=hands) for hands in (True, False)]
    taken = np.full((ROUNDS, len(people)), np.nan)
    for number in range(ROUNDS):
        for column, person in enumerate(people):
            began = time.process_time()
            refine(person, mode="sequence", engine="numpy")
            taken[number, column] = time.process_time() - began
    with_hands, without = taken.min(0)
    return float(with_hands), float(without)
