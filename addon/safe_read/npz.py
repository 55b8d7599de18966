"""NumPy's .npz archives: members are listed at once and read one by one, when asked for."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from .errors import MAX_ARRAY_BYTES, MAX_MEMBERS, FormatError, refusing
from .npy import ArrayHeader, array_from_bytes, read_header

_PLAIN_BUDGET = 512 << 20


def check_archive(archive: zipfile.ZipFile, size: int, name: str) -> None:
    """Refuses an archive that declares more than a motion file of `size` bytes can hold."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise FormatError(f"{name} has {len(members)} members; that is no motion file.")
    for member in members:
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FormatError(f"{name} uses a compression that NumPy never writes; save it again with NumPy.")
        if member.flag_bits & 1:
            raise FormatError(f"{name} is encrypted; save it without a password.")
    declared = sum(member.file_size for member in members)
    if declared > max(_PLAIN_BUDGET, 50 * size):
        raise FormatError(f"{name} unpacks to {declared >> 20} MB, far more than its size; it is not usable.")


class NpzFile(Mapping[str, Any]):
    """A mapping from name to array that reads a member when it is asked for and keeps it.

    Arrays of Python objects are decoded by the allow-listed unpickler. Raises FormatError.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values: dict[str, Any] = {}
        self._headers: dict[str, ArrayHeader] = {}
        with refusing(path.name), zipfile.ZipFile(path) as archive:
            check_archive(archive, path.stat().st_size, path.name)
            self._members = {
                member.filename.removesuffix(".npy"): member
                for member in archive.infolist()
                if member.filename.endswith(".npy")
            }

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
                refusing(self._path.name),
                zipfile.ZipFile(self._path) as archive,
                archive.open(self._members[name]) as stream,
            ):
                self._headers[name] = read_header(cast(BinaryIO, stream))
        return self._headers[name]

    def __getitem__(self, name: str) -> Any:
        if name not in self._members:
            raise KeyError(name)
        if name not in self._values:
            with refusing(self._path.name):
                self._values[name] = self._read(name)
        return self._values[name]

    def _read(self, name: str) -> Any:
        member = self._members[name]
        if member.file_size > MAX_ARRAY_BYTES:
            raise FormatError(f"The array {name!r} is larger than any motion; this file is not usable.")
        with zipfile.ZipFile(self._path) as archive, archive.open(member) as stream:
            header = read_header(cast(BinaryIO, stream))
            if header.dtype is None:
                raise FormatError(f"The array {name!r} holds Python objects, which are not read.")
            if header.nbytes > member.file_size:
                raise FormatError(f"{self._path.name} ends in the middle of {name!r}; copy it again.")
            return array_from_bytes(header, stream.read(header.nbytes + 1))


def is_numeric(value: Any) -> bool:
    """Whether this is an array of numbers."""
    return isinstance(value, np.ndarray) and value.dtype.kind in "biuf"
