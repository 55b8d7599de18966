"""What stands beside a rig's joints: helpers with their names, bones in another order, mittens."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.rigs import Rig, match
from tests.rigs.further import FURTHER
from tests.rigs.known import KNOWN, build, expected, expected_fingers, of_family

TOES = """CC_Base_{S}_BigToe1 CC_Base_{S}_ToeBase foot+0.5
CC_Base_{S}_MidToe1 CC_Base_{S}_ToeBase foot+0.5
"""


def reordered(rig: Rig, order: np.ndarray) -> Rig:
    """The same rig with its bones listed in another order."""
    back = np.argsort(order)
    parents = tuple(int(back[rig.parents[place]]) if rig.parents[place] >= 0 else -1 for place in order)
    names = tuple(rig.names[place] for place in order)
    return Rig(names, parents, rig.heads[order], rig.tails[order], rig.axes[order])


@pytest.mark.parametrize("ends_first", [False, True])
def test_another_order_of_bones_changes_nothing(ends_first):
    """As glTF's nodes come, from the ends to the roots."""
    toes = replace(of_family("Character Creator"), bones=of_family("Character Creator").bones + TOES)
    for known in (*KNOWN, *FURTHER.values(), toes):
        rig = build(known)
        order = np.random.default_rng(3).permutation(len(rig.names))
        if ends_first:
            order = np.argsort([-rig.tree.depth(place) for place in order], kind="stable")
        own, found = match(rig), match(reordered(rig, order))
        assert (found.joints, found.fingers, found.spine) == (own.joints, own.fingers, own.spine)


@pytest.mark.parametrize(
    ("family", "helpers"),
    [
        ("Unreal", "deform_knee_{S} thigh_{S} knee+0.0\ndeform_elbow_{S} upperarm_{S} elbow+0.0"),
        ("Unreal", "thigh_calf_{S} thigh_{S} knee+-0.1\nelbow_{S} upperarm_{S} elbow+0.0"),
        (
            "Second Life",
            "UPPER_ARM_{S} mShoulder{S} shoulder+0.5\nLOWER_ARM_{S} mElbow{S} elbow+0.5\n"
            "UPPER_LEG_{S} mHip{S} hip+0.5\nLOWER_LEG_{S} mKnee{S} knee+0.5",
        ),
    ],
    ids=["correctives", "calves", "volumes"],
)
def test_what_is_called_a_joint_and_carries_nothing_is_a_helper(family, helpers):
    known = of_family(family)
    found = match(build(replace(known, bones=f"{helpers}\n{known.bones}")))
    assert {joint: found.joints.get(joint) for joint in expected(known)} == expected(known)
    assert found.confidence == 1.0


@pytest.mark.parametrize("again", ["", ".001", " 1"])
def test_one_row_for_all_other_fingers_is_the_middle_one(again):
    """Synty's, whose hands have the same names of fingers on both sides but for what programs put behind."""
    words, bones = {"thumb": "Thumb", "index": "IndexFinger", "middle": "Finger"}, of_family("VRM").bones
    hands = ""
    for side, above, behind in (("left", "leftHand", ""), ("right", "rightHand", again or "_R")):
        for finger, word in words.items():
            row = [above, *(f"{word}_0{number}{behind}" for number in (1, 2, 3))]
            hands += "".join(
                f"{row[number]}|{row[number - 1]}|{side}_{finger}{number}\n" for number in (1, 2, 3)
            )
    body = "\n".join(line for line in bones.splitlines() if "Thumb" not in line and "{F}" not in line)
    known = replace(of_family("VRM"), bones=f"{body}\n{hands}")
    found = match(build(known)).fingers
    assert found["L_Middle1"] == "Finger_01" and found["R_Middle3"].startswith("Finger_03")
    assert dict(found) == expected_fingers(known)
