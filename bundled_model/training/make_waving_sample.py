"""Makes `bundled_model/samples/waving`: keypoints of body and fingers of somebody who waves and gestures.

python -m bundled_model.training.make_waving_sample

Nothing is captured: body and fingers are keyed here, bodies and hands have the proportions of the mean
skeleton, and the noise is drawn.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from addon.body.hands import HAND_OFFSETS, RELAXED_BENDS, mirrored
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.refiner.hands.anatomy import COUNT, HIGH, LOW, USUAL, rotations_of

from .synthetic_hands import LAYOUT, HandClip

FILE = Path(__file__).resolve().parents[1] / "samples" / "waving" / "keypoints.npz"
FPS, SECONDS = 30.0, 5.0
NOISE, MISSING = 0.004, 0.05
"""Metres per axis, and the share of points that were not seen."""
WAVES, HEIGHT = 1.6, 0.94
"""Waves a second, and metres of the pelvis above the floor."""
MOVE = 0.35
"""Seconds from one shape of the hand to the next."""
_FOUR = 4
"""Long fingers, and angles of each of them."""
_SHAPES: list[tuple[float, str]] = [
    (0.0, "open"), (2.4, "fist"), (3.1, "point"), (3.7, "victory"), (4.3, "thumb"),
]  # fmt: skip
"""When the right hand begins to take a shape."""
_BENT = {
    "open": (0.0, 0.0, 0.0, 0.0), "fist": (1.0, 1.0, 1.0, 1.0), "point": (0.0, 1.0, 1.0, 1.0),
    "victory": (0.0, 0.0, 1.0, 1.0), "thumb": (1.0, 1.0, 1.0, 1.0),
}  # fmt: skip
"""How far index, middle, little and ring finger are bent in each."""
_BENDS, _SPREAD = np.radians([72.0, 92.0, 58.0]), np.radians([9.0, 0.0, -14.0, -6.0])
_THUMB_IN = np.radians([30.0, -14.0, 0.0, 42.0, 48.0])


def main() -> None:
    """Writes the file."""
    frames = round(FPS * SECONDS)
    seconds = np.arange(frames) / FPS
    right, left = rotations_of(_right(seconds)), rotations_of(np.tile(USUAL, (frames, 1)))
    hands = np.stack([left, mirrored(right)], axis=1)
    rotations, pelvis = _body(seconds)
    clip = HandClip(rotations, pelvis, REST_OFFSETS, hands, HAND_OFFSETS, FPS)
    keypoints = clip.person(NOISE, MISSING, np.random.default_rng(1)).keypoints
    assert keypoints is not None
    FILE.parent.mkdir(parents=True, exist_ok=True)
    points = keypoints.positions.astype(np.float32)
    np.savez_compressed(FILE, keypoints=points, layout=LAYOUT, fps=FPS, up_axis="y", units="m")


def _shape(name: str) -> np.ndarray:
    """(21) radians of a left hand."""
    angles = np.zeros(COUNT)
    for finger, bent in enumerate(_BENT[name]):
        first = _FOUR * finger
        at_ease = 0.3 * RELAXED_BENDS[:3]
        bends = at_ease + bent * (_BENDS - at_ease)
        angles[[first, first + 2, first + 3]] = bends
        angles[first + 1] = _SPREAD[finger] * (1.0 - bent)
    if name in ("fist", "point", "victory"):
        angles[_FOUR * _FOUR :] = _THUMB_IN
    return np.clip(angles, LOW, HIGH)


def _right(seconds: np.ndarray) -> np.ndarray:
    """(T, 21) radians, as of a left hand."""
    angles = np.tile(_shape(_SHAPES[0][1]), (len(seconds), 1))
    for begin, name in _SHAPES[1:]:
        share = _eased((seconds - begin) / MOVE)[:, None]
        angles += share * (_shape(name) - angles)
    return angles


def _body(seconds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rotations (T, 24, 3, 3) and pelvis (T, 3): the right arm goes up and waves, weight shifts a little."""
    turns = np.zeros((len(seconds), len(JOINT_NAMES), 3))

    def set_turn(joint: str, axis: int, degrees: np.ndarray | float) -> None:
        turns[:, JOINT_NAMES.index(joint), axis] = np.radians(degrees)

    sway = np.sin(2 * np.pi * 0.25 * seconds)
    up = _eased(seconds / 0.8)
    wave = np.sin(2 * np.pi * WAVES * seconds) * up * (1.0 - _eased((seconds - 2.2) / 0.5))
    for joint in ("left_hip", "right_hip"):
        set_turn(joint, 2, -2.0 * sway)
    set_turn("pelvis", 2, 2.0 * sway)
    set_turn("spine2", 1, 4.0 * sway)
    set_turn("head", 1, -6.0 * up)
    set_turn("left_shoulder", 2, -70.0 + sway)
    set_turn("left_elbow", 1, -12.0)
    set_turn("right_shoulder", 2, 70.0 - 62.0 * up)
    set_turn("right_shoulder", 1, 22.0 * up)
    set_turn("right_elbow", 2, -75.0 * up + 16.0 * wave)
    set_turn("right_elbow", 0, -30.0 * up)
    set_turn("right_wrist", 2, 10.0 * wave)
    pelvis = np.stack([0.01 * sway, np.full(len(seconds), HEIGHT), 0.0 * sway], axis=-1)
    return np.asarray(matrix_from_axis_angle(turns)), pelvis


def _eased(share: np.ndarray) -> np.ndarray:
    """(T,) from 0 to 1 without a jerk."""
    part = np.clip(share, 0.0, 1.0)
    return np.asarray(part**3 * (10.0 - 15.0 * part + 6.0 * part**2))


if __name__ == "__main__":
    main()
