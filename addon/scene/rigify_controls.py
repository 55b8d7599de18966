"""A rig made by Rigify's Generate Rig: which controls are keyed, and what they hang on.

Its controls hang on bones that copy, stretch and switch. With the switches that are keyed here they go along
with the control above them, so that keys can be worked out without playing the rig.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import bpy
import numpy as np

from ..body.directions import unit
from ..body.hands import FINGERS, JOINTS_PER_FINGER, SIDES
from ..retarget import Carried, written
from ..retarget.bones import Bones, Rest
from ..retarget.geometry import applied, hinges
from ..retarget.pose import Pose
from ..retarget.target import LIMBS

_LETTERS = {"left": "L", "right": "R"}
_LIMBS = {
    "shoulder": "upper_arm_fk", "elbow": "forearm_fk", "wrist": "hand_fk", "hip": "thigh_fk",
    "knee": "shin_fk", "ankle": "foot_fk", "foot": "toe_fk",
}  # fmt: skip
_HANGS_ON = {"elbow": "shoulder", "wrist": "elbow", "knee": "hip", "ankle": "knee", "foot": "ankle"}
_RESTING = ("hips", "chest", *(f"foot_{part}_ik.{side}" for part in ("heel", "spin") for side in "LR"))
_IK = {"wrist": ("hand_ik", "upper_arm_ik_target", "upper_arm_parent", "elbow"),
       "ankle": ("foot_ik", "thigh_ik_target", "thigh_parent", "knee")}  # fmt: skip
"""By the end of a limb: its IK control, its pole, who has the limb's switches, the middle joint."""
_BENT = 0.05
"""Sine of the bend of a limb from which its pole shows where it bends."""
_IN_ROOT = 1
"""What a switch of parents says for the root."""


@dataclass(frozen=True)
class Controls:
    """The controls of a generated rig: bones to key, those that rest, and the rig."""

    rig: bpy.types.Object
    bones: Bones
    resting: tuple[str, ...]

    def settings(self, ik: bool) -> Mapping[str, float]:
        """Custom properties to key, by RNA path: limbs go along with the body, and play IK or FK."""
        found: dict[str, float] = {}
        for name in ("neck_follow", "head_follow"):
            self._set(found, "torso", name, 1.0)
        for side in SIDES:
            for _, pole, switches, _ in _IK.values():
                owner = f"{switches}.{_LETTERS[side]}"
                self._set(found, owner, "FK_limb_follow", 0.0)
                self._set(found, owner, "IK_FK", 0.0 if ik else 1.0)
                if ik and f"{pole}.{_LETTERS[side]}" in self.rig.data.bones:
                    self._set(found, owner, "pole_vector", True)
                    self._set(found, owner, "pole_parent", _IN_ROOT)
                    self._set(found, owner, "IK_parent", _IN_ROOT)
        return found

    @property
    def missing(self) -> list[str]:
        """Controls of limbs that the rig was made with and that are gone."""
        bones = self.rig.data.bones
        return [
            f"{control}.{letter}"
            for joint, control in _LIMBS.items()
            for letter in _LETTERS.values()
            if joint != "foot"
            and f"{control}.{letter}" not in bones
            and f"ORG-{control.removesuffix('_fk')}.{letter}" in bones
        ]

    def shown_by(self, ik: bool) -> Mapping[str, str]:
        """The bones that show what controls of the limbs say; of IK limbs the ends do, and "" stands for the
        rest."""
        found = {}
        for joint, control in _LIMBS.items():
            for letter in _LETTERS.values():
                bone = f"ORG-{control.removesuffix('_fk')}.{letter}"
                name, own = f"{control}.{letter}", bone if bone in self.rig.data.bones else ""
                found[name] = own if joint in _IK or not ik else ""
        return found

    def _set(self, found: dict[str, float], bone: str, name: str, value: float) -> None:
        owner = self.rig.pose.bones.get(bone)
        if owner is not None and name in owner:
            found[f'pose.bones["{bone}"]["{name}"]'] = value


def controls_of(armature: bpy.types.Object) -> Controls | None:
    """The controls of a rig that Rigify has generated from a human; None for any other armature."""
    bones = armature.data.bones
    if "rig_id" not in armature.data or "torso" not in bones or "upper_arm_fk.L" not in bones:
        return None
    spine = _spine(armature)
    joints, carriers = {"pelvis": "torso"}, {"torso": "root" if "root" in bones else ""}
    for lower, upper in zip(["torso", *spine], spine, strict=False):
        carriers[upper] = lower
    chest = spine[-1] if spine else "torso"
    neck = ["neck"] if "neck" in bones else []
    if "head" in bones:
        joints["head"] = "head"
        carriers |= {"head": [chest, *neck][-1], **dict.fromkeys(neck, chest)}
    for side in SIDES:
        _add_side(bones, side, chest, joints, carriers)
    fingers = [[_finger(bones, side, finger, number) for finger in FINGERS
                for number in range(1, JOINTS_PER_FINGER + 1)] for side in SIDES]  # fmt: skip
    for side, hand in zip(SIDES, fingers, strict=True):
        for index, name in enumerate(hand):
            if name:
                above = hand[index - 1] if index % JOINTS_PER_FINGER else joints[f"{side}_wrist"]
                carriers[name] = above
    below = [
        name for name in (bone.name for bone in bones) if name.startswith("spine_fk") and name not in spine
    ]
    resting = tuple(name for name in (*_RESTING, *below) if name in bones)
    named = Bones(joints, spine, neck, {}, fingers, "root" if "root" in bones else "", carriers)
    return Controls(armature, named, resting)


def _spine(armature: bpy.types.Object) -> list[str]:
    """The FK controls above the rig's pivot, from below to above."""
    found: list[str] = []
    bone = armature.data.bones.get("neck") or armature.data.bones.get("shoulder.L")
    while bone is not None and bone.name != "torso":
        if bone.name.startswith("spine_fk"):
            found.insert(0, bone.name)
        bone = bone.parent
    return found


def _add_side(
    bones: bpy.types.ArmatureBones, side: str, chest: str, joints: dict[str, str], carriers: dict[str, str]
) -> None:
    letter = _LETTERS[side]
    collar = f"shoulder.{letter}"
    if collar in bones:
        joints[f"{side}_collar"], carriers[collar] = collar, chest
    for joint, control in _LIMBS.items():
        name = f"{control}.{letter}"
        if joint == "foot" and name not in bones:
            name = f"toe.{letter}"  # before Blender 3.2
        if name not in bones:
            continue
        joints[f"{side}_{joint}"] = name
        above = joints.get(f"{side}_{_HANGS_ON[joint]}") if joint in _HANGS_ON else None
        carriers[name] = above or {"hip": "torso"}.get(joint, joints.get(f"{side}_collar", chest))


def _finger(bones: bpy.types.ArmatureBones, side: str, finger: str, number: int) -> str:
    name = f"{'thumb' if finger == 'thumb' else f'f_{finger}'}.0{number}.{_LETTERS[side]}"
    return name if name in bones else ""


def with_ik(carried: Carried, rest: Rest) -> Carried:
    """The same with keys for the IK controls of hands and feet and their poles, which hang on the root."""
    pose = carried.pose
    for side in SIDES:
        for end, names in _IK.items():
            hand, pole = (f"{name}.{_LETTERS[side]}" for name in names[:2])
            joints = [f"{side}_{joint}" for joint in next(j for j in LIMBS.values() if j[-1] == end)]
            if hand not in rest.names or pole not in rest.names or not set(joints) <= set(pose.target.joints):
                continue
            pose = _with_limb(pose, rest, joints, hand, pole)
            if end == "ankle":
                pose = _with_toes(pose, rest, side, hand)
    return written(pose)


def _with_limb(pose: Pose, rest: Rest, joints: list[str], hand: str, pole: str) -> Pose:
    """The pose with a control at the end of a limb, and a pole where its middle joint points."""
    target = pose.target
    start, middle, end = (target.joints[joint] for joint in joints)
    pose, (control, aim) = _with_bones(pose, rest, [hand, pole], target.root)
    away = pose.target.heads[control] - target.heads[end]
    pose.turns[control] = pose.turn(end)
    pose.placed[control] = pose.place(end) + pose.turn(end) @ away
    heads = target.heads[[start, middle, end]]
    out = unit(pose.target.heads[aim] - heads[1])
    hinge = np.cross(out, unit(heads[2] - heads[0]))
    places = [pose.place(bone) for bone in (start, middle, end)]
    axis = hinges(places[1] - places[0], places[2] - places[1], applied(pose.turn(start), hinge), _BENT)
    length = float(np.linalg.norm(pose.target.heads[aim] - heads[1]))
    pose.placed[aim] = places[1] + length * unit(np.cross(places[2] - places[0], axis))
    return pose


def _with_toes(pose: Pose, rest: Rest, side: str, foot: str) -> Pose:
    """The pose with the toes' control, which hangs on the foot's."""
    name, toes = f"toe_ik.{_LETTERS[side]}", pose.target.joints.get(f"{side}_foot")
    if name not in rest.names or toes is None:
        return pose
    pose, (control,) = _with_bones(pose, rest, [name], pose.target.names.index(foot))
    pose.turns[control] = pose.turn(toes)
    return pose


def _with_bones(pose: Pose, rest: Rest, names: list[str], parent: int) -> tuple[Pose, range]:
    """The pose of a target with more bones, and these."""
    target = pose.target
    rows = [rest.names.index(name) for name in names]
    new = range(len(target.names), len(target.names) + len(names))
    slides = {bone: rest.slides[name] for bone, name in zip(new, names, strict=True) if name in rest.slides}
    more = replace(
        target,
        names=(*target.names, *names),
        parents=(*target.parents, *([parent] * len(names))),
        heads=np.concatenate([target.heads, rest.heads[rows]]),
        axes=np.concatenate([target.axes, rest.axes[rows]]),
        slides={**target.slides, **slides},
    )
    found = Pose(more, pose.turns, pose.hips)
    found.placed |= pose.placed
    return found, new
