"""A person's recording in, clean motion out: the order of the refiner's steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ..body.kinematics import forward
from ..body.points import POINT_INDEX, point_positions
from ..body.skeleton import JOINT_COUNT, REST_OFFSETS
from ..motion import Motion
from ..recording import Keypoints, Person, Poses
from ..steps import Progress, Steps, finish, in_chunks
from .alignment import keypoints_at
from .blending import blend, kept_poses, only_joints, shares, standing
from .bones import estimate_bone_offsets
from .controls import AS_MEASURED, Controls
from .definitions import renamed
from .engine import choose_engine, loads_torch, one_thread
from .errors import RefineError
from .evidence import Targets, targets_from_keypoints
from .limbs import trusted
from .model import load_model, pose_prior
from .own_evidence import steady
from .own_keypoints import OWN_KEYPOINTS, hang_on, measured
from .piece import EVERYTHING, FEWEST_POINTS, Initial, Recipe, Run, refine_piece
from .poses_alone import refine_alone
from .smoothing import FEWEST_SMOOTHED
from .snaps import at_snaps
from .timeline import Piece, bridge, cut, pieces, spread, window
from .whole_clip import judge

MODES = ("auto", "plugin", "sequence", "poses", "none")
CONTEXT = 1.0
"""Seconds before and after a range of frames that its own frames are refined with."""


def refine(
    person: Person,
    *,
    targets: Person | None = None,
    targets_offset: float = 0.0,
    mode: str = "auto",
    controls: Controls = AS_MEASURED,
    engine: str = "auto",
    device: str = "auto",
    progress: Callable[[float, str], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    recipe: Recipe = EVERYTHING,
    bone_offsets: np.ndarray | None = None,
) -> Motion:
    """Refines one person: initial pose (or none) + target keypoints to a Motion.

    targets: whose keypoints to fit, None for the person's own; targets_offset: seconds added to their times.
    mode: "plugin" refines the person's poses toward the keypoints, "sequence" takes keypoints only, "poses"
    poses only, "none" converts without refining, "auto" chooses by what there is. controls: how far, how
    smooth, which joints and frames; without effect on "none". engine: auto, numpy, torch; device: auto, cpu,
    cuda, mps.
    progress(fraction, message) is called often, cancelled() is asked often. recipe: leaves steps out, for
    comparisons. bone_offsets (24, 3): the performer's in metres where they are known, None to measure them on
    the keypoints.
    Raises RefineError when the input can't be refined, Cancelled when asked to stop.
    """
    steps = refine_steps(
        person, targets=targets, targets_offset=targets_offset, mode=mode, controls=controls, engine=engine,
        device=device, recipe=recipe, bone_offsets=bone_offsets,
    )  # fmt: skip
    return finish(steps, progress, cancelled)


def refine_steps(
    person: Person,
    *,
    targets: Person | None = None,
    targets_offset: float = 0.0,
    mode: str = "auto",
    controls: Controls = AS_MEASURED,
    engine: str = "auto",
    device: str = "auto",
    recipe: Recipe = EVERYTHING,
    bone_offsets: np.ndarray | None = None,
) -> Steps[Motion]:
    """`refine` in steps of at most 30 ms, but for the import of torch, which is told before it begins."""
    if person.frames == 0:
        raise RefineError(f"Person {person.id} has no frames; choose another person.")
    controls.check()
    keypoints = person.keypoints
    if targets is not None:
        keypoints = yield from keypoints_at.steps(targets, person.times - targets_offset)
    mode = _choose_mode(mode, person, keypoints)
    if mode == "none":
        return (yield from _convert(person, keypoints))
    wanted = _wanted(person, controls)
    if loads_torch(engine, device):
        yield Progress(0.0, "Loading PyTorch, the first time only")
    yield from load_model.steps()
    run = Run(choose_engine(engine, device), REST_OFFSETS, recipe)

    parts = at_snaps(pieces(person.frame_ids, person.fps), person, keypoints if mode != "poses" else None)
    if mode == "poses":
        return (yield from _refine_poses(run, person, parts, controls))
    assert keypoints is not None
    keypoints = trusted(keypoints, controls.limbs)
    if mode == "plugin" and targets is None and hang_on(keypoints, _poses_of(person)):
        return (yield from _refine_poses(run, person, parts, controls, keypoints))

    yield Progress(0.0, "Reading the keypoints")
    evidence = []
    for piece in parts:
        evidence.append((yield from _evidence(keypoints, piece, person.fps, controls.point_smoothness)))
    given, calm = (yield from _given(person, parts)) if mode == "plugin" else (None, None)
    # On the whole clip, so that every range of it has the same bones.
    alone = all(part.length < FEWEST_SMOOTHED for part in parts)
    clip = yield from judge.steps(
        _joined(evidence), given, pose_prior(run.engine.model), person.fps, bone_offsets, alone
    )
    run = replace(
        run, bones=clip.bones, offsets=clip.offsets, initial_deviation=clip.initial_deviation,
        root_deviation=clip.root_deviation, shake=run.shake if calm is None else calm,
        gain=controls.gain(mode == "plugin", clip.targets.indices),
    )  # fmt: skip
    keypoints = renamed(keypoints, clip.targets)
    initials = _split(clip.initial, parts)
    evidence = [clip.targets.rows(rows) for rows in _rows_of(parts)]
    rotations, pelvis, uncertainty = yield from _refine_pieces(run, person, parts, evidence, initials, wanted)
    fitted = np.isfinite(pelvis[:, 0])
    if not (fitted & wanted).any():
        raise RefineError("No frame has enough keypoints to fit a body to; check the layout and confidences.")
    # A stretch without keypoints holds its neighbours' pose.
    refined = yield from bridge.steps(rotations, pelvis, fitted)
    if mode == "plugin":
        assert given is not None and clip.initial is not None
        turns = clip.initial[0][:, 0] @ np.swapaxes(given[0][:, 0], -1, -2)
        aligned = _on_rows(person, parts, turns, clip.initial[1])
        yield Progress(1.0, "Joining")
        refined = yield from _with_kept(run, person, controls, aligned, refined)
        uncertainty[_untouched(controls, person)] = np.nan
    else:
        person, keypoints = person.rows(wanted), keypoints.rows(wanted)
        refined, uncertainty = (refined[0][wanted], refined[1][wanted]), uncertainty[wanted]
        if not controls.whole_body:
            yield Progress(1.0, "Joining")
            refined = yield from only_joints(standing(refined), refined, run.bones, controls.joints)
    uncertainty[:, ~controls.joints] = np.nan
    yield Progress(1.0, "Done")
    motion = yield from _motion(person, keypoints, *refined, run.bones, uncertainty)
    return motion if mode == "plugin" else replace(motion, filled=_unseen(keypoints))


def _wanted(person: Person, controls: Controls) -> np.ndarray:
    """(T,) bool, the frames to refine. Raises RefineError where there are none."""
    wanted = controls.cover(person.frame_ids)
    if controls.frames is not None and not wanted.any():
        first, last = controls.frames
        raise RefineError(
            f"Person {person.id} is in frames {person.frame_ids[0]} to {person.frame_ids[-1]}, but not in"
            f" frames {first} to {last}; choose another range of frames."
        )
    return wanted


def _refine_pieces(
    run: Run,
    person: Person,
    parts: list[Piece],
    evidence: list[Targets],
    initials: list[Initial | None],
    wanted: np.ndarray,
) -> Steps[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Rotations, pelvis and uncertainty of the person's frames, NaN in those that nobody wants."""
    rotations = np.full((person.frames, JOINT_COUNT, 3, 3), np.nan)
    pelvis = np.full((person.frames, 3), np.nan)
    uncertainty = np.full((person.frames, JOINT_COUNT), np.nan)
    context = round(CONTEXT * person.fps)
    windows = [window(piece, wanted, context) for piece in parts]
    done, total = 0, sum(frames.stop - frames.start for frames in windows if frames is not None)
    for piece, known, initial, frames in zip(parts, evidence, initials, windows, strict=True):
        if frames is None:
            continue
        inside = cut(piece, frames)
        start = None if initial is None else (initial[0][frames], initial[1][frames])
        share = (done / total, inside.length / total)
        with one_thread(run.engine):
            result = yield from refine_piece(run, known.rows(frames), start, person.fps, share)
        for whole, part in zip((rotations, pelvis, uncertainty), result, strict=True):
            whole[inside.rows] = part[inside.places]
        done += inside.length
    return rotations, pelvis, uncertainty


def _split(initial: Initial | None, parts: list[Piece]) -> list[Initial | None]:
    """Initial poses of all pieces in a row, piece by piece."""
    if initial is None:
        return [None] * len(parts)
    return [(initial[0][rows], initial[1][rows]) for rows in _rows_of(parts)]


def _rows_of(parts: list[Piece]) -> list[slice]:
    """Where each piece lies when all stand in a row."""
    ends = np.cumsum([0, *(piece.length for piece in parts)])
    return [slice(int(first), int(last)) for first, last in pairwise(ends)]


def _on_rows(person: Person, parts: list[Piece], turns: np.ndarray, pelvis: np.ndarray) -> Initial:
    """The person's own poses in the world of the keypoints, to which these turns and pelvis positions of all
    pieces in a row take them."""
    assert person.poses is not None
    rows = [
        np.arange(one.start, one.stop)[piece.places]
        for one, piece in zip(_rows_of(parts), parts, strict=True)
    ]
    there = np.concatenate(rows)
    rotations = person.poses.rotations.copy()
    rotations[:, 0] = turns[there] @ rotations[:, 0]
    return rotations, pelvis[there]


def _with_kept(
    run: Run, person: Person, controls: Controls, aligned: Initial, refined: Initial
) -> Steps[Initial]:
    """Plug-in use: the refined poses, and the initial ones where the controls keep them."""
    assert person.poses is not None
    share = shares(controls, person.frame_ids, person.fps)
    if controls.whole_body and (share == 1.0).all():
        return refined
    kept = kept_poses((person.poses.rotations, person.poses.pelvis), aligned)
    if not controls.whole_body:
        refined = yield from only_joints(kept, refined, run.bones, controls.joints)
    return (yield from blend(kept, refined, share))


def _untouched(controls: Controls, person: Person) -> np.ndarray:
    """(T, 24) bool, joints that keep their initial pose in a frame."""
    return np.broadcast_to(
        shares(controls, person.frame_ids, person.fps) == 0.0, (person.frames, JOINT_COUNT)
    )


def _unseen(keypoints: Keypoints) -> np.ndarray:
    """(T,) bool, frames with too few keypoints for a pose of their own."""
    known = [name is not None for name in keypoints.canonical]
    seen = np.isfinite(keypoints.positions).all(-1) & (keypoints.confidence > 0)
    return np.asarray(seen[:, known].sum(1) < min(FEWEST_POINTS, sum(known)))


def _choose_mode(mode: str, person: Person, keypoints: Keypoints | None) -> str:
    if mode not in MODES:
        raise RefineError(f"There is no mode {mode!r}; choose {', '.join(MODES)}.")
    if mode == "auto":
        mode = "poses" if keypoints is None else ("sequence" if person.poses is None else "plugin")
    if mode in ("plugin", "poses", "none") and person.poses is None:
        raise RefineError(
            f"Person {person.id} has no poses, only keypoints; choose the mode sequence or auto."
        )
    if mode in ("plugin", "sequence") and keypoints is None:
        raise RefineError(
            f"Person {person.id} has no keypoints to refine toward; give a second file with keypoints."
        )
    return mode


def _poses_of(person: Person) -> Poses:
    assert person.poses is not None
    return person.poses


def _convert(person: Person, keypoints: Keypoints | None) -> Steps[Motion]:
    poses = _poses_of(person)
    bones = REST_OFFSETS
    if keypoints is not None:
        evidence = []
        for piece in pieces(person.frame_ids, person.fps):
            evidence.append((yield from _evidence(keypoints, piece, person.fps)))
        bones = yield from estimate_bone_offsets.steps(_joined(evidence))
    unknown = np.full((person.frames, JOINT_COUNT), np.nan)
    return (yield from _motion(person, keypoints, poses.rotations, poses.pelvis, bones, unknown))


def _evidence(
    keypoints: Keypoints,
    piece: Piece,
    fps: float,
    smoothness: Callable[[list[str]], float | np.ndarray] = lambda names: 1.0,
) -> Steps[Targets]:
    confidence = np.nan_to_num(spread(keypoints.confidence, piece))
    gridded = Keypoints(
        spread(keypoints.positions, piece), confidence, keypoints.names, keypoints.canonical, keypoints.layout
    )
    yield None
    return (yield from targets_from_keypoints.steps(gridded, fps, smoothness))


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
        detail=np.concatenate([part.detail for part in parts]),
        precision=np.concatenate([part.precision for part in parts]),
    )


def _given(person: Person, parts: list[Piece]) -> Steps[tuple[Initial, np.ndarray]]:
    """Steadied initial rotations and pelvis of all pieces in a row, and how much they shook (24,)."""
    bridged = yield from _bridged(person, parts)
    calm = []
    for rotations, _ in bridged:
        calm.append((yield from steady.steps(rotations, person.fps)))
    weights = np.array([part.length for part in parts], float)
    shake = np.sqrt(np.average([one.shake**2 for one in calm], axis=0, weights=weights))
    steadied = np.concatenate([one.rotations for one in calm])
    yield None
    return (steadied, np.concatenate([pelvis for _, pelvis in bridged])), shake


def _bridged(person: Person, parts: list[Piece]) -> Steps[list[Initial]]:
    """Rotations and pelvis of each piece, without gaps."""
    assert person.poses is not None
    given = []
    for piece in parts:
        present = np.zeros(piece.length, bool)
        present[piece.places] = True
        poses = spread(person.poses.rotations, piece), spread(person.poses.pelvis, piece)
        yield None
        given.append((yield from bridge.steps(*poses, present)))
    return given


def _refine_poses(
    run: Run, person: Person, parts: list[Piece], controls: Controls, own: Keypoints | None = None
) -> Steps[Motion]:
    """Poses refined as their own evidence; what the controls keep stays as it is. own: keypoints that hang on
    them, which tell the performer's bones and place."""
    bones = REST_OFFSETS
    if own is not None:
        bones, person = measured(person)
    assert person.poses is not None
    with one_thread(run.engine):
        given = yield from _bridged(person, parts)
        *refined, uncertainty = yield from refine_alone(run, person, parts, given, controls)
    kept = person.poses.rotations, person.poses.pelvis
    share = shares(controls, person.frame_ids, person.fps)
    rotations = np.where(controls.joints[:, None, None], refined[0], kept[0])
    pelvis = refined[1] if controls.joints[0] else kept[1]
    uncertainty[_untouched(controls, person)] = np.nan
    uncertainty[:, ~controls.joints] = np.nan
    yield Progress(1.0, "Done")
    blended = yield from blend(kept, (rotations, pelvis), share)
    motion = yield from _motion(person, own, *blended, bones, uncertainty)
    return motion if own is None else replace(motion, warnings=(OWN_KEYPOINTS,))


def _motion(
    person: Person,
    keypoints: Keypoints | None,
    rotations: np.ndarray,
    pelvis: np.ndarray,
    bones: np.ndarray,
    uncertainty: np.ndarray,
) -> Steps[Motion]:
    error = np.full(person.frames, np.nan)
    if keypoints is not None:
        error = yield from in_chunks(
            lambda rows: fit_error(rotations[rows], pelvis[rows], bones, keypoints.rows(rows)), person.frames
        )
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
