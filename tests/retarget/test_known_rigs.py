"""The rigs of other programs, matched by themselves: the same poses, and the same motion on the way back."""

from __future__ import annotations

import numpy as np
import pytest

from addon.body.rotations import geodesic_angle
from addon.retarget import Options, Target, carry, followed
from addon.retarget.bones import Rest, bones_of, target_of
from addon.retarget.source import source_of
from addon.rigs import Rig, match
from tests.retarget import stepping
from tests.retarget.characters import Build, character
from tests.rigs.further import FURTHER
from tests.rigs.known import KNOWN, build

LIMBS = [0, 1, 2, 4, 5, 7, 8, 16, 17, 18, 19]
ALL = (*KNOWN, *FURTHER.values())
IDS = [*(known.family for known in KNOWN), *FURTHER]
PLAIN = Options(feet=False, hands=False)
_SMPL = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
"""From Blender's axes to SMPL's."""


def target(rig: Rig) -> Target:
    """The rig as a character, by what is matched without help."""
    rest = Rest(rig.names, rig.parents, rig.heads @ _SMPL.T, _SMPL @ rig.axes)
    return target_of(rest, bones_of(match(rig)), 0.0)


@pytest.mark.parametrize("known", ALL, ids=IDS)
def test_the_motion_is_the_same_on_the_way_back(known):
    walk = stepping.walk()
    there = followed(carry(walk, target(build(known)), PLAIN).pose, walk)
    back = followed(carry(there, character(Build()), PLAIN).pose, walk)
    apart = np.degrees(geodesic_angle(source_of(walk).worlds, back.worlds)[:, LIMBS])
    assert apart.max() < 1.0
    assert np.abs(source_of(walk).joints[:, 1] - back.joints[:, 1]).max() < 0.02


@pytest.mark.parametrize("known", ALL, ids=IDS)
def test_it_faces_where_the_person_faces_and_keeps_the_order_of_its_limbs(known):
    walk = stepping.walk()
    pose = carry(walk, target(build(known))).pose
    source = source_of(walk)
    for joints in (("left_hip", "right_hip"), ("left_shoulder", "right_shoulder")):
        ours, theirs = (place(joints[0]) - place(joints[1]) for place in (source.place, pose.at))
        cosine = (ours * theirs).sum(-1) / (np.linalg.norm(ours, axis=-1) * np.linalg.norm(theirs, axis=-1))
        assert cosine.min() > 0.97
    for side in ("left", "right"):
        assert (pose.at(f"{side}_ankle")[:, 1] < pose.at(f"{side}_knee")[:, 1]).all()


@pytest.mark.parametrize("known", ALL, ids=IDS)
def test_legs_and_trunk_stay_together(known):
    walk = stepping.walk()
    pose = carry(walk, target(build(known))).pose
    still = pose.target
    for part in ("left_hip", "left_shoulder", "head"):
        apart = np.linalg.norm(pose.at(part) - pose.at("pelvis"), axis=-1)
        assert np.abs(apart - np.linalg.norm(still.head(part) - still.head("pelvis"))).max() < 0.02
