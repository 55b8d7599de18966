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
ADVANCED_SKELETON = Known(
    "",
    """
Root_M . pelvis
Hip_{S} Root_M hip
HipPart1_{S} Hip_{S} hip+0.33
HipPart2_{S} HipPart1_{S} hip+0.66
Knee_{S} HipPart2_{S} knee
Ankle_{S} Knee_{S} ankle
Toes_{S} Ankle_{S} foot
ToesEnd_{S} Toes_{S} toe
Spine1_M Root_M pelvis+0.3
Spine2_M Spine1_M pelvis+0.6
Chest_M Spine2_M spine3
Scapula_{S} Chest_M collar
Shoulder_{S} Scapula_{S} shoulder
ShoulderPart1_{S} Shoulder_{S} shoulder+0.33
ShoulderPart2_{S} ShoulderPart1_{S} shoulder+0.66
Elbow_{S} ShoulderPart2_{S} elbow
ElbowPart1_{S} Elbow_{S} elbow+0.33
ElbowPart2_{S} ElbowPart1_{S} elbow+0.66
Wrist_{S} ElbowPart2_{S} wrist
Cup_{S} Wrist_{S} wrist+0.4
{F}Finger{N}_{S} Wrist_{S} 1,2,3,4
Neck_M Chest_M neck
Head_M Neck_M head
HeadEnd_M Head_M top
Jaw_M Head_M head+0.1
Eye_{S} Head_M head+0.4
""",
    ("L", "R"),
    arms_down=10.0,
)
QUEST = Known(
    "Unity",
    """
Root . floor
Hips Root pelvis
SpineLower Hips pelvis+0.2
SpineMiddle SpineLower pelvis+0.4
SpineUpper SpineMiddle pelvis+0.7
Chest SpineUpper spine3
Neck Chest neck
Head Neck head
{S}Shoulder Chest collar
{S}Scapula {S}Shoulder collar+0.5
{S}ArmUpper {S}Shoulder shoulder
{S}ArmLower {S}ArmUpper elbow
{S}HandWristTwist {S}ArmLower elbow+0.8
{S}HandWrist {S}ArmLower wrist
{S}HandPalm {S}HandWrist wrist+0.5
{S}HandThumbMetacarpal {S}HandWrist thumb1
{S}HandThumbProximal {S}HandThumbMetacarpal thumb2
{S}HandThumbDistal {S}HandThumbProximal thumb3
{S}Hand{F}{N} {S}HandWrist Proximal,Intermediate,Distal,Tip
{S}UpperLeg Hips hip
{S}LowerLeg {S}UpperLeg knee
{S}FootAnkleTwist {S}LowerLeg knee+0.8
{S}FootAnkle {S}LowerLeg ankle
{S}FootSubtalar {S}FootAnkle ankle+0.2
{S}FootTransverse {S}FootSubtalar ankle+0.5
{S}FootBall {S}FootTransverse foot
""",
    fingers={"index": "Index", "middle": "Middle", "ring": "Ring", "pinky": "Little"},
    arms_down=85.0,
)
SOURCE_2 = Known(
    "",
    """
root_motion . floor
pelvis root_motion pelvis
spine_0 pelvis pelvis+0.2
spine_1 spine_0 pelvis+0.4
spine_2 spine_1 pelvis+0.7
spine_3 spine_2 spine3
neck_0 spine_3 neck
head neck_0 head
clavicle_{S} spine_3 collar
arm_upper_{S} clavicle_{S} shoulder
arm_upper_{S}_twist0 arm_upper_{S} shoulder
arm_upper_{S}_twist1 arm_upper_{S} shoulder+0.5
arm_lower_{S} arm_upper_{S} elbow
arm_lower_{S}_twist0 arm_lower_{S} elbow+0.1
arm_lower_{S}_twist1 arm_lower_{S} elbow+0.5
arm_elbow_helper_{S} arm_upper_{S} elbow
hand_{S} arm_lower_{S} wrist
finger_{F}_{N}_{S} hand_{S} 0,1,2
hold_{S} hand_{S} wrist+0.5
leg_upper_{S} pelvis hip
leg_upper_{S}_twist0 leg_upper_{S} hip
leg_upper_{S}_twist1 leg_upper_{S} hip+0.5
leg_lower_{S} leg_upper_{S} knee
leg_knee_helper_{S} leg_upper_{S} knee
ankle_{S} leg_lower_{S} ankle
ball_{S} ankle_{S} foot
root_IK root_motion floor
foot_{S}_IK_target root_IK ankle
hand_{S}_IK_target root_IK wrist
""",
    ("L", "R"),
    {each: each for each in FINGERS},
    arms_down=40.0,
)
SIMS = Known(
    "",
    """
b__ROOT__ . floor
b__Pelvis__ b__ROOT__ pelvis
b__Spine0__ b__Pelvis__ pelvis+0.3
b__Spine1__ b__Spine0__ pelvis+0.6
b__Spine2__ b__Spine1__ spine3
b__Neck__ b__Spine2__ neck
b__Head__ b__Neck__ head
b__CAS_{S}_Breast__ b__Spine2__ collar+0.2
b__{S}_Clavicle__ b__Spine2__ collar
b__{S}_UpperArm__ b__{S}_Clavicle__ shoulder
b__{S}_ShoulderTwist__ b__{S}_UpperArm__ shoulder+0.2
b__{S}_Elbow__ b__{S}_UpperArm__ elbow+0.0
b__{S}_Forearm__ b__{S}_UpperArm__ elbow
b__{S}_ForearmTwist__ b__{S}_Forearm__ elbow+0.5
b__{S}_Hand__ b__{S}_Forearm__ wrist
b__{S}_{F}{N}__ b__{S}_Hand__ 0,1,2
b__{S}_Thigh__ b__Pelvis__ hip
b__{S}_ThighTwist__ b__{S}_Thigh__ hip+0.2
b__{S}_Calf__ b__{S}_Thigh__ knee
b__{S}_CalfTwist__ b__{S}_Calf__ knee+0.5
b__{S}_Foot__ b__{S}_Calf__ ankle
b__{S}_Toe__ b__{S}_Foot__ foot
b__{S}_Skirt__ b__Pelvis__ hip+0.3
b__{S}_foot_slot b__{S}_Foot__ ankle
""",
    ("L", "R"),
    {**{each: each.capitalize() for each in FINGERS}, "middle": "Mid"},
    arms_down=45.0,
)
FURTHER = {
    "XNALara": XNALARA, "Skyrim": BETHESDA, "Motive": MOTIVE, "Tripo": TRIPO, "Maya": MAYA,
    "BlenRig": BLENRIG, "FreeMoCap": FREEMOCAP,
    "AdvancedSkeleton": ADVANCED_SKELETON, "Meta Quest": QUEST, "Source 2": SOURCE_2, "Sims 4": SIMS,
}  # fmt: skip
