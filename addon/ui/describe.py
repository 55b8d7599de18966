"""Recordings and results in plain words: text only, so that it can be tested without a window."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .. import batch
from ..body import shape as body_shape
from ..formats import container, file_names
from ..overrides import asked
from ..recording import How, Known, Person, Recording
from ..words import listed, plural
from .feet_words import feet_line
from .job import Job, Outcome
from .stepped_job import SteppedJob

HOPELESS_MM = 100.0
"""Mean distance from the keypoints beyond which a result is of no use."""
RISEN_MM, NO_NOISE_MM = 1.0, 0.5
"""A rise of the fit error that is told, and how far keypoints shake that can't be its reason."""
HOW: dict[How, str] = {"stated": "from the file", "inferred": "inferred", "assumed": "assumed"}
NAMED = 3
"""Bones that are named in a sentence; more are counted."""
UNIT_NAMES = {"m": "metres", "cm": "centimetres", "mm": "millimetres", "in": "inches", "ft": "feet"}


def bones_listed(names: Sequence[str]) -> str:
    """'L_Elbow', 'L_Elbow and Head', 'L_Elbow, Head and 3 more bones'."""
    told = (
        list(names) if len(names) <= NAMED else [*names[: NAMED - 1], f"{len(names) - NAMED + 1} more bones"]
    )
    return " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)


def recording_name(source: str, also: Sequence[str] = ()) -> str:
    """What to call what comes of a file: as the file, or as the folder of files that are only numbered; as
    what their names share where several files are one recording."""
    path = Path(source)
    if also:
        return file_names.shared_name([path, *map(Path, also)]) or path.parent.name or path.stem
    return path.parent.name if path.stem.isdecimal() and path.parent.name else path.stem


def title(recording: Recording, more: int = 0) -> list[str]:
    """Name of the file, how many more are of the same take, and its format with the tool that writes it."""
    path = Path(recording.path)
    numbered = path.stem.isdecimal() and path.parent.name
    name = [f"{path.parent.name}/{path.name}" if numbered else path.name] if recording.path else []
    name = [f"{each} and {plural(more, 'more file')}" for each in name] if more else name
    return [*name, recording.kind[:1].upper() + recording.kind[1:]]


def facts(recording: Recording, hints: container.Hints) -> list[tuple[str, str]]:
    """(label, value) pairs that say what was recognised, and how it came to be known."""
    units = UNIT_NAMES.get(recording.units.value, recording.units.value)
    return [
        ("People", _people(recording.people)),
        ("Holds", content(recording.people)),
        ("Rate", f"{recording.fps.value:g} fps, {_how(recording.fps, hints.fps)}"),
        ("Up", f"{_axis(recording.up)}, {_how(recording.up, hints.up)}"),
        ("Units", f"{units}, {_how(recording.units, hints.units)}"),
    ]


def warned(recording: Recording) -> list[str]:
    """The warnings, those that ask for something first; what is said of several people alike stands once."""
    starts = {f"Person {person.id} ": person.id for person in recording.people}
    alike: dict[str, list[str]] = {}
    for warning in recording.warnings:
        start = max((each for each in starts if warning.startswith(each)), key=len, default="")
        alike.setdefault(warning[len(start) :], []).append(starts.get(start, ""))
    sentences = [_of_all(rest, who) for rest, who in alike.items()]
    return sorted(sentences, key=lambda sentence: not asked(sentence))


def _of_all(rest: str, who: Sequence[str]) -> str:
    """'Person 3 has no feet.' or 'Each of 3 people (1, 3, 4) has no feet.'"""
    if not who[0]:
        return rest
    if len(who) == 1:
        return f"Person {who[0]} {rest}"
    return f"Each of {len(who)} people ({listed(who)}) {rest}"


def person_name(person_id: str) -> str:
    """'Person 3' where the file counts people, else the name that it has for them."""
    return f"Person {person_id}" if re.fullmatch(r"\d+\w?", person_id) else person_id


def frames_shown(person: Person) -> str:
    """'1,200 f' or '100 f, 3 gone': as short as a list needs it."""
    gaps = int(person.frame_ids[-1] - person.frame_ids[0]) + 1 - person.frames
    return f"{person.frames:,} f" + (f", {gaps:,} gone" if gaps else "")


def question(recording: Recording) -> str:
    """What only a person can tell, "" where the file or its content told it surely enough."""
    up = recording.up
    if not up.unsure:
        return ""
    return f"Is {_axis(up)} up? The motion shows it with {up.confidence:.0%} confidence only."


def _axis(up: Known[str]) -> str:
    return up.value.lstrip("+").upper()


def _how(known: Known[Any], override: object) -> str:
    if override is not None:
        return "overridden"
    return HOW[known.how] + ("" if known.confidence is None else f" ({known.confidence:.0%} sure)")


def _people(people: Sequence[Person]) -> str:
    longest = max(people, key=lambda person: person.frames)
    prefix = "1" if len(people) == 1 else f"{len(people)}, up to"
    return f"{prefix}{',' if len(people) == 1 else ''} {length(longest)}"


def length(person: Person) -> str:
    """'100 frames (1.7 s), 3 missing'."""
    frames = int(person.frame_ids[-1] - person.frame_ids[0]) + 1
    text = f"{plural(person.frames, 'frame')} ({frames / person.fps:.1f} s)"
    gaps = frames - person.frames
    return f"{text}, {gaps:,} missing" if gaps else text


def content(people: Sequence[Person]) -> str:
    """'25 keypoints (body25), poses'."""
    layouts = {(len(p.keypoints.names), p.keypoints.layout): None for p in people if p.keypoints is not None}
    held = [plural(count, "keypoint") + (f" ({layout})" if layout else "") for count, layout in layouts]
    return ", ".join(held + ["poses"] * any(person.poses is not None for person in people))


def opened(recording: Recording, more: int = 0) -> str:
    """'walk.trc: 1 person, 100 frames (1.7 s), 25 keypoints, 60 fps'; more: further files of its take."""
    people = recording.people
    count = plural(len(people), "person")
    longest = _people(people).split(", ", 1)[1]
    name = Path(recording.path).name + (f" and {plural(more, 'more file')}" if more else "")
    return f"{name}: {count}, {longest}, {content(people)}, {recording.fps.value:g} fps"


def only_poses(people: Sequence[Person]) -> bool:
    """Whether there is nothing to refine towards: the poses are their own evidence."""
    return all(person.keypoints is None for person in people)


def targets_line(recording: Recording) -> str:
    """What a recording is refined to while no second file is open."""
    if only_poses(recording.people):
        return "The poses are alone: they are refined on their own. A second file of keypoints tells more."
    if any(person.poses is not None for person in recording.people):
        return "The poses are refined to the keypoints in the same file. A second file may take their place."
    return "The recording holds keypoints alone: they are the targets, and there is no initial pose."


def headline(job: Job) -> str:
    """'2 people, 200 frames refined in 1.5 s on NumPy, from frame 101 on'."""
    outcomes = job.outcomes
    covered = (job.task.controls.cover(outcome.motion.frame_ids).sum() for outcome in outcomes)
    frames = plural(int(sum(covered)), "frame")
    who = f"{len(outcomes)} people, " if len(outcomes) > 1 else ""
    first = min((job.task.begins.get(outcome.person.id, 1.0) for outcome in outcomes), default=1.0)
    where = f", from frame {first:g} on" if first != 1.0 else ""
    return f"{who}{frames} refined in {job.seconds:.1f} s on {job.engine}{where}"


def result(job: Job) -> list[str]:
    """The figures of a finished run: its headline, fit error by person, the motions' warnings."""
    several = len(job.outcomes) > 1
    errors = [
        f"Person {outcome.person.id}: {figure}" if several else figure[:1].upper() + figure[1:]
        for outcome in job.outcomes
        for figure in (*_figures(outcome), feet_line(outcome.motion, job.task.controls))
        if figure
    ]
    warnings = [warning for outcome in job.outcomes for warning in outcome.motion.warnings]
    warnings = [*_hopeless(job.outcomes), *_risen(job.outcomes), *job.task.notes, *warnings]
    return [headline(job), *errors, *dict.fromkeys(warnings)]


def _figures(outcome: Outcome) -> list[str]:
    """Fit error, or jitter where nothing but poses was there; the measures of the user's own body."""
    shape = _shape(outcome)
    if fit := _fit(outcome):
        return [f"fit error {fit}", *shape]
    if outcome.shake is None or not np.isfinite(outcome.shake).all():
        return shape
    return ["jitter {:.1f} → {:.1f} m/s²".format(*outcome.shake), *shape]


def _shape(outcome: Outcome) -> list[str]:
    if outcome.body_model is None:
        return []
    vertices = outcome.body_model.rest_vertices(outcome.motion.betas)
    height, weight = body_shape.height_of(vertices), body_shape.weight_of(vertices, outcome.body_model.faces)
    return [f"body of {height:.2f} m and {weight:.0f} kg"]


def _hopeless(outcomes: Sequence[Outcome]) -> list[str]:
    """A sentence for each person whose body does not fit the keypoints at all."""
    return [
        f"Person {outcome.person.id} does not fit: the body is {outcome.after_mm:.0f} mm from the keypoints"
        " on average, so this result is of no use. Check Units, Up Axis and Layout under Overrides, and"
        " whether the keypoints belong to one person."
        for outcome in outcomes
        if outcome.after_mm is not None and outcome.after_mm > HOPELESS_MM
    ]


def _risen(outcomes: Sequence[Outcome]) -> list[str]:
    """A sentence for each person whose poses lay closer to the keypoints before, which need not be bad."""
    found = []
    for outcome in outcomes:
        before, after = outcome.before_mm, outcome.after_mm
        if before is None or after is None or after > HOPELESS_MM or after - before < RISEN_MM:
            continue
        found.append(f"Person {outcome.person.id}: the fit error rose {_why_risen(outcome, after - before)}")
    return found


def _why_risen(outcome: Outcome, rise: float) -> str:
    """The noise that the body no longer follows; of keypoints without noise, what keeps nearer to them."""
    noise, shake = outcome.noise_mm, outcome.shake
    told = "because the body no longer follows the noise."
    if noise is not None and noise < NO_NOISE_MM:
        told = f"by {rise:.0f} mm, though the keypoints hardly shake; raise Strength to keep nearer to them."
    elif noise is not None:
        told += f" The keypoints shake by about {noise:.1f} mm."
    if shake is not None and np.isfinite(shake).all():
        told += " Jitter {:.1f} → {:.1f} m/s².".format(*shake)
    return told


def _fit(outcome: Outcome) -> str:
    if outcome.after_mm is None:
        return ""
    before = "" if outcome.before_mm is None else f"{outcome.before_mm:.0f} → "
    return f"{before}{outcome.after_mm:.0f} mm"


def report(job: Job) -> str:
    """One line for the status bar: the headline, and the fit error of the person with the largest."""
    worst = max(job.outcomes, key=lambda outcome: outcome.after_mm or 0.0)
    fit = _fit(worst)
    name = "largest fit error" if len(job.outcomes) > 1 else "fit error"
    return f"{headline(job)}, {name} {fit}" if fit else headline(job)


def progress_text(job: SteppedJob) -> str:
    """'Refining, 42%, 3 s left'."""
    return ", ".join(progress_parts(job))


def progress_parts(job: SteppedJob) -> tuple[str, str]:
    """'take_3 (3 of 12): Fitting' and '42%, 3 s left': what is done, and what always fits into a bar."""
    done, left = f"{job.fraction:.0%}", job.seconds_left
    return job.message, done if left is None else f"{done}, {batch.roughly(left)} left"


def wrap(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Break text into lines no wider than width; a single word that is too long is broken too."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if measure(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        line = word
        while len(line) > 1 and measure(line) > width:
            cut = _fitting(line, width, measure)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line] if line else lines


def _fitting(word: str, width: float, measure: Callable[[str], float]) -> int:
    longest = next((n for n in range(len(word) - 1, 1, -1) if measure(word[:n]) <= width), 1)
    return next((n for n in range(longest, longest // 2, -1) if word[n - 1] in "_-/\\."), longest)
