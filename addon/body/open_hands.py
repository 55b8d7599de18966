"""The open body's hands with fingers that bend: its mesh straightened to SMPL's flat hand, and skin weights
for 15 joints a hand (CC0, see OPEN_BODY.md).

The finger joints and weights are those of the rig that the body comes from.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .body_warp import warped
from .hands import FINGER_COUNT, FINGERS, JOINTS_PER_FINGER, MIRROR, SIDES, WRISTS, tip_offsets
from .open_body import BODY_FILE, GENDERS, OpenBody
from .skeleton import JOINT_COUNT, JOINT_NAMES, rest_joints

HANDS_FILE = BODY_FILE.with_name("open_body_hands.npz")
PALM = 0.03
"""Metres over which a knuckle that is moved takes the palm along."""


@dataclass(frozen=True)
class OpenHands:
    """vertices (N,) of the body that fingers move; weights (N, 2, 15) of the finger joints there; places (5,
    4, 3) metres, joints and tip of each finger of the left hand as the body rests."""

    vertices: np.ndarray
    weights: np.ndarray
    places: np.ndarray


@lru_cache(maxsize=len(GENDERS))
def load_hands(gender: str = "neutral") -> OpenHands:
    """The hands of the body of this gender, one of GENDERS; others than those are the neutral one's."""
    with np.load(HANDS_FILE, allow_pickle=False) as stored:
        places = stored[gender if gender in GENDERS else GENDERS[0]].astype(float)
        return OpenHands(stored["vertices"].astype(np.int64), stored["weights"].astype(float), places)


def finger_skin(
    body: OpenBody, gender: str, bone_offsets: np.ndarray, finger_offsets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Rest vertices (V, 3), pelvis at the origin, and weights (V, 24 + 30) of the body of this gender with
    these bones (24, 3) and fingers (2, 15, 3) in metres; the columns of fingers come after the body's."""
    hands, targets = load_hands(gender), rest_joints(np.asarray(bone_offsets, float))
    places = np.stack(
        [
            _warped(hands.places * flip, body, targets, wrist)
            for flip, wrist in zip((np.ones(3), MIRROR), WRISTS, strict=True)
        ]
    )
    vertices = with_fingers(
        body.warped(bone_offsets), body.weights, hands, places, (targets[list(WRISTS)], finger_offsets)
    )
    return vertices, finger_weights(body.weights, hands)


def with_fingers(
    vertices: np.ndarray,
    weights: np.ndarray,
    hands: OpenHands,
    places: np.ndarray,
    wanted: tuple[np.ndarray, np.ndarray],
) -> np.ndarray:
    """Vertices (V, 3) of a body at rest, skinned with weights (V, 24), whose fingers lie at `places` (2, 5,
    4, 3), with fingers as the wrists (2, 3) and offsets (2, 15, 3) that are wanted have them."""
    moved = vertices.copy()
    for side, (wrist, offsets) in enumerate(zip(*wanted, strict=True)):
        ends = _ends(offsets, MIRROR if side else np.ones(3)) + wrist
        palm = np.flatnonzero(weights[:, [WRISTS[side], WRISTS[side] + len(SIDES)]].any(1))
        moved[palm] += _palm(vertices[palm], places[side], ends, wrist)
        rows = hands.weights[:, side].any(1)
        near = hands.vertices[rows]
        moved[near] = _straightened(
            vertices[near], moved[near], hands.weights[rows, side], places[side], ends
        )
    return moved


def finger_weights(weights: np.ndarray, hands: OpenHands) -> np.ndarray:
    """(V, 24 + 30): the hand joints' share (V, 24) goes to fingers and wrists."""
    whole = np.concatenate([weights, np.zeros((len(weights), len(SIDES) * FINGER_COUNT))], axis=1)
    whole[hands.vertices, JOINT_COUNT:] = hands.weights.reshape(len(hands.vertices), -1)
    for side, name in enumerate(SIDES):
        wrist, hand = (JOINT_NAMES.index(f"{name}_{part}") for part in ("wrist", "hand"))
        columns = slice(JOINT_COUNT + side * FINGER_COUNT, JOINT_COUNT + (side + 1) * FINGER_COUNT)
        whole[:, wrist] = np.maximum(whole[:, wrist] + whole[:, hand] - whole[:, columns].sum(1), 0.0)
        whole[:, hand] = 0.0
    return np.asarray(whole / whole.sum(1, keepdims=True))


def _warped(places: np.ndarray, body: OpenBody, targets: np.ndarray, wrist: int) -> np.ndarray:
    """Places (5, 4, 3) that go with the wrist of a body stretched to other joints (24, 3)."""
    flat = places.reshape(-1, 3)
    weights = np.zeros((len(flat), JOINT_COUNT))
    weights[:, wrist] = 1.0
    return warped(flat, weights, body.joints, targets).reshape(places.shape)


def _ends(offsets: np.ndarray, flip: np.ndarray) -> np.ndarray:
    """(5, 4, 3) joints and tips of a hand with these offsets (15, 3), relative to its wrist."""
    bones = offsets.reshape(len(FINGERS), JOINTS_PER_FINGER, 3)
    return np.concatenate([bones, (tip_offsets(offsets) * flip)[:, None]], axis=1).cumsum(axis=1)


def _palm(vertices: np.ndarray, places: np.ndarray, wanted: np.ndarray, wrist: np.ndarray) -> np.ndarray:
    """(N, 3) what vertices of the hand move with the knuckles near them, the less the nearer the wrist."""
    knuckles, moved = places[:, 0], wanted[:, 0] - places[:, 0]
    apart = ((vertices[:, None] - knuckles) ** 2).sum(-1)
    share = np.exp(-(apart - apart.min(1, keepdims=True)) / (2 * PALM**2))
    share /= share.sum(1, keepdims=True)
    reach = np.linalg.norm(knuckles - wrist, axis=-1)
    along = ((vertices - wrist) @ (knuckles - wrist).T) / reach**2
    grown = np.clip((share * along).sum(1), 0.0, 1.0)
    return np.asarray(grown[:, None] * (share @ moved))


def _straightened(
    before: np.ndarray, palm: np.ndarray, weights: np.ndarray, places: np.ndarray, wanted: np.ndarray
) -> np.ndarray:
    """Vertices (N, 3) with each finger's bones turned and stretched from `places` to `wanted` (5, 4, 3)."""
    moved = (1.0 - weights.sum(1, keepdims=True)) * palm
    for finger in range(len(FINGERS)):
        for level in range(JOINTS_PER_FINGER):
            share = weights[:, finger * JOINTS_PER_FINGER + level, None]
            start, end = places[finger, level : level + 2]
            bone = wanted[finger, level + 1] - wanted[finger, level]
            change = _onto(end - start, bone)
            moved = moved + share * ((before - start) @ change.T + wanted[finger, level])
    return np.asarray(moved)


def _onto(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """(3, 3) the shortest turn from one bone to another, with its stretch along the bone."""
    length = np.linalg.norm(old), np.linalg.norm(new)
    first, second = old / length[0], new / length[1]
    cross, dot = np.cross(first, second), first @ second
    skew = np.array([[0, -cross[2], cross[1]], [cross[2], 0, -cross[0]], [-cross[1], cross[0], 0]])
    turn = np.eye(3) + skew + skew @ skew / (1.0 + dot)
    return np.asarray(turn @ (np.eye(3) + (length[1] / length[0] - 1.0) * np.outer(first, first)))
