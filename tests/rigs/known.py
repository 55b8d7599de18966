"""Rigs of other programs, built from the names of their bones and their rest poses as they are documented.

Z up, facing -Y, left arm along +X, metres, as Blender imports them. What a bone is stands beside its name, so
that a test can tell what a map should say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np

from addon.body.hands import FINGERS, REST_FINGERS, REST_TIPS
from addon.body.skeleton import JOINT_NAMES, REST_JOINTS
from addon.rigs import Rig

FLOOR = 1.2
SIDES = ("left", "right")
_ENDS = {"head": np.array([0.005, 0.56, 0.03]), "foot": np.array([0.12, -1.15, 0.17])}
_NEXT = {
    "hip": "knee", "knee": "ankle", "ankle": "foot", "foot": "toe", "collar": "shoulder",
    "shoulder": "elbow", "elbow": "wrist", "wrist": "middle1", "pelvis": "spine3", "spine3": "neck",
    "neck": "head", "head": "top",
}  # fmt: skip
"""Where a bone that is part of the way lies: between these."""


@dataclass(frozen=True)
class Known:
    """A rig's table. bones: lines `name parent place`, parent perhaps with another one for where
    that is missing, place `joint` or `joint+part`; {S} stands for a side,
    {F} and {N} for a finger and its number; sides, fingers: how they are called. arms_down: degrees from a
    T-pose. scale, turn: of the whole rig."""

    family: str
    bones: str
    sides: tuple[str, str] = ("Left", "Right")
    fingers: dict[str, str] = field(default_factory=lambda: {each: each.capitalize() for each in FINGERS})
    arms_down: float = 0.0

    def rows(self) -> list[tuple[str, str, str]]:
        """(bone, its parent or "", its place with the side before it) of all bones."""
        found: list[tuple[str, str, str]] = []
        for line in filter(None, self.bones.splitlines()):
            name, parent, place = line.split("|") if "|" in line else line.split()
            found += self._expanded(name.strip(), parent.strip(), place.strip())
        names = {name for name, _, _ in found}
        parents = [next((one for one in parent.split("/") if one in names), "") for _, parent, _ in found]
        return [(name, parent, place) for (name, _, place), parent in zip(found, parents, strict=True)]

    def _expanded(self, name: str, parent: str, place: str) -> list[tuple[str, str, str]]:
        parent = "" if parent == "." else parent
        if "{F}" in name:
            return self._finger_rows(name, parent, place)
        if "{S}" not in name:
            return [(name, parent, place)]
        return [
            (name.replace("{S}", own), parent.replace("{S}", own), f"{side}_{place}")
            for side, own in zip(SIDES, self.sides, strict=True)
        ]

    def _finger_rows(self, name: str, parent: str, place: str) -> list[tuple[str, str, str]]:
        """place: numbers of a finger as they are written, one each joint, as 1,2,3."""
        found = []
        for side, own in zip(SIDES, self.sides, strict=True):
            for finger, word in self.fingers.items():
                above = parent.replace("{S}", own).replace("{F}", word)
                for number, written in enumerate(place.split(","), 1):
                    bone = name.replace("{S}", own).replace("{F}", word).replace("{N}", written)
                    found.append((bone, above, f"{side}_{finger}{number}"))
                    above = bone
        return found


@cache
def _places() -> dict[str, np.ndarray]:
    """Where everything lies in SMPL's frame."""
    found = dict(zip(JOINT_NAMES, REST_JOINTS, strict=True)) | {
        "top": _ENDS["head"],
        "floor": np.array([0.0, -FLOOR, 0.0]),
    }
    for side, sign in (("left", 1.0), ("right", -1.0)):
        mirror = np.array([sign, 1.0, 1.0])
        found[f"{side}_toe"] = _ENDS["foot"] * mirror
        for finger, bones, tip in zip(FINGERS, REST_FINGERS.reshape(5, 3, 3), REST_TIPS, strict=True):
            at = found[f"{side}_wrist"]
            for number, bone in enumerate((*bones, tip), 1):
                at = at + bone * mirror
                found[f"{side}_{finger}{number}"] = at
    return found


def _place(text: str) -> np.ndarray:
    joint, _, part = text.partition("+")
    joint = joint if joint in _places() else joint.partition("_")[2]
    at = _places()[joint]
    if not part:
        return at
    side, _, plain = joint.rpartition("_")
    after = f"{side}_{_NEXT[plain]}" if side else _NEXT[plain]
    return at + float(part) * (_places()[after] - at)


def _lowered(place: str, at: np.ndarray, degrees: float) -> np.ndarray:
    """A point of an arm, with the arm turned down about its shoulder."""
    side, _, part = place.partition("+")[0].rpartition("_")
    if not side or part.rstrip("1234") not in ("shoulder", "elbow", "wrist", *FINGERS):
        return at
    angle = np.radians(degrees) * (-1.0 if side == "left" else 1.0)
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    shoulder = _places()[f"{side}_shoulder"]
    return shoulder + turn @ (at - shoulder)


def build(known: Known) -> Rig:
    """The rig of a table."""
    rows = known.rows()
    names = [name for name, _, _ in rows]
    heads = np.stack([_lowered(place, _place(place), known.arms_down) for _, _, place in rows])
    heads = np.stack([heads[:, 0], -heads[:, 2], heads[:, 1] + FLOOR], axis=1)
    parents = [names.index(parent) if parent else -1 for _, parent, _ in rows]
    tails = np.stack([_tail(place, parents, heads) for place in range(len(names))])
    return Rig(tuple(names), tuple(parents), heads, tails, _axes(heads, tails))


def _tail(place: int, parents: list[int], heads: np.ndarray) -> np.ndarray:
    """At the child, else on along the parent's direction."""
    child = next((each for each, parent in enumerate(parents) if parent == place), None)
    if child is not None and np.linalg.norm(heads[child] - heads[place]) > 1e-3:
        return np.asarray(heads[child])
    along = heads[place] - heads[parents[place]] if parents[place] >= 0 else np.array([0.0, 0.0, 0.1])
    size = np.linalg.norm(along)
    return heads[place] + (along / size * 0.05 if size > 1e-3 else np.array([0.0, 0.0, 0.05]))


def _axes(heads: np.ndarray, tails: np.ndarray) -> np.ndarray:
    along = tails - heads
    along = along / np.linalg.norm(along, axis=-1, keepdims=True)
    aside = np.where(np.abs(along[:, 1:2]) < 0.9, [[0.0, 1.0, 0.0]], [[0.0, 0.0, 1.0]])
    across = np.cross(along, aside)
    across = across / np.linalg.norm(across, axis=-1, keepdims=True)
    return np.stack([across, along, np.cross(across, along)], axis=2)


def expected(known: Known) -> dict[str, str]:
    """SMPL's joint -> bone of limbs, pelvis and head, as the table has them."""
    parts = ("hip", "knee", "ankle", "foot", "collar", "shoulder", "elbow", "wrist")
    wanted = {"pelvis", "head", *(f"{side}_{part}" for side in SIDES for part in parts)}
    found: dict[str, str] = {}
    for name, _, place in known.rows():
        if place in wanted:
            found.setdefault(place, name)
    return found


def expected_fingers(known: Known) -> dict[str, str]:
    """L_Index1 … -> bone."""
    found = {}
    for name, _, place in known.rows():
        side, _, part = place.rpartition("_")
        if part[:-1] in FINGERS and part[-1] in "123":
            found[f"{side[0].upper()}_{part.capitalize()}"] = name
    return found


_HUMANOID = """
{P}Hips . pelvis
{P}Spine {P}Hips pelvis+0.3
{P}Spine1 {P}Spine pelvis+0.6
{P}Spine2 {P}Spine1 spine3
{P}Neck {P}Spine2 neck
{P}Head {P}Neck head
{P}HeadTop_End {P}Head top
{P}{S}Shoulder {P}Spine2 collar
{P}{S}Arm {P}{S}Shoulder shoulder
{P}{S}ForeArm {P}{S}Arm elbow
{P}{S}Hand {P}{S}ForeArm wrist
{P}{S}Hand{F}{N} {P}{S}Hand 1,2,3,4
{P}{S}UpLeg {P}Hips hip
{P}{S}Leg {P}{S}UpLeg knee
{P}{S}Foot {P}{S}Leg ankle
{P}{S}ToeBase {P}{S}Foot foot
{P}{S}Toe_End {P}{S}ToeBase toe
"""
_UNREAL = """
root . floor
pelvis root pelvis
spine_01 pelvis pelvis+0.3
spine_02 spine_01 pelvis+0.6
spine_03 spine_02 spine3
clavicle_{S} spine_03 collar
upperarm_{S} clavicle_{S} shoulder
lowerarm_{S} upperarm_{S} elbow
hand_{S} lowerarm_{S} wrist
{F}_{N}_{S} hand_{S} 01,02,03
lowerarm_twist_01_{S} lowerarm_{S} elbow+0.9
upperarm_twist_01_{S} upperarm_{S} shoulder+0.1
neck_01 spine_03 neck
head neck_01 head
thigh_{S} pelvis hip
calf_{S} thigh_{S} knee
calf_twist_01_{S} calf_{S} knee+0.9
foot_{S} calf_{S} ankle
ball_{S} foot_{S} foot
thigh_twist_01_{S} thigh_{S} hip+0.1
ik_foot_root root floor
ik_foot_{S} ik_foot_root ankle
ik_hand_root root floor
ik_hand_gun ik_hand_root right_wrist
ik_hand_{S} ik_hand_gun wrist
"""
_UNREAL_5 = """
root . floor
pelvis root pelvis
spine_01 pelvis pelvis+0.15
spine_02 spine_01 pelvis+0.35
spine_03 spine_02 pelvis+0.55
spine_04 spine_03 pelvis+0.8
spine_05 spine_04 spine3
neck_01 spine_05 neck
neck_02 neck_01 neck+0.5
head neck_02 head
clavicle_{S} spine_05 collar
upperarm_{S} clavicle_{S} shoulder
lowerarm_{S} upperarm_{S} elbow
lowerarm_twist_02_{S} lowerarm_{S} elbow+0.4
lowerarm_twist_01_{S} lowerarm_{S} elbow+0.8
hand_{S} lowerarm_{S} wrist
index_metacarpal_{S} hand_{S} wrist+0.3
middle_metacarpal_{S} hand_{S} wrist+0.3
ring_metacarpal_{S} hand_{S} wrist+0.3
pinky_metacarpal_{S} hand_{S} wrist+0.3
{F}_{N}_{S} {F}_metacarpal_{S}/hand_{S} 01,02,03
upperarm_twist_01_{S} upperarm_{S} shoulder+0.2
upperarm_twist_02_{S} upperarm_{S} shoulder+0.6
thigh_{S} pelvis hip
calf_{S} thigh_{S} knee
calf_twist_02_{S} calf_{S} knee+0.4
calf_twist_01_{S} calf_{S} knee+0.8
foot_{S} calf_{S} ankle
ball_{S} foot_{S} foot
thigh_twist_01_{S} thigh_{S} hip+0.2
thigh_twist_02_{S} thigh_{S} hip+0.6
ik_foot_root root floor
ik_foot_{S} ik_foot_root ankle
interaction root floor
center_of_mass root pelvis
"""
_LOWER = {each: each for each in FINGERS}
_VROID_FINGERS = {"index": "Index", "middle": "Middle", "ring": "Ring", "pinky": "Little", "thumb": "Thumb"}

KNOWN = (
    Known("Mixamo", _HUMANOID.replace("{P}", "mixamorig:")),
    Known("Mixamo or MotionBuilder", _HUMANOID.replace("{P}", "")),
    Known("Unreal", _UNREAL, ("l", "r"), _LOWER, arms_down=45.0),
    Known("Unreal", _UNREAL_5, ("l", "r"), _LOWER, arms_down=45.0),
    Known(
        "MetaHuman",
        _UNREAL_5
        + """
thigh_correctiveRoot_{S} thigh_{S} hip
thigh_bck_{S} thigh_correctiveRoot_{S} hip+0.1
thigh_fwd_{S} thigh_correctiveRoot_{S} hip+0.1
calf_correctiveRoot_{S} calf_{S} knee
upperarm_correctiveRoot_{S} upperarm_{S} shoulder
upperarm_bck_{S} upperarm_correctiveRoot_{S} shoulder+0.05
clavicle_pec_{S} clavicle_{S} collar+0.5
spine_04_latissimus_{S} spine_04 collar
bigtoe_01_{S} ball_{S} foot+0.3
bigtoe_02_{S} bigtoe_01_{S} toe
FACIAL_C_FacialRoot head head
""",
        ("l", "r"),
        _LOWER,
        arms_down=45.0,
    ),
    Known(
        "Rigify",
        """
spine . pelvis
spine.001 spine pelvis+0.33
spine.002 spine.001 pelvis+0.66
spine.003 spine.002 spine3
spine.004 spine.003 neck
spine.005 spine.004 neck+0.5
spine.006 spine.005 head
pelvis.{S} spine pelvis
breast.{S} spine.003 collar+0.1
shoulder.{S} spine.003 collar
upper_arm.{S} shoulder.{S} shoulder
forearm.{S} upper_arm.{S} elbow
hand.{S} forearm.{S} wrist
palm.01.{S} hand.{S} wrist+0.2
palm.02.{S} hand.{S} wrist+0.2
palm.03.{S} hand.{S} wrist+0.2
palm.04.{S} hand.{S} wrist+0.2
{F}.{N}.{S} hand.{S} 01,02,03
thigh.{S} spine hip
shin.{S} thigh.{S} knee
foot.{S} shin.{S} ankle
toe.{S} foot.{S} foot
heel.02.{S} foot.{S} ankle
""",
        ("L", "R"),
        {each: each if each == "thumb" else f"f_{each}" for each in FINGERS},
        arms_down=20.0,
    ),
    Known(
        "Rokoko",
        """
Hips . pelvis
Spine1 Hips pelvis+0.2
Spine2 Spine1 pelvis+0.5
Spine3 Spine2 pelvis+0.8
Spine4 Spine3 spine3
Neck Spine4 neck
Head Neck head
{S}Shoulder Spine4 collar
{S}Arm {S}Shoulder shoulder
{S}ForeArm {S}Arm elbow
{S}Hand {S}ForeArm wrist
{S}Finger{F}{N} {S}Hand Proximal,Medial,Distal,Tip
{S}Thigh Hips hip
{S}Shin {S}Thigh knee
{S}Foot {S}Shin ankle
{S}Toe {S}Foot foot
{S}ToeTip {S}Toe toe
""",
        fingers={"thumb": "1", "index": "2", "middle": "3", "ring": "4", "pinky": "5"},
    ),
    Known(
        "SOMA",
        """
Root . floor
Hips Root pelvis
Spine1 Hips pelvis+0.3
Spine2 Spine1 pelvis+0.6
Chest Spine2 spine3
Neck1 Chest neck
Neck2 Neck1 neck+0.5
Head Neck2 head
HeadEnd Head top
Jaw Head head+0.2
{S}Shoulder Chest collar
{S}Arm {S}Shoulder shoulder
{S}ForeArm {S}Arm elbow
{S}Hand {S}ForeArm wrist
{S}Leg Hips hip
{S}Shin {S}Leg knee
{S}Foot {S}Shin ankle
{S}ToeBase {S}Foot foot
{S}ToeEnd {S}ToeBase toe
""",
    ),
    Known(
        "MHR",
        """
body_world . floor
root body_world pelvis
{S}_upleg root hip
{S}_lowleg {S}_upleg knee
{S}_foot {S}_lowleg ankle
{S}_talocrural {S}_lowleg ankle+0.1
{S}_subtalar {S}_talocrural ankle+0.2
{S}_transversetarsal {S}_subtalar ankle+0.5
{S}_ball {S}_transversetarsal foot
{S}_lowleg_twist1_proc {S}_lowleg knee+0.25
{S}_lowleg_twist2_proc {S}_lowleg knee+0.5
{S}_upleg_twist0_proc {S}_upleg hip
c_spine0 root pelvis+0.1
c_spine1 c_spine0 pelvis+0.4
c_spine2 c_spine1 pelvis+0.7
c_spine3 c_spine2 spine3
c_neck c_spine3 neck
c_neck_twist1_proc c_neck neck
c_head c_neck head
c_jaw c_head head+0.2
{S}_clavicle c_spine3 collar
{S}_uparm {S}_clavicle shoulder
{S}_lowarm {S}_uparm elbow
{S}_wrist_twist {S}_lowarm elbow+0.8
{S}_wrist {S}_wrist_twist wrist
{S}_{F}{N} {S}_wrist 1,2,3
{S}_uparm_twist1_proc {S}_uparm shoulder+0.25
{S}_lowarm_twist1_proc {S}_lowarm elbow+0.25
""",
        ("l", "r"),
        _LOWER,
    ),
    Known(
        "VRoid",
        """
Root . floor
J_Bip_C_Hips Root pelvis
J_Bip_C_Spine J_Bip_C_Hips pelvis+0.3
J_Bip_C_Chest J_Bip_C_Spine pelvis+0.6
J_Bip_C_UpperChest J_Bip_C_Chest spine3
J_Bip_C_Neck J_Bip_C_UpperChest neck
J_Bip_C_Head J_Bip_C_Neck head
J_Adj_{S}_FaceEye J_Bip_C_Head head+0.4
J_Sec_{S}_Bust1 J_Bip_C_UpperChest collar+0.1
J_Bip_{S}_Shoulder J_Bip_C_UpperChest collar
J_Bip_{S}_UpperArm J_Bip_{S}_Shoulder shoulder
J_Bip_{S}_LowerArm J_Bip_{S}_UpperArm elbow
J_Bip_{S}_Hand J_Bip_{S}_LowerArm wrist
J_Bip_{S}_{F}{N} J_Bip_{S}_Hand 1,2,3
J_Bip_{S}_UpperLeg J_Bip_C_Hips hip
J_Bip_{S}_LowerLeg J_Bip_{S}_UpperLeg knee
J_Bip_{S}_Foot J_Bip_{S}_LowerLeg ankle
J_Bip_{S}_ToeBase J_Bip_{S}_Foot foot
J_Sec_Hair1_01 J_Bip_C_Head head+0.5
J_Sec_Hair2_01 J_Sec_Hair1_01 head+0.8
J_Sec_{S}_SkirtSide1_01 J_Bip_C_Hips hip+0.1
J_Sec_{S}_SkirtSide2_01 J_Sec_{S}_SkirtSide1_01 hip+0.5
""",
        ("L", "R"),
        _VROID_FINGERS,
    ),
    Known(
        "VRM",
        """
hips . pelvis
spine hips pelvis+0.4
chest spine spine3
neck chest neck
head neck head
{S}Shoulder chest collar
{S}UpperArm {S}Shoulder shoulder
{S}LowerArm {S}UpperArm elbow
{S}Hand {S}LowerArm wrist
{S}ThumbMetacarpal {S}Hand thumb1
{S}ThumbProximal {S}ThumbMetacarpal thumb2
{S}ThumbDistal {S}ThumbProximal thumb3
{S}{F}{N} {S}Hand Proximal,Intermediate,Distal
{S}UpperLeg hips hip
{S}LowerLeg {S}UpperLeg knee
{S}Foot {S}LowerLeg ankle
{S}Toes {S}Foot foot
""",
        ("left", "right"),
        {finger: word for finger, word in _VROID_FINGERS.items() if finger != "thumb"},
    ),
    Known(
        "Daz Genesis 8",
        """
hip . pelvis
pelvis hip pelvis+0.02
{S}ThighBend pelvis hip
{S}ThighTwist {S}ThighBend hip+0.5
{S}Shin {S}ThighTwist knee
{S}Foot {S}Shin ankle
{S}Metatarsals {S}Foot ankle+0.5
{S}Toe {S}Metatarsals foot
{S}BigToe {S}Toe toe
abdomenLower hip pelvis+0.2
abdomenUpper abdomenLower pelvis+0.4
chestLower abdomenUpper pelvis+0.7
chestUpper chestLower spine3
{S}Collar chestUpper collar
{S}ShldrBend {S}Collar shoulder
{S}ShldrTwist {S}ShldrBend shoulder+0.5
{S}ForearmBend {S}ShldrTwist elbow
{S}ForearmTwist {S}ForearmBend elbow+0.5
{S}Hand {S}ForearmTwist wrist
{S}Carpal1 {S}Hand wrist+0.2
{S}Carpal2 {S}Hand wrist+0.2
{S}{F}{N} {S}Hand 1,2,3
neckLower chestUpper neck
neckUpper neckLower neck+0.5
head neckUpper head
lowerJaw head head+0.3
{S}Pectoral chestLower collar
""",
        ("l", "r"),
        {**{each: each.capitalize() for each in FINGERS}, "middle": "Mid"},
        arms_down=40.0,
    ),
    Known(
        "Daz Genesis 9",
        """
hip . pelvis
pelvis hip pelvis+0.02
{S}_thigh pelvis hip
{S}_thightwist1 {S}_thigh hip+0.3
{S}_thightwist2 {S}_thigh hip+0.6
{S}_shin {S}_thigh knee
{S}_foot {S}_shin ankle
{S}_metatarsals {S}_foot ankle+0.5
{S}_toes {S}_metatarsals foot
spine1 hip pelvis+0.2
spine2 spine1 pelvis+0.4
spine3 spine2 pelvis+0.7
spine4 spine3 spine3
{S}_shoulder spine4 collar
{S}_upperarm {S}_shoulder shoulder
{S}_upperarmtwist1 {S}_upperarm shoulder+0.3
{S}_upperarmtwist2 {S}_upperarm shoulder+0.6
{S}_forearm {S}_upperarm elbow
{S}_forearmtwist1 {S}_forearm elbow+0.3
{S}_hand {S}_forearm wrist
{S}_indexmetacarpal {S}_hand wrist+0.2
{S}_{F}{N} {S}_hand 1,2,3
neck1 spine4 neck
neck2 neck1 neck+0.5
head neck2 head
""",
        ("l", "r"),
        {**_LOWER, "middle": "mid"},
        arms_down=40.0,
    ),
    Known(
        "CMU",
        """
Hips . pelvis
LHipJoint Hips pelvis
RHipJoint Hips pelvis
LowerBack Hips pelvis
Spine LowerBack pelvis+0.5
Spine1 Spine spine3
Neck Spine1 spine3+0.9
Neck1 Neck neck
Head Neck1 head
LeftUpLeg LHipJoint left_hip
LeftLeg LeftUpLeg left_knee
LeftFoot LeftLeg left_ankle
LeftToeBase LeftFoot left_foot
RightUpLeg RHipJoint right_hip
RightLeg RightUpLeg right_knee
RightFoot RightLeg right_ankle
RightToeBase RightFoot right_foot
{S}Shoulder Spine1 collar
{S}Arm {S}Shoulder shoulder
{S}ForeArm {S}Arm elbow
{S}Hand {S}ForeArm wrist
{S}FingerBase {S}Hand wrist+0.5
{S}HandIndex1 {S}FingerBase index1
LThumb LeftHand left_thumb1
RThumb RightHand right_thumb1
""",
    ),
    Known(
        "OpenSim",
        """
pelvis . pelvis
femur_{S} pelvis hip
tibia_{S} femur_{S} knee
talus_{S} tibia_{S} ankle
calcn_{S} talus_{S} ankle+0.1
toes_{S} calcn_{S} foot
torso pelvis pelvis+0.4
humerus_{S} torso shoulder
ulna_{S} humerus_{S} elbow
radius_{S} ulna_{S} elbow+0.05
hand_{S} radius_{S} wrist
head torso head
""",
        ("l", "r"),
        arms_down=85.0,
    ),
    Known(
        "SMPL-X",
        """
root . floor
pelvis root pelvis
{S}_hip pelvis hip
{S}_knee {S}_hip knee
{S}_ankle {S}_knee ankle
{S}_foot {S}_ankle foot
spine1 pelvis spine1
spine2 spine1 spine2
spine3 spine2 spine3
neck spine3 neck
head neck head
jaw head head
{S}_eye_smplhf head head+0.3
{S}_collar spine3 collar
{S}_shoulder {S}_collar shoulder
{S}_elbow {S}_shoulder elbow
{S}_wrist {S}_elbow wrist
{S}_{F}{N} {S}_wrist 1,2,3
""",
        ("left", "right"),
        _LOWER,
    ),
    Known(
        "SMPL",
        """
root . floor
m_avg_Pelvis root pelvis
m_avg_{S}_Hip m_avg_Pelvis hip
m_avg_{S}_Knee m_avg_{S}_Hip knee
m_avg_{S}_Ankle m_avg_{S}_Knee ankle
m_avg_{S}_Foot m_avg_{S}_Ankle foot
m_avg_Spine1 m_avg_Pelvis spine1
m_avg_Spine2 m_avg_Spine1 spine2
m_avg_Spine3 m_avg_Spine2 spine3
m_avg_Neck m_avg_Spine3 neck
m_avg_Head m_avg_Neck head
m_avg_{S}_Collar m_avg_Spine3 collar
m_avg_{S}_Shoulder m_avg_{S}_Collar shoulder
m_avg_{S}_Elbow m_avg_{S}_Shoulder elbow
m_avg_{S}_Wrist m_avg_{S}_Elbow wrist
m_avg_{S}_Hand m_avg_{S}_Wrist hand
""",
        ("L", "R"),
    ),
    Known(
        "MakeHuman",
        """
root . pelvis
pelvis.{S} root pelvis+0.02
upperleg01.{S} pelvis.{S} hip
upperleg02.{S} upperleg01.{S} hip+0.5
lowerleg01.{S} upperleg02.{S} knee
lowerleg02.{S} lowerleg01.{S} knee+0.5
foot.{S} lowerleg02.{S} ankle
toe1-1.{S} foot.{S} foot
toe1-2.{S} toe1-1.{S} toe
spine05 root pelvis+0.1
spine04 spine05 pelvis+0.3
spine03 spine04 pelvis+0.5
spine02 spine03 pelvis+0.7
spine01 spine02 spine3
neck01 spine01 neck
neck02 neck01 neck+0.3
neck03 neck02 neck+0.6
head neck03 head
clavicle.{S} spine01 collar
shoulder01.{S} clavicle.{S} collar+0.5
upperarm01.{S} shoulder01.{S} shoulder
upperarm02.{S} upperarm01.{S} shoulder+0.5
lowerarm01.{S} upperarm02.{S} elbow
lowerarm02.{S} lowerarm01.{S} elbow+0.5
wrist.{S} lowerarm02.{S} wrist
metacarpal1.{S} wrist.{S} wrist+0.3
finger{F}-{N}.{S} wrist.{S} 1,2,3
""",
        ("L", "R"),
        {"thumb": "1", "index": "2", "middle": "3", "ring": "4", "pinky": "5"},
        arms_down=40.0,
    ),
    Known(
        "Unreal",
        """
Root . floor
pelvis Root pelvis
spine_01 pelvis pelvis+0.3
spine_02 spine_01 pelvis+0.6
spine_03 spine_02 spine3
neck_01 spine_03 neck
head neck_01 head
clavicle_{S} spine_03 collar
upperarm_{S} clavicle_{S} shoulder
lowerarm_{S} upperarm_{S} elbow
hand_{S} lowerarm_{S} wrist
{F}_{N}_{S} hand_{S} 01,02,03
thigh_{S} pelvis hip
calf_{S} thigh_{S} knee
foot_{S} calf_{S} ankle
ball_{S} foot_{S} foot
""",
        ("l", "r"),
        _LOWER,
        arms_down=40.0,
    ),
    Known(
        "Character Creator",
        """
CC_Base_BoneRoot . floor
CC_Base_Hip CC_Base_BoneRoot pelvis
CC_Base_Pelvis CC_Base_Hip pelvis
CC_Base_{S}_Thigh CC_Base_Pelvis hip
CC_Base_{S}_ThighTwist01 CC_Base_{S}_Thigh hip+0.25
CC_Base_{S}_ThighTwist02 CC_Base_{S}_Thigh hip+0.6
CC_Base_{S}_Calf CC_Base_{S}_Thigh knee
CC_Base_{S}_KneeShareBone CC_Base_{S}_Calf knee
CC_Base_{S}_CalfTwist01 CC_Base_{S}_Calf knee+0.25
CC_Base_{S}_Foot CC_Base_{S}_Calf ankle
CC_Base_{S}_ToeBase CC_Base_{S}_Foot foot
CC_Base_{S}_ToeBaseShareBone CC_Base_{S}_Foot foot
CC_Base_{S}_BigToe1 CC_Base_{S}_ToeBase toe
CC_Base_Waist CC_Base_Hip pelvis+0.3
CC_Base_Spine01 CC_Base_Waist pelvis+0.6
CC_Base_Spine02 CC_Base_Spine01 spine3
CC_Base_NeckTwist01 CC_Base_Spine02 neck
CC_Base_NeckTwist02 CC_Base_NeckTwist01 neck+0.5
CC_Base_Head CC_Base_NeckTwist02 head
CC_Base_FacialBone CC_Base_Head head
CC_Base_{S}_Clavicle CC_Base_Spine02 collar
CC_Base_{S}_Upperarm CC_Base_{S}_Clavicle shoulder
CC_Base_{S}_UpperarmTwist01 CC_Base_{S}_Upperarm shoulder+0.3
CC_Base_{S}_Forearm CC_Base_{S}_Upperarm elbow
CC_Base_{S}_ForearmTwist01 CC_Base_{S}_Forearm elbow+0.3
CC_Base_{S}_ElbowShareBone CC_Base_{S}_Forearm elbow
CC_Base_{S}_Hand CC_Base_{S}_Forearm wrist
CC_Base_{S}_{F}{N} CC_Base_{S}_Hand 1,2,3
CC_Base_{S}_Breast CC_Base_Spine02 collar
""",
        ("L", "R"),
        {**{each: each.capitalize() for each in FINGERS}, "middle": "Mid"},
        arms_down=30.0,
    ),
    Known(
        "3ds Max Biped",
        """
Bip01 | . | pelvis+0
Bip01 Pelvis | Bip01 | pelvis
Bip01 Footsteps | Bip01 | floor
Bip01 Spine | Bip01 Pelvis | pelvis+0.3
Bip01 Spine1 | Bip01 Spine | spine3
Bip01 Neck | Bip01 Spine1 | neck
Bip01 Head | Bip01 Neck | head
Bip01 HeadNub | Bip01 Head | top
Bip01 {S} Clavicle | Bip01 Neck | collar
Bip01 {S} UpperArm | Bip01 {S} Clavicle | shoulder
Bip01 {S} Forearm | Bip01 {S} UpperArm | elbow
Bip01 {S} Hand | Bip01 {S} Forearm | wrist
Bip01 {S} Finger{F}{N} | Bip01 {S} Hand | ,1,2,Nub
Bip01 {S} Thigh | Bip01 Pelvis | hip
Bip01 {S} Calf | Bip01 {S} Thigh | knee
Bip01 {S} Foot | Bip01 {S} Calf | ankle
Bip01 {S} Toe0 | Bip01 {S} Foot | foot
Bip01 {S} Toe0Nub | Bip01 {S} Toe0 | toe
""",
        ("L", "R"),
        {"thumb": "0", "index": "1", "middle": "2", "ring": "3", "pinky": "4"},
    ),
    Known(
        "MikuMikuDance",
        """
全ての親 . floor
センター 全ての親 pelvis+-1.5
グルーブ センター pelvis+-1.5
上半身 グルーブ pelvis+0.1
上半身2 上半身 spine3
首 上半身2 neck
頭 首 head
両目 頭 top
{S}目 頭 head+0.3
{S}肩 上半身2 collar
{S}腕 {S}肩 shoulder
{S}腕捩 {S}腕 shoulder+0.5
{S}ひじ {S}腕捩 elbow
{S}手捩 {S}ひじ elbow+0.5
{S}手首 {S}手捩 wrist
{S}{F}{N} {S}手首 １,２,３
下半身 グルーブ pelvis
{S}足 下半身 hip
{S}ひざ {S}足 knee
{S}足首 {S}ひざ ankle
{S}つま先 {S}足首 foot
{S}足ＩＫ 全ての親 ankle
{S}つま先ＩＫ {S}足ＩＫ foot
""",
        ("左", "右"),
        {"thumb": "親指", "index": "人指", "middle": "中指", "ring": "薬指", "pinky": "小指"},
        arms_down=40.0,
    ),
)


def stripped(rig: Rig) -> Rig:
    """The same rig with names that say nothing."""
    return Rig(
        tuple(f"Bone.{place:03}" for place in range(len(rig.names))),
        rig.parents,
        rig.heads,
        rig.tails,
        rig.axes,
    )
