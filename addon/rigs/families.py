"""Whose names a rig's bones have."""

from __future__ import annotations

import re
from collections.abc import Iterable

_FAMILIES = {
    "Rigify": r"(DEF|ORG|MCH)-.*|spine\.00\d|f_index\.\d\d\.[LR]|palm\.0\d\.[LR]|thigh\.[LR]|shin\.[LR]",
    "Mixamo": r"mixamorig\d*[:_].*",
    "MetaHuman": r"(thigh|calf|upperarm|lowerarm|clavicle|spine)_\w*(corrective|bck|fwd|pec|latissimus)\w*"
    r"|FACIAL_\w+",
    "Unreal": r"spine_0\d|(thigh|calf|foot|ball|clavicle|upperarm|lowerarm|hand)_[lr]|neck_0\d|ik_foot_root",
    "VRoid": r"J_(Bip|Sec|Adj|Opt)_.*",
    "VRM": r"(left|right)(Upper|Lower)(Arm|Leg)|upperChest|(left|right)\w+(Proximal|Intermediate|Distal)",
    "Unity": r"(Left|Right)(Upper|Lower)(Arm|Leg)|UpperChest|(Left|Right)Toes",
    "Character Creator": r"CC_Base_.*|RL_BoneRoot|NeckTwist0\d|Waist"
    r"|[LR]_(Thigh|Calf|Foot|ToeBase|Clavicle|Upperarm|Forearm|Hand)",
    "3ds Max Biped": r"Bip0*\d+.*",
    "Daz Genesis 9": r"[lr]_(thigh|shin|metatarsals|upperarm|forearm)|[lr]_\w*(twist)\d",
    "Daz Genesis 8": r"[lr](ThighBend|ThighTwist|ShldrBend|ShldrTwist|ForearmBend|Metatarsals|Carpal\d)"
    r"|abdomen(Lower|Upper)|chest(Lower|Upper)",
    "SOMA": r"(Left|Right)(Shin|HandIndexEnd|ToeEnd)|Neck[12]|HeadEnd|Chest|Spine[12]",
    "Rokoko": r"(Left|Right)(Thigh|Shin|Toe|ToeTip)|(Left|Right)Finger\dMetacarpal|(Left|Right)Finger\d\w+",
    "MHR": r"c_(spine|neck|head|jaw)\w*|[lr]_(uparm|lowarm|upleg|lowleg|talocrural|subtalar|ball)\w*",
    "SMPL-X": r"(left|right)_(hip|knee|ankle|foot|collar|shoulder|elbow|wrist)|(left|right)_(index|thumb)\d"
    r"|(left|right)_eye_smplhf",
    "SMPL": r"([mf]_avg_)?([LR]_(Hip|Knee|Ankle|Foot|Collar|Shoulder|Elbow|Wrist|Hand)|Pelvis|Spine[123])",
    "MakeHuman": r"(upper|lower)(leg|arm)0[12]\.[LR]|toe\d-\d\.[LR]|finger\d-\d\.[LR]|spine0\d",
    "Acclaim": r"[lr](hipjoint|femur|tibia|toes|humerus|radius)|lowerback|upperback|(lower|upper)neck",
    "CMU": r"[LR]HipJoint|LowerBack|Neck1|(Left|Right)FingerBase|[LR]Thumb",
    "OpenSim": r"(femur|tibia|talus|calcn|toes|humerus|ulna|radius)_[lr]|torso",
    "MikuMikuDance": r"[左右](足|ひざ|足首|腕|ひじ|手首|肩).*|上半身.*|下半身|センター",
    "Second Life": r"m(Pelvis|Torso|Chest|Skull|(Collar|Shoulder|Elbow|Wrist|Hip|Knee|Ankle)(Left|Right))",
    "GTA V": r"SKEL_\w+",
    "Source": r"ValveBiped\..*|bip_\w+",
    "ARKit": r"(left|right)_\w+_joint|(hips|spine_\d|neck_\d|head)_joint",
    "Auto-Rig Pro": r"(arm|forearm|thigh|leg)_(stretch|twist)\.[lr]|(root|neck|head|spine_0\d)\.x",
    "Mixamo or MotionBuilder": r"(\w+_)?(Left|Right)(UpLeg|Leg|Arm|ForeArm|ToeBase|Hand(Index|Thumb)\d)",
}
"""The first of those that most names fit."""
_PATTERNS = {family: re.compile(pattern) for family, pattern in _FAMILIES.items()}
_FEWEST = 4
_FINER = {"MetaHuman": "Unreal", "CMU": "Mixamo or MotionBuilder"}
"""Families that have all names of another one, and more."""


def family_of(names: Iterable[str]) -> str:
    """The family that most of the names fit, "" where too few fit any."""
    own = [name for name in names if name]
    counts = {family: sum(bool(each.fullmatch(name)) for name in own) for family, each in _PATTERNS.items()}
    best = max(counts, key=lambda family: counts[family])
    best = next(
        (finer for finer, coarse in _FINER.items() if coarse == best and counts[finer] >= _FEWEST), best
    )
    return best if counts[best] >= _FEWEST else ""
