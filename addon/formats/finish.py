"""From a Draft to a Recording: the only place where axes turn and units change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from ..recording import How, Keypoints, Known, Person, Poses, Recording
from ..safe_read import FormatError, one_line
from .beside import clock_beside
from .camera import UNSURE, level, on_floor, settle
from .checks import person_warnings, recording_warnings
from .container import Hints
from .cuts import without_jumps
from .draft import Draft, Reader
from .following import joined_tracks, offer
from .inference import UNIT_METRES, infer_scale, scale_confidence
from .timing import on_clock
from .up_axis import infer_up

_MAX_FPS = 2000.0
_PLAIN = 0.98
_ONE_PERSON = np.log(1.4)
"""How much, as a logarithm, people differ in size from the mean."""

TO_Y_UP: dict[str, np.ndarray] = {
    "+y": np.eye(3),
    "-y": np.diag([1.0, -1.0, -1.0]),
    "+z": np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]),
    "-z": np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]),
    "+x": np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]]),
    "-x": np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]]),
}
"""Rotations (3, 3) that take each up axis to +Y."""


def signed_axis(text: str) -> str:
    """'+z' from 'z', '+Z', 'z-up'. Raises FormatError for anything else."""
    name = str(text).strip().lower().removesuffix("up").rstrip("-_ ")
    name = name if name[:1] in ("+", "-") else f"+{name}"
    if name not in TO_Y_UP:
        raise FormatError(
            f"The up axis {one_line(str(text))} is not known; it is one of x, y, z, -x, -y, -z."
        )
    return name


def unit_name(text: str) -> str:
    """'m', 'cm' or 'mm' from what files and people write. Raises FormatError for anything else."""
    name = str(text).strip().lower().rstrip("s")
    name = {"meter": "m", "metre": "m", "centimeter": "cm", "centimetre": "cm"}.get(name, name)
    name = {"millimeter": "mm", "millimetre": "mm"}.get(name, name)
    if name not in UNIT_METRES:
        raise FormatError(f"The unit {one_line(str(text))} is not known; it is one of m, cm, mm.")
    return name


def finish(draft: Draft, reader: Reader, hints: Hints, path: Path) -> Recording:
    """The Recording in metres and Y up, with what was stated, inferred and assumed. Raises FormatError."""
    if not draft.people:
        raise FormatError(f"{path.name} holds no person; record or export it again.")
    draft = draft if hints.fps is not None or draft.fps is not None else _with_times_beside(draft, path)
    warnings = list(draft.warnings)
    fps = _fps(draft, reader, hints)
    units, metres = _units(draft, hints, warnings)
    scaled = [replace(_converted(one, np.eye(3), metres), fps=fps.value) for one in draft.people]
    up = _up(scaled, draft, hints)
    people = tuple(_converted(one, TO_Y_UP[up.value], 1.0) for one in scaled)
    if hints.up is None:
        people, up = _stood(people, up, draft, hints, warnings)
    warnings += [] if hints.join_tracks else offer(people)
    people, told = without_jumps(people)
    warnings += told
    if hints.join_tracks:
        people, told = joined_tracks(people)
        warnings += told
    for one in people:
        warnings += person_warnings(one, several=len(people) > 1)
    warnings += recording_warnings(people)
    return Recording(
        reader.format, draft.tool or reader.tool, people, fps, up, units, tuple(warnings), str(path)
    )


def _with_times_beside(draft: Draft, path: Path) -> Draft:
    """The draft with the frames' times out of a file that the capture tool left beside the recording."""
    frames = {one.frames for one in draft.people}
    found = clock_beside(path, max(frames))
    if found is None:
        return draft
    clock, name = found
    told = f"The frame rate comes from {one_line(name)} beside the file."
    draft = replace(draft, warnings=[*draft.warnings, told])
    return on_clock(draft, clock) if frames == {len(clock.seconds)} else replace(draft, fps=clock.fps)


def _stood(
    people: tuple[Person, ...], up: Known[str], draft: Draft, hints: Hints, warnings: list[str]
) -> tuple[tuple[Person, ...], Known[str]]:
    """The people (Y up) turned upright and put on the floor as far as the file leaves that open."""
    if draft.camera in (True, up.value):
        people, shown, sentence = settle(people, up.value, keep_height=hints.keep_height)
        found = infer_up(people, ("+y",)) if shown else None
        up = Known(up.value, "assumed") if found is None else Known(up.value, "inferred", found[1])
        warnings.append(sentence)
    elif up.how != "stated":
        people, sentences = level(people, up.value)
        warnings += sentences
        warnings += [UNSURE.format(up.value)] if up.unsure else []
    else:
        warnings += _doubts(people, up.value)
    if draft.camera in (True, up.value) or draft.settled or hints.keep_height:
        return people, up
    if draft.floating or up.how != "stated":
        people, sentences = on_floor(people, floating=draft.floating, mean_bones=draft.mean_bones)
        warnings += sentences
    return people, up


def _doubts(people: tuple[Person, ...], axis: str) -> list[str]:
    """A sentence where people plainly stand along another axis than the file's or format's own."""
    found = infer_up(people, ("+y",))
    if found is None or found[0] == "+y" or found[1] < _PLAIN:
        return []
    own = TO_Y_UP[axis].T @ TO_Y_UP[found[0]].T[:, 1]
    other = next(name for name, turn in TO_Y_UP.items() if np.allclose(turn.T[:, 1], own))
    return [
        f"By the format {axis} is up, but the body stands along {other}; if that is right, give --up {other}."
    ]


def _fps(draft: Draft, reader: Reader, hints: Hints) -> Known[float]:
    value, how = draft.usual_fps or reader.usual_fps, "assumed"
    if hints.fps is not None:
        value, how = hints.fps, "stated"
    elif draft.fps is not None:
        value, how = draft.fps, "stated"
    if not 0 < value <= _MAX_FPS:
        raise FormatError(f"A frame rate of {value} is not possible; give the right one with --fps.")
    return Known(float(value), _how(how))


def _units(draft: Draft, hints: Hints, warnings: list[str]) -> tuple[Known[str], float]:
    if hints.units is not None:
        unit = unit_name(hints.units)
        return Known(unit, "stated"), UNIT_METRES[unit]
    inferred = infer_scale(draft.people)
    if draft.units is not None:
        stated = unit_name(draft.units)
        if inferred is None or _agree(UNIT_METRES[stated], inferred[1]):
            return Known(stated, "stated"), UNIT_METRES[stated]
        warnings.append(f"The unit cannot be {stated} as the file says; it was inferred from the limbs.")
    if inferred is None:
        return Known("m", "assumed"), 1.0
    unit, metres = inferred
    own = draft.own_unit
    if own is not None and abs(np.log(own.metres / metres)) < _ONE_PERSON:
        warnings.append(own.sentence)
        return Known(own.name, "inferred", scale_confidence(draft.people, own.metres)), own.metres
    if unit == "other":
        warnings.append(
            "The size fits neither metres nor centimetres nor millimetres, so it was scaled to a mean body;"
            " if that is wrong, give the unit with --units."
        )
    # A size that was scaled to a mean body may be anybody's.
    sure = 0.5 if unit == "other" else scale_confidence(draft.people, metres)
    return Known(unit, "inferred", sure), metres


def _agree(first: float, second: float) -> bool:
    return 1 / 4 < first / second < 4


def _up(people: list[Person], draft: Draft, hints: Hints) -> Known[str]:
    if hints.up is not None:
        return Known(signed_axis(hints.up), "stated")
    if draft.up is not None:
        return Known(signed_axis(draft.up), "stated")
    inferred = infer_up(people, draft.likely_up)
    if inferred is None:
        return Known(draft.likely_up[0], "assumed")
    return Known(inferred[0], "inferred", inferred[1])


def _how(text: str) -> How:
    return "stated" if text == "stated" else "assumed"


def _converted(one: Person, turn: np.ndarray, metres: float) -> Person:
    keypoints, poses = one.keypoints, one.poses
    if keypoints is not None:
        keypoints = _converted_keypoints(keypoints, turn, metres)
    if poses is not None:
        poses = _converted_poses(poses, turn, metres)
    return replace(one, keypoints=keypoints, poses=poses)


def _converted_keypoints(keypoints: Keypoints, turn: np.ndarray, metres: float) -> Keypoints:
    return replace(keypoints, positions=keypoints.positions * metres @ turn.T)


def _converted_poses(poses: Poses, turn: np.ndarray, metres: float) -> Poses:
    """J0 is in metres whatever the file's unit, so where it stands in, only the rest is scaled."""
    rotations = poses.rotations.copy()
    rotations[:, 0] = turn @ rotations[:, 0]
    fixed = np.zeros(3) if poses.rest_pelvis is None else poses.rest_turns @ poses.rest_pelvis
    pelvis = (poses.pelvis - fixed) * metres + fixed
    return replace(poses, rotations=rotations, pelvis=pelvis @ turn.T, rest_turns=turn @ poses.rest_turns)
