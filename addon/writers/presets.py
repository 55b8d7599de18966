"""What other programs want of a file: its kind, names, axes, unit and root."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..body.hands import FINGERS
from .names import BONE_NAMES, FINGER_BONES, ROOT

_UNITY = (
    "Hips LeftUpperLeg RightUpperLeg Spine LeftLowerLeg RightLowerLeg Chest LeftFoot RightFoot UpperChest"
    " LeftToes RightToes Neck LeftShoulder RightShoulder Head LeftUpperArm RightUpperArm LeftLowerArm"
    " RightLowerArm LeftHand RightHand LeftPalm RightPalm"
)
"""Unity's names of human bones, in the order of SMPL's joints; its mapper takes no palm for a finger."""

_UNREAL = (
    "pelvis thigh_l thigh_r spine_01 calf_l calf_r spine_02 foot_l foot_r spine_03 ball_l ball_r neck_01"
    " clavicle_l clavicle_r head upperarm_l upperarm_r lowerarm_l lowerarm_r hand_l hand_r palm_l palm_r"
)
"""The names of Unreal's mannequin; it has no bone where SMPL's hand joints are."""

_MIXAMO = (
    "Hips LeftUpLeg RightUpLeg Spine LeftLeg RightLeg Spine1 LeftFoot RightFoot Spine2 LeftToeBase"
    " RightToeBase Neck LeftShoulder RightShoulder Head LeftArm RightArm LeftForeArm RightForeArm LeftHand"
    " RightHand LeftPalm RightPalm"
)
"""Mixamo's names, less the prefix; it has no bone where SMPL's hand joints are."""

_VRM = (
    "hips leftUpperLeg rightUpperLeg spine leftLowerLeg rightLowerLeg chest leftFoot rightFoot upperChest"
    " leftToes rightToes neck leftShoulder rightShoulder head leftUpperArm rightUpperArm leftLowerArm"
    " rightLowerArm leftHand rightHand"
)
"""VRM's human bones; SMPL's last two joints are none."""

_UNITY_FINGERS = tuple(
    f"{side}{finger}{part}"
    for side in ("Left", "Right")
    for finger in ("Index", "Middle", "Little", "Ring", "Thumb")
    for part in ("Proximal", "Intermediate", "Distal")
)
_UNREAL_FINGERS = tuple(
    f"{finger}_0{number}_{side}" for side in "lr" for finger in FINGERS for number in (1, 2, 3)
)
_MIXAMO_FINGERS = tuple(
    f"{side}Hand{finger.capitalize()}{number}"
    for side in ("Left", "Right")
    for finger in FINGERS
    for number in (1, 2, 3)
)
_VRM_FINGERS = tuple(
    f"{side}{finger.capitalize()}{part}"
    for side in ("left", "right")
    for finger in ("index", "middle", "little", "ring", "thumb")
    for part in (
        ("Metacarpal", "Proximal", "Distal") if finger == "thumb" else ("Proximal", "Intermediate", "Distal")
    )
)
VRM_BONES: dict[str, str] = dict(
    zip((*BONE_NAMES[:22], *FINGER_BONES), (*_VRM.split(), *_VRM_FINGERS), strict=True)
)
"""VRM's human bones by our bones' names."""


@dataclass(frozen=True)
class Preset:
    """How a file is written for one kind of program.

    suffix: ending of the file's name, which tells its kind. bones: names in the file by ours, empty to keep
    ours. forward, up: where Blender's +Y and +Z point in the file. centimetres: length of the file's unit;
    None leaves axes and unit to the armature's node, turned and scaled as Blender's exporter does it. With a
    unit that node has no rotation and scale 1, as axes and unit are in the bones. root: name of a bone on the
    floor that carries travel and heading; armature: name of the armature's node; one_each: what reads one
    skeleton from a file, or knows bones by their names alone, gets a file for each person. file_start: number
    of the first frame in the file, None for that of the scene.
    """

    label: str
    description: str
    suffix: str = ".fbx"
    bones: Mapping[str, str] = field(default_factory=dict)
    forward: str = "-Z"
    up: str = "Y"
    centimetres: float | None = None
    root: str | None = None
    armature: str | None = None
    one_each: bool = True
    file_start: int | None = 0

    @property
    def has_meshes(self) -> bool:
        """Whether files of this kind hold more than a skeleton."""
        return self.suffix not in (".bvh", ".vrma")


def _names(theirs: str, fingers: tuple[str, ...]) -> dict[str, str]:
    return dict(zip((*BONE_NAMES, *FINGER_BONES), (*theirs.split(), *fingers), strict=True))


_MIXAMO_NAMES = {ours: f"mixamorig:{theirs}" for ours, theirs in _names(_MIXAMO, _MIXAMO_FINGERS).items()}

FBX_PRESETS: dict[str, Preset] = {
    "plain": Preset(
        "Plain",
        "SMPL's bone names, axes and unit as Blender's own exporter writes them: Y up",
        one_each=False,
        file_start=None,
    ),
    "unity": Preset(
        "Unity Humanoid",
        "The bone names that Unity's Humanoid avatar maps by itself, metres, Y up, facing +Z,"
        " no turned or scaled node. Each person gets a file",
        bones=_names(_UNITY, _UNITY_FINGERS),
        centimetres=100.0,
    ),
    "unreal": Preset(
        "Unreal",
        "The mannequin's bone names below a root bone on the floor that carries root motion, centimetres,"
        " Z up, facing as the mannequin does (+Y in Unreal). Each person gets a file",
        bones={**_names(_UNREAL, _UNREAL_FINGERS), ROOT: "root"},
        forward="Y",
        up="Z",
        centimetres=1.0,
        root="root",
        armature="Armature",
    ),
    "mixamo": Preset(
        "Mixamo",
        "Mixamo's bone names, centimetres, Y up, facing +Z, no turned or scaled node."
        " Each person gets a file",
        bones=_MIXAMO_NAMES,
        centimetres=1.0,
    ),
}
"""By the names of the command line. Unreal drops a node that Blender wrote only if it is called Armature."""

OTHER_PRESETS: dict[str, Preset] = {
    "web": Preset(
        "Web (glTF)",
        "A .glb file for three.js, Babylon.js and other glTF readers: metres, Y up, a clip for each person",
        suffix=".glb",
        one_each=False,
    ),
    "usd": Preset(
        "USD",
        "A .usd file with a skeleton for each person: metres, Z up",
        suffix=".usd",
        one_each=False,
        file_start=None,
    ),
    "bvh": Preset(
        "BVH",
        "Skeleton and motion alone, SMPL's bone names, centimetres, Y up. Each person gets a file",
        suffix=".bvh",
        centimetres=1.0,
    ),
    "bvh_mixamo": Preset(
        "BVH, Mixamo Names",
        "Skeleton and motion alone, Mixamo's bone names, centimetres, Y up. Each person gets a file",
        suffix=".bvh",
        centimetres=1.0,
        bones=_MIXAMO_NAMES,
    ),
    "vrma": Preset(
        "VRM Animation",
        "A .vrma file that plays on every VRM avatar. Each person gets a file",
        suffix=".vrma",
        centimetres=100.0,
    ),
}
"""What is no FBX file."""

PRESETS: dict[str, Preset] = {**FBX_PRESETS, **OTHER_PRESETS}


def preset_items() -> Iterator[tuple[str, str, str]]:
    """(identifier, name, description) of each preset, for a list to choose from."""
    return ((name, preset.label, preset.description) for name, preset in PRESETS.items())
