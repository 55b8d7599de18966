"""Recordings and results in plain words: text only, so that it can be tested without a window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ..recording import How, Person, Recording
from .job import Job, Outcome

HOW: dict[How, str] = {"stated": "from the file", "inferred": "inferred", "assumed": "assumed"}
UNIT_NAMES = {"m": "metres", "cm": "centimetres", "mm": "millimetres"}


def plural(count: int, noun: str) -> str:
    """'1 frame', '1,200 frames', '2 people'."""
    many = "people" if noun == "person" else noun + "s"
    return f"{count:,} {noun if count == 1 else many}"


def facts(recording: Recording) -> list[tuple[str, str]]:
    """(label, value) pairs that say what was recognised."""
    rows = [("File", Path(recording.path).name)] if recording.path else []
    rows.append(("Format", _format(recording)))
    rows.append(("Holds", content(recording)))
    rows.append(("Frame Rate", f"{recording.fps.value:g} fps ({HOW[recording.fps.how]})"))
    rows.append(("Up Axis", f"{recording.up.value.lstrip('+').upper()} ({HOW[recording.up.how]})"))
    units = UNIT_NAMES.get(recording.units.value, recording.units.value)
    rows.append(("Units", f"{units} ({HOW[recording.units.how]})"))
    return rows


def _format(recording: Recording) -> str:
    if recording.tool and recording.tool.lower() not in recording.format.lower():
        return f"{recording.format} ({recording.tool})"
    return recording.format


def content(recording: Recording) -> str:
    """'2 people, keypoints and poses'."""
    held = [
        word
        for word, found in (
            ("keypoints", any(person.keypoints is not None for person in recording.people)),
            ("poses", any(person.poses is not None for person in recording.people)),
        )
        if found
    ]
    return f"{plural(len(recording.people), 'person')}, {' and '.join(held)}"


def person_line(person: Person) -> str:
    """'0: 100 frames (1.7 s)'."""
    seconds = (person.frame_ids[-1] - person.frame_ids[0] + 1) / person.fps
    return f"{person.id}: {plural(person.frames, 'frame')} ({seconds:.1f} s)"


def only_poses(people: Sequence[Person]) -> bool:
    """Whether there is nothing to refine towards: the poses are imported as they are."""
    return all(person.keypoints is None for person in people)


def result_line(outcome: Outcome) -> str:
    """'Person 0: 100 frames, fit error 41 → 12 mm'."""
    line = f"Person {outcome.person.id}: {plural(outcome.motion.frames, 'frame')}"
    if outcome.after_mm is None:
        return f"{line}, converted without refining: the file holds no keypoints"
    if outcome.before_mm is None:
        return f"{line}, fit error {outcome.after_mm:.0f} mm"
    return f"{line}, fit error {outcome.before_mm:.0f} → {outcome.after_mm:.0f} mm"


def result(job: Job) -> list[str]:
    """The figures of a finished run: a line a person, the time, and the motions' warnings."""
    lines = [result_line(outcome) for outcome in job.outcomes]
    lines.append(f"{job.seconds:.1f} s with {job.engine}")
    warnings = [warning for outcome in job.outcomes for warning in outcome.motion.warnings]
    return lines + list(dict.fromkeys(warnings))


def progress_text(job: Job) -> str:
    """'Refining, 42 %, about 3 s left'."""
    text = f"{job.message}, {job.fraction:.0%}"
    left = job.seconds_left
    return text if left is None else f"{text}, about {max(left, 1.0):.0f} s left"


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
    return next((n for n in range(len(word) - 1, 1, -1) if measure(word[:n]) <= width), 1)
