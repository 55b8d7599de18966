"""XML as a stream of elements, without document types, entities or great depth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from .errors import FormatError
from .words import one_line

_CHUNK = 1 << 16
_DEEPEST = 100
_MOST_ATTRIBUTES = 1000
_LONGEST_TEXT = 64 << 20


@dataclass(frozen=True)
class Element:
    """An element that has ended: names from the outermost to its own, attributes, and the text in it."""

    path: tuple[str, ...]
    attributes: dict[str, str]
    text: str


def elements(path: Path) -> Iterator[Element]:
    """Every element of a file as it ends, so children come before their parents; names without prefixes.

    Raises FormatError where the text is no XML, has a document type or entities, or is nested too deeply.
    """
    stack = _Stack(path.name)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = stack.start
    parser.EndElementHandler = stack.end
    parser.CharacterDataHandler = stack.characters
    parser.StartDoctypeDeclHandler = stack.refuse
    parser.EntityDeclHandler = stack.refuse
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            _feed(parser, chunk, False, path.name)
            yield from stack.taken()
    _feed(parser, b"", True, path.name)
    yield from stack.taken()


def _feed(parser: expat.XMLParserType, chunk: bytes, last: bool, name: str) -> None:
    try:
        parser.Parse(chunk, last)
    except (expat.ExpatError, ValueError, LookupError) as error:
        line = parser.CurrentLineNumber
        raise FormatError(
            f"{name} is not complete XML (it breaks off in line {line}); export it again."
        ) from error


class _Stack:
    """What expat's handlers fill: the elements that are open, and those that have ended."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._open: list[tuple[str, dict[str, str], list[str]]] = []
        self._ended: list[Element] = []
        self._held = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= _DEEPEST or len(attributes) > _MOST_ATTRIBUTES:
            raise FormatError(f"{self._name} is nested too deeply to be a motion file.")
        self._open.append((tag.rpartition(":")[2], attributes, []))

    def end(self, _tag: str) -> None:
        path = tuple(tag for tag, *_ in self._open)
        _, attributes, texts = self._open.pop()
        text = "".join(texts)
        self._held -= len(text)
        self._ended.append(Element(path, attributes, text))

    def characters(self, text: str) -> None:
        self._held += len(text)
        if self._held > _LONGEST_TEXT:
            raise FormatError(f"{self._name} has longer texts than a motion file; export it again.")
        self._open[-1][2].append(text)

    def refuse(self, name: str, *_rest: object) -> None:
        raise FormatError(
            f"{self._name} has a document type or entities ({one_line(name, 30)}), which no motion needs;"
            f" export it again."
        )

    def taken(self) -> list[Element]:
        """The elements that have ended since the last call."""
        ended, self._ended = self._ended, []
        return ended
