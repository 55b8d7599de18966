"""Body model files of our own making, with the fields and sizes of the SMPL family's: the open body, shape
directions that change bones in length and direction, pose-dependent corrections, joints of hands and face.

Nothing of SMPL is in them: the numbers are drawn.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from addon.body import open_body
from addon.body.skeleton import JOINT_NAMES, MIRROR_JOINTS, REST_OFFSETS, REST_PELVIS

from .model_files import joints_of

SIZES = {"SMPL": 6890, "SMPL-H": 6890, "SMPL-X": 10475}
_NEAR = 40
"""Vertices that a joint is regressed from."""
_GIRTH = 0.003
"""Metres by which a unit of a shape number moves the skin beside what the bones do."""
_CORRECTION = 0.004


@lru_cache(maxsize=3)
def synthetic_fields(kind: str = "SMPL", shapes: int = 10, seed: int = 0) -> dict[str, np.ndarray]:
    """The arrays of a file of this kind. Shared: do not write to them."""
    random = np.random.default_rng(seed)
    body = open_body.load()
    kept = np.linspace(0, len(body.vertices) - 1, SIZES[kind]).round().astype(int)
    vertices = body.vertices + REST_PELVIS
    joints, parents = joints_of(kind)
    directions = np.stack([_direction(number, random)[kept] for number in range(shapes)], axis=-1)
    weights = _with_fingers(body.weights[kept], vertices[kept], joints, kind)
    if kind == "SMPL-X":  # expressions come after the shape
        directions = np.concatenate([directions, np.zeros((SIZES[kind], 3, 20 - shapes))], axis=-1)
    return {
        "v_template": vertices[kept],
        "shapedirs": directions,
        "posedirs": _corrections(weights, random),
        "J_regressor": _regressor(vertices[kept], joints),
        "weights": weights,
        "f": _faces(body.triangles, vertices, kept),
        "kintree_table": np.stack([parents, np.arange(len(joints))]).astype(np.int64),
        **{f"hands_mean{side}": random.normal(0, 0.2, 45) for side in ("l", "r")},
        **{f"hands_components{side}": np.eye(45) for side in ("l", "r")},
        "lmk_faces_idx": np.arange(51),
        "lmk_bary_coords": np.full((51, 3), 1 / 3),
        "dynamic_lmk_faces_idx": np.zeros((79, 17), np.int64),
        "dynamic_lmk_bary_coords": np.full((79, 17, 3), 1 / 3),
    }


def _direction(number: int, random: np.random.Generator) -> np.ndarray:
    """(V, 3) metres: the first makes taller, the others change lengths, directions and girth."""
    spread = 0.045 if number == 0 else 0.05 / np.sqrt(number + 1)
    common = spread if number == 0 else 0.0
    mirror = list(MIRROR_JOINTS)
    ratios = random.normal(0, spread / 2, 24)
    turned = random.normal(0, spread / 4, (24, 3)) * np.linalg.norm(REST_OFFSETS, axis=-1)[:, None]
    ratios = (ratios + ratios[mirror]) / 2 + common
    turned = (turned + turned[mirror] * [-1, 1, 1]) / 2
    body = open_body.load()
    moved = body.warped(REST_OFFSETS * np.exp(ratios)[:, None] + turned) - body.vertices
    along = np.sin(random.uniform(1, 4) * body.vertices[:, 1] + random.uniform(0, 6))
    girth = _GIRTH * along[:, None] * np.tanh(body.vertices / 0.1) * [1, 0, 1]
    return moved + girth + random.normal(0, 0.01, 3) * [0, 1, 1]


def _regressor(vertices: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """(J, V) the smallest weights on vertices around each joint that give its place."""
    regressor = np.zeros((len(joints), len(vertices)))
    for joint, place in enumerate(joints):
        near = np.argsort(np.linalg.norm(vertices - place, axis=-1))[:_NEAR]
        equations = np.concatenate([vertices[near].T, np.ones((1, _NEAR))])
        even = np.full(_NEAR, 1 / _NEAR)
        regressor[joint, near] = even + np.linalg.pinv(equations) @ (np.append(place, 1.0) - equations @ even)
    return regressor


def _with_fingers(weights: np.ndarray, vertices: np.ndarray, joints: np.ndarray, kind: str) -> np.ndarray:
    """(V, J) the hands' share on the nearest of their finger joints."""
    if kind == "SMPL":
        return weights
    whole = np.zeros((len(weights), len(joints)))
    whole[:, :22] = weights[:, :22]
    first = len(joints) - 30
    for side, hand in enumerate(("left_hand", "right_hand")):
        own = np.arange(first + 15 * side, first + 15 * side + 15)
        apart = np.linalg.norm(vertices[:, None] - joints[own], axis=-1)
        share = weights[:, JOINT_NAMES.index(hand)]
        whole[np.arange(len(weights)), own[apart.argmin(1)]] += share
    return whole


def _corrections(weights: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """(V, 3, 9 (J - 1)) metres, small and near each joint."""
    count = weights.shape[1]
    drawn = random.normal(0, _CORRECTION, (count - 1, 3, 9)).astype(np.float32)
    near = weights[:, 1:].astype(np.float32)
    return np.einsum("vj,jcn->vcjn", near, drawn).reshape(len(weights), 3, -1)


def _faces(triangles: np.ndarray, vertices: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """(F, 3) the faces between vertices that are kept, each other one moved to the nearest of these."""
    nearest = np.empty(len(vertices), np.int64)
    squared = (vertices[kept] ** 2).sum(1)
    for rows in np.array_split(np.arange(len(vertices)), 64):
        nearest[rows] = (squared - 2 * vertices[rows] @ vertices[kept].T).argmin(1)
    a, b, c = nearest[triangles].T
    whole = (a != b) & (b != c) & (a != c)
    return nearest[triangles][whole]
