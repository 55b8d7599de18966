"""Tables of further rigs, of games, studios and generators, that only the matching of names is tried on."""

from __future__ import annotations

from addon.body.hands import FINGERS

from .building import Known

_LOWER = {each: each for each in FINGERS}
_FROM_ZERO = {"thumb": "0", "index": "1", "middle": "2", "ring": "3", "pinky": "4"}
_FROM_ONE = {"thumb": "1", "index": "2", "middle": "3", "ring": "4", "pinky": "5"}

XNALARA = Known(
    "",
    """
root ground|.|floor
root hips|root ground|pelvis
pelvis|root hips|pelvis
leg {S} thigh|pelvis|hip
leg {S} knee|leg {S} thigh|knee
leg {S} ankle|leg {S} knee|ankle
leg {S} toes|leg {S} ankle|foot
spine lower|root hips|pelvis+0.3
spine upper|spine lower|spine3
head neck lower|spine upper|neck
head neck upper|head neck lower|head
arm {S} shoulder 1|spine upper|collar
arm {S} shoulder 2|arm {S} shoulder 1|shoulder
arm {S} elbow|arm {S} shoulder 2|elbow
arm {S} wrist|arm {S} elbow|wrist
arm {S} finger {F}{N}|arm {S} wrist|a,b,c
""",
    ("left", "right"),
    _FROM_ONE,
    arms_down=40.0,
)
BETHESDA = Known(
    "",
    """
NPC Root [Root]|.|floor
NPC COM [COM ]|NPC Root [Root]|pelvis
NPC Pelvis [Pelv]|NPC COM [COM ]|pelvis
NPC {S} Thigh [{S}Thg]|NPC Pelvis [Pelv]|hip
NPC {S} Calf [{S}Clf]|NPC {S} Thigh [{S}Thg]|knee
NPC {S} Foot [{S}ft ]|NPC {S} Calf [{S}Clf]|ankle
NPC {S} Toe0 [{S}Toe]|NPC {S} Foot [{S}ft ]|foot
NPC Spine [Spn0]|NPC COM [COM ]|pelvis+0.2
NPC Spine2 [Spn2]|NPC Spine [Spn0]|spine3
NPC Neck [Neck]|NPC Spine2 [Spn2]|neck
NPC Head [Head]|NPC Neck [Neck]|head
NPC {S} Clavicle [{S}Clv]|NPC Spine2 [Spn2]|collar
NPC {S} UpperArm [{S}Uar]|NPC {S} Clavicle [{S}Clv]|shoulder
NPC {S} Forearm [{S}Lar]|NPC {S} UpperArm [{S}Uar]|elbow
NPC {S} Hand [{S}Hnd]|NPC {S} Forearm [{S}Lar]|wrist
NPC {S} Finger{F}{N} [{S}F{F}{N}]|NPC {S} Hand [{S}Hnd]|0,1,2
""",
    ("L", "R"),
    _FROM_ZERO,
    arms_down=30.0,
)
MOTIVE = Known(
    "",
    """
Bob_Hip . pelvis
Bob_Ab Bob_Hip pelvis+0.3
Bob_Chest Bob_Ab spine3
Bob_Neck Bob_Chest neck
Bob_Head Bob_Neck head
Bob_{S}Shoulder Bob_Chest collar
Bob_{S}UArm Bob_{S}Shoulder shoulder
Bob_{S}FArm Bob_{S}UArm elbow
Bob_{S}Hand Bob_{S}FArm wrist
Bob_{S}Thigh Bob_Hip hip
Bob_{S}Shin Bob_{S}Thigh knee
Bob_{S}Foot Bob_{S}Shin ankle
Bob_{S}Toe Bob_{S}Foot foot
""",
    ("L", "R"),
)
TRIPO = Known(
    "Character Creator",
    """
Root . floor
Hip Root pelvis
Pelvis Hip pelvis
{S}_Thigh Pelvis hip
{S}_ThighTwist01 {S}_Thigh hip+0.25
{S}_Calf {S}_Thigh knee
{S}_Foot {S}_Calf ankle
{S}_ToeBase {S}_Foot foot
Waist Hip pelvis+0.3
Spine01 Waist pelvis+0.6
Spine02 Spine01 spine3
NeckTwist01 Spine02 neck
NeckTwist02 NeckTwist01 neck+0.5
Head NeckTwist02 head
{S}_Clavicle Spine02 collar
{S}_Upperarm {S}_Clavicle shoulder
{S}_UpperarmTwist01 {S}_Upperarm shoulder+0.3
{S}_Forearm {S}_Upperarm elbow
{S}_Hand {S}_Forearm wrist
""",
    ("L", "R"),
    arms_down=30.0,
)
MAYA = Known(
    "",
    """
cn_hip_jnt . pelvis
{S}_upleg_jnt cn_hip_jnt hip
{S}_knee_jnt {S}_upleg_jnt knee
{S}_ankle_jnt {S}_knee_jnt ankle
{S}_ball_jnt {S}_ankle_jnt foot
cn_spine_jnt cn_hip_jnt pelvis+0.3
cn_chest_jnt cn_spine_jnt spine3
cn_neck_jnt cn_chest_jnt neck
cn_head_jnt cn_neck_jnt head
{S}_clav_jnt cn_chest_jnt collar
{S}_shoulder_jnt {S}_clav_jnt shoulder
{S}_elbow_jnt {S}_shoulder_jnt elbow
{S}_wrist_jnt {S}_elbow_jnt wrist
{S}_{F}{N}_jnt {S}_wrist_jnt 1,2,3
""",
    ("lf", "rt"),
    _LOWER,
)
BLENRIG = Known(
    "",
    """
pelvis_def . pelvis
spine_1_def pelvis_def pelvis+0.3
spine_2_def spine_1_def spine3
neck_1_def spine_2_def neck
head_def neck_1_def head
clavi_def_{S} spine_2_def collar
arm_def_{S} clavi_def_{S} shoulder
forearm_def_{S} arm_def_{S} elbow
hand_def_{S} forearm_def_{S} wrist
fing_{F}_{N}_{S} hand_def_{S} 1,2,3
thigh_def_{S} pelvis_def hip
shin_def_{S} thigh_def_{S} knee
foot_def_{S} shin_def_{S} ankle
toes_def_{S} foot_def_{S} foot
""",
    ("L", "R"),
    {**_LOWER, "index": "ind", "middle": "mid", "pinky": "lit"},
)
FREEMOCAP = Known(
    "Rigify",
    """
pelvis . pelvis
pelvis.{S} pelvis pelvis
thigh.{S} pelvis.{S} hip
shin.{S} thigh.{S} knee
foot.{S} shin.{S} ankle
heel.02.{S} shin.{S} ankle
spine pelvis pelvis
spine.001 spine pelvis+0.5
neck spine.001 neck
face neck head
shoulder.{S} spine.001 neck
upper_arm.{S} shoulder.{S} shoulder
forearm.{S} upper_arm.{S} elbow
hand.{S} forearm.{S} wrist
thumb.carpal.{S} hand.{S} wrist
palm.01.{S} hand.{S} wrist
{F}.{N}.{S} thumb.carpal.{S} 01,02,03
f_index.01.{S} palm.01.{S} index1
f_index.02.{S} f_index.01.{S} index2
f_index.03.{S} f_index.02.{S} index3
""",
    ("L", "R"),
    {"thumb": "thumb"},
)
FURTHER = {
    "XNALara": XNALARA, "Skyrim": BETHESDA, "Motive": MOTIVE, "Tripo": TRIPO, "Maya": MAYA,
    "BlenRig": BLENRIG, "FreeMoCap": FREEMOCAP,
}  # fmt: skip
