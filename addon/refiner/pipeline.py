"""A person's recording in, clean motion out: the order of the refiner's steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..body.kinematics import forward
from ..body.points import POINT_INDEX, point_positions
from ..body.skeleton import JOINT_COUNT, REST_OFFSETS
from ..motion import Motion
from ..recording import Keypoints, Person
from .alignment import keypoints_at, to_target_world
from .bones import estimate_bone_offsets, with_wander
from .engine import choose_engine
from .errors import RefineError
from .evidence import Targets, targets_from_keypoints
from .piece import EVERYTHING, Initial, Progress, Recipe, Run, refine_piece
from .timeline import Piece, bridge, pieces, spread

MODES = ("auto", "plugin", "sequence", "none")


def refine(
    person: Person,
    *,
    targets: Person | None = None,
    targets_offset: float = 0.0,
    mode: str = "auto",
    engine: str = "auto",
    device: str = "auto",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    recipe: Recipe = EVERYTHING,
) -> Motion:
    """Refines one person: initial pose (or none) + target keypoints to a Motion.

    targets: whose keypoints to fit, None for the person's own; targets_offset: seconds added to their times.
    mode: "plugin" refines the person's poses toward the keypoints, "sequence" takes keypoints only, "none"
    converts without refining, "auto" chooses by what there is. engine: auto, numpy, torch; device: auto, cpu,
    cuda, mps. progress(fraction, message) is called often, cancelled() is asked often. recipe: leaves
    steps out, for comparisons.
    Raises RefineError when the input can't be refined, Cancelled when asked to stop.
    """
    if person.frames == 0:
        raise RefineError(f"Person {person.id} has no frames; choose another person.")
    keypoints = person.keypoints
    if targets is not None:
        keypoints = keypoints_at(targets, person.times - targets_offset)
    mode = _choose_mode(mode, person, keypoints)
    report = progress or (lambda fraction, message: None)
    if mode == "none":
        return _convert(person, keypoints)
    assert keypoints is not None
    run = Run(choose_engine(engine, device), REST_OFFSETS, report, cancelled or (lambda: False), recipe)

    def tick() -> None:
        run.step(0.0, "Reading the keypoints")

    tick()
    parts = pieces(person.frame_ids, person.fps)
    evidence = [_evidence(keypoints, piece, person.fps, tick) for piece in parts]
    run = replace(run, bones=estimate_bone_offsets(_joined(evidence)))
    rotations = np.zeros((person.frames, JOINT_COUNT, 3, 3))
    pelvis, uncertainty = np.zeros((person.frames, 3)), np.zeros((person.frames, JOINT_COUNT))
    done, total = 0, sum(piece.length for piece in parts)
    for piece, known in zip(parts, evidence, strict=True):
        initial = _initial(person, piece, known, run.bones) if mode == "plugin" else None
        share = (done / total, piece.length / total)
        result = refine_piece(run, known, initial, person.fps, share)
        for whole, part in zip((rotations, pelvis, uncertainty), result, strict=True):
            whole[piece.rows] = part[piece.places]
        done += piece.length
    found = np.isfinite(pelvis[:, 0])
    if not found.any():
        raise RefineError("No frame has enough keypoints to fit a body to; check the layout and confidences.")
    # A stretch without keypoints holds its neighbours' pose.
    rotations, pelvis = bridge(rotations, pelvis, found)
    run.step(1.0, "Done")
    return _motion(person, keypoints, rotations, pelvis, run.bones, uncertainty)


def _choose_mode(mode: str, person: Person, keypoints: Keypoints | None) -> str:
    if mode not in MODES:
        raise RefineError(f"There is no mode {mode!r}; choose {', '.join(MODES)}.")
    if mode == "auto":
        mode = "none" if keypoints is None else ("sequence" if person.poses is None else "plugin")
    if mode in ("plugin", "none") and person.poses is None:
        raise RefineError(
            f"Person {person.id} has no poses, only keypoints; choose the mode sequence or auto."
        )
    if mode in ("plugin", "sequence") and keypoints is None:
        raise RefineError(
            f"Person {person.id} has no keypoints to refine toward; give a second file with keypoints."
        )
    return mode


def _convert(person: Person, keypoints: Keypoints | None) -> Motion:
    assert person.poses is not None
    bones = REST_OFFSETS
    if keypoints is not None:
        parts = pieces(person.frame_ids, person.fps)
        bones = estimate_bone_offsets(_joined([_evidence(keypoints, piece, person.fps) for piece in parts]))
    unknown = np.full((person.frames, JOINT_COUNT), np.nan)
    return _motion(person, keypoints, person.poses.rotations, person.poses.pelvis, bones, unknown)


def _evidence(
    keypoints: Keypoints, piece: Piece, fps: float, tick: Callable[[], None] = lambda: None
) -> Targets:
    confidence = np.nan_to_num(spread(keypoints.confidence, piece))
    gridded = Keypoints(
        spread(keypoints.positions, piece), confidence, keypoints.names, keypoints.canonical, keypoints.layout
    )
    return with_wander(targets_from_keypoints(gridded, fps, tick))


def _joined(parts: list[Targets]) -> Targets:
    """The evidence of all pieces in a row, for measuring bones. All pieces have the same points.

    Raises RefineError when there is none at all.
    """
    if not any(part.observed.any() for part in parts):
        raise RefineError("All keypoints are missing; there is nothing to fit the body to.")
    longest = max(parts, key=lambda part: len(part.raw))
    return replace(
        longest,
        raw=np.concatenate([part.raw for part in parts]),
        positions=np.concatenate([part.positions for part in parts]),
        precision=np.concatenate([part.precision for part in parts]),
    )


def _initial(person: Person, piece: Piece, known: Targets, bones: np.ndarray) -> Initial:
    """Initial rotations and pelvis on the piece's grid, in the world of the targets."""
    assert person.poses is not None
    present = np.zeros(piece.length, bool)
    present[piece.places] = True
    rotations, pelvis = bridge(
        spread(person.poses.rotations, piece), spread(person.poses.pelvis, piece), present
    )
    return to_target_world(rotations, pelvis, known, bones)


def _motion(
    person: Person,
    keypoints: Keypoints | None,
    rotations: np.ndarray,
    pelvis: np.ndarray,
    bones: np.ndarray,
    uncertainty: np.ndarray,
) -> Motion:
    error = np.full(person.frames, np.nan)
    if keypoints is not None:
        error = fit_error(rotations, pelvis, bones, keypoints)
    poses = person.poses
    return Motion(
        rotations=np.asarray(rotations, float),
        pelvis=np.asarray(pelvis, float),
        bone_offsets=bones,
        fps=person.fps,
        frame_ids=person.frame_ids,
        fit_error_mm=error,
        uncertainty_deg=uncertainty,
        person_id=person.id,
        betas=np.zeros(0, np.float32) if poses is None else poses.betas,
        gender="neutral" if poses is None else poses.gender,
    )


def fit_error(
    rotations: np.ndarray, pelvis: np.ndarray, bones: np.ndarray, keypoints: Keypoints
) -> np.ndarray:
    """(T,) mean distance in mm between posed canonical points and the keypoints as observed, NaN without
    any."""
    columns = [k for k, name in enumerate(keypoints.canonical) if name is not None]
    indices = [POINT_INDEX[str(keypoints.canonical[k])] for k in columns]
    joints, world = forward(rotations, pelvis, bones)
    distance = np.linalg.norm(
        point_positions(joints, world, bones, indices) - keypoints.positions[:, columns], axis=-1
    )
    seen = np.isfinite(distance) & (keypoints.confidence[:, columns] > 0)
    total = np.where(seen, distance, 0.0).sum(1)
    return 1000.0 * np.where(seen.any(1), total / np.maximum(seen.sum(1), 1), np.nan)
