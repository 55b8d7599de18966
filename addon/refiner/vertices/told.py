"""People of whom a file holds vertices of a body model's mesh: their poses, with the user's model file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...body.body_model import BodyModel
from ...body.hands import FINGER_COUNT, SIDES
from ...body.kinematics import forward
from ...body.layouts import find_layout
from ...body.mesh_vertices import MESHES, mesh_of_layout, vertex_numbers
from ...body.posed_body import with_corrections
from ...body.skeleton import JOINT_COUNT
from ...motion import Motion
from ...overrides import give
from ...recording import Keypoints, Person, Poses
from ...safe_read import FormatError
from ...steps import Progress, Steps, in_chunks
from ..errors import RefineError
from ..network.model import load_model
from ..piece import Recipe
from ..result.own_body import OwnBody
from ..timeline import bridge
from .fit import FEWEST_SEEN, Fit, Shapes, fit_steps
from .likely import likely_pose
from .skin import Skin, skin_of

FARTHEST = 0.04
"""Metres by which vertices of the model's own mesh may be off, over the clip: beyond, the mesh is another."""
_BODY = JOINT_COUNT - len(SIDES)
_FINGERS = len(SIDES) * FINGER_COUNT
_FRAMES = 32
_KEPT: dict[tuple[str, int, tuple[int, ...], int], Skin] = {}
"""The skin read last: a preview asks again and again."""


@dataclass(frozen=True)
class Mesh:
    """Vertices as they are seen, and what poses them: places (T, N, 3) metres of the frames (T,)."""

    skin: Skin
    places: np.ndarray
    frame_ids: np.ndarray

    def measured(self, motion: Motion) -> Steps[Motion]:
        """The motion of the model, in some of the frames, with how far its vertices are off; frames with too
        few are marked as filled."""
        places = self.places[np.isin(self.frame_ids, motion.frame_ids)]
        betas = np.asarray(motion.betas, float)[: len(self.skin.directions)]

        def off(rows: slice) -> np.ndarray:
            posed = self.skin.posed(_own_turns(motion, rows, len(self.skin.joints)), betas)
            apart = np.swapaxes(posed.vertices, 1, 2) + motion.pelvis[rows, None] - places[rows]
            return 1000.0 * _means(np.linalg.norm(apart, axis=-1))

        error = yield from in_chunks(off, motion.frames, _FRAMES)
        unseen = np.isfinite(places).all(-1).sum(1) < FEWEST_SEEN
        return replace(motion, fit_error_mm=error, filled=unseen if unseen.any() else motion.filled)


def _means(distances: np.ndarray) -> np.ndarray:
    """(T,) of those (T, N) that are known, NaN without any."""
    known = np.isfinite(distances)
    count = known.sum(1)
    return np.where(count > 0, np.where(known, distances, 0.0).sum(1) / np.maximum(count, 1), np.nan)


def told_by_vertices(person: Person, body: OwnBody | None) -> Steps[tuple[Person, Mesh | None]]:
    """The person with the poses and the shape that put the mesh's vertices where they are, in place of these;
    who has poses gets the joints as keypoints instead. Anybody else as they are.

    Raises RefineError where the model is missing or another one, and FormatError where its file is broken.
    """
    keypoints = person.keypoints
    count = None if keypoints is None else mesh_of_layout(keypoints.layout)
    if keypoints is None or count is None:
        return person, None
    body = _fitting(person, count, body)
    yield Progress(0.0, "Reading the body model")
    space = body.space(None)
    skin = _skin(body.model, tuple(vertex_numbers(keypoints.names)), len(space.usual))
    yield Progress(0.0, "Fitting the body to the vertices")
    model = yield from load_model.steps()
    likely = likely_pose(len(skin.joints), model.prior)
    seen = np.isfinite(keypoints.positions).all(-1).sum(1) >= FEWEST_SEEN
    if not seen.any():
        raise RefineError(f"No frame of person {person.id} has enough vertices to fit a body to.")
    found = yield from fit_steps(skin, keypoints.positions, likely, Shapes(space.usual, space.precision))
    _check(person, found, body)
    poses = yield from _poses(found, seen, body)
    if person.poses is None:
        mesh = Mesh(skin, keypoints.positions, person.frame_ids)
        return replace(person, keypoints=None, poses=poses), mesh
    return replace(person, keypoints=_joints(poses, seen, body)), None


def as_targets(targets: Person, body: OwnBody | None) -> Steps[Person]:
    """Somebody's keypoints for another's poses: vertices become joints. Raises as `told_by_vertices`."""
    found, mesh = yield from told_by_vertices(targets, body)
    if mesh is None:
        return found
    assert body is not None and found.poses is not None
    seen = np.isfinite(mesh.places).all(-1).sum(1) >= FEWEST_SEEN
    return replace(found, keypoints=_joints(found.poses, seen, body), poses=None)


def recipe_of(mesh: Mesh | None, recipe: Recipe) -> Recipe:
    """How to refine poses that vertices tell: these are measured, and the network knows nothing better."""
    return recipe if mesh is None else replace(recipe, network=False)


def _fitting(person: Person, count: int, body: OwnBody | None) -> OwnBody:
    """The body, which must have such a mesh."""
    kind = "SMPL-X" if MESHES[count] == "SMPL-X" else "SMPL or SMPL-H"
    if body is None:
        raise RefineError(
            f"Person {person.id} is {count:,} vertices of a mesh, whose poses only the model itself tells;"
            f" {give('smpl_model')} (your own file of {kind})."
        )
    if len(body.model.vertices) != count:
        raise RefineError(
            f"Person {person.id} is {count:,} vertices of a mesh, but that of {Path(body.model.source).name}"
            f" has {len(body.model.vertices):,}; {give('smpl_model')} (your own file of {kind})."
        )
    return body


def _check(person: Person, found: Fit, body: OwnBody) -> None:
    off = float(np.nanmedian(found.error))
    if not off < FARTHEST:
        raise RefineError(
            f"The vertices of person {person.id} are {1000 * off:.0f} mm from any body of"
            f" {Path(body.model.source).name}; check their unit, order and whether they are mirrored."
        )


def _skin(model: BodyModel, which: tuple[int, ...], shapes: int) -> Skin:
    try:
        written = Path(model.source).stat().st_mtime_ns
    except OSError as error:
        raise FormatError(f"There is no body model {Path(model.source).name} any more.") from error
    key = (model.source, written, which, shapes)
    if key not in _KEPT:
        _KEPT.clear()
        _KEPT[key] = skin_of(with_corrections(model), list(which), shapes)
    return _KEPT[key]


def _poses(found: Fit, seen: np.ndarray, body: OwnBody) -> Steps[Poses]:
    """SMPL's of the model's own joints; frames that are not seen (T,) hold their neighbours' pose."""
    turns, pelvis = yield from bridge.steps(found.turns, found.pelvis, seen)
    fingers = turns[:, -_FINGERS:] if turns.shape[1] > JOINT_COUNT else None
    rotations = np.broadcast_to(np.eye(3), (len(turns), JOINT_COUNT, 3, 3)).copy()
    own = JOINT_COUNT if fingers is None else _BODY
    rotations[:, :own] = turns[:, :own]
    return Poses(
        rotations,
        pelvis,
        found.betas.astype(np.float32),
        body.model.gender or "neutral",
        hands=None if fingers is None else fingers.reshape(len(turns), len(SIDES), FINGER_COUNT, 3, 3),
    )


def _joints(poses: Poses, seen: np.ndarray, body: OwnBody) -> Keypoints:
    """The joints of these poses as keypoints."""
    order = find_layout("smpl24")
    places, _ = forward(poses.rotations, poses.pelvis, body.model.bone_offsets(poses.betas))
    sure = np.repeat(seen[:, None].astype(float), JOINT_COUNT, 1)
    places = np.where(seen[:, None, None], places, np.nan)
    return Keypoints(places, sure, order.keypoints, order.canonical, order.name)


def _own_turns(motion: Motion, rows: slice, joints: int) -> np.ndarray:
    """(T, J, 3, 3) local turns of a model's own joints in these frames of a motion; jaw and eyes at rest."""
    rotations = motion.rotations[rows]
    if joints == JOINT_COUNT:
        return rotations
    turns = np.broadcast_to(np.eye(3), (len(rotations), joints, 3, 3)).copy()
    turns[:, :_BODY] = rotations[:, :_BODY]
    if motion.hands is not None:
        turns[:, -_FINGERS:] = motion.hands.rotations[rows].reshape(len(rotations), -1, 3, 3)
    return turns
