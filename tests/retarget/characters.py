"""Made-up characters: SMPL's skeleton in other proportions, rest poses, axes and numbers of bones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from addon.body.hands import FINGER_COUNT, HAND_OFFSETS, JOINTS_PER_FINGER, SIDES, hand_forward
from addon.body.kinematics import forward
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, PARENTS, REST_OFFSETS
from addon.retarget import Target, Twist

A_POSE = {
    "left_shoulder": (0.0, 0.0, -0.8), "right_shoulder": (0.0, 0.0, 0.8),
    "left_elbow": (0.0, -0.35, 0.0), "right_elbow": (0.0, 0.35, 0.0),
    "left_hip": (0.0, 0.1, 0.12), "right_hip": (0.0, -0.1, -0.12),
    "left_ankle": (0.0, 0.0, -0.12), "right_ankle": (0.0, 0.0, 0.12),
}  # fmt: skip
T_POSE: dict[str, tuple[float, float, float]] = {}
_BEND = np.pi / 2
RESTS = {
    "": T_POSE,
    "sits": {"left_hip": (-_BEND, 0.0, 0.0), "right_hip": (-_BEND, 0.0, 0.0),
             "left_knee": (_BEND, 0.0, 0.0), "right_knee": (_BEND, 0.0, 0.0)},
    "sits with knees apart": {"left_hip": (-_BEND, 0.7, 0.0), "right_hip": (-_BEND, -0.7, 0.0),
                              "left_knee": (_BEND, 0.0, 0.0), "right_knee": (_BEND, 0.0, 0.0)},
    "sits on the floor": {"left_hip": (-_BEND, 0.0, 0.0), "right_hip": (-_BEND, 0.0, 0.0)},
    "kneels": {"left_knee": (_BEND, 0.0, 0.0), "right_knee": (_BEND, 0.0, 0.0)},
}  # fmt: skip
"""How a character without an A-pose rests, by a word for it."""


@dataclass(frozen=True)
class Build:
    """Lengths as factors of SMPL's, numbers of bones, and how a character rests."""

    legs: float = 1.0
    shins: float = 1.0
    trunk: float = 1.0
    arms: float = 1.0
    forearms: float = 1.0
    shoulders: float = 1.0
    feet: float = 1.0
    ankle: float = 0.0
    spine: int = 3
    neck: int = 1
    twists: bool = False
    fingers: bool = False
    root: bool = True
    a_pose: bool = False
    rest: str = ""
    turned: tuple[float, float, float] = (0.0, 0.0, 0.0)
    seed: int = 0


SOLE = 0.0695
"""Metres of the lowest place of SMPL's mean foot under its ankle."""


def offsets_of(build: Build) -> np.ndarray:
    """(24, 3) metres."""
    factors = dict.fromkeys(JOINT_NAMES, build.trunk)
    for side in SIDES:
        factors |= {f"{side}_knee": build.legs, f"{side}_ankle": build.legs * build.shins}
        factors |= {f"{side}_foot": build.feet, f"{side}_hip": build.shoulders}
        factors |= {f"{side}_shoulder": build.shoulders, f"{side}_collar": build.shoulders}
        factors |= {f"{side}_elbow": build.arms, f"{side}_wrist": build.arms * build.forearms}
        factors[f"{side}_hand"] = build.arms
    return REST_OFFSETS * np.array([factors[name] for name in JOINT_NAMES])[:, None]


def character(build: Build) -> Target:
    """A character of this build."""
    offsets = offsets_of(build)
    joints, worlds = forward(rest_pose(build), np.zeros(3), offsets)
    sole = SOLE * build.feet + build.ankle
    joints[:, 1] += sole - joints[7:9, 1].min()
    return _Maker(build, joints, worlds).target()


def rest_pose(build: Build) -> np.ndarray:
    """(24, 3, 3) local rotations in which it rests."""
    pose = np.zeros((24, 3))
    for name, vector in (A_POSE if build.a_pose else RESTS[build.rest]).items():
        pose[JOINT_NAMES.index(name)] = vector
    return np.asarray(matrix_from_axis_angle(pose))


class _Maker:
    def __init__(self, build: Build, joints: np.ndarray, worlds: np.ndarray) -> None:
        self.build, self.joints, self.worlds = build, joints, worlds
        self.names: list[str] = []
        self.parents: list[int] = []
        self.heads: list[np.ndarray] = []

    def add(self, name: str, parent: int, head: np.ndarray) -> int:
        self.names.append(name)
        self.parents.append(parent)
        self.heads.append(head)
        return len(self.names) - 1

    def at(self, name: str) -> np.ndarray:
        return self.joints[JOINT_NAMES.index(name)]

    def chain(self, name: str, parent: int, ends: tuple[np.ndarray, np.ndarray], count: int) -> list[int]:
        found = []
        for index in range(count):
            place = ends[0] + (ends[1] - ends[0]) * (index / max(count - 1, 1) if count > 1 else 1.0)
            parent = self.add(f"{name}{index}", parent, place)
            found.append(parent)
        return found

    def target(self) -> Target:
        build = self.build
        root = self.add("root", -1, np.zeros(3)) if build.root else -1
        bones = {"pelvis": self.add("pelvis", root, self.at("pelvis"))}
        if build.spine == 3:
            spine: list[int] = []
            for name in ("spine1", "spine2", "spine3"):
                spine.append(self.add(name, [bones["pelvis"], *spine][-1], self.at(name)))
        else:
            spine = self.chain("spine", bones["pelvis"], (self.at("spine1"), self.at("spine3")), build.spine)
        chest = [bones["pelvis"], *spine][-1]
        neck = self.chain(
            "neck", chest, (self.at("neck"), (self.at("neck") + self.at("head")) / 2), build.neck
        )
        if build.neck == 1:
            self.heads[neck[0]] = self.at("neck")
        bones["head"] = self.add("head", [chest, *neck][-1], self.at("head"))
        for joint, name in enumerate(JOINT_NAMES):
            if name.startswith(SIDES):
                parent = JOINT_NAMES[PARENTS[joint]]
                bones[name] = self.add(name, bones.get(parent, chest), self.at(name))
        twists = self.twists(bones) if build.twists else ()
        fingers = self.fingers(bones)
        turn = Rotation.from_rotvec(build.turned).as_matrix()
        random = Rotation.random(len(self.names), random_state=build.seed).as_matrix()
        return Target(
            tuple(self.names), tuple(self.parents), np.array(self.heads) @ turn.T, random, bones,
            tuple(spine), tuple(neck), twists, fingers, root, 0.0,
        )  # fmt: skip

    def twists(self, bones: dict[str, int]) -> tuple[Twist, ...]:
        found = []
        for side in SIDES:
            for start, end in (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle")):
                ends = self.at(f"{side}_{start}"), self.at(f"{side}_{end}")
                bone = self.add(f"{side}_{start}_twist", bones[f"{side}_{start}"], (ends[0] + ends[1]) / 2)
                found.append(Twist(bone, f"{side}_{start}", 0.5))
        return tuple(found)

    def fingers(self, bones: dict[str, int]) -> np.ndarray:
        found = np.full((len(SIDES), FINGER_COUNT), -1)
        if not self.build.fingers:
            return found
        for index, side in enumerate(SIDES):
            wrist = JOINT_NAMES.index(f"{side}_wrist")
            still = np.broadcast_to(np.eye(3), (FINGER_COUNT, 3, 3))
            places, _ = hand_forward(
                still, self.joints[wrist], self.worlds[wrist], HAND_OFFSETS[index] * self.build.arms
            )
            for joint in range(FINGER_COUNT):
                first = joint % JOINTS_PER_FINGER == 0
                parent = bones[f"{side}_wrist"] if first else found[index, joint - 1]
                found[index, joint] = self.add(f"{side}_finger{joint}", int(parent), places[joint])
        return found
