"""One file, sniffed once by its bytes; its content is parsed when a reader first asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from ..safe_read import FormatError, NpzFile, decode_text, parse_json
from ..safe_read.errors import MAX_FILE_BYTES, refusing
from ..safe_read.npy import MAGIC, array_from_bytes, read_header

_HEAD_BYTES = 4096


@dataclass(frozen=True)
class Hints:
    """What the user said about the file; None leaves it to the file."""

    layout: str | None = None
    fps: float | None = None
    up: str | None = None
    units: str | None = None


class Container:
    """A file as readers see it.

    kind: "npz", "npy", "zip", "json", "text" or "binary", by the first bytes, never by the extension.
    Every property that parses raises FormatError on damaged content.
    """

    def __init__(self, path: Path, hints: Hints = Hints()) -> None:
        self.path = path
        self.hints = hints
        self.name = path.name
        if not path.exists():
            raise FormatError(f"There is no file {path}; check the name.")
        if path.is_dir():
            raise FormatError(f"{path} is a folder; choose a file.")
        self.size = path.stat().st_size
        if self.size == 0:
            raise FormatError(f"{path.name} is empty; export it again.")
        if self.size > MAX_FILE_BYTES:
            raise FormatError(f"{path.name} is larger than {MAX_FILE_BYTES >> 30} GB; split the recording.")
        try:
            with path.open("rb") as stream:
                self.head = stream.read(_HEAD_BYTES)
        except OSError as error:
            raise FormatError(f"{path.name} can't be read ({error.strerror}); check its rights.") from error
        self.kind = _kind(self.head)

    @cached_property
    def data(self) -> bytes:
        """All bytes of the file."""
        return self.path.read_bytes()

    @cached_property
    def text(self) -> str:
        """The file as text; "" for a binary file."""
        return decode_text(self.data, self.name) if self.kind in ("text", "json") else ""

    @cached_property
    def lines(self) -> list[str]:
        """The lines of a text file without their ends."""
        return self.text.splitlines()

    @cached_property
    def json(self) -> Any:
        """The content of a JSON file; None for other files."""
        return parse_json(self.text, self.name) if self.kind == "json" else None

    @cached_property
    def npz(self) -> NpzFile | None:
        """The arrays of an .npz archive, read when asked for; None for other files."""
        return NpzFile(self.path) if self.kind == "npz" else None

    @cached_property
    def npy(self) -> np.ndarray | None:
        """The array of an .npy file of numbers; None for other files."""
        if self.kind != "npy":
            return None
        with refusing(self.name):
            stream = BytesIO(self.data)
            header = read_header(stream)
            if header.dtype is None:
                raise FormatError(f"{self.name} holds Python objects instead of numbers, which is not read.")
            return array_from_bytes(header, stream.read())

    @property
    def fields(self) -> Mapping[str, Any]:
        """Names to values of whatever mapping the file holds at its top; empty when it holds none."""
        if self.npz is not None:
            return self.npz
        return self.json if isinstance(self.json, dict) else {}

    def has(self, *names: str) -> bool:
        """Whether the file holds a mapping with all these names."""
        return all(name in self.fields for name in names)

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape of a named array without reading it; () where there is none."""
        if self.npz is not None:
            return self.npz.shape(name)
        return np.shape(self.fields[name]) if isinstance(self.fields.get(name), np.ndarray) else ()


def _kind(head: bytes) -> str:
    if head.startswith(b"PK\x03\x04"):
        first = head[30 : 30 + int.from_bytes(head[26:28], "little")]
        return "npz" if first.endswith(b".npy") else "zip"
    if head.startswith(b"PK\x05\x06"):
        raise FormatError("The archive is empty; export the file again.")
    if head.startswith(MAGIC):
        return "npy"
    stripped = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if stripped[:1] in (b"{", b"["):
        return "json"
    return "binary" if b"\0" in head else "text"
