"""NumPy's .npz archives: members are listed at once and read one by one, when asked for."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from .archive import check_archive
from .errors import MAX_ARRAY_BYTES, FormatError, refusing
from .npy import ArrayHeader, array_from_bytes, read_header
from .objects import read_object_array
from .words import one_line


class NpzFile(Mapping[str, Any]):
    """A mapping from name to array that reads a member when it is asked for and keeps it.

    Arrays of Python objects are decoded by the allow-listed unpickler. Raises FormatError.
    """

    def __init__(self, source: Path | bytes, name: str = "") -> None:
        """source: a file, or an archive in memory, which refusals call `name`."""
        self._source = source
        self._name = name or (source.name if isinstance(source, Path) else "The archive")
        self._values: dict[str, Any] = {}
        self._headers: dict[str, ArrayHeader] = {}
        size = source.stat().st_size if isinstance(source, Path) else len(source)
        with refusing(self._name), self._opened() as archive:
            check_archive(archive, size, self._name)
            self._members = {
                member.filename.removesuffix(".npy"): member
                for member in archive.infolist()
                if member.filename.endswith(".npy")
            }

    def _opened(self) -> zipfile.ZipFile:
        source = self._source
        return zipfile.ZipFile(source if isinstance(source, Path) else io.BytesIO(source))

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape of an array, from its header alone; () when there is no such array."""
        return self.header(name).shape if name in self._members else ()

    def header(self, name: str) -> ArrayHeader:
        """Type and shape of an array without reading it."""
        if name not in self._headers:
            with (
                refusing(self._name),
                self._opened() as archive,
                archive.open(self._members[name]) as stream,
            ):
                self._headers[name] = read_header(cast(BinaryIO, stream))
        return self._headers[name]

    def __getitem__(self, name: str) -> Any:
        if name not in self._members:
            raise KeyError(name)
        if name not in self._values:
            with refusing(self._name):
                self._values[name] = self._read(name)
        return self._values[name]

    def _read(self, name: str) -> Any:
        member = self._members[name]
        if member.file_size > MAX_ARRAY_BYTES:
            raise FormatError(
                f"The array {one_line(name)} is larger than any motion; this file is not usable."
            )
        with self._opened() as archive, archive.open(member) as stream:
            header = read_header(cast(BinaryIO, stream))
            if header.dtype is None:
                return read_object_array(cast(BinaryIO, stream), member.file_size)
            if header.nbytes > member.file_size:
                raise FormatError(f"{self._name} ends in the middle of {one_line(name)}; copy it again.")
            return array_from_bytes(header, stream.read(header.nbytes + 1))


def is_numeric(value: Any) -> bool:
    """Whether this is an array of numbers."""
    return isinstance(value, np.ndarray) and value.dtype.kind in "biuf"
