"""Moves a T-posed body to SMPL's mean proportions, so that SMPL's mean rest joints lie inside it.

SMPL's spine, hips and collars are regressed points, not anatomical centres. Bending a body until its own
joints lie there would deform it. Instead the surface is stretched gently along its axes until its sole,
crotch, shoulders, head and limbs lie where published extents of SMPL's mean body have them, and SMPL's
joints are then simply the joints. The maps are smooth and monotone, so nothing folds.

Extents: boxes around parts of SMPL's mean body in the `smpl_humanoid.xml` of SMPLSim, PHC and ProtoMotions
(head, pelvis, ankles, toes, hands; there the head's width and depth are divided by 1.5, the pelvis by 1.75).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from addon.body.body_warp import rise
from addon.body.skeleton import JOINT_NAMES, MIRROR_JOINTS, REST_JOINTS

# Metres relative to the part's joint.
SOLE_BELOW_ANKLE = 0.068
HEEL_BEHIND_ANKLE = 0.061
TOES_BEFORE_FOOT = 0.0735
CROTCH_BELOW_PELVIS = 0.139
PELVIS_BACK, PELVIS_FRONT, PELVIS_HALF_WIDTH = -0.150, 0.139, 0.187
HEAD_TOP, HEAD_BACK, HEAD_FRONT = 0.203, -0.1256, 0.1024
FINGERS_BEYOND_HAND = 0.107
FOOT_WIDTH = 0.95
"""of MakeHuman's"""
LEGS, CHEST_DEPTH = 1.03, 1.05
"""of MakeHuman's"""
# SMPL's knee lies below the knee cap's middle: half of the difference moves the knee, half stays.
KNEE_ABOVE_JOINT = 0.010
# Heavier than MakeHuman's average: this share of the difference at the pelvis is made up.
PELVIS_SHARE = 0.85


@dataclass
class Landmarks:
    """Places on the T-posed source body, metres: bones' ends (3,) of the left side and skin."""

    shoulder: np.ndarray
    elbow: np.ndarray
    wrist: np.ndarray
    knee: np.ndarray
    ankle: np.ndarray
    chin: np.ndarray
    crotch: np.ndarray


@dataclass(frozen=True)
class Girth:
    """What decides how much a body is widened: metres of the source body, and its size.

    hips: half width; depth: of the pelvis; size: height of the shoulders above the sole. growth: size of the
    body that it was measured on, relative to this.
    """

    hips: float
    depth: float
    size: float
    growth: float = 1.0

    def at(self, size: float) -> Girth:
        """Of the same body grown or shrunk evenly to another size."""
        factor = size / self.size
        return Girth(self.hips * factor, self.depth * factor, size, 1 / factor)


Curve = list[tuple[float, float]]
"""(source coordinate, value) pairs, rising."""


def mean_joints() -> np.ndarray:
    """(24, 3) SMPL's mean rest joints made symmetric, pelvis at the origin."""
    joints = REST_JOINTS - REST_JOINTS[0]
    mirrored = joints[list(MIRROR_JOINTS)] * np.array([-1.0, 1.0, 1.0])
    symmetric = (joints + mirrored) / 2
    return symmetric - symmetric[0]


def joint(name: str) -> np.ndarray:
    """(3,) one of `mean_joints`."""
    return mean_joints()[JOINT_NAMES.index(name)]


def girth(vertices: np.ndarray, marks: Landmarks) -> Girth:
    """Of the T-posed source body with these vertices (V, 3)."""
    back, front = _pelvis(vertices, marks)
    near = np.abs(vertices[:, 1] - marks.crotch[1] - 0.02) < 0.05
    hips = np.abs(vertices[near, 0]).max()
    return Girth(float(hips), float(front - back), float(marks.shoulder[1] - vertices[:, 1].min()))


def fit(vertices: np.ndarray, marks: Landmarks, like: Girth | None = None) -> np.ndarray:
    """Vertices (V, 3) of the source body in SMPL's mean proportions, pelvis joint at the origin, metres.

    like: the girth of another source body. This one is then widened as much as that one would be, so that it
    stays thinner or thicker than that one by as much as it was.
    """
    own = girth(vertices, marks)
    like = own if like is None else like.at(own.size)
    x, y, z = vertices.T
    reach = np.abs(x)
    upper = y > marks.crotch[1] + 0.15
    arm = rise(reach, marks.shoulder[0] - 0.03, marks.shoulder[0] + 0.06) * upper
    head = vertices[y > marks.chin[1]]
    depth = _depth(vertices, head, marks, like)
    new_z = (1 - arm) * depth + arm * (z + joint("left_shoulder")[2] - marks.shoulder[2])
    width = reach + (1 - arm) * (_width(vertices, head, marks, like) - reach)
    width += (_at(_reach(vertices, marks), reach) - reach) * upper
    return np.stack([np.sign(x) * width, _at(_height(vertices, head, marks), y), new_z], axis=1)


def _pelvis(vertices: np.ndarray, marks: Landmarks) -> tuple[float, float]:
    """Back and front of the source body's pelvis."""
    near = (np.abs(vertices[:, 1] - marks.crotch[1] - 0.09) < 0.05) & (np.abs(vertices[:, 0]) < 0.2)
    return vertices[near, 2].min(), vertices[near, 2].max()


def _height(vertices: np.ndarray, head: np.ndarray, marks: Landmarks) -> Curve:
    top = joint("head")[1] + HEAD_TOP
    chin = top - _head_scale(head) * (head[:, 1].max() - marks.chin[1])
    curve = [
        (vertices[:, 1].min(), joint("left_ankle")[1] - SOLE_BELOW_ANKLE),
        (marks.knee[1], joint("left_knee")[1] + KNEE_ABOVE_JOINT),
        (marks.crotch[1], -CROTCH_BELOW_PELVIS),
        (marks.shoulder[1], joint("left_shoulder")[1]),
        (marks.chin[1], chin),
        (head[:, 1].max(), top),
    ]
    return _extended(curve)


def _head_scale(head: np.ndarray) -> float:
    """Even growth of the head, from its depth."""
    return (HEAD_FRONT - HEAD_BACK) / np.ptp(head[:, 2])


def _depth(vertices: np.ndarray, head: np.ndarray, marks: Landmarks, like: Girth) -> np.ndarray:
    """(V,) new z of trunk, head and legs: scaled and shifted with a share that follows the height."""
    y, z = vertices[:, 1], vertices[:, 2]
    feet = vertices[y < marks.ankle[1] - 0.03]
    heel, toes = joint("left_ankle")[2] - HEEL_BEHIND_ANKLE, joint("left_foot")[2] + TOES_BEFORE_FOOT
    back, front = _pelvis(vertices, marks)
    growth = 1 + PELVIS_SHARE * ((PELVIS_FRONT - PELVIS_BACK) / like.depth - 1)
    legs = LEGS * like.growth
    rows = [
        (marks.ankle[1] - 0.06, *_onto(feet[:, 2].min(), feet[:, 2].max(), heel, toes)),
        (marks.ankle[1] + 0.06, *_onto_point(marks.ankle[2], joint("left_ankle")[2], legs)),
        (marks.knee[1], *_onto_point(marks.knee[2], joint("left_knee")[2], legs)),
        (marks.crotch[1] + 0.05, *_onto_point((back + front) / 2, (PELVIS_BACK + PELVIS_FRONT) / 2, growth)),
        (marks.crotch[1] + 0.13, *_onto_point((back + front) / 2, (PELVIS_BACK + PELVIS_FRONT) / 2, growth)),
        (
            marks.shoulder[1],
            *_onto_point(marks.shoulder[2], joint("left_shoulder")[2], CHEST_DEPTH * like.growth),
        ),
        (marks.chin[1], *_onto_head(head)),
    ]
    scale = [(height, factor) for height, factor, _ in rows]
    shift = [(height, offset) for height, _, offset in rows]
    return z * _at(scale, y) + _at(shift, y)


def _onto(old_low: float, old_high: float, low: float, high: float) -> tuple[float, float]:
    factor = (high - low) / (old_high - old_low)
    return factor, low - factor * old_low


def _onto_point(old: float, new: float, factor: float) -> tuple[float, float]:
    return factor, new - factor * old


def _onto_head(head: np.ndarray) -> tuple[float, float]:
    place = joint("head")[2]
    return _onto(head[:, 2].min(), head[:, 2].max(), place + HEAD_BACK, place + HEAD_FRONT)


def _width(vertices: np.ndarray, head: np.ndarray, marks: Landmarks, like: Girth) -> np.ndarray:
    """(V,) new |x| of trunk, head and legs."""
    y, reach = vertices[:, 1], np.abs(vertices[:, 0])
    legs = LEGS * like.growth
    scale = [
        (marks.ankle[1] - 0.05, FOOT_WIDTH),
        (marks.ankle[1] + 0.05, legs),
        (marks.knee[1], legs),
        (marks.crotch[1], 1 + PELVIS_SHARE * (PELVIS_HALF_WIDTH / like.hips - 1)),
        ((marks.crotch[1] + marks.shoulder[1]) / 2, legs),
        (marks.shoulder[1], like.growth),
        (marks.chin[1], _head_scale(head)),
    ]
    factor = _at(scale, y)
    ankle, knee = joint("left_ankle")[0], joint("left_knee")[0]
    shift = [
        (marks.ankle[1] - 0.05, ankle - FOOT_WIDTH * marks.ankle[0]),
        (marks.ankle[1] + 0.05, ankle - legs * marks.ankle[0]),
        (marks.knee[1], knee - legs * marks.knee[0]),
        (marks.crotch[1] - 0.02, 0.0),
        (marks.crotch[1], 0.0),
    ]
    return reach * factor + _at(shift, y)


def _reach(vertices: np.ndarray, marks: Landmarks) -> Curve:
    shoulder, elbow, wrist, hand = (
        joint(f"left_{name}")[0] for name in ("shoulder", "elbow", "wrist", "hand")
    )
    return [
        (0.0, 0.0),
        (0.08, 0.08),
        (marks.shoulder[0], shoulder),
        (marks.elbow[0], elbow),
        (marks.wrist[0], wrist),
        (np.abs(vertices[:, 0]).max(), hand + FINGERS_BEYOND_HAND),
    ]


def _extended(curve: Curve) -> Curve:
    """The curve continued straight by half a metre on both sides, for helper geometry beyond the skin."""
    (first, low), (last, high) = curve[0], curve[-1]
    return [(first - 0.5, low - 0.5), *curve, (last + 0.5, high + 0.5)]


def _at(curve: Curve, values: np.ndarray) -> np.ndarray:
    """Smooth, monotone interpolation, constant beyond the ends."""
    places, results = np.array(curve, float).T
    return PchipInterpolator(places, results)(np.clip(values, places[0], places[-1]))
