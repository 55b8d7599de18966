"""From a Draft to a Recording: the only place where axes turn and units change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from ..overrides import give
from ..recording import SURE, Keypoints, Known, Person, Poses, Recording
from ..safe_read import FormatError, one_line
from .beside import clock_beside
from .camera import level, on_floor, settle, unsure
from .camera_cuts import without_cuts
from .checks import person_warnings, recording_warnings
from .container import Hints
from .cuts import without_jumps
from .depth import refuse_flat
from .draft import Draft, Reader
from .edits import edited
from .filming import carried, way
from .following import joined_tracks, offer
from .frozen import without_filled_gaps
from .inference import RARE_METRES, UNIT_METRES, infer_scale, scale_confidence
from .lifted import evened
from .mirror import unmirrored
from .path_unit import path_unit
from .sides import sides_as_named, swapped
from .surely_seen import without_guesses
from .timing import on_clock
from .turned_about import turned_back
from .turned_poses import poses_turned_back
from .up_axis import infer_up

_MIN_FPS, _MAX_FPS = 0.1, 2000.0
"""What is slower is the time of a frame, given as its rate: a clip would last hundreds of times as long."""
_PLAIN = 0.98
_RARE_NAMES = {"in": "inches", "ft": "feet"}
_ONE_PERSON = np.log(1.4)
"""How much, as a logarithm, people differ in size from the mean."""

_UNITS = UNIT_METRES | RARE_METRES
"""Metres of the units that a file may state."""

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
    """'m', 'cm', 'mm', 'in' or 'ft' from what files and people write. Raises FormatError for others."""
    name = str(text).strip().lower().rstrip("s")
    name = {"meter": "m", "metre": "m", "centimeter": "cm", "centimetre": "cm"}.get(name, name)
    name = {"millimeter": "mm", "millimetre": "mm", "foot": "ft", "feet": "ft"}.get(name, name)
    name = {"inch": "in", "inche": "in"}.get(name, name)
    if name not in _UNITS:
        raise FormatError(f"The unit {one_line(str(text))} is not known; it is one of m, cm, mm, in, ft.")
    return name


def finish(draft: Draft, reader: Reader, hints: Hints, path: Path) -> Recording:
    """The Recording in metres and Y up, with what was stated, inferred and assumed. Raises FormatError."""
    if not draft.people:
        raise FormatError(f"{path.name} holds no person; record or export it again.")
    refuse_flat(draft.people)
    draft = draft if hints.fps is not None or draft.fps is not None else _with_times_beside(draft, path)
    warnings = list(draft.warnings)
    fps = _fps(draft, reader, hints)
    draft = draft if "units" in draft.says else _evened(draft, fps.value, warnings)
    units, metres = _units(draft, hints, fps.value, warnings)
    scaled = tuple(replace(_converted(one, np.eye(3), metres), fps=fps.value) for one in draft.people)
    scaled, told = without_filled_gaps(scaled)
    warnings += told
    scaled, told = without_cuts(scaled) if draft.camera is True and draft.up == "-y" else (scaled, [])
    warnings += told
    up = _up(tuple(map(without_guesses, scaled)), draft, hints, warnings)
    people = tuple(_converted(one, TO_Y_UP[up.value], 1.0) for one in scaled)
    people = tuple(map(unmirrored, people)) if hints.mirror else people
    axis, as_seen = up.value, people[0]
    people, up = _stood(people, up, draft, hints, warnings)
    # The picture of a mirror image shows another body than the one that was turned back.
    camera = None if hints.mirror else carried(draft.filmed, TO_Y_UP[axis], np.zeros(3), metres)
    camera = carried(camera, *way(as_seen, people[0]))
    warnings += [] if hints.join_tracks else offer(people)
    people, told = without_jumps(people)
    warnings += told
    if hints.join_tracks:
        people, told = joined_tracks(people)
        warnings += told
    people, told = edited(people, hints.edits)
    warnings += told
    for back in () if hints.keep_sides else (turned_back, poses_turned_back):
        people, told = back(people)
        warnings += told
    people, exchanged = (people, []) if hints.keep_sides else sides_as_named(people)
    people = swapped(people, hints.swaps)
    warnings += exchanged
    for one in people:
        warnings += person_warnings(one, several=len(people) > 1)
    warnings += recording_warnings(people)
    return Recording(
        reader.format, draft.tool or reader.tool, people, fps, up, units, tuple(warnings), str(path),
        exchanged=tuple(exchanged), camera=camera,
    )  # fmt: skip


def _evened(draft: Draft, fps: float, warnings: list[str]) -> Draft:
    people, before = [], len(warnings)
    for one in draft.people:
        same, sentences = evened(one, fps)
        people.append(same)
        warnings += sentences
    # Through no camera the person is seen at another size where the picture has them.
    filmed = draft.filmed if len(warnings) == before else None
    return replace(draft, people=people, filmed=filmed)


def _with_times_beside(draft: Draft, path: Path) -> Draft:
    """The draft with the frames' times out of a file that the capture tool left beside the recording."""
    frames = {one.frames for one in draft.people}
    found = clock_beside(path, max(frames))
    if found is None:
        return draft
    clock, name = found
    told = f"The frame rate comes from {one_line(name)} beside the file."
    stamps = len(clock.seconds)
    sure = min(min(count, stamps) / max(count, stamps) for count in frames)
    draft = replace(draft, warnings=[*draft.warnings, told], beside=sure)
    return on_clock(draft, clock) if frames == {stamps} else replace(draft, fps=clock.fps)


def _stood(
    people: tuple[Person, ...], up: Known[str], draft: Draft, hints: Hints, warnings: list[str]
) -> tuple[tuple[Person, ...], Known[str]]:
    """The people (Y up) turned upright and put on the floor as far as file and user leave that open."""
    seen = draft.camera in (True, up.value)
    if seen and hints.up is None:
        people, shown, sentence = settle(people, up.value, keep_height=hints.keep_height)
        sign, sure = (infer_up(people, ("+y",)) if shown else None) or (None, 0.0)
        up = Known(up.value, "inferred", sure) if sign == "+y" else Known(up.value, "assumed")
        warnings.append(sentence)
    elif draft.up is None and hints.up is None:
        people, sentences = level(people, up.value)
        warnings += sentences
        warnings += [unsure(up.value)] if up.unsure else []
    # Who states a camera's axes keeps its place as well.
    if seen or draft.settled or hints.keep_height:
        return people, up
    people, sentences = on_floor(people, floating=draft.floating, mean_bones=draft.mean_bones)
    warnings += sentences
    return people, up


def _fps(draft: Draft, reader: Reader, hints: Hints) -> Known[float]:
    if hints.fps is not None:
        known: Known[float] = Known(float(hints.fps), "stated")
    elif draft.fps is not None:
        beside = draft.beside
        known = Known(float(draft.fps), "stated" if beside is None else "inferred", beside)
    else:
        known = Known(float(draft.usual_fps or reader.usual_fps), "assumed")
    if not _MIN_FPS <= known.value <= _MAX_FPS:
        raise FormatError(
            f"A frame rate of {known.value:.6g} is not possible; if the file is wrong, {give('fps')}."
        )
    return known


def _units(draft: Draft, hints: Hints, fps: float, warnings: list[str]) -> tuple[Known[str], float]:
    if hints.units is not None:
        unit = unit_name(hints.units)
        return Known(unit, "stated"), _UNITS[unit]
    inferred, way = infer_scale(draft.people), path_unit(draft.people, fps)
    if way is not None and "units" not in draft.says:
        warnings.append(
            f"Nobody is as quick as the way would be in metres, so it was taken for {way}; if that is wrong,"
            f" {give('units', 'm')}."
        )
        return Known(way, "inferred", SURE), UNIT_METRES[way]
    if draft.units is not None:
        usual, said = unit_name(draft.units), "units" in draft.says
        if inferred is None or _agree(_UNITS[usual], inferred[1]):
            return _usual_unit(draft, usual, said, inferred is not None), _UNITS[usual]
        where = "as the file says" if said else "as usual"
        warnings.append(f"The unit cannot be {usual} {where}; it was inferred from the limbs.")
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
            f" if that is wrong, {give('units')}."
        )
    if unit in RARE_METRES:
        warnings.append(
            f"The size fits {_RARE_NAMES[unit]} and no metric unit; if that is wrong, {give('units')}."
        )
    # A size that was scaled to a mean body, or that fits a rare unit by chance, may be anybody's.
    sure = scale_confidence(draft.people, metres) if unit in UNIT_METRES else 0.5
    return Known(unit, "inferred", sure), metres


def _usual_unit(draft: Draft, unit: str, said: bool, shown: bool) -> Known[str]:
    if said:
        return Known(unit, "stated")
    if not shown:
        return Known(unit, "assumed")
    return Known(unit, "inferred", scale_confidence(draft.people, _UNITS[unit]))


def _agree(first: float, second: float) -> bool:
    return 1 / 4 < first / second < 4


def _up(people: tuple[Person, ...], draft: Draft, hints: Hints, warnings: list[str]) -> Known[str]:
    """The axis of the people (metres, the file's axes) that points up."""
    if hints.up is not None:
        return Known(signed_axis(hints.up), "stated")
    if draft.up is not None:
        return _usual_up(people, draft, signed_axis(draft.up), warnings)
    inferred = infer_up(people, draft.likely_up)
    if inferred is None:
        return Known(draft.likely_up[0], "assumed")
    return Known(inferred[0], "inferred", inferred[1])


def _usual_up(people: tuple[Person, ...], draft: Draft, axis: str, warnings: list[str]) -> Known[str]:
    """The file's or its format's own axis, with a doubt where people plainly stand along another one."""
    said = "up" in draft.says
    shown, sure = infer_up(people, (axis,)) or (None, 0.0)
    if shown not in (None, axis) and sure > _PLAIN and not draft.camera:
        whose = "The file says that" if said else "By the format"
        warnings.append(
            f"{whose} {axis} is up, but the body stands along {shown};"
            f" if that is right, {give('up', str(shown))}."
        )
    if said:
        return Known(axis, "stated")
    return Known(axis, "inferred", sure) if shown == axis and sure >= SURE else Known(axis, "assumed")


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
