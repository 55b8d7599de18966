"""Which bones of a character are what, by their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from ..body.hands import FINGER_COUNT, SIDES
from ..rigs import FINGER_SLOTS, BoneMap
from .target import LIMBS, Target, Twist

CHAINED = ("spine1", "spine2", "spine3", "neck")
"""SMPL's joints that a character has a chain of bones for."""
_OF_A_SIDE = ("collar", *LIMBS["arm"], *LIMBS["leg"])
NO_FINGERS = ((("",) * FINGER_COUNT),) * len(SIDES)


@dataclass(frozen=True)
class Bones:
    """Names of a character's bones.

    joints: by the SMPL joint that they turn as; spine and neck apart, from below to above. twists: names by
    the joint that their limb starts at. fingers (2, 15) in the order of `body.hands`, empty where there is
    none. root: empty where there is none. carriers: what a bone hangs on where that is not its parent.
    goals: bones beside the body that go along with one of it.
    """

    joints: Mapping[str, str]
    spine: Sequence[str] = ()
    neck: Sequence[str] = ()
    twists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    fingers: Sequence[Sequence[str]] = NO_FINGERS
    root: str = ""
    carriers: Mapping[str, str] = field(default_factory=dict)
    goals: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """All of the body that are named."""
        fingers = [name for hand in self.fingers for name in hand if name]
        twists = [name for names in self.twists.values() for name in names]
        named = [*self.joints.values(), *self.spine, *self.neck, *twists, *fingers, self.root]
        return [name for name in dict.fromkeys(named) if name]


def bones_of(found: BoneMap) -> Bones:
    """The bones of a map; spine and neck as the chains that they are, its highest root as the root."""
    joints = {joint: bone for joint, bone in found.joints.items() if joint not in CHAINED}
    fingers = [found.fingers.get(slot, "") for slot in FINGER_SLOTS]
    hands = [fingers[side * FINGER_COUNT : (side + 1) * FINGER_COUNT] for side in range(len(SIDES))]
    root = found.roots[0] if found.roots else ""
    return Bones(joints, found.spine, found.neck, found.twists, hands, root)


@dataclass(frozen=True)
class Rest:
    """All J bones of an armature at rest in the world, in SMPL's axes and metres, parents before children.

    parents: (J,) indices, -1 for none. heads: (J, 3). axes: (J, 3, 3), columns are a bone's own axes. loose:
    names of bones that do not turn with their parents. fixed: names of those that can't be moved. slides:
    axes along which locations count, by name, where these are not the bone's own. own: (3, 3), columns are
    the armature's own axes.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    heads: np.ndarray
    axes: np.ndarray
    loose: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    slides: Mapping[str, np.ndarray] = field(default_factory=dict)
    own: np.ndarray = field(default_factory=lambda: np.eye(3))


def target_of(rest: Rest, bones: Bones, floor: float) -> Target:
    """The matched bones and what they hang on."""
    above = _above(rest)
    beside = _beside(bones, {**above, **bones.carriers})
    hangs = {**above, **bones.carriers, **beside}
    others = [*(above[name] for name in beside if above[name]), *bones.goals]
    kept = _ordered([*others, *bones.names], hangs)
    at = {name: index for index, name in enumerate(kept)}
    rows = [rest.names.index(name) for name in kept]
    target = Target(
        tuple(kept), tuple(at.get(hangs[name], -1) for name in kept), rest.heads[rows], rest.axes[rows],
        {joint: at[name] for joint, name in bones.joints.items()},
        tuple(at[name] for name in bones.spine), tuple(at[name] for name in bones.neck), (),
        np.array([[at.get(name, -1) for name in hand] for hand in bones.fingers]),
        at.get(bones.root, -1), floor,
        frozenset(at[name] for name in rest.loose if name in at),
        {at[name]: axes for name, axes in rest.slides.items() if name in at}, rest.own,
        {at[name]: at.get(above[name], -1) for name in beside},
        {at[goal]: at[end] for goal, end in bones.goals.items()},
    )  # fmt: skip
    return _with_twists(target, bones, at)


def _above(rest: Rest) -> dict[str, str]:
    """What each bone hangs on, empty for nothing."""
    return {
        name: rest.names[parent] if parent >= 0 else ""
        for name, parent in zip(rest.names, rest.parents, strict=True)
    }


def hung_beside(rest: Rest, bones: Bones) -> list[str]:
    """Names of bones that can be moved, are not the body's and hang on nothing of it but its root."""
    above, body = _above(rest), set(bones.names) - {bones.root}
    loose = [name for name in rest.names if name not in rest.fixed and name not in bones.names]
    return [name for name in loose if not body & set(_line(name, above))]


def _beside(bones: Bones, hangs: Mapping[str, str]) -> dict[str, str]:
    """Feet and hands that hang on nothing of the body, as goals for IK do, and limbs that hang on nothing
    that carries it; and the bones that are to carry them."""
    body = {*bones.joints.values(), *bones.spine, *bones.neck}
    whole = body | set(_line(bones.joints.get("pelvis", ""), hangs))
    chest = [bones.joints.get("pelvis", ""), *bones.spine][-1]
    found = {}
    for side in SIDES:
        joints = {joint: bones.joints.get(f"{side}_{joint}", "") for joint in _OF_A_SIDE}
        ends = [(joints[middle], joints[end], body) for _, middle, end in LIMBS.values()]
        starts = [(bones.joints.get("pelvis", ""), joints["hip"], whole), (chest, joints["collar"], whole)]
        starts.append((joints["collar"] or chest, joints["shoulder"], whole))
        for carrier, bone, carries in (*ends, *starts):
            if carrier and bone and not carries & set(_line(hangs[bone], hangs)):
                found[bone] = carrier
    return found


def _line(name: str, hangs: Mapping[str, str]) -> Iterator[str]:
    """This bone and those that it hangs on."""
    while name:
        yield name
        name = hangs[name]


def _ordered(names: Sequence[str], hangs: Mapping[str, str]) -> list[str]:
    """These and all that they hang on, parents first."""
    found: list[str] = []
    for name in names:
        line = []
        while name and name not in found:
            line.append(name)
            name = hangs[name]
        found += reversed(line)
    return found


def _with_twists(target: Target, bones: Bones, at: Mapping[str, int]) -> Target:
    """Each twist bone takes the share of the place along its limb where it starts."""
    twists = []
    for limb, names in bones.twists.items():
        side, _, part = limb.rpartition("_")
        below = {a: b for joints in LIMBS.values() for a, b in pairwise(joints)}[part]
        end = f"{side}_{below}"
        if limb not in target.joints or end not in target.joints:
            continue
        line = target.along(limb, end)
        for name in names:
            away = target.stood[at[name]] - target.place(limb)
            share = float(np.clip(away @ line / (line @ line), 0.0, 1.0))
            carries = _carries(target, at[name], target.joints[end])
            twists.append(Twist(at[name], limb, 1.0 if carries else share))
    return replace(target, twists=tuple(twists))


def _carries(target: Target, bone: int, below: int) -> bool:
    while below >= 0:
        below = target.parents[below]
        if below == bone:
            return True
    return False
