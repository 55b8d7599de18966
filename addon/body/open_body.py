"""The open body: a human mesh on SMPL's 24 joints that may be shipped (CC0, see OPEN_BODY.md).

Its joints are SMPL's mean rest joints. `warped` stretches it to a performer's bones, `skin` poses it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from .arrays import array_namespace, device
from .body_warp import warped
from .kinematics import forward
from .skeleton import JOINT_COUNT, rest_joints

Array = Any
"""A NumPy array or a torch tensor."""

BODY_FILE = Path(__file__).resolve().parents[2] / "bundled_model" / "open_body.npz"
SEXES_FILE = BODY_FILE.with_name("open_body_sexes.npz")
"""The vertices of the same mesh as a woman's and a man's body."""
GENDERS = ("neutral", "female", "male")
"""SMPL's words for its three bodies."""


@dataclass(frozen=True)
class OpenBody:
    """The body in SMPL's rest pose: metres, Y up, facing +Z, left arm along +X, pelvis at the origin."""

    gender: str
    """one of GENDERS"""
    vertices: np.ndarray
    """(V, 3) float64"""
    weights: np.ndarray
    """(V, 24) float64 skin weights, rows sum to 1, at most four joints a vertex"""
    quads: np.ndarray
    """(F, 4) int64 vertex indices, counter-clockwise from outside"""
    triangles: np.ndarray
    """(2 F, 3) int64 the same faces cut in two"""
    uvs: np.ndarray
    """(U, 2) texture coordinates"""
    quad_uvs: np.ndarray
    """(F, 4) int64 indices into `uvs` of each quad's corners"""
    joints: np.ndarray
    """(24, 3) rest joints of the vertices above"""
    surface_points: np.ndarray
    """(S,) int64 vertices spread evenly over the body, for surface errors"""
    licence: str

    def warped(self, bone_offsets: np.ndarray) -> np.ndarray:
        """Rest vertices (V, 3) of a body with these bone offsets (24, 3) in metres, pelvis at the origin;
        shared: do not write to them."""
        return _warped(self.gender, np.asarray(bone_offsets, float).tobytes())


@lru_cache(maxsize=8)
def _warped(gender: str, bone_offsets: bytes) -> np.ndarray:
    """The same; one run asks for it several times, and the next one of the same person again."""
    body, offsets = load(gender), np.frombuffer(bone_offsets).reshape(JOINT_COUNT, 3)
    vertices = warped(body.vertices, body.weights, body.joints, rest_joints(offsets))
    vertices.flags.writeable = False
    return vertices


@lru_cache(maxsize=len(GENDERS))
def load(gender: str = "neutral") -> OpenBody:
    """The body that ships with the extension, one of GENDERS. Arrays are shared: do not write to them.

    All three have the same mesh, weights and joints; other genders than those are the neutral one.
    """
    if gender not in GENDERS[1:]:
        return _neutral()
    with np.load(SEXES_FILE, allow_pickle=False) as stored:
        body = replace(_neutral(), gender=gender, vertices=stored[gender].astype(float))
    body.vertices.flags.writeable = False
    return body


@lru_cache(maxsize=1)
def _neutral() -> OpenBody:
    with np.load(BODY_FILE, allow_pickle=False) as stored:
        weights = stored["weights"].astype(float)
        quads = stored["quads"].astype(np.int64)
        body = OpenBody(
            gender=GENDERS[0],
            vertices=stored["vertices"].astype(float),
            weights=weights / weights.sum(axis=1, keepdims=True),
            quads=quads,
            triangles=np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]),
            uvs=stored["uv"].astype(float),
            quad_uvs=stored["quads_uv"].astype(np.int64),
            joints=stored["joints"].astype(float),
            surface_points=stored["surface_points"].astype(np.int64),
            licence=str(stored["licence"]),
        )
    for values in vars(body).values():
        if isinstance(values, np.ndarray):
            values.flags.writeable = False
    return body


def skin(vertices: Array, weights: Array, rotations: Array, pelvis: Array, bone_offsets: Array) -> Array:
    """Posed vertices (..., V, 3) by linear blend skinning, NumPy or torch as `rotations` is.

    vertices (V, 3) or (..., V, 3): rest pose bound to `bone_offsets` (24, 3) or (..., 24, 3), pelvis at the
    origin; weights (V, 24); rotations (..., 24, 3, 3) local; pelvis (..., 3) metres.
    """
    xp = array_namespace(rotations)
    kind = {"dtype": rotations.dtype, "device": device(rotations)}
    vertices, weights = xp.asarray(vertices, **kind), xp.asarray(weights, **kind)
    joints, turns = forward(rotations, pelvis, bone_offsets)
    zero = xp.zeros_like(pelvis)
    rest, _ = forward(xp.broadcast_to(xp.eye(3, **kind), rotations.shape), zero, bone_offsets)
    shifts = joints - xp.matmul(turns, rest[..., None])[..., 0]
    transforms = xp.concat([turns, shifts[..., None]], axis=-1)
    flat = xp.reshape(transforms, (*transforms.shape[:-3], JOINT_COUNT, 12))
    blended = xp.matmul(weights, flat)
    blended = xp.reshape(blended, (*blended.shape[:-1], 3, 4))
    return xp.matmul(blended[..., :3], vertices[..., None])[..., 0] + blended[..., 3]


def floor_height(bone_offsets: np.ndarray) -> float:
    """Height in metres of the open body's soles, for bones (24, 3), in SMPL's frame with the pelvis of the
    rest pose at the origin."""
    return float(load().warped(bone_offsets)[:, 1].min())
