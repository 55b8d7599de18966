"""How a character's rest pose differs from SMPL's: a turn for each of its bones, by where its limbs point.

With it a T-pose, an A-pose and any other give the same poses. Axes of bones play no part: every tool has its
own.
"""

from __future__ import annotations

import numpy as np

from ..body.directions import turn_between, unit
from ..body.easing import smooth_step
from ..body.hands import DIRECTIONS, FINGER_COUNT, FINGERS, JOINTS_PER_FINGER, MIRROR, REST_FINGERS, SIDES
from ..body.skeleton import JOINT_NAMES
from .geometry import about, signed_angle
from .target import LIMBS, Target

_HINGES = {
    "left_arm": (0.0, -1.0, 0.0),
    "right_arm": (0.0, 1.0, 0.0),
    "left_leg": (1.0, 0.0, 0.0),
    "right_leg": (1.0, 0.0, 0.0),
}
"""About which axis SMPL's elbows and knees bend, a positive angle, at rest."""
_TELLS, _SURE = np.radians(8.0), np.radians(25.0)
"""Bend of a limb at rest from which it tells the axis of its middle joint, and from which it alone does."""
_SPLAYED, _BOWED = np.radians(20.0), np.radians(50.0)
"""Turn of a leg about itself up to which its bend is believed, and beyond which it is a bowed leg: knees look
ahead at rest, while elbows look anywhere."""
_FOLDED = np.radians(45.0), np.radians(75.0)
"""Bend of a leg from which it is no bowed one, wherever its knee looks, and from which surely not."""
_STANDS = 0.7
"""How much of its length a shin goes down at least whose foot stands at rest."""
_HOCK, _ON_TOES, _SLANTS = 0.5, 0.6, 0.3
"""Of a shin, the least length of a foot that rests on its toes; how much of it goes down; the same of a shin
above such a foot."""
_KNUCKLES = {finger: FINGERS.index(finger) * JOINTS_PER_FINGER for finger in FINGERS if finger != "thumb"}
_ACROSS = ("index", "middle", "ring", "pinky")


def hinge(side: str, limb: str) -> np.ndarray:
    """(3,) the axis of the elbow or knee at rest."""
    return np.array(_HINGES[f"{side}_{limb}"])


def corrections(target: Target, joints: np.ndarray) -> dict[int, np.ndarray]:
    """(3, 3) for each bone that is matched: what turns it from its rest, with the character standing and
    looking along +Z, to how it is while SMPL rests. joints (24, 3): those of the person at rest."""
    found = dict.fromkeys((*target.spine, *target.neck), np.eye(3))
    for bone in target.joints.values():
        found[bone] = np.eye(3)  # torso and collars keep their own shape
    for side in SIDES:
        upper, lower = _two_bones(target, joints, side, "arm")
        _note(found, target, side, {"shoulder": upper, "elbow": lower})
        palm = _palm(target, side, lower)
        _note(found, target, side, {"wrist": palm, "hand": palm})
        found.update(_fingers(target, side, palm))
        upper, lower = _two_bones(target, joints, side, "leg")
        _note(found, target, side, {"hip": upper, "knee": lower})
        foot = _foot(target, joints, side, lower)
        _note(found, target, side, {"ankle": foot, "foot": foot})
    return found


def _note(found: dict[int, np.ndarray], target: Target, side: str, turns: dict[str, np.ndarray]) -> None:
    for joint, turn in turns.items():
        bone = target.joints.get(f"{side}_{joint}")
        if bone is not None:
            found[bone] = turn


def _smpl_along(joints: np.ndarray, first: str, following: str) -> np.ndarray:
    """(3,) from one of SMPL's joints to another at rest."""
    return np.asarray(joints[JOINT_NAMES.index(following)] - joints[JOINT_NAMES.index(first)])


def _two_bones(target: Target, joints: np.ndarray, side: str, limb: str) -> tuple[np.ndarray, np.ndarray]:
    """The turns of a limb's bones. Where it is clearly bent at rest, the bend tells how the upper one is
    turned about itself."""
    start, middle, end = (f"{side}_{joint}" for joint in LIMBS[limb])
    wanted = unit(_smpl_along(joints, start, middle))
    upper = turn_between(target.along(start, middle), wanted)
    if end not in target.joints:
        return upper, upper
    lower = upper @ target.along(middle, end)
    across = np.cross(wanted, unit(lower))
    bend = float(np.arctan2(np.linalg.norm(across), wanted @ unit(lower)))
    trust = float(smooth_step(np.array((bend - _TELLS) / (_SURE - _TELLS))))
    if trust > 0.0:
        angle = signed_angle(across, hinge(side, limb), wanted)
        if limb == "leg":
            bowed = float(smooth_step(np.array((abs(angle) - _SPLAYED) / (_BOWED - _SPLAYED))))
            folded = float(smooth_step(np.array((bend - _FOLDED[0]) / (_FOLDED[1] - _FOLDED[0]))))
            trust *= 1.0 - bowed * (1.0 - folded)
        if abs(angle) < np.pi / 2:  # a limb that is bent backwards tells nothing
            upper = about(wanted, np.array(trust * angle)) @ upper
    direction = upper @ target.along(middle, end)
    return upper, turn_between(direction, _smpl_along(joints, middle, end)) @ upper


def _palm(target: Target, side: str, forearm: np.ndarray) -> np.ndarray:
    """The turn of a hand, from its knuckles; without any it rests in line with the forearm."""
    index = SIDES.index(side)
    known = [finger for finger in _ACROSS if target.fingers[index, _KNUCKLES[finger]] >= 0]
    if f"{side}_wrist" not in target.joints or not known:
        return forearm
    flip = MIRROR if side == "right" else np.ones(3)
    ours = np.array([REST_FINGERS[_KNUCKLES[finger]] * flip for finger in known])
    theirs = np.array([target.stood[target.fingers[index, _KNUCKLES[finger]]] for finger in known])
    theirs = theirs - target.place(f"{side}_wrist")
    if len(known) == 1:
        return turn_between(forearm @ theirs[0], ours[0]) @ forearm
    return _frame(ours.mean(0), ours[0] - ours[-1]) @ _frame(theirs.mean(0), theirs[0] - theirs[-1]).T


def _frame(along: np.ndarray, across: np.ndarray) -> np.ndarray:
    """(3, 3) columns along, across, and the third."""
    first = unit(along)
    second = unit(across - first * (first @ across))
    return np.stack([first, second, np.cross(first, second)], axis=-1)


def _fingers(target: Target, side: str, palm: np.ndarray) -> dict[int, np.ndarray]:
    """The turns of a hand's fingers, each bone following the one before it."""
    index = SIDES.index(side)
    flip = MIRROR if side == "right" else np.ones(3)
    found: dict[int, np.ndarray] = {}
    for joint in range(FINGER_COUNT):
        bone = int(target.fingers[index, joint])
        if joint % JOINTS_PER_FINGER == 0:
            turn, direction = palm, None
        if bone < 0:
            continue
        last = joint % JOINTS_PER_FINGER == JOINTS_PER_FINGER - 1
        following = -1 if last else int(target.fingers[index, joint + 1])
        # The end of a last bone is no joint, and what importers make of it tells nothing.
        direction = target.stood[following] - target.stood[bone] if following >= 0 else direction
        if direction is not None:
            turn = turn_between(turn @ direction, DIRECTIONS[joint] * flip) @ turn
        found[bone] = turn
    return found


def stands(target: Target, side: str) -> bool:
    """Whether a character's foot stands at rest, with a flat sole, or on its toes with a hock in the air."""
    knee, ankle, ball = (f"{side}_{joint}" for joint in ("knee", "ankle", "foot"))
    if ankle not in target.joints:
        return False
    shin = target.along(knee, ankle)
    foot = target.along(ankle, ball) if ball in target.joints else np.zeros(3)
    hock = np.linalg.norm(foot) > _HOCK * np.linalg.norm(shin) and -unit(foot)[1] > _ON_TOES
    return bool(-unit(shin)[1] > (_SLANTS if hock else _STANDS))


def _foot(target: Target, joints: np.ndarray, side: str, shin: np.ndarray) -> np.ndarray:
    """The turn of a foot, about up alone: soles are flat at rest, however high the ankles are. Those of who
    sits or kneels on the floor are not: the foot points as the person's beside its shin, which has a turn
    (3, 3)."""
    ankle, ball = f"{side}_ankle", f"{side}_foot"
    if ankle not in target.joints:
        return np.eye(3)
    if ball not in target.joints:
        return np.eye(3) if stands(target, side) else shin
    direction, wanted = target.along(ankle, ball), _smpl_along(joints, ankle, ball)
    if not stands(target, side):
        return turn_between(shin @ direction, wanted) @ shin
    up = np.array([0.0, 1.0, 0.0])
    direction, wanted = direction * (1.0 - up), wanted * (1.0 - up)
    if np.linalg.norm(direction) < 1e-3:
        return np.eye(3)
    return about(up, np.array(signed_angle(unit(direction), unit(wanted), up)))
