"""People out of what was sampled in a scene: rigs with a bone map, and named points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ..body.hands import FINGER_COUNT, JOINTS_PER_FINGER, REST_FINGERS, SIDES
from ..body.skeleton import JOINT_NAMES, PARENTS, REST_JOINTS
from ..recording import Keypoints, Person, Poses
from ..rigs import FINGER_SLOTS, Sampled, SampledRig
from ..safe_read import FormatError, one_line
from .draft import Draft, named_keypoints, person
from .limb_ends import with_ends
from .marker_people import marker_people
from .rest_pose import body_frame, poses_from_skeleton, rest_swing, shortest_turn

_BODY = JOINT_NAMES[:22]
_ALIKE = np.cos(np.radians(8.0))
"""How near all bones lie to SMPL's at rest where a rig is SMPL's own, in whatever names."""
_NOT_COMPARED = ("pelvis", "spine3", "neck", "collar", "spine1", "spine2")
"""Joints that lie elsewhere in other rigs' bodies."""
_STILL = 1e-4
"""Metres, and parts of a turn, within which nothing moves."""
STANDS = (
    "{name} does not move in frames {first} to {last} and is read as standing still; give it an animation, or"
    " choose the frames in which it has one."
)
NO_POSES = (
    "{name}: its rest pose is no standing body, so only the places of its joints are used; correct the table"
    " of bones if bones were mistaken."
)


def draft_of(sampled: Sequence[Sampled]) -> Draft:
    """All people of a scene. Raises FormatError."""
    people: list[Person] = []
    notes: list[str] = []
    for one in sampled:
        notes += one.notes
        if _stands(one):
            name, frames = one_line(one.name), one.frames
            notes.append(STANDS.format(name=name, first=frames[0], last=frames[-1]))
        found = (
            [_of_rig(one, notes)]
            if isinstance(one, SampledRig)
            else _of_points(one.names, one.places, one.frames, one.name)
        )
        people += found
    taken: set[str] = set()
    people = [_apart(each, taken) for each in people]
    return Draft(
        people, fps=sampled[0].fps, up="+y", units="m", settled=True, warnings=notes, tool=_tool(sampled)
    )


def _stands(one: Sampled) -> bool:
    """Whether nothing of it moves through several frames."""
    seen = [one.places, *([one.turns] if isinstance(one, SampledRig) else [])]
    ranges = (np.fmax.reduce(each) - np.fmin.reduce(each) for each in seen)
    return len(one.frames) > 1 and not any((each > _STILL).any() for each in ranges)


def _tool(sampled: Sequence[Sampled]) -> str:
    """Whose names the bones have."""
    families = (one.bone_map.family for one in sampled if isinstance(one, SampledRig))
    return ", ".join(dict.fromkeys(family for family in families if family)) or "Blender"


def _apart(one: Person, taken: set[str]) -> Person:
    """The person with an id that nobody else has."""
    name, number = one.id, 2
    while name in taken:
        name, number = f"{one.id} {number}", number + 1
    taken.add(name)
    return replace(one, id=name)


def _of_points(names: Sequence[str], places: np.ndarray, frames: np.ndarray, name: str) -> list[Person]:
    people = marker_people(names, places, frames)
    return [replace(one, id=name if one.id == "0" else one.id) for one in people]


def _of_rig(one: SampledRig, notes: list[str]) -> Person:
    one = with_ends(one, notes)
    if one.bone_map.missing:
        missing = ", ".join(joint.replace("_", " ") for joint in one.bone_map.missing)
        raise FormatError(
            f"{one_line(one.name)}: no bones stand for {missing}; choose them in the table of bones, or"
            " where the rig has none, add them in Edit Mode."
        )
    if one.bone_map.doubled:
        raise FormatError(f"{one_line(one.name)}: {one.bone_map.doubled}")
    places = {name: place for place, name in enumerate(one.bones)}
    roles = {joint: places[bone] for joint, bone in one.bone_map.joints.items() if joint in _BODY}
    turned = roles | ({"pelvis": places[one.bone_map.lower[-1]]} if one.bone_map.lower else {})
    own = _is_own(roles, one.rest)
    usable = (
        turned
        if own
        else {joint: place for joint, place in turned.items() if joint not in ("spine1", "spine2")}
    )
    poses = None
    if np.isfinite(one.turns).all():
        poses = poses_from_skeleton(usable, one.places, one.turns, one.rest)
    if poses is None:
        notes.append(NO_POSES.format(name=one_line(one.name)))
    else:
        poses = Poses(poses.rotations, poses.pelvis, hands=_hands(one, roles))
    turned_hands = poses is not None and poses.hands is not None
    return person(one.name, one.frames, keypoints=_keypoints(one, roles, own, turned_hands), poses=poses)


def _keypoints(one: SampledRig, roles: dict[str, int], own: bool, turned_hands: bool) -> Keypoints:
    """Of fingers only where their turns are not known: where their bones begin tells less of them."""
    told = {joint: place for joint, place in roles.items() if own or not joint.endswith(_NOT_COMPARED)}
    fingers = [
        (slot, one.bones.index(bone))
        for slot, bone in one.bone_map.fingers.items()
        if bone in one.bones and not turned_hands
    ]
    names = [
        *told,
        *(f"{'left' if slot[0] == 'L' else 'right'}_hand_{slot[2:].lower()}" for slot, _ in fingers),
    ]
    rows = [*told.values(), *(place for _, place in fingers)]
    canonical = [*told, *([None] * len(fingers))]
    return named_keypoints(one.places[:, rows], names, canonical=canonical)


def _is_own(roles: dict[str, int], rest: np.ndarray) -> bool:
    """Whether the rig has all of SMPL's joints and rests as SMPL does."""
    if not set(_BODY) <= set(roles):
        return False
    frame = body_frame(roles, rest)
    if frame is None:
        return False
    at = rest[[roles[joint] for joint in _BODY]] @ frame.T
    bones = np.array([at[joint] - at[PARENTS[joint]] for joint in range(1, len(_BODY))])
    ours = np.array([REST_JOINTS[joint] - REST_JOINTS[PARENTS[joint]] for joint in range(1, len(_BODY))])
    sizes = np.linalg.norm(bones, axis=-1) * np.linalg.norm(ours, axis=-1)
    return bool(((bones * ours).sum(-1) > _ALIKE * np.maximum(sizes, 1e-12)).all())


def _hands(one: SampledRig, roles: dict[str, int]) -> np.ndarray | None:
    """(T, 2, 15, 3, 3) the fingers from SMPL's flat hand; None where the rig has not all of them."""
    table = one.bone_map.fingers
    frame = body_frame(roles, one.rest)
    if frame is None or not all(table.get(slot) in one.bones for slot in FINGER_SLOTS):
        return None
    rows = [one.bones.index(table[slot]) for slot in FINGER_SLOTS]
    found = np.empty((len(one.frames), len(SIDES), FINGER_COUNT, 3, 3))
    for side, name in enumerate(SIDES):
        wrist = (
            one.turns[:, roles[f"{name}_wrist"]]
            @ frame.T
            @ _swing_of(f"{name}_wrist", roles, one.rest, frame)
        )
        for first in range(0, FINGER_COUNT, JOINTS_PER_FINGER):
            chain = rows[side * FINGER_COUNT + first : side * FINGER_COUNT + first + JOINTS_PER_FINGER]
            above = wrist
            for number, bent in enumerate(_bent(chain, one.rest, frame, side, first)):
                turn = one.turns[:, chain[number]] @ frame.T @ bent
                found[:, side, first + number] = np.swapaxes(above, 1, 2) @ turn
                above = turn
    return found


def _swing_of(joint: str, roles: dict[str, int], rest: np.ndarray, frame: np.ndarray) -> np.ndarray:
    found = rest_swing(joint, roles, rest, frame)
    return np.eye(3) if found is None else found


def _bent(
    chain: Sequence[int], rest: np.ndarray, frame: np.ndarray, side: int, first: int
) -> list[np.ndarray]:
    """For each joint of a finger the turn from SMPL's flat hand to how the rig's finger rests; the last one,
    whose end no rig shows alike, goes with the one before."""
    mirror = np.array([1.0 if side == 0 else -1.0, 1.0, 1.0])
    turns = []
    for number, (low, high) in enumerate(pairwise(chain)):
        turn = shortest_turn(REST_FINGERS[first + number + 1] * mirror, frame @ (rest[high] - rest[low]))
        turns.append(np.eye(3) if turn is None else turn)
    return [*turns, turns[-1]]
