"""The shape numbers (betas) of a body model that give a person's measures.

The rest joints of SMPL, SMPL-H and SMPL-X are linear in the shape numbers, which are scaled so that each is
normally distributed with deviation 1 over people. Height and weight where they are known: the height of the
rest pose, and its volume times the density of a human body (985 kg/m^3, as in "The Virtual Caliper",
Pujades et al. 2019).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .body_model import BodyModel
from .skeleton import JOINT_COUNT, PARENTS
from .wishes import AS_FITTED, ShapeWishes

DENSITY = 985.0
HEIGHT_DEVIATION, WEIGHT_DEVIATION = 0.01, 1.5
"""Metres and kilograms: how well somebody knows them."""
LENGTH_DEVIATION, FAR = 0.003, 0.02
"""Metres: of a measured bone, and from where on one counts less and less (Geman-McClure)."""
_ITERATIONS, _MEASURES = 12, 4
_UP = 1


@dataclass(frozen=True)
class ShapeSpace:
    """The skeletons that a body model can have.

    mean: (24, 3) metres, bone offsets of the mean shape, row 0 zero. directions: (B, 24, 3) metres that a
    unit of each number adds to them. usual: (B,) and precision (B, B): which numbers are likely.
    """

    mean: np.ndarray
    directions: np.ndarray
    usual: np.ndarray
    precision: np.ndarray

    def bones(self, betas: np.ndarray) -> np.ndarray:
        """(24, 3) metres, bone offsets for shape numbers (B,)."""
        return self.mean + np.tensordot(betas, self.directions, 1)

    def fitted(self, lengths: np.ndarray) -> np.ndarray:
        """(B,) numbers whose bones are as long as these (24,) in metres, NaN where unknown.

        Regularised by what is usual, and robust: a bone that no such body has pulls little.
        """
        known = np.flatnonzero(np.isfinite(lengths[1:])) + 1
        betas = self.usual.copy()
        for turn in range(_ITERATIONS):
            bones = self.bones(betas)[known]
            now = np.linalg.norm(bones, axis=-1)
            rows = np.einsum("bjc,jc->jb", self.directions[:, known], bones / now[:, None])
            apart = lengths[known] - now
            # From afar all bones are far off; which of them are wrong is only seen near the end.
            faded = (apart / FAR) ** 2 if turn >= _ITERATIONS // 2 else 0.0
            weight = np.broadcast_to((1.0 + faded) ** -2.0, apart.shape) / LENGTH_DEVIATION**2
            matrix = self.precision + (rows * weight[:, None]).T @ rows
            toward = self.precision @ (self.usual - betas) + rows.T @ (weight * apart)
            betas = betas + np.linalg.solve(matrix, toward)
        return betas


def shape_space(
    model: BodyModel, wishes: ShapeWishes = AS_FITTED, known: np.ndarray | None = None
) -> ShapeSpace:
    """The space of the model's first numbers, where somebody's are likely near these known ones (of any
    count; None: near the mean) and give the height and weight that are wished for. As many numbers as are
    wished for, and no fewer than those that are known."""
    own = np.zeros(0) if known is None else np.trim_zeros(np.asarray(known, float).reshape(-1), "b")
    count = min(max(wishes.betas, len(own)), model.shapes)
    near = np.zeros(count)
    near[: len(own)] = own[:count]
    joints = model.joint_regressor @ model.vertices
    flat = model.shape_directions[:, :, :count].reshape(len(model.vertices), -1)
    moves = (model.joint_regressor @ flat).reshape(JOINT_COUNT, 3, count).transpose(2, 0, 1)
    usual, precision = _likely(model, near, wishes)
    return ShapeSpace(_offsets(joints), _offsets(moves), usual, precision)


def height_of(vertices: np.ndarray) -> float:
    """Metres of a body (V, 3) in the rest pose."""
    return float(np.ptp(vertices[:, _UP]))


def weight_of(vertices: np.ndarray, faces: np.ndarray) -> float:
    """Kilograms of a body of vertices (V, 3) in metres and outward faces (F, 3)."""
    a, b, c = (vertices[faces[:, corner]] for corner in range(3))
    return DENSITY * float((a * np.cross(b, c)).sum()) / 6.0


def _offsets(joints: np.ndarray) -> np.ndarray:
    """Places (..., 24, 3) relative to the parent's, row 0 zero."""
    parents = np.array(PARENTS)
    parents[0] = 0
    assert joints.shape[-2] == JOINT_COUNT
    return joints - joints[..., parents, :]


def _likely(model: BodyModel, near: np.ndarray, wishes: ShapeWishes) -> tuple[np.ndarray, np.ndarray]:
    """The numbers (B,) that are likely and their precision (B, B), by Gauss-Newton on the measures."""
    told = np.eye(len(near))
    if wishes.height is None and wishes.weight is None:
        return near, told
    usual, precision = near, told
    directions = np.ascontiguousarray(model.shape_directions[:, :, : len(near)])
    for _ in range(_MEASURES):
        vertices = model.vertices + directions @ usual
        precision, toward = told.copy(), told @ (near - usual)
        for value, deviation, (now, row) in (
            (wishes.height, HEIGHT_DEVIATION, _height(vertices, directions)),
            (wishes.weight, WEIGHT_DEVIATION, _weight(vertices, directions, model.faces)),
        ):
            if value is not None:
                precision += np.outer(row, row) / deviation**2
                toward += row * (value - now) / deviation**2
        usual = usual + np.linalg.solve(precision, toward)
    return usual, precision


def _height(vertices: np.ndarray, directions: np.ndarray) -> tuple[float, np.ndarray]:
    top, bottom = vertices[:, _UP].argmax(), vertices[:, _UP].argmin()
    return height_of(vertices), directions[top, _UP] - directions[bottom, _UP]


def _weight(vertices: np.ndarray, directions: np.ndarray, faces: np.ndarray) -> tuple[float, np.ndarray]:
    a, b, c = (vertices[faces[:, corner]] for corner in range(3))
    sides = np.concatenate([np.cross(b, c), np.cross(c, a), np.cross(a, b)]) / 6.0
    owners, count = faces.T.reshape(-1), len(vertices)
    slope = np.stack([np.bincount(owners, side, count) for side in sides.T], axis=-1)
    row = DENSITY * slope.reshape(-1) @ directions.reshape(slope.size, -1)
    return weight_of(vertices, faces), row
