"""What other programs want of an FBX file: names, axes, unit and root."""

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

_UNITY_FINGERS = tuple(
    f"{side}{finger}{part}"
    for side in ("Left", "Right")
    for finger in ("Index", "Middle", "Little", "Ring", "Thumb")
    for part in ("Proximal", "Intermediate", "Distal")
)
_UNREAL_FINGERS = tuple(
    f"{finger}_0{number}_{side}" for side in "lr" for finger in FINGERS for number in (1, 2, 3)
)


@dataclass(frozen=True)
class FbxPreset:
    """How a file is written for one kind of program.

    bones: names in the file by ours, empty to keep ours. forward, up: where Blender's +Y and +Z point in the
    file. centimetres: length of the file's unit; None leaves axes and unit to the armature's node, turned and
    scaled as Blender's exporter does it. With a unit that node has no rotation and scale 1, as axes and unit
    are in the bones. root: name of a bone on the floor that carries travel and heading; armature: name of the
    armature's node; one_each: a program that reads one skeleton from a file gets a file for each person.
    """

    label: str
    description: str
    bones: Mapping[str, str] = field(default_factory=dict)
    forward: str = "-Z"
    up: str = "Y"
    centimetres: float | None = None
    root: str | None = None
    armature: str | None = None
    one_each: bool = False


def _names(theirs: str, fingers: tuple[str, ...]) -> dict[str, str]:
    return dict(zip((*BONE_NAMES, *FINGER_BONES), (*theirs.split(), *fingers), strict=True))


FBX_PRESETS: dict[str, FbxPreset] = {
    "plain": FbxPreset(
        "Plain", "SMPL's bone names, axes and unit as Blender's own exporter writes them: Y up"
    ),
    "unity": FbxPreset(
        "Unity Humanoid",
        "The bone names that Unity's Humanoid avatar maps by itself, metres, Y up, facing +Z,"
        " no turned or scaled node",
        bones=_names(_UNITY, _UNITY_FINGERS),
        centimetres=100.0,
    ),
    "unreal": FbxPreset(
        "Unreal",
        "The mannequin's bone names below a root bone on the floor that carries root motion, centimetres,"
        " Z up, facing as the mannequin does (+Y in Unreal). Each person gets a file",
        bones={**_names(_UNREAL, _UNREAL_FINGERS), ROOT: "root"},
        forward="Y",
        up="Z",
        centimetres=1.0,
        root="root",
        armature="Armature",
        one_each=True,
    ),
}
"""By the names of the command line. Unreal drops a node that Blender wrote only if it is called Armature."""


def preset_items() -> Iterator[tuple[str, str, str]]:
    """(identifier, name, description) of each preset, for a list to choose from."""
    return ((name, preset.label, preset.description) for name, preset in FBX_PRESETS.items())
