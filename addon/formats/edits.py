"""Tracks that a person split and joined by hand, because the tracker took one for another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..recording import Person
from .container import Edit
from .following import alike, one_after_another


def split(person_id: str, frame: int) -> Edit:
    """Make two of a track, from this frame on, as the file numbers its frames."""
    return "split", person_id, frame


def join(person_id: str, other_id: str) -> Edit:
    """Make one of two tracks; the name of the first stays."""
    return "join", person_id, other_id


def edited(people: Sequence[Person], edits: Sequence[Edit]) -> tuple[tuple[Person, ...], list[str]]:
    """The people (metres, Y up) after all edits, in order; a sentence for each that no longer fits."""
    found, told = tuple(people), list[str]()
    for kind, person_id, rest in edits:
        if kind == "split":
            found, sentence = _split(found, person_id, int(rest))
        else:
            found, sentence = _joined(found, person_id, str(rest))
        told += [sentence] if sentence else []
    return found, told


def can_join(one: Person, other: Person) -> bool:
    """Whether two tracks may be one person: they hold the same, and are never there at once."""
    ordered = sorted((one, other), key=lambda each: int(each.frame_ids[0]))
    return one is not other and alike(one, other) and ordered[0].frame_ids[-1] < ordered[1].frame_ids[0]


def can_split(one: Person, frame: int) -> bool:
    """Whether both parts would have frames."""
    return bool(one.frame_ids[0] < frame <= one.frame_ids[-1])


def _split(people: tuple[Person, ...], person_id: str, frame: int) -> tuple[tuple[Person, ...], str]:
    one = _find(people, person_id)
    if one is None or not can_split(one, frame):
        return people, f"Person {person_id} can't be split at frame {frame}: the file has changed since."
    later = one.frame_ids >= frame
    name = _free_name(person_id, people)
    parts = one.rows(~later), replace(one.rows(later), id=name)
    return tuple(part for each in people for part in (parts if each is one else (each,))), ""


def _joined(people: tuple[Person, ...], person_id: str, other_id: str) -> tuple[tuple[Person, ...], str]:
    one, other = _find(people, person_id), _find(people, other_id)
    if one is None or other is None or not can_join(one, other):
        return (
            people,
            f"The tracks {person_id} and {other_id} can't be joined: the file has changed since.",
        )
    whole, moves = one_after_another(sorted((one, other), key=lambda each: int(each.frame_ids[0])))
    whole = replace(whole, id=person_id)
    return tuple(whole if each is one else each for each in people if each is not other), moves.strip()


def _find(people: Sequence[Person], person_id: str) -> Person | None:
    return next((one for one in people if one.id == person_id), None)


def _free_name(person_id: str, people: Sequence[Person]) -> str:
    """3b for the second part of person 3, 3c for the next."""
    taken = {one.id for one in people}
    letters = (f"{person_id}{letter}" for letter in "bcdefghijklmnopqrstuvwxyz")
    numbers = (f"{person_id}b{number}" for number in range(2, len(people) + 3))
    return next(name for name in (*letters, *numbers) if name not in taken)
