"""The way back: how a character's bones stand, as SMPL's joints in the character's own proportions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..body.hands import SIDES
from ..body.skeleton import JOINT_COUNT, JOINT_NAMES, PARENTS, rest_joints
from ..body.soles import TOE
from ..motion import Motion
from .chains import spread
from .feet import foot_of
from .pose import Pose
from .rest import corrections
from .source import Source, source_of
from .target import Target
from .twists import carriers

_TORSO = ("pelvis", "spine1", "spine2", "spine3")


def followed(pose: Pose, like: Motion) -> Source:
    """A character as somebody to follow, with the frames, contacts and floor of a motion. Joints that the
    character lacks turn with the ones they hang on."""
    target = pose.target
    joints = rest_joints(like.bone_offsets)
    turned = corrections(target, joints)

    def world(bone: int, turns: int | None = None) -> np.ndarray:
        return np.asarray(pose.turn(bone if turns is None else turns) @ (turned[bone] @ target.facing).T)

    twisted = carriers(target)
    worlds = {name: world(bone, twisted.get(name)) for name, bone in target.joints.items()}
    spine = [worlds["pelvis"], *map(world, target.spine)]
    if len(spine) > 1:
        worlds.update(zip(_TORSO[1:], spread(spine, [1 / 3, 2 / 3, 1.0]), strict=True))
    chest = worlds.get("spine3", worlds["pelvis"])
    if "head" in worlds:
        neck = spread([chest, *map(world, target.neck), worlds["head"]], [0.5])
        worlds["neck"] = neck[0]
    rotations = np.empty((len(pose.hips), JOINT_COUNT, 3, 3))
    above: list[np.ndarray] = []
    for joint, name in enumerate(JOINT_NAMES):
        parent = above[PARENTS[joint]] if joint else np.broadcast_to(np.eye(3), rotations[:, 0].shape)
        above.append(worlds.get(name, parent))
        rotations[:, joint] = np.swapaxes(parent, -1, -2) @ above[-1]
    offsets = _offsets(pose, turned, joints)
    middle = (offsets[1] + offsets[2]) / 2
    hips = (pose.at("left_hip") + pose.at("right_hip")) / 2
    pelvis = hips - above[0] @ middle
    motion = replace(
        like, rotations=rotations, pelvis=pelvis, bone_offsets=offsets, hands=None, shape=None, free=None,
        kept=None,
    )  # fmt: skip
    return _on_own_soles(source_of(motion), target, turned)


def _on_own_soles(source: Source, target: Target, turned: dict[int, np.ndarray]) -> Source:
    found = source.sole_offsets.copy()
    for index, side in enumerate(SIDES):
        ankle = target.joints.get(f"{side}_ankle")
        if ankle is not None:
            foot = foot_of(target, source, side, turned[ankle], 1.0)
            found[index] = foot.sole
            found[index, TOE] = foot.tip
    return replace(source, sole_offsets=found)


def _offsets(pose: Pose, turned: dict[int, np.ndarray], joints: np.ndarray) -> np.ndarray:
    """(24, 3) metres, the character's bones as they are while SMPL rests. What it lacks is as long as the
    person's."""
    target = pose.target
    offsets = joints - joints[list(PARENTS)]
    offsets[0] = 0.0
    places = {**{name: target.place(name) for name in target.joints}, **_torso(target)}
    for joint, name in enumerate(JOINT_NAMES):
        parent = JOINT_NAMES[PARENTS[joint]]
        if joint and name in places and parent in places:
            turn = turned[target.joints[parent]] if parent in target.joints else np.eye(3)
            offsets[joint] = turn @ (places[name] - places[parent])
    return offsets


def _torso(target: Target) -> dict[str, np.ndarray]:
    """Where SMPL's joints of spine and neck are along the character's chains, by their number."""
    found = {}
    spine = np.stack([target.place("pelvis"), *(target.stood[bone] for bone in target.spine)])
    for index, name in enumerate(_TORSO):
        found[name] = _along(spine, index / (len(_TORSO) - 1))
    if target.neck:
        found["neck"] = target.stood[target.neck[0]]
    return found


def _along(places: np.ndarray, share: float) -> np.ndarray:
    """(3,) a place on a broken line (N, 3)."""
    at = np.arange(len(places))
    return np.stack([np.interp(share * (len(places) - 1), at, column) for column in places.T])
