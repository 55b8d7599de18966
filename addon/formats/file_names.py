"""What the names of several files count, people or trials, and what tells them apart."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, count, takewhile
from pathlib import Path

from ..safe_read import one_line

NUMBERS = re.compile(r"(\d+)")
"""Splits a name: the text before, between and after its numbers in even places, the numbers in odd ones."""
_TOKENS = re.compile(r"[^\W\d_]+|\d+|[\W_]+")
_WORD = re.compile(r"([^\W\d_]*)[\W_]*$")
_PEOPLE = frozenset(
    {"p", "pid", "id", "person", "people", "participant", "subj", "subject", "player", "actor", "performer"}
    | {"dancer", "human", "body", "skeleton", "skel", "track", "character"}
)
_TRIALS = frozenset(
    {"t", "trial", "take", "rep", "clip", "shot", "scene", "cam", "camera", "c", "seq", "session", "run"}
    | {"test", "try", "version", "v"}
)
"""Words before a number that counts people, and before one that counts anything but people."""


def counted(first: str, second: str) -> str:
    """What two names count, where they differ in it: "trials" before "people"; "" where it is open."""
    names = [_numbers(name) for name in (first, second)]
    differing = {word for word in names[0].keys() & names[1].keys() if names[0][word] != names[1][word]}
    if differing & _TRIALS:
        return "trials"
    same = NUMBERS.split(first.lower())[::2] == NUMBERS.split(second.lower())[::2]
    return "people" if same and differing & _PEOPLE else ""


def names_of_people(
    stem: str, ids: Sequence[str], taken: Collection[str] = (), others: Collection[str] = ()
) -> list[str]:
    """Names of the files that people of one recording become, without ending: as the recording's where there
    is one, else NAME_ID, numbered on where another file has that name already, also in other cases.

    taken: names of other files in that folder. others: those of other recordings, which may be of several
    people: what could be a file of one of these is NAME_2_ID.
    """
    plain = [re.sub(r"[^\w.+-]", "_", each) for each in ids]
    if len(plain) < 2:
        return [stem]
    families = tuple(f"{name.lower()}_" for name in others)
    seen = {name.lower() for name in taken}
    found = []
    for each in plain:
        tries = zip(_numbered_on(f"{stem}_{each}"), _numbered_on(stem), strict=False)
        names = (name for whole, first in tries for name in (whole, f"{first}_{each}"))
        found.append(next(one for one in names if _is_free(one.lower(), seen, families)))
        seen.add(found[-1].lower())
    return found


def _is_free(name: str, seen: Collection[str], families: tuple[str, ...]) -> bool:
    return name not in seen and not f"{name}_".startswith(families)


def apart(names: Sequence[str], taken: Collection[str] = ()) -> list[str]:
    """The names, with a number where one would be that of another or one that is taken, also where upper and
    lower case are the same."""
    seen, found = {name.lower() for name in taken}, []
    for name in names:
        own = next(each for each in _numbered_on(name) if each.lower() not in seen)
        seen.add(own.lower())
        found.append(own)
    return found


def _numbered_on(name: str) -> Iterator[str]:
    return chain([name], (f"{name}_{number}" for number in count(2)))


def _numbers(name: str) -> dict[str, list[int]]:
    """Word -> the numbers that it stands before."""
    parts, found = NUMBERS.split(name.lower()), dict[str, list[int]]()
    for before, number in zip(parts[::2], parts[1::2], strict=False):
        found.setdefault(_word(before), []).append(int(number))
    return found


def _word(before: str) -> str:
    found = _WORD.search(before)
    return found[1] if found else ""


def _differing(names: Sequence[Sequence[str]]) -> list[int]:
    """The places of the numbers that are not the same in all split names."""
    return [place for place in range(1, len(names[0]), 2) if len({name[place] for name in names}) > 1]


def labels(paths: Sequence[Path]) -> list[str]:
    """What tells the files' names apart: P1 and P2 of walk_P1_filtered.trc and walk_P2_filtered.trc."""
    stems = [path.stem for path in paths]
    if len(set(stems)) < len(stems):
        stems = [path.parent.name for path in paths]
    found = _numbered_people(stems) or _parts(stems)
    return found if all(found) and len(set(found)) == len(found) else stems


def _numbered_people(stems: Sequence[str]) -> list[str]:
    """Word and number of each person, [] where the names count none."""
    names = [NUMBERS.split(stem) for stem in stems]
    if len({tuple(name[::2]) for name in names}) > 1:
        return []
    places = [place for place in _differing(names) if _word(names[0][place - 1].lower()) in _PEOPLE]
    return [f"{_word(name[places[0] - 1])}{name[places[0]]}" for name in names] if places else []


def _parts(stems: Sequence[str]) -> list[str]:
    """What is left of each name without what all have at the start and at the end."""
    names = [_TOKENS.findall(stem) for stem in stems]
    start = _to_edge(names[0], _shared(names))
    backwards = [name[start:][::-1] for name in names]
    end = _to_edge(backwards[0], _shared(backwards))
    parts = ["".join(name[start : len(name) - end]).strip(" _-.") for name in names]
    return [one_line(part) for part in parts]


def _to_edge(name: Sequence[str], shared: int) -> int:
    """How many tokens to leave out, so that none is torn off a word or number that it stands by."""
    while 0 < shared < len(name) and name[shared - 1].isalnum() and name[shared].isalnum():
        shared -= 1
    return shared


def shared_name(paths: Sequence[Path]) -> str:
    """What the files' names have in common at the start, without a word that counts people."""
    names = [_TOKENS.findall(path.stem) for path in paths]
    kept = names[0][: _shared(names)]
    while kept and (not kept[-1].isalnum() or kept[-1].lower() in _PEOPLE):
        kept.pop()
    return "".join(kept)


def _shared(names: Sequence[Sequence[str]]) -> int:
    """How many of their first tokens all names share."""
    return len(list(takewhile(lambda each: len(set(each)) == 1, zip(*names, strict=False))))
