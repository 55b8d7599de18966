"""The figures of this project, as the design defines them. All take true and found poses of one clip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from addon.body.body_model import BodyModel
from addon.body.kinematics import forward
from addon.body.open_body import load, skin
from addon.body.rotations import axis_angle_from_matrix, geodesic_angle
from addon.body.skeleton import JOINT_NAMES, PARENTS, REST_OFFSETS
from addon.recording import Person


def _joints(*words: str) -> list[int]:
    return [j for j, name in enumerate(JOINT_NAMES) if any(word in name for word in words)]


ROTATION_JOINTS = _joints("pelvis", "hip", "knee", "ankle", "spine", "shoulder", "elbow")
OTHER_JOINTS = _joints("neck", "head", "collar", "wrist", "hand", "foot")
TWIST_JOINTS = _joints("hip", "knee", "shoulder", "elbow")


@dataclass(frozen=True)
class Figures:
    """mpjpe, pve, absolute: mm; rotation, other, twist: degrees; acceleration: error as a ratio to the truth;
    drift: degrees of rotation, last third of the clip minus the first."""

    mpjpe: float
    pve: float
    absolute: float
    rotation: float
    other: float
    twist: float
    acceleration: float
    drift: float


@dataclass(frozen=True)
class Surface:
    """S points of a body's surface: rest(bones (24, 3)) gives their rest places (S, 3) in metres with the
    pelvis at the origin, weights (S, 24) their skin weights."""

    rest: Callable[[np.ndarray], np.ndarray]
    weights: np.ndarray


def open_surface() -> Surface:
    """Points spread over the open body."""
    body = load()
    rows = body.surface_points
    return Surface(lambda bones: body.warped(bones)[rows], body.weights[rows])


def model_surface(model: BodyModel, count: int = 1000) -> Surface:
    """Vertices of a user's own SMPL-family model, its mean shape stretched to the bones."""
    rows = np.linspace(0, len(model.vertices) - 1, count).round().astype(int)
    return Surface(lambda bones: model.fitted_vertices(np.zeros(0), bones)[rows], model.weights[rows])


@dataclass(frozen=True)
class Posed:
    """Poses of one clip: rotations (T, 24, 3, 3), pelvis (T, 3), bone offsets (24, 3)."""

    rotations: np.ndarray
    pelvis: np.ndarray
    bones: np.ndarray

    def joints(self) -> np.ndarray:
        """(T, 24, 3) metres."""
        return forward(self.rotations, self.pelvis, self.bones)[0]

    def rows(self, frames: slice | np.ndarray) -> Posed:
        """Some of the frames."""
        return Posed(self.rotations[frames], self.pelvis[frames], self.bones)

    def surface(self, of: Surface) -> np.ndarray:
        """(T, S, 3) points on a body in these proportions."""
        return skin(of.rest(self.bones), of.weights, self.rotations, self.pelvis, self.bones)


@dataclass(frozen=True)
class Example:
    """A person as a file would hold it, and the truth behind it."""

    person: Person
    truth: Posed


def compare(
    truth: Posed,
    found: Posed,
    apart: bool = False,
    surface: Surface | None = None,
    true_points: np.ndarray | None = None,
) -> Figures:
    """All figures of one clip. The surface error uses the true proportions on both sides.

    apart: the frames do not follow one another, so that acceleration and drift are unknown (NaN). surface:
    whose error is measured, None for the open body's. true_points: truth.surface(surface), where it is known.
    """
    surface = surface or open_surface()
    if true_points is None:
        true_points = truth.surface(surface)
    joints, found_joints = truth.joints(), found.joints()
    distance = np.linalg.norm(found_joints - joints, axis=-1)
    aligned = np.linalg.norm((found_joints - joints) - (found_joints - joints)[:, :1], axis=-1)
    same_body = Posed(found.rotations, truth.pelvis, truth.bones)
    angle = np.degrees(geodesic_angle(truth.rotations, found.rotations))
    body_angle = angle[:, ROTATION_JOINTS].mean(1)
    third = max(len(angle) // 3, 1)
    drift = float(body_angle[-third:].mean() - body_angle[:third].mean())
    return Figures(
        mpjpe=1000 * float(aligned.mean()),
        pve=1000 * float(np.linalg.norm(same_body.surface(surface) - true_points, axis=-1).mean()),
        absolute=1000 * float(distance.mean()),
        rotation=float(body_angle.mean()),
        other=float(angle[:, OTHER_JOINTS].mean()),
        twist=float(np.degrees(_twist(truth.rotations, found.rotations)).mean()),
        acceleration=float("nan") if apart else acceleration_error(joints, found_joints),
        drift=float("nan") if apart else drift,
    )


def _twist(true: np.ndarray, found: np.ndarray) -> np.ndarray:
    """(T, J) angle of the rotation error about the bone."""
    error = axis_angle_from_matrix(np.swapaxes(true, -1, -2) @ found)
    angles = []
    for joint in TWIST_JOINTS:
        bone = REST_OFFSETS[PARENTS.index(joint)]
        axis = bone / np.linalg.norm(bone)
        angles.append(np.abs(error[:, joint] @ axis))
    return np.stack(angles, -1)


def acceleration_error(true: np.ndarray, found: np.ndarray) -> float:
    """Mean |a - a_true| over joints (T, J, 3), as a ratio to the mean |a_true|; NaN below three frames."""
    if len(true) < 3:
        return float("nan")
    accelerations = (np.diff(joints, 2, axis=0) for joints in (true, found))
    a_true, a_found = accelerations
    return float(np.linalg.norm(a_found - a_true, axis=-1).mean() / np.linalg.norm(a_true, axis=-1).mean())
