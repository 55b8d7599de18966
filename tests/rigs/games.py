"""Tables of rigs: of games and of Maya, with helpers, wings and hands' own ways of counting."""

from __future__ import annotations

from addon.body.hands import FINGERS

from .building import Known

_NAMED = {each: each.capitalize() for each in FINGERS}
_FROM_ZERO = {"thumb": "0", "index": "1", "middle": "2", "ring": "3", "pinky": "4"}

GAMES = (
    Known(
        "Mixamo or MotionBuilder",
        """
Character1_Reference . floor
Character1_Hips Character1_Reference pelvis
Character1_{S}UpLeg Character1_Hips hip
Character1_{S}UpLegRoll Character1_{S}UpLeg hip+0.5
Character1_{S}Leg Character1_{S}UpLeg knee
Character1_{S}Foot Character1_{S}Leg ankle
Character1_{S}ToeBase Character1_{S}Foot foot
Character1_Spine Character1_Hips pelvis+0.3
Character1_Spine1 Character1_Spine spine3
Character1_{S}Shoulder Character1_Spine1 collar
Character1_{S}Arm Character1_{S}Shoulder shoulder
Character1_{S}ForeArm Character1_{S}Arm elbow
Character1_{S}ForeArmRoll Character1_{S}ForeArm elbow+0.5
Character1_{S}Hand Character1_{S}ForeArm wrist
Character1_{S}InHandIndex Character1_{S}Hand wrist+0.3
Character1_{S}InHandMiddle Character1_{S}Hand wrist+0.3
Character1_{S}InHandRing Character1_{S}Hand wrist+0.3
Character1_{S}InHandPinky Character1_{S}Hand wrist+0.3
Character1_{S}Hand{F}{N} Character1_{S}InHand{F}/Character1_{S}Hand 1,2,3
Character1_Neck Character1_Spine1 neck
Character1_Head Character1_Neck head
""",
    ),
    Known(
        "GTA V",
        """
SKEL_ROOT . pelvis
SKEL_Pelvis SKEL_ROOT pelvis+0.02
SKEL_{S}_Thigh SKEL_Pelvis hip
SKEL_{S}_Calf SKEL_{S}_Thigh knee
SKEL_{S}_Foot SKEL_{S}_Calf ankle
SKEL_{S}_Toe0 SKEL_{S}_Foot foot
EO_{S}_Foot SKEL_{S}_Calf knee+0.99
IK_{S}_Foot SKEL_{S}_Foot ankle
MH_{S}_Knee SKEL_{S}_Calf knee+0.01
RB_{S}_ThighRoll SKEL_{S}_Thigh hip+0.5
SKEL_Spine_Root SKEL_ROOT pelvis+0.05
SKEL_Spine0 SKEL_Spine_Root pelvis+0.2
SKEL_Spine1 SKEL_Spine0 pelvis+0.6
SKEL_Spine3 SKEL_Spine1 spine3
SKEL_{S}_Clavicle SKEL_Spine3 collar
SKEL_{S}_UpperArm SKEL_{S}_Clavicle shoulder
SKEL_{S}_Forearm SKEL_{S}_UpperArm elbow
SKEL_{S}_Hand SKEL_{S}_Forearm wrist
SKEL_{S}_Finger{F}{N} SKEL_{S}_Hand 0,1,2
PH_{S}_Hand SKEL_{S}_Hand wrist+0.3
RB_{S}_ForeArmRoll SKEL_{S}_Forearm elbow+0.5
MH_{S}_Elbow SKEL_{S}_Forearm elbow+0.01
SKEL_Neck_1 SKEL_Spine3 neck
SKEL_Head SKEL_Neck_1 head
IK_Root SKEL_ROOT floor
""",
        ("L", "R"),
        _FROM_ZERO,
        arms_down=30.0,
    ),
    Known(
        "Source",
        """
ValveBiped.Bip01_Pelvis . pelvis
ValveBiped.Bip01_Spine ValveBiped.Bip01_Pelvis pelvis+0.1
ValveBiped.Bip01_Spine1 ValveBiped.Bip01_Spine pelvis+0.4
ValveBiped.Bip01_Spine4 ValveBiped.Bip01_Spine1 spine3
ValveBiped.Bip01_Neck1 ValveBiped.Bip01_Spine4 neck
ValveBiped.Bip01_Head1 ValveBiped.Bip01_Neck1 head
ValveBiped.forward ValveBiped.Bip01_Head1 top
ValveBiped.Bip01_{S}_Clavicle ValveBiped.Bip01_Spine4 collar
ValveBiped.Bip01_{S}_UpperArm ValveBiped.Bip01_{S}_Clavicle shoulder
ValveBiped.Bip01_{S}_Bicep ValveBiped.Bip01_{S}_UpperArm shoulder+0.5
ValveBiped.Bip01_{S}_Forearm ValveBiped.Bip01_{S}_UpperArm elbow
ValveBiped.Bip01_{S}_Ulna ValveBiped.Bip01_{S}_Forearm elbow+0.5
ValveBiped.Bip01_{S}_Hand ValveBiped.Bip01_{S}_Forearm wrist
ValveBiped.Anim_Attachment_{S}H ValveBiped.Bip01_{S}_Hand wrist+0.5
ValveBiped.Bip01_{S}_Finger{F}{N} ValveBiped.Bip01_{S}_Hand ,1,2
ValveBiped.Bip01_{S}_Thigh ValveBiped.Bip01_Pelvis hip
ValveBiped.Bip01_{S}_Calf ValveBiped.Bip01_{S}_Thigh knee
ValveBiped.Bip01_{S}_Foot ValveBiped.Bip01_{S}_Calf ankle
ValveBiped.Bip01_{S}_Toe0 ValveBiped.Bip01_{S}_Foot foot
""",
        ("L", "R"),
        _FROM_ZERO,
        arms_down=30.0,
    ),
    Known(
        "Second Life",
        """
mPelvis . pelvis
mSpine1 mPelvis pelvis+0.3
mSpine2 mSpine1 pelvis
mTorso mSpine2 pelvis+0.3
mSpine3 mTorso spine3
mSpine4 mSpine3 pelvis+0.3
mChest mSpine4 spine3
mNeck mChest neck
mHead mNeck head
mSkull mHead top
mCollar{S} mChest collar
mShoulder{S} mCollar{S} shoulder
mElbow{S} mShoulder{S} elbow
mWrist{S} mElbow{S} wrist
mHand{F}{N}{S} mWrist{S} 1,2,3
mWingsRoot mChest spine3
mWing1{S} mWingsRoot collar+0.2
mWing2{S} mWing1{S} collar+0.8
mWing3{S} mWing2{S} shoulder+0.5
mWing4{S} mWing3{S} shoulder+0.9
mHip{S} mPelvis hip
mKnee{S} mHip{S} knee
mAnkle{S} mKnee{S} ankle
mFoot{S} mAnkle{S} foot
mToe{S} mFoot{S} toe
mTail1 mPelvis pelvis
mTail2 mTail1 pelvis+-0.3
mTail3 mTail2 pelvis+-0.6
""",
        fingers=_NAMED,
    ),
    Known(
        "ARKit",
        """
root . floor
hips_joint root pelvis
{S}_upLeg_joint hips_joint hip
{S}_leg_joint {S}_upLeg_joint knee
{S}_foot_joint {S}_leg_joint ankle
{S}_toes_joint {S}_foot_joint foot
{S}_toesEnd_joint {S}_toes_joint toe
spine_1_joint hips_joint pelvis+0.1
spine_2_joint spine_1_joint pelvis+0.3
spine_3_joint spine_2_joint pelvis+0.6
spine_7_joint spine_3_joint spine3
neck_1_joint spine_7_joint neck
neck_2_joint neck_1_joint neck+0.5
head_joint neck_2_joint head
{S}_shoulder_1_joint spine_7_joint collar
{S}_arm_joint {S}_shoulder_1_joint shoulder
{S}_forearm_joint {S}_arm_joint elbow
{S}_hand_joint {S}_forearm_joint wrist
{S}_handIndexStart_joint {S}_hand_joint wrist+0.3
{S}_handPinkyStart_joint {S}_hand_joint wrist+0.3
{S}_hand{F}_{N}_joint {S}_hand{F}Start_joint/{S}_hand_joint 1,2,3
""",
        ("left", "right"),
        _NAMED,
    ),
    Known(
        "Auto-Rig Pro",
        """
root.x . pelvis
spine_01.x root.x pelvis+0.3
spine_02.x spine_01.x pelvis+0.6
spine_03.x spine_02.x spine3
neck.x spine_03.x neck
head.x neck.x head
shoulder.{S} spine_03.x collar
arm_stretch.{S} shoulder.{S} shoulder
arm_twist.{S} arm_stretch.{S} shoulder+0.01
forearm_stretch.{S} arm_stretch.{S} elbow
forearm_twist.{S} forearm_stretch.{S} elbow+0.5
hand.{S} forearm_stretch.{S} wrist
{F}{N}.{S} hand.{S} 1,2,3
thigh_stretch.{S} root.x hip
thigh_twist.{S} thigh_stretch.{S} hip+0.01
leg_stretch.{S} thigh_stretch.{S} knee
leg_twist.{S} leg_stretch.{S} knee+0.5
foot.{S} leg_stretch.{S} ankle
toes_01.{S} foot.{S} foot
""",
        ("l", "r"),
        {each: each for each in FINGERS},
        arms_down=40.0,
    ),
)
