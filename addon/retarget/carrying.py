"""A person's motion on a character: turns of its bones and where its hips go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..body.hands import FINGER_COUNT, SIDES
from ..body.rotations import without_flips
from ..body.skeleton import JOINT_NAMES
from ..motion import Motion
from ..steps import Progress, Stepped, Steps
from .chains import spread
from .feet import ankle_height, foot_goals, set_feet
from .geometry import then
from .goals import follow
from .hands import set_hands
from .hips import fit_hips, lower_hips
from .options import Options
from .pose import Pose
from .rest import corrections
from .root import in_place, on_root
from .source import Source, source_of
from .target import LIMBS, Target
from .twists import share_twists


@dataclass(frozen=True)
class Carried:
    """What the bones of a character do through T frames.

    bones: which of the target's B bones turn; turns (T, len(bones), 4) quaternions wxyz of their own
    channels, without sign flips. moves: (T, 3) metres along a bone's own axes, by bone. still: bones that
    carry some of these and have to rest. pose: how all of them stand.
    """

    bones: tuple[int, ...]
    turns: np.ndarray
    moves: dict[int, np.ndarray]
    still: tuple[int, ...]
    pose: Pose


@Stepped
def carry(motion: Motion | Source, target: Target, options: Options | None = None) -> Steps[Carried]:
    """Retarget a motion; both are in SMPL's axes, the motion as it stands in the world. A part of the body a
    step."""
    options = options or Options()
    yield None  # reading the person's motion has taken long
    source = source_of(motion) if isinstance(motion, Motion) else motion
    yield Progress(0.1, "Posing the character")
    turned = corrections(target, source.rest)
    pose = _posed(source, target, turned, options.fingers)
    yield Progress(0.3, "Posing the character")
    if options.hands:
        yield from set_hands(pose, source)
        yield Progress(0.5, "Posing the character")
    if options.feet:
        goals, beside = foot_goals(source, target, turned, leg_scale(source, target))
        pose.hips = pose.hips + beside
        yield None
        fit_hips(pose, source, goals, _height(source, target))
        yield None
        lower_hips(pose, source, goals)
        set_feet(pose, source, goals)
        yield Progress(0.7, "Posing the character")
    share_twists(pose, turned)
    _go(pose, source, options)
    follow(pose)
    yield Progress(0.8, "Posing the character")
    return written(pose)


def leg_scale(source: Source, target: Target) -> float:
    """How many times as long as the person's the legs of a character are, from the hips to the ankles or as
    far as it has joints: so much longer are its steps."""
    lines = [_leg(target, side) for side in SIDES]
    return sum(map(target.length, lines)) / sum(_persons_length(source, line) for line in lines)


def _leg(target: Target, side: str) -> list[str]:
    return [joint for part in LIMBS["leg"] if (joint := f"{side}_{part}") in target.joints]


def _persons_length(source: Source, joints: Sequence[str]) -> float:
    rest = source.rest[[JOINT_NAMES.index(joint) for joint in joints]]
    return float(np.linalg.norm(np.diff(rest, axis=0), axis=-1).sum())


def _height(source: Source, target: Target) -> float:
    """Metres along the legs of a character from the hips to the floor, in the mean."""
    found = 0.0
    for side in SIDES:
        line = _leg(target, side)
        whole = line[-1].endswith(LIMBS["leg"][-1])
        found += target.length(line)
        if whole:
            found += ankle_height(source, target, leg_scale(source, target))
        else:
            found += max(float(target.place(line[-1])[1]), 0.0)
    return found / len(SIDES)


def _persons_height(source: Source) -> float:
    """The same of a person."""
    legs = [_persons_length(source, [f"{side}_{joint}" for joint in LIMBS["leg"]]) for side in SIDES]
    return float(np.mean(legs - source.sole_offsets[..., 1].min(1)))


def _posed(source: Source, target: Target, turned: dict[int, np.ndarray], fingers: bool) -> Pose:
    """Every limb points as the person's does, and the hips are as high over the floor as legs let them."""
    worlds = _worlds(source, target, fingers)
    turns = {bone: then(turned[bone] @ target.facing, world) for bone, world in worlds.items()}
    middle = (source.place("left_hip") + source.place("right_hip")) / 2
    floor = np.array([0.0, source.floor, 0.0])
    wide, high = leg_scale(source, target), _height(source, target) / _persons_height(source)
    hips = np.array([wide, high, wide]) * (middle - floor) + floor
    own = (target.head("left_hip") + target.head("right_hip")) / 2 - target.head("pelvis")
    pelvis = target.joints["pelvis"]
    return Pose(target, turns, hips - turns[pelvis] @ own)


def _worlds(source: Source, target: Target, fingers: bool) -> dict[int, np.ndarray]:
    """(T, 3, 3) by bone: the global rotation of SMPL's joint, or place of a chain, that it turns as."""
    found = {bone: source.world(joint) for joint, bone in target.joints.items()}
    spine = [source.world(joint) for joint in ("pelvis", "spine1", "spine2", "spine3")]
    neck = [source.world(joint) for joint in ("spine3", "neck", "head")]
    found.update(_chain(target.spine, spine, len(target.spine)))
    found.update(_chain(target.neck, neck, len(target.neck) + 1))
    if fingers and source.fingers is not None:
        for side in range(len(SIDES)):
            for joint in range(FINGER_COUNT):
                bone = int(target.fingers[side, joint])
                if bone >= 0:
                    found[bone] = source.fingers[:, side, joint]
    return found


def _chain(bones: Sequence[int], knots: Sequence[np.ndarray], parts: int) -> dict[int, np.ndarray]:
    places = [(index + 1) / parts for index in range(len(bones))]
    return dict(zip(bones, spread(knots, places), strict=True))


def _go(pose: Pose, source: Source, options: Options) -> None:
    if options.root == "root" and pose.target.root not in (-1, pose.target.carrier):
        on_root(pose, source)
    elif options.root == "place":
        in_place(pose)


def written(pose: Pose) -> Carried:
    """What the bones' channels are to say for a pose."""
    bones = sorted({*pose.turns, *_loose_carriers(pose)})
    places = pose.placed | {bone: pose.place(bone) for bone in pose.target.free}
    moves = {bone: pose.moved(bone, place) for bone, place in places.items()}
    between = {above for bone in bones for above in _above(pose.target, bone)} - set(bones)
    return Carried(tuple(bones), without_flips(pose.locals(bones)), moves, tuple(sorted(between)), pose)


def _loose_carriers(pose: Pose) -> set[int]:
    """Bones that carry some of those that turn and do not go along with their parents by themselves."""
    return {above for bone in pose.turns for above in _above(pose.target, bone)} & pose.target.loose


def _above(target: Target, bone: int) -> list[int]:
    found = []
    while (bone := target.hung_on(bone)) >= 0:
        found.append(bone)
    return found
