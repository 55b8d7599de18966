"""Legs that reach where their feet are to be, the knees bending no more than they must."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from ...body.rotations import matrix_from_axis_angle
from ...body.skeleton import JOINT_NAMES
from ...body.soles import ANKLES
from .vectors import cross, dot, length, numbers, one_after_the_other, turned

HIPS, KNEES = (
    [JOINT_NAMES.index(f"{side}_{joint}") for side in ("left", "right")] for joint in ("hip", "knee")
)
ANKLE_JOINTS = list(ANKLES)
HIP, KNEE = 0.1, 0.055
"""Radians by which a hip about any axis and a knee about its hinge are thought to move."""
SNAPS = 0.2
"""Radians from which a knee that keypoints tell bends less and less readily: a leg at full stretch would do
so within a frame or two, for a few millimetres."""
MISSED = 0.003
"""Metres by which a foot may miss its place: at full stretch a knee does not bend for a few of them."""
LOW = 0.005
"""Metres too low at which a foot may miss its place half as far."""
STRETCHED = 0.995
"""Share of a leg's length at which its knee is straight enough."""
OF_EACH = 0.25
"""Share that pelvis, hip, knee and ankle have each in how a foot is turned wrongly, where nothing tells one
of them better than another."""
ITERATIONS = 3
HINGE_SEEN = 0.2
"""Sine of the bend from which thigh and shin tell a knee's axis; less bent, it is that of its own frame."""


@dataclass(frozen=True)
class _Bones:
    """Two legs of T frames: their bones (3, T, 2) metres from hip to knee and on to the ankle, and the axes
    about which their knees bend."""

    thigh: np.ndarray
    shin: np.ndarray
    hinge: np.ndarray

    @property
    def ends(self) -> np.ndarray:
        """(3, T, 2) metres of the ankles from their hips."""
        return np.asarray(self.thigh + self.shin)

    def bent(self, turns: _Turns) -> _Bones:
        """The same after these turns."""
        of_hip, of_knee = turns
        whole = np.stack([self.thigh, turned(self.shin, of_knee), self.hinge], axis=1)
        thigh, shin, hinge = np.swapaxes(turned(whole, of_hip[:, None]), 0, 1)
        return _Bones(thigh, shin, hinge)


_Turns: TypeAlias = tuple[np.ndarray, np.ndarray]
"""Rotation vectors (3, T, 2) in the world of the hips, and of the knees before these."""


def reached(
    world: np.ndarray,
    joints: np.ndarray,
    ankles: np.ndarray,
    low: np.ndarray | None = None,
    told: np.ndarray | None = None,
) -> np.ndarray:
    """(T, 2, 3) where the ankles are after `reach`."""
    bones, _ = _bent(world, joints, ankles, low, told)
    return np.asarray(joints[:, HIPS] + np.moveaxis(bones.ends, 0, -1))


def reach(
    rotations: np.ndarray,
    world: np.ndarray,
    joints: np.ndarray,
    ankles: np.ndarray,
    feet: np.ndarray,
    low: np.ndarray | None = None,
    told: np.ndarray | None = None,
) -> np.ndarray:
    """Local rotations (T, 24, 3, 3) whose ankles come to `ankles` (T, 2, 3) and whose feet are turned as
    `feet` (T, 2, 3, 3) in the world, with the hips where they are.

    rotations, world (T, 24, 3, 3), joints (T, 24, 3) metres: of the pose that the legs start from. low (T, 2)
    metres: by which feet were too low before, and may miss their places the less; told (T, 2) 0..1: how far
    keypoints tell of each leg, whose knee is not to bend much.
    """
    _, turns = _bent(world, joints, ankles, low, told)
    thigh = one_after_the_other([of_hip for of_hip, _ in turns]) @ world[:, HIPS]
    shin = one_after_the_other([turn for both in turns for turn in both[::-1]]) @ world[:, KNEES]
    result = rotations.copy()
    result[:, HIPS] = np.swapaxes(world[:, [0, 0]], -1, -2) @ thigh
    result[:, KNEES] = np.swapaxes(thigh, -1, -2) @ shin
    result[:, ANKLE_JOINTS] = np.swapaxes(shin, -1, -2) @ feet
    return result


def _bent(
    world: np.ndarray,
    joints: np.ndarray,
    ankles: np.ndarray,
    low: np.ndarray | None,
    told: np.ndarray | None,
) -> tuple[_Bones, list[_Turns]]:
    """Legs that reach, and the turns that took them there."""
    stiff = np.zeros(ankles.shape[:-1]) if told is None else told
    missed = np.square(MISSED if low is None else MISSED / (1.0 + low / LOW))
    hips, knees = numbers(joints[:, HIPS]), numbers(joints[:, KNEES])
    bones = _Bones(knees - hips, numbers(joints[:, ANKLE_JOINTS]) - knees, numbers(world[:, HIPS][..., 0]))
    targets = _within(numbers(ankles) - hips, bones)
    turns = [_forwards(targets, bones)]
    bones = bones.bent(turns[0])
    bones = replace(bones, hinge=_hinges(bones))
    of_hip, of_knee = np.zeros_like(targets), np.zeros_like(targets[0])
    for _ in range(ITERATIONS):
        by_knee = cross(bones.hinge, bones.shin)
        knee = KNEE**2 / (1.0 + stiff * np.square(of_knee / SNAPS))
        pull = _pull(bones, targets + cross(of_hip, bones.ends) + by_knee * of_knee, missed, knee)
        before = of_hip, of_knee
        of_hip, of_knee = HIP**2 * cross(bones.ends, pull), knee * dot(by_knee, pull)
        turns.append((of_hip - before[0], bones.hinge * (of_knee - before[1])))
        bones = bones.bent(turns[-1])
    return bones, turns


def _pull(bones: _Bones, targets: np.ndarray, missed: np.ndarray, knee: np.ndarray) -> np.ndarray:
    """(3, T, 2) what pulls at ankles so that they come to these targets (3, T, 2), where turns of hips and
    knees cost as their deviations say, knee (T, 2) in square radians, and a miss its own (T, 2), in square
    metres.

    What is left to the targets is that times missed + HIP^2 (|ends|^2 - ends ends^T) + knee by_knee
    by_knee^T, whose inverse is known (Sherman and Morrison 1950).
    """
    ends, by_knee = bones.ends, cross(bones.hinge, bones.shin)
    across = missed + HIP**2 * dot(ends, ends)

    def without_knees(values: np.ndarray) -> np.ndarray:
        return np.asarray((values + HIP**2 / missed * dot(ends, values) * ends) / across)

    by_hips, along = without_knees(targets - ends), without_knees(by_knee)
    share = knee * dot(by_knee, by_hips) / (1.0 + knee * dot(by_knee, along))
    return np.asarray(by_hips - share * along)


def leaning_with(
    turns: np.ndarray, untold: np.ndarray, joints: np.ndarray, world: np.ndarray, bones: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Joints (T, 24, 3) metres and turns in the world (T, 24, 3, 3) where hips and knees take their share of
    what their feet are to turn in the world, turns (T, 2, 3) axis-angle; the feet's own stay as they were.

    untold (T, 2) 0..1: as in `Precision`; of a leg that keypoints tell, thigh and shin turn about themselves
    alone, which no keypoint of theirs sees. joints, world: of the pose that the legs start from; bones
    (24, 3) metres.
    """
    thigh, shin = world[:, HIPS], world[:, KNEES]
    whole = untold[..., None]
    of_hip, of_knee = (
        matrix_from_axis_angle(OF_EACH * (whole * turns + (1.0 - whole) * _about(bone[..., 1], turns)))
        for bone in (thigh, shin)
    )
    thigh, shin = of_hip @ thigh, of_knee @ of_knee @ shin
    joints, world = joints.copy(), world.copy()
    world[:, HIPS], world[:, KNEES] = thigh, shin
    knees = joints[:, HIPS] + (thigh @ bones[KNEES][..., None])[..., 0]
    joints[:, KNEES] = knees
    joints[:, ANKLE_JOINTS] = knees + (shin @ bones[ANKLE_JOINTS][..., None])[..., 0]
    return joints, world


def _about(axes: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """What of turns (T, 2, 3) is about these unit axes (T, 2, 3)."""
    return np.asarray((turns * axes).sum(-1, keepdims=True) * axes)


def _within(targets: np.ndarray, bones: _Bones) -> np.ndarray:
    """Places (3, T, 2) of ankles from their hips, no farther than legs reach that are STRETCHED
    or as straight as they were: beyond it no pose is the nearest."""
    most = np.maximum(STRETCHED * (length(bones.thigh) + length(bones.shin)), length(bones.ends))
    return np.asarray(targets * np.minimum(most / (length(targets) + 1e-9), 1.0))


def _forwards(targets: np.ndarray, bones: _Bones) -> _Turns:
    """What bends knees forwards, with ankles about where they are, which a little backwards would bend more
    so for their targets (3, T, 2) from the hips."""
    upper, lower, hinge = length(bones.thigh), length(bones.shin), bones.hinge
    bent = np.arctan2(dot(cross(bones.thigh, bones.shin), hinge), dot(bones.thigh, bones.shin))
    cosine = (dot(targets, targets) - upper**2 - lower**2) / (2.0 * upper * lower)
    more = np.arccos(np.clip(cosine, -1.0, 1.0)) / np.maximum(-bent, 1e-6) - 1.0
    turn = -2.0 * np.minimum(bent, 0.0) * np.clip(more, 0.0, 1.0)
    return -turn * lower / (upper + lower) * hinge, turn * hinge


def _hinges(bones: _Bones) -> np.ndarray:
    """(3, T, 2) unit axes about which knees bend, from thigh to shin."""
    across = cross(bones.thigh, bones.shin) / (length(bones.thigh) * length(bones.shin) + 1e-9)
    seen = np.clip(length(across) / HINGE_SEEN, 0.0, 1.0)
    axis = seen * across / HINGE_SEEN + (1.0 - seen) * bones.hinge
    return np.asarray(axis / (length(axis) + 1e-9))
