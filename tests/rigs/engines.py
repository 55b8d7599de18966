"""Tables of rigs: of motion capture and games."""

from __future__ import annotations

from addon.body.hands import FINGERS

from .building import Known

_LOWER = {each: each for each in FINGERS}
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

ENGINES = (
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
)
