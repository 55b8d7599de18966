"""A body model posed in full: every joint of its own, and the pose-dependent corrections (posedirs).

Vertices by linear blend skinning of template + shapedirs betas + posedirs (R - 1), with R the rotations of
all joints but the root, row by row. Source: Loper et al. 2015, "SMPL: A Skinned Multi-Person Linear Model".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..safe_read import FormatError
from .body_model import BodyModel, load_body_model
from .rotations import matrix_from_axis_angle


@dataclass(frozen=True)
class PosedBody:
    """A model with its own J joints: 24 of SMPL, 52 of SMPL-H, 55 of SMPL-X.

    regressor (J, V), weights (V, J), parents (J,) with -1 for the root; corrections (9 (J - 1), 3 V) metres.
    """

    model: BodyModel
    regressor: np.ndarray
    weights: np.ndarray
    parents: tuple[int, ...]
    corrections: np.ndarray

    def posed(
        self, betas: np.ndarray, vectors: np.ndarray, trans: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Vertices (T, V, 3) and joints (T, J, 3) in metres for shape numbers (B,), rotation vectors
        (T, J, 3) or (T, 3 J) and trans (T, 3), SMPL's translation of the template."""
        rest = self.model.rest_vertices(betas)
        joints = self.regressor @ rest
        turns = matrix_from_axis_angle(np.asarray(vectors, float).reshape(len(trans), len(joints), 3))
        bends = (turns[:, 1:] - np.eye(3)).reshape(len(turns), -1)
        shaped = rest + (bends @ self.corrections).reshape(len(turns), *rest.shape)
        places, world = self.forward(turns, joints)
        shifts = places - (world @ joints[:, :, None])[..., 0]
        transforms = np.concatenate([world, shifts[..., None]], axis=-1).reshape(len(turns), len(joints), 12)
        blended = (self.weights @ transforms).reshape(len(turns), len(rest), 3, 4)
        vertices = (blended[..., :3] @ shaped[..., None])[..., 0] + blended[..., 3]
        return vertices + trans[:, None], places + trans[:, None]

    def forward(self, turns: np.ndarray, joints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Joints (T, J, 3) about the rest pelvis, and their global rotations (T, J, 3, 3)."""
        places = np.repeat(joints[None], len(turns), 0)
        world = turns.copy()
        for joint, parent in enumerate(self.parents[1:], start=1):
            world[:, joint] = world[:, parent] @ turns[:, joint]
            places[:, joint] = places[:, parent] + world[:, parent] @ (joints[joint] - joints[parent])
        return places, world


def load_posed_body(path: str | Path) -> PosedBody:
    """The model of an SMPL, SMPL-H or SMPL-X file with its corrections. Raises FormatError."""
    return with_corrections(load_body_model(path))


def with_corrections(model: BodyModel) -> PosedBody:
    """The model with what its file holds besides. Raises FormatError."""
    from ..safe_read.model_file import read_model_fields  # few have such a file

    path = Path(model.source)
    fields = read_model_fields(path, ("J_regressor", "weights", "kintree_table", "posedirs"))
    if "kintree_table" not in fields or "posedirs" not in fields:
        raise FormatError(f"{path.name} has no joint tree or no pose corrections; give the whole model file.")
    regressor, directions = fields["J_regressor"], np.asarray(fields["posedirs"], np.float32)
    count, number = len(model.vertices), 9 * (len(regressor) - 1)
    if directions.shape != (count, 3, number):
        raise FormatError(f"The pose corrections in {path.name} do not fit its joints; download it again.")
    parents = fields["kintree_table"][0].astype(np.int64)
    if not (parents[1:] < np.arange(1, len(parents))).all() or (parents[1:] < 0).any():
        raise FormatError(f"The joint tree in {path.name} is no tree; download it again.")
    corrections = np.ascontiguousarray(directions.reshape(-1, number).T)
    return PosedBody(model, regressor, fields["weights"], (-1, *parents[1:].tolist()), corrections)
