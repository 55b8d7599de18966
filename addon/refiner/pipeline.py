"""A person's recording in, clean motion out: the order of the refiner's steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..body.points import POINT_NAMES
from ..body.skeleton import JOINT_COUNT, REST_OFFSETS
from ..motion import Motion
from ..recording import Keypoints, Person, Poses
from ..steps import Progress, Steps, finish
from .controls import AS_MEASURED, Controls
from .errors import RefineError
from .evidence.confidence import compared
from .evidence.definitions import renamed
from .evidence.smoothing import FEWEST_SMOOTHED
from .evidence.snaps import at_snaps
from .evidence.strays import without_strays
from .evidence.turned_roots import with_roots_turned_back
from .evidence.unseen_trunk import told_of_trunk, unseen_trunk
from .feet.stand import stand
from .fingers import fingers, with_hand_points
from .hands.motion import with_hands
from .limbs import Limbs, trusted
from .memory import keep_what_is_freed
from .modes import check_given, choose_mode
from .network.engine import choose_engine, loads_torch, one_thread
from .network.model import load_model
from .piece import EVERYTHING, Look, Recipe, Run, When, look_at, polish_piece
from .poses_alone import read_alone, refine_alone
from .prepared import Own, Prepared, Toward
from .result.blending import Poses as Posed
from .result.blending import blend, only_joints, shares, standing
from .result.fit import fit_of, fit_of_poses
from .result.own_body import OwnBody, decoded, on_own_body
from .start.closed_form import from_neighbours
from .stretches import evidence_of, given_of, joined, kept_of, split, unseen
from .timeline import Piece, bridge, cut, own_step, pieces, window
from .vertices.told import as_targets, recipe_of, told_by_vertices
from .whole_clip.alignment import keypoints_at
from .whole_clip.belonging import belonging, in_time, told_of
from .whole_clip.bones import estimate_bone_offsets
from .whole_clip.judge import judge, judge_beside
from .whole_clip.own_keypoints import OWN_KEYPOINTS, hang_on, measured
from .whole_clip.proportions import ModelShape

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
    body: OwnBody | None = None,
) -> Motion:
    """Refines one person: initial pose (or none) + target keypoints to a Motion.

    targets: whose keypoints to fit, None for the person's own; targets_offset: seconds added to their times.
    mode: "plugin" refines the person's poses toward the keypoints, "sequence" takes keypoints only, "poses"
    poses only, "none" converts without refining, "auto" chooses by what there is. controls: how far, how
    smooth, which joints and frames; without effect on "none". engine: auto, numpy, torch; device: auto, cpu,
    cuda, mps.
    progress(fraction, message) is called often, cancelled() is asked often. recipe: leaves steps out, for
    comparisons. bone_offsets (24, 3): the performer's in metres where they are known, None to measure them on
    the keypoints. body: the user's own, whose shape is fitted and whose skeleton the motion then has.
    Raises RefineError when the input can't be refined, Cancelled when asked to stop.
    """
    steps = refine_steps(
        person, targets=targets, targets_offset=targets_offset, mode=mode, controls=controls, engine=engine,
        device=device, recipe=recipe, bone_offsets=bone_offsets, body=body,
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
    body: OwnBody | None = None,
) -> Steps[Motion]:
    """`refine` in steps of at most 30 ms, but for the import of torch, which is told before it begins. Raises
    RefineError."""
    check_given(person, targets, targets_offset, controls)
    if person.frames == 0:
        raise RefineError(f"Person {person.id} has no frames; choose another person.")
    controls.check()
    person, mesh = yield from told_by_vertices(decoded(person, body), body)
    keypoints = person.keypoints
    if targets is not None:
        targets = yield from as_targets(targets, body)
        keypoints = yield from keypoints_at.steps(targets, person.times - targets_offset)
    mode = choose_mode(mode, person, keypoints)
    if mode == "none":
        converted = yield from _convert(person, keypoints)
        converted = yield from with_hands(converted, person, None, controls)
        if body is not None:
            converted = on_own_body(converted, replace(person, keypoints=keypoints), body)
        return converted if mesh is None else (yield from mesh.measured(converted))
    _wanted(person, controls)
    if keypoints is not None:
        keypoints = trusted(compared(keypoints), controls.limbs)
    own = mode == "plugin" and targets is None and hang_on(*_both(person, keypoints))
    recipe = recipe_of(mesh, recipe)
    asked = (own, engine, device, recipe, bone_offsets, body)
    prepared = yield from _prepare(person, keypoints, mode, *asked)
    prepared = yield from with_hand_points(prepared, keypoints, mode, controls)
    if mesh is not None:
        prepared = replace(prepared, mesh=mesh)
    return (yield from refine_prepared(prepared, controls))


def prepare(
    person: Person,
    mode: str = "auto",
    engine: str = "auto",
    device: str = "auto",
    limbs: Limbs | None = None,
    body: OwnBody | None = None,
) -> Steps[Prepared | None]:
    """What does not depend on the controls but for the trust in limbs, read for `refine_rows`, which is asked
    for many; None in the mode none, where nothing is refined. Raises RefineError as `refine` does."""
    if mode == "none":
        return None
    person, mesh = yield from told_by_vertices(decoded(person, body), body)
    keypoints = person.keypoints
    mode = choose_mode(mode, person, keypoints)
    if keypoints is not None:
        keypoints = trusted(compared(keypoints), limbs or {})
    own = mode == "plugin" and hang_on(*_both(person, keypoints))
    recipe = recipe_of(mesh, EVERYTHING)
    prepared = yield from _prepare(person, keypoints, mode, own, engine, device, recipe, None, body)
    prepared = yield from with_hand_points(prepared, keypoints, mode, AS_MEASURED)
    return replace(prepared, looks={}, mesh=mesh)


def _both(person: Person, keypoints: Keypoints | None) -> tuple[Keypoints, Poses]:
    assert keypoints is not None and person.poses is not None
    return keypoints, person.poses


def _prepare(
    person: Person,
    keypoints: Keypoints | None,
    mode: str,
    own: bool,
    engine: str,
    device: str,
    recipe: Recipe,
    bone_offsets: np.ndarray | None,
    body: OwnBody | None,
) -> Steps[Prepared]:
    """own: whether the keypoints hang on the person's poses."""
    keep_what_is_freed()
    if loads_torch(engine, device):
        yield Progress(0.0, "Loading PyTorch, the first time only")
    yield from load_model.steps()
    run = Run(choose_engine(engine, device), REST_OFFSETS, recipe)
    whole = pieces(person.frame_ids, person.fps, own_step(person.frame_ids, person.fps))
    # What hangs on poses would have to be turned with them.
    person, turned = (person, ()) if own or mode == "sequence" else with_roots_turned_back(person)
    if mode == "poses" or own:
        parts = at_snaps(whole, person, keypoints if mode != "poses" else None)
        alone = yield from _alone(person, keypoints if own else None, parts, run, body)
        return replace(alone, warnings=turned)
    assert keypoints is not None
    known, told = yield from without_strays(person, keypoints)
    parts = at_snaps(whole, person, known)
    prepared = yield from _toward(person, known, mode == "plugin", parts, run, bone_offsets, body)
    warnings = (*told, *turned, *prepared.warnings, *_of_trunks(prepared))
    return prepared.beside(keypoints, warnings) if warnings or known is not keypoints else prepared


def _alone(
    person: Person, keypoints: Keypoints | None, parts: list[Piece], run: Run, body: OwnBody | None
) -> Steps[Prepared]:
    """Poses as their own evidence; keypoints: those that hang on them, if any."""
    hung = None
    if keypoints is not None:
        found = measured(person, None if body is None else body.space(person.poses))
        person, hung = found.person, Own(keypoints, found.bones, found.betas)
    prepared = Prepared(person, parts, run, own=hung, body=body)
    with one_thread(run.engine):
        told = yield from read_alone(run, person, parts, prepared.fps)
    return replace(prepared, told=told)


def _toward(
    person: Person,
    keypoints: Keypoints,
    plugin: bool,
    parts: list[Piece],
    run: Run,
    bone_offsets: np.ndarray | None,
    body: OwnBody | None,
) -> Steps[Prepared]:
    """Keypoints as evidence; plugin: of a person with poses."""
    yield Progress(0.0, "Reading the keypoints")
    fps = person.fps / own_step(person.frame_ids, person.fps)
    read = []
    for piece in parts:
        read.append((yield from evidence_of(keypoints, piece, fps)))
    given, calm = (yield from given_of(person, parts, fps)) if plugin else (None, None)
    # On the whole clip and as smooth as measured, so that whatever is asked for has the same bones.
    alone = all(part.length < FEWEST_SMOOTHED for part in parts)
    targets = joined([one.usual for one in read])
    shape = None if body is None else ModelShape(body.space(person.poses))
    judging = run.engine.model.prior, fps, bone_offsets, alone, shape
    told: tuple[str, ...] = ()
    if given is None:
        clip = yield from judge.steps(targets, None, *judging)
    else:
        belongs = yield from belonging.steps(person, given, targets, parts, fps)
        given, told = in_time(given, belongs.frames, parts), told_of(belongs, person, parts, fps)
        clip = yield from judge_beside.steps(targets, given, belongs.foreign, *judging)
    run = replace(
        run, bones=clip.bones, offsets=clip.offsets, initial_deviation=clip.initial_deviation,
        root_deviation=clip.root_deviation, settle=from_neighbours(clip.targets),
        shake=run.shake if calm is None else calm,
    )  # fmt: skip
    kept = None if given is None else kept_of(person, parts, given, clip)
    renamed_keypoints = renamed(keypoints, clip.targets) if clip.joints else keypoints
    # An estimator's poses tell how the trunk leans themselves.
    trunks = () if plugin else tuple(unseen_trunk(one.usual, fps) for one in read)
    toward = Toward(renamed_keypoints, read, split(clip.told, parts), clip, kept, trunks)
    return Prepared(person, parts, run, toward, body=body, warnings=told)


def _of_trunks(prepared: Prepared) -> tuple[str, ...]:
    """A sentence of the frames in which somebody is seen from the chest up."""
    assert prepared.toward is not None
    if not any(prepared.toward.trunks):
        return ()
    unseen = np.zeros(prepared.person.frames, bool)
    for part, trunk in zip(prepared.parts, prepared.toward.trunks, strict=False):
        if trunk is not None:
            unseen[part.rows] = trunk.unseen[part.places]
    return told_of_trunk(prepared.person, unseen)


def refine_prepared(prepared: Prepared, controls: Controls) -> Steps[Motion]:
    """The person's motion with these controls."""
    person = prepared.person
    wanted = _wanted(person, controls)
    if prepared.toward is not None and prepared.toward.kept is None:
        motion = yield from refine_rows(prepared, controls, wanted)
    else:
        if prepared.toward is None:
            motion = yield from _refine_poses(prepared, controls, np.ones_like(wanted))
        else:
            assert prepared.toward.kept is not None
            motion = yield from _among_kept(prepared, controls, wanted, prepared.toward.kept)
        motion = yield from fingers(prepared, controls, np.ones_like(wanted), motion)
    legs = prepared.legs
    if motion.frames < person.frames:
        legs = legs.rows(np.isin(person.frame_ids, motion.frame_ids))
    held = yield from stand(motion, controls, legs)
    if held.free is not None and prepared.keypoints is not None:
        fitted = yield from fit_of(held, prepared.keypoints.rows(np.isin(person.frame_ids, held.frame_ids)))
        held = replace(held, fit_error_mm=fitted)
    yield Progress(1.0, "Done")
    if prepared.warnings:
        held = replace(held, warnings=(*prepared.warnings, *held.warnings))
    found = prepared.on_body(held)
    return found if prepared.mesh is None else (yield from prepared.mesh.measured(found))


def refine_rows(prepared: Prepared, controls: Controls, rows: np.ndarray) -> Steps[Motion]:
    """The frames of `rows` (T,) bool alone of what `refine_prepared` gives; they are among those that the
    controls want."""
    if prepared.toward is None:
        motion = yield from _refine_poses(prepared, controls, rows)
        return (yield from fingers(prepared, controls, rows, motion))
    toward, person = prepared.toward, prepared.person.rows(rows)
    rotations, pelvis, uncertainty = yield from _refine_toward(prepared, toward, controls, rows)
    keypoints = toward.keypoints.rows(rows)
    motion = yield from _motion(person, keypoints, rotations, pelvis, prepared.run.bones, uncertainty)
    motion = yield from fingers(prepared, controls, rows, motion)
    return motion if toward.kept is not None else replace(motion, filled=unseen(keypoints))


def _among_kept(prepared: Prepared, controls: Controls, wanted: np.ndarray, kept: Posed) -> Steps[Motion]:
    """Plug-in use: the refined frames, among the initial ones where the controls keep them."""
    assert prepared.toward is not None
    person = prepared.person
    rotations, pelvis = kept[0].copy(), kept[1].copy()
    uncertainty = np.full(rotations.shape[:2], np.nan)
    found = yield from _refine_toward(prepared, prepared.toward, controls, wanted)
    for whole, part in zip((rotations, pelvis, uncertainty), found, strict=True):
        whole[wanted] = part
    bones, keypoints = prepared.run.bones, prepared.toward.keypoints
    return (yield from _motion(person, keypoints, rotations, pelvis, bones, uncertainty))


def _refine_toward(
    prepared: Prepared, toward: Toward, controls: Controls, rows: np.ndarray
) -> Steps[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Rotations, pelvis and uncertainty of the frames in `rows` (T,), put together with what the controls
    keep."""
    person, run = prepared.person, prepared.run
    refined, uncertainty = yield from _fitted(prepared, toward, controls, rows)
    share = np.ones((int(rows.sum()), 1))
    if toward.kept is not None:
        share = shares(controls, person.frame_ids, person.fps)[rows]
        kept = toward.kept[0][rows], toward.kept[1][rows]
    elif not controls.whole_body:
        first = np.zeros_like(rows)
        first[np.flatnonzero(_wanted(person, controls))[0]] = True
        there = refined if rows[first].all() else (yield from _fitted(prepared, toward, controls, first))[0]
        kept = standing(there, len(share))
    else:
        kept = refined
    if not controls.whole_body:
        yield Progress(1.0, "Joining")
        refined = yield from only_joints(kept, refined, run.bones, controls.joints)
    if (share < 1.0).any():
        yield Progress(1.0, "Joining")
        refined = yield from blend(kept, refined, share)
    uncertainty[np.broadcast_to(share == 0.0, uncertainty.shape)] = np.nan
    uncertainty[:, ~controls.joints] = np.nan
    return *refined, uncertainty


def _fitted(
    prepared: Prepared, toward: Toward, controls: Controls, rows: np.ndarray
) -> Steps[tuple[Posed, np.ndarray]]:
    """Refined poses of the frames in `rows` (T,), and their uncertainty."""
    gain = controls.gain(toward.kept is not None, toward.clip.targets.indices)
    if not np.array_equal(gain, prepared.run.gain):
        prepared = replace(prepared, run=replace(prepared.run, gain=gain))
    names = [POINT_NAMES[index] for index in toward.read[0].usual.indices]
    smoothness = controls.point_smoothness(names)
    near, *found = yield from _refine_pieces(prepared, toward, smoothness, rows)
    rotations, pelvis, uncertainty = found
    fitted = np.isfinite(pelvis[:, 0])
    if not (fitted & rows[near]).any():
        raise RefineError("No frame has enough keypoints to fit a body to; check the layout and confidences.")
    # A stretch without keypoints holds its neighbours' pose.
    rotations, pelvis = yield from bridge.steps(rotations, pelvis, fitted)
    asked = rows[near]
    return (rotations[asked], pelvis[asked]), uncertainty[asked]


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
    prepared: Prepared, toward: Toward, smoothness: float | np.ndarray, wanted: np.ndarray
) -> Steps[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """The rows (N,) of the person's frames that are wanted or between those, and their rotations, pelvis and
    uncertainty; NaN in those without keypoints."""
    context = round(CONTEXT * prepared.fps)
    windows = [window(piece, wanted, context) for piece in prepared.parts]
    done, total = 0, sum(frames.stop - frames.start for frames in windows if frames is not None)
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []
    for number, (piece, frames) in enumerate(zip(prepared.parts, windows, strict=True)):
        if frames is None:
            continue
        asked = window(piece, wanted, 0)
        assert asked is not None
        inside = cut(piece, asked)
        share = (done / total, (frames.stop - frames.start) / total)
        with one_thread(prepared.run.engine):
            look = yield from _look(prepared, toward, smoothness, (number, frames), share)
            part = slice(asked.start - frames.start, asked.stop - frames.start)
            result = yield from polish_piece(prepared.run, look, part, prepared.fps, share)
        del look  # so that a long clip is there once, not twice
        gapless = inside.length == len(inside.rows)
        turns, places, doubt = (part if gapless else part[inside.places] for part in result)
        found.append((inside.rows, turns, places, doubt))
        done += frames.stop - frames.start
    if len(found) == 1:
        return found[0]
    rows, rotations, pelvis, uncertainty = (np.concatenate(part) for part in zip(*found, strict=True))
    return rows, rotations, pelvis, uncertainty


def _look(
    prepared: Prepared,
    toward: Toward,
    smoothness: float | np.ndarray,
    where: tuple[int, slice],
    share: tuple[float, float],
) -> Steps[Look]:
    """What the network says of some frames of a piece, asked only once where answers are kept."""
    number, frames = where
    key = (number, frames.start, frames.stop, np.asarray(smoothness, float).tobytes())
    if prepared.looks is not None and key in prepared.looks:
        return prepared.looks[key]
    known = yield from toward.seen(number, frames, smoothness)
    initial = toward.initials[number]
    start = None if initial is None else (initial[0][frames], initial[1][frames])
    begins = int(prepared.person.frame_ids[prepared.parts[number].rows[0]])
    when = When(prepared.fps, begins // prepared.step + frames.start)
    look = yield from look_at(prepared.run, known, start, when, share)
    prepared.keep(key, look)
    return look


def _convert(person: Person, keypoints: Keypoints | None) -> Steps[Motion]:
    assert person.poses is not None
    bones = REST_OFFSETS
    if keypoints is not None:
        evidence = []
        for piece in pieces(person.frame_ids, person.fps):
            evidence.append((yield from evidence_of(keypoints, piece, person.fps)).usual)
        bones = yield from estimate_bone_offsets.steps(joined(evidence))
    unknown = np.full((person.frames, JOINT_COUNT), np.nan)
    poses = person.poses
    return (yield from _motion(person, keypoints, poses.rotations, poses.pelvis, bones, unknown))


def _refine_poses(prepared: Prepared, controls: Controls, rows: np.ndarray) -> Steps[Motion]:
    """Poses alone in the frames of `rows` (T,), refined as their own evidence; what the controls
    keep stays as it is."""
    person = prepared.person
    assert person.poses is not None
    found = yield from refine_alone(prepared.run, person, prepared.parts, prepared.told, controls)
    refined, pelvis, uncertainty = (part[rows] for part in found)
    kept = person.poses.rotations[rows], person.poses.pelvis[rows]
    share = shares(controls, person.frame_ids, person.fps)[rows]
    rotations = np.where(controls.joints[:, None, None], refined, kept[0])
    pelvis = pelvis if controls.joints[0] else kept[1]
    uncertainty[np.broadcast_to(share == 0.0, uncertainty.shape)] = np.nan
    uncertainty[:, ~controls.joints] = np.nan
    blended = yield from blend(kept, (rotations, pelvis), share)
    if prepared.own is None:
        return (yield from _motion(person.rows(rows), None, *blended, REST_OFFSETS, uncertainty))
    keypoints = prepared.own.keypoints.rows(rows)
    motion = yield from _motion(person.rows(rows), keypoints, *blended, prepared.own.bones, uncertainty)
    return replace(motion, warnings=(OWN_KEYPOINTS,))


def _motion(
    person: Person,
    keypoints: Keypoints | None,
    rotations: np.ndarray,
    pelvis: np.ndarray,
    bones: np.ndarray,
    uncertainty: np.ndarray,
) -> Steps[Motion]:
    poses, fit = person.poses, np.full(person.frames, np.nan)
    rotations, pelvis = np.asarray(rotations, float), np.asarray(pelvis, float)
    if keypoints is not None:
        fit = yield from fit_of_poses(rotations, pelvis, bones, keypoints)
    return Motion(
        rotations=rotations,
        pelvis=pelvis,
        bone_offsets=bones,
        fps=person.fps,
        frame_ids=person.frame_ids,
        fit_error_mm=fit,
        uncertainty_deg=uncertainty,
        person_id=person.id,
        betas=np.zeros(0, np.float32) if poses is None else poses.betas,
        gender="neutral" if poses is None else poses.gender,
    )
