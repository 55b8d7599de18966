# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""Keypoints of a second file as the targets of a recording's poses: whose they are, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import bpy

from .. import refiner
from ..recording import Person, Recording
from ..refiner import RefineError
from ..safe_read import FormatError
from .describe import length
from .fixes import fixed, forget_fixes
from .hints import FileSettings, load, peek
from .language import BoolProperty, EnumProperty, FloatProperty, StringProperty
from .people import chosen_people
from .redraw import redraw_views

BY_ID = "*"
"""In place of a person's id: the one with the same id, or the only one."""

_together: list[tuple[tuple[object, ...], Recording | RefineError]] = []
"""What was made last, and from what: panels and views ask at every redraw."""
_items: list[tuple[str, str, str, int]] = []
"""The items last handed to Blender, which keeps no copy of their strings."""


def _people(settings: SPR_PG_targets, _context: bpy.types.Context | None) -> list[tuple[str, str, str, int]]:
    found = peek(settings)
    people = found.people if isinstance(found, Recording) else ()
    items = [(BY_ID, "Same ID", "Each person's targets have the same ID in both files, or are the only ones")]
    items += [
        (one.id, f"Person {one.id}: {length(one)}", f"Person {one.id} of the targets") for one in people
    ]
    _items[:] = [(*item, number) for number, item in enumerate(items)]
    return _items


def _get_person(settings: SPR_PG_targets) -> int:
    ids = [item[0] for item in _people(settings, None)]
    return ids.index(settings.person_id) if settings.person_id in ids else 0


def _set_person(settings: SPR_PG_targets, number: int) -> None:
    settings.person_id = _people(settings, None)[number][0]
    if not settings.by_hand:
        find_shift(settings.id_data.spr)
    redraw_views()


def _get_seconds(settings: SPR_PG_targets) -> float:
    return float(settings.shift)


def _set_seconds(settings: SPR_PG_targets, seconds: float) -> None:
    settings.shift, settings.by_hand = seconds, True
    redraw_views()


def _get_frames(settings: SPR_PG_targets) -> float:
    return float(settings.shift * _frame_rate(settings))


def _set_frames(settings: SPR_PG_targets, frames: float) -> None:
    _set_seconds(settings, frames / _frame_rate(settings))


def _frame_rate(settings: SPR_PG_targets) -> float:
    """Frames per second of the recording that the targets are for."""
    found = peek(settings.id_data.spr)
    return found.fps.value if isinstance(found, Recording) else 30.0


class SPR_PG_targets(bpy.types.PropertyGroup, FileSettings):
    """The second file of a scene."""

    person_id: StringProperty(name="Person ID", default=BY_ID)
    person: EnumProperty(
        name="Person",
        description="Who of the targets belongs to the recording's person",
        items=_people,
        get=_get_person,
        set=_set_person,
    )
    shift: FloatProperty(name="Shift", description="Seconds added to the times of the targets")
    by_hand: BoolProperty(name="By Hand", description="The shift was set by hand")
    told: StringProperty(name="Told", description="What the motion told of the shift")
    sure: BoolProperty(name="Sure", description="The motion told the shift")
    seconds: FloatProperty(
        name="Shift",
        description="Seconds added to the times of the targets, so that they fall together with the poses",
        get=_get_seconds,
        set=_set_seconds,
        step=1,
        precision=3,
    )
    frames: FloatProperty(
        name="Frames",
        description="The same shift in frames of the recording",
        get=_get_frames,
        set=_set_frames,
        step=10,
        precision=2,
    )


def with_targets(settings: bpy.types.PropertyGroup, recording: Recording, targets: Recording) -> Recording:
    """The recording whose chosen people have the targets' keypoints, at their own times.

    Raises RefineError when it is not clear whose they are, or when the files share no time.
    """
    shift = settings.targets.shift
    keypoints = {
        person.id: refiner.keypoints_at(target, person.times - shift)
        for person, target in _pairs(settings, recording, targets)
    }
    people = tuple(
        replace(person, keypoints=keypoints[person.id]) if person.id in keypoints else person
        for person in recording.people
    )
    return replace(recording, people=people)


def _pairs(
    settings: bpy.types.PropertyGroup, recording: Recording, targets: Recording
) -> Iterator[tuple[Person, Person]]:
    chosen, wanted = chosen_people(settings, recording), settings.targets.person_id
    if wanted == BY_ID:
        yield from ((one, refiner.target_of(one, targets.people, len(chosen) == 1)) for one in chosen)
        return
    if len(chosen) != 1:
        raise RefineError(
            f"Person {wanted} of the targets can't belong to {len(chosen)} people;"
            " tick one in the list of people."
        )
    yield chosen[0], next((one for one in targets.people if one.id == wanted), targets.people[0])


def find_shift(settings: bpy.types.PropertyGroup) -> None:
    """Let the motion tell the time shift, where both files are read; says what it found."""
    recording, targets, group = peek(settings), peek(settings.targets), settings.targets
    if not isinstance(recording, Recording) or not isinstance(targets, Recording):
        return
    group.by_hand = False
    try:
        found = refiner.surest(
            refiner.align_times(one, other) for one, other in _pairs(settings, recording, targets)
        )
    except RefineError as error:
        group.shift, group.told, group.sure = 0.0, str(error), False
        return
    group.shift, group.told = found.offset, found.sentence
    group.sure = found.confidence >= refiner.SURE


def peek_with_targets(settings: bpy.types.PropertyGroup) -> Recording | FormatError | None:
    """The open recording with its targets, as far as both are read and fit; else without them."""
    recording, together = peek(settings), _peek_together(settings)
    found = together if isinstance(together, Recording) else recording
    return fixed(settings, found) if isinstance(found, Recording) else found


def why_not_together(settings: bpy.types.PropertyGroup) -> str:
    """A sentence on what keeps the targets from being used; empty when nothing does."""
    together = _peek_together(settings)
    return str(together) if isinstance(together, RefineError) else ""


def _peek_together(settings: bpy.types.PropertyGroup) -> Recording | RefineError | None:
    recording, targets, group = peek(settings), peek(settings.targets), settings.targets
    if not isinstance(recording, Recording) or not isinstance(targets, Recording):
        return None
    chosen = tuple(person.id for person in chosen_people(settings, recording))
    key = (recording, targets, group.shift, group.person_id, chosen)
    for known, together in _together:
        if all(one is other or one == other for one, other in zip(known[2:], key[2:], strict=True)) and (
            known[0] is recording and known[1] is targets
        ):
            return together
    found: Recording | RefineError
    try:
        found = with_targets(settings, recording, targets)
    except RefineError as error:
        found = error
    _together[:] = [(key, found)]
    return found


def load_with_targets(settings: bpy.types.PropertyGroup) -> Recording:
    """The open recording with its targets, read again where a file has changed.

    Raises FormatError, and RefineError when the two don't fit.
    """
    recording = load(settings)
    if settings.targets.source:
        recording = with_targets(settings, recording, load(settings.targets))
    return fixed(settings, recording)


def forget_targets() -> None:
    """Let the recordings go."""
    _together.clear()
    forget_fixes()


CLASSES = (SPR_PG_targets,)
