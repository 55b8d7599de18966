"""Tables of rigs: of figures and of research."""

from __future__ import annotations

from addon.body.hands import FINGERS

from .building import Known

_LOWER = {each: each for each in FINGERS}
_VROID_FINGERS = {"index": "Index", "middle": "Middle", "ring": "Ring", "pinky": "Little", "thumb": "Thumb"}


FIGURES = (
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
