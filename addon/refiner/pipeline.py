"""A person's recording in, clean motion out: the order of the refiner's steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..body.kinematics import forward
from ..body.points import POINT_INDEX, point_positions
from ..body.rotations import matrix_from_axis_angle
from ..body.skeleton import JOINT_COUNT, REST_OFFSETS
from ..motion import Motion
from ..recording import Keypoints, Person
from .alignment import keypoints_at, to_target_world
from .bones import estimate_bone_offsets
from .definitions import without_offsets
from .engine import Engine, choose_engine, to_numpy
from .errors import Cancelled, RefineError
from .evidence import Targets, joints_seen, targets_from_keypoints
from .features import POINT_COUNT, features
from .solver import Evidence, Prior, solve
from .start import OUTLIER_SCALE, as_evidence, initial_prior, start_from_initial, start_from_keypoints
from .timeline import Piece, bridge, bridge_joints, interpolate, interpolate_rotations, network_times, pieces, spread

MODES = ("auto", "plugin", "sequence", "none")
CHUNK = 192
"""Frames solved at once; between chunks a person can cancel."""
FEWEST_POINTS = 4
"""A frame with fewer keypoints takes its start from its neighbours."""
POLISH_STEPS = (0.0, 0.0)

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class _Run:
    """What every step of one run shares."""

    engine: Engine
    bones: np.ndarray
    progress: Progress
    cancelled: Callable[[], bool]

    def step(self, fraction: float, message: str) -> None:
        if self.cancelled():
            raise Cancelled
        self.progress(min(fraction, 1.0), message)


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
) -> Motion:
    """Refines one person: initial pose (or none) + target keypoints to a Motion.

    targets: whose keypoints to fit, None for the person's own; targets_offset: seconds added to their times.
    mode: "plugin" refines the person's poses toward the keypoints, "sequence" takes keypoints only, "none"
    converts without refining, "auto" chooses by what there is. engine: auto, numpy, torch; device: auto, cpu,
    cuda, mps. progress(fraction, message) is called often, cancelled() is asked often.
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
    run = _Run(choose_engine(engine, device), REST_OFFSETS, report, cancelled or (lambda: False))
    run.step(0.0, "Reading the keypoints")
    parts = pieces(person.frame_ids, person.fps)
    evidence = [_evidence(keypoints, piece, person.fps) for piece in parts]
    run = _Run(run.engine, estimate_bone_offsets(_joined(evidence)), run.progress, run.cancelled)
    rotations = np.zeros((person.frames, JOINT_COUNT, 3, 3))
    pelvis, uncertainty = np.zeros((person.frames, 3)), np.zeros((person.frames, JOINT_COUNT))
    done, total = 0, sum(piece.length for piece in parts)
    for piece, known in zip(parts, evidence, strict=True):
        initial = _initial(person, piece, known, run.bones) if mode == "plugin" else None
        share = (done / total, piece.length / total)
        result = _refine_piece(run, known, initial, person.fps, share)
        for whole, part in zip((rotations, pelvis, uncertainty), result, strict=True):
            whole[piece.rows] = part[piece.places]
        done += piece.length
    run.step(1.0, "Done")
    return _motion(person, keypoints, rotations, pelvis, run.bones, uncertainty)


def _choose_mode(mode: str, person: Person, keypoints: Keypoints | None) -> str:
    if mode not in MODES:
        raise RefineError(f"There is no mode {mode!r}; choose {', '.join(MODES)}.")
    if mode == "auto":
        mode = "none" if keypoints is None else ("sequence" if person.poses is None else "plugin")
    if mode in ("plugin", "none") and person.poses is None:
        raise RefineError(f"Person {person.id} has no poses, only keypoints; choose the mode sequence or auto.")
    if mode in ("plugin", "sequence") and keypoints is None:
        raise RefineError(f"Person {person.id} has no keypoints to refine toward; give a second file with keypoints.")
    return mode


def _convert(person: Person, keypoints: Keypoints | None) -> Motion:
    assert person.poses is not None
    bones = REST_OFFSETS
    if keypoints is not None:
        bones = estimate_bone_offsets(_joined([_evidence(keypoints, p, person.fps) for p in pieces(person.frame_ids, person.fps)]))
    unknown = np.full((person.frames, JOINT_COUNT), np.nan)
    return _motion(person, keypoints, person.poses.rotations, person.poses.pelvis, bones, unknown)


def _evidence(keypoints: Keypoints, piece: Piece, fps: float) -> Targets:
    confidence = np.nan_to_num(spread(keypoints.confidence, piece))
    gridded = Keypoints(
        spread(keypoints.positions, piece), confidence, keypoints.names, keypoints.canonical, keypoints.layout
    )
    return targets_from_keypoints(gridded, fps)


def _joined(parts: list[Targets]) -> Targets:
    """The evidence of all pieces in a row, for measuring bones. All pieces have the same points."""
    longest = max(parts, key=lambda part: len(part.raw))
    return replace(
        longest,
        raw=np.concatenate([part.raw for part in parts]),
        positions=np.concatenate([part.positions for part in parts]),
        precision=np.concatenate([part.precision for part in parts]),
    )


def _initial(person: Person, piece: Piece, known: Targets, bones: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Initial rotations and pelvis on the piece's grid, in the world of the targets."""
    assert person.poses is not None
    present = np.zeros(piece.length, bool)
    present[piece.places] = True
    rotations, pelvis = bridge(spread(person.poses.rotations, piece), spread(person.poses.pelvis, piece), present)
    return to_target_world(rotations, pelvis, known, bones)


def _refine_piece(
    run: _Run, known: Targets, initial: tuple[np.ndarray, np.ndarray] | None, fps: float, share: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rotations, pelvis and uncertainty in degrees (T, 24) of one piece."""
    before, width = share
    enough = (known.precision > 0).sum(1) >= min(FEWEST_POINTS, known.precision.shape[1])
    if not enough.any():
        raise RefineError("No frame has enough keypoints to fit a body to; check the layout and the confidences.")

    def solve_start(rows: slice) -> tuple[Any, Any]:
        return _start(run, known.rows(rows), None if initial is None else (initial[0][rows], initial[1][rows]))

    rotations, pelvis = _chunks(run, len(enough), solve_start, "Fitting", before, 0.45 * width)
    known = without_offsets(known, rotations, pelvis, run.bones, fps)

    def solve_again(rows: slice) -> tuple[Any, Any]:
        return _settle(run, known.rows(rows), rotations[rows], pelvis[rows], None if initial is None else initial[0][rows])

    rotations, pelvis = _chunks(run, len(enough), solve_again, "Fitting", before + 0.45 * width, 0.1 * width)
    if initial is None:
        rotations, pelvis = bridge(rotations, pelvis, enough)
        rotations = bridge_joints(rotations, joints_seen(known))
    run.step(before + 0.55 * width, "Refining")
    guess = rotations if initial is None else initial[0]
    turns, deviation, trust = _network(run, known, rotations, pelvis, guess, initial is not None, fps)

    def polish(rows: slice) -> tuple[Any, Any]:
        return _polish(run, known.rows(rows), rotations[rows], pelvis[rows], turns[rows], deviation[rows], trust[rows])

    rotations, pelvis = _chunks(run, len(enough), polish, "Polishing", before + 0.7 * width, 0.3 * width)
    return rotations, pelvis, np.degrees(np.sqrt((deviation**2).sum(-1)))


def _chunks(
    run: _Run, frames: int, work: Callable[[slice], tuple[Any, Any]], message: str, before: float, width: float
) -> tuple[np.ndarray, np.ndarray]:
    done = []
    for first in range(0, frames, CHUNK):
        run.step(before + width * first / frames, message)
        rotations, pelvis = work(slice(first, first + CHUNK))
        done.append((to_numpy(rotations), to_numpy(pelvis)))
    return np.concatenate([r for r, _ in done]).astype(float), np.concatenate([p for _, p in done]).astype(float)


def _start(run: _Run, known: Targets, initial: tuple[np.ndarray, np.ndarray] | None) -> tuple[Any, Any]:
    engine = run.engine
    bones = engine.array(run.bones)
    prior = _pose_prior(engine)
    evidence = as_evidence(known, bones)
    if initial is None:
        return start_from_keypoints(evidence, bones, prior)
    rotations, pelvis = engine.array(initial[0]), engine.array(initial[1])
    return start_from_initial(rotations, pelvis, evidence, bones, (prior, initial_prior(rotations)))


def _settle(
    run: _Run, known: Targets, rotations: np.ndarray, pelvis: np.ndarray, initial: np.ndarray | None
) -> tuple[Any, Any]:
    """One more step of the start, after the targets were moved by their offsets."""
    array = run.engine.array
    priors = (_pose_prior(run.engine),)
    if initial is not None:
        priors += (initial_prior(array(initial)),)
    evidence = as_evidence(known, array(run.bones))
    return solve(array(rotations), array(pelvis), array(run.bones), evidence, priors, (0.0,), OUTLIER_SCALE)


def _pose_prior(engine: Engine) -> Prior:
    return Prior(engine.array(engine.model.prior_mean), engine.array(engine.model.prior_precision))


def _network(
    run: _Run, known: Targets, rotations: np.ndarray, pelvis: np.ndarray, initial: np.ndarray, has_initial: bool, fps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Turns and deviation (T, 24, 3) in radians and the points' deviation (T, P) in metres, at the file's rate."""
    times = network_times(len(rotations), fps)
    positions, precision = known.positions, known.precision
    if times is not None:
        rotations, initial = interpolate_rotations(rotations, times), interpolate_rotations(initial, times)
        pelvis, positions, precision = (interpolate(v, times) for v in (pelvis, positions, precision))
    everywhere = np.zeros((len(rotations), POINT_COUNT, 4), np.float32)
    everywhere[:, known.indices] = np.concatenate([positions, precision[..., None]], -1)
    array = run.engine.array
    flag = array(np.full(len(rotations), float(has_initial)))
    inputs = features(
        array(rotations), array(pelvis), array(run.bones), array(everywhere[..., :3]), array(everywhere[..., 3]),
        array(initial), flag,
    )  # fmt: skip
    result = run.engine.run(inputs)
    outputs = [to_numpy(v).astype(float) for v in (result.turns, result.deviation, result.point_deviation)]
    outputs[2] = outputs[2][:, known.indices]
    if times is not None:
        back = np.interp(np.arange(len(known.raw)), times, np.arange(len(times)))
        outputs = [interpolate(values, back) for values in outputs]
    return outputs[0], outputs[1], outputs[2]


def _polish(
    run: _Run,
    known: Targets,
    rotations: np.ndarray,
    pelvis: np.ndarray,
    turns: np.ndarray,
    deviation: np.ndarray,
    trust: np.ndarray,
) -> tuple[Any, Any]:
    """Gauss–Newton from the network's pose, each side weighted by what the network says of it."""
    array = run.engine.array
    refined = array(rotations) @ matrix_from_axis_angle(array(turns))
    precision = np.where(known.precision > 0, 1.0 / trust**2, 0.0)
    evidence = Evidence(known.indices, array(known.positions), array(precision))
    prior = Prior(refined, array(1.0 / deviation**2))
    return solve(refined, array(pelvis), array(run.bones), evidence, (prior,), POLISH_STEPS)


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


def fit_error(rotations: np.ndarray, pelvis: np.ndarray, bones: np.ndarray, keypoints: Keypoints) -> np.ndarray:
    """(T,) mean distance in mm between posed canonical points and the keypoints as observed, NaN without any."""
    columns = [k for k, name in enumerate(keypoints.canonical) if name is not None]
    indices = [POINT_INDEX[str(keypoints.canonical[k])] for k in columns]
    joints, world = forward(rotations, pelvis, bones)
    distance = np.linalg.norm(point_positions(joints, world, bones, indices) - keypoints.positions[:, columns], axis=-1)
    seen = np.isfinite(distance) & (keypoints.confidence[:, columns] > 0)
    total = np.where(seen, distance, 0.0).sum(1)
    return 1000.0 * np.where(seen.any(1), total / np.maximum(seen.sum(1), 1), np.nan)
