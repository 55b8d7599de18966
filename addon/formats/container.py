"""One file, sniffed once by its bytes; its content is parsed when a reader first asks for it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ..safe_read import (
    FormatError,
    NpzFile,
    decode_text,
    is_pickle,
    parse_json,
    read_object,
    read_object_array,
)
from ..safe_read.errors import MAX_ARRAY_BYTES, MAX_FILE_BYTES, refusing
from ..safe_read.lazy import keeping_meshes
from ..safe_read.npy import MAGIC, array_from_bytes, read_header
from ..safe_read.npz import is_numeric
from ..safe_read.stream import compression, unpacked
from ..safe_read.text import without_mark
from ..safe_read.variables import kind_of_variables, read_variables
from .frame_names import is_frame
from .opened import note_opened

_HEAD_BYTES = 4096
_NUMBER = re.compile(r"\d{3}")

_RESULTS = (
    "hmr4d_results.pt", "smpl_params.pt", "wham_output.pkl", "results.pkl", "hps/hps_track_*.npy",
    "hps_track_*.npy", "output_data/*_data_by_frame.csv", "output_data/*_by_frame.csv",
    "output_data/*_data.parquet", "output_data/*_body_3d_xyz.npy",
    "output_data/mediaPipeSkel_3d_body_hands_face.npy",
)  # fmt: skip
"""What GVHMR, GENMO, WHAM, PromptHMR, TRAM and FreeMoCap call their results, the fullest first."""

Edit = tuple[str, str, str | int]
"""("split", id, first frame of the second part) or ("join", id, id of the one who goes on)."""


@dataclass(frozen=True)
class Hints:
    """What the user said about the file; None leaves it to the file.

    keep_height: people stay as high as the file has them, also where that is in the air or below the floor.
    join_tracks: tracks that follow each other in time become one person.
    keep_sides: left and right stay as the file has them. swaps: person, first and last frame number in which
    somebody has seen that they are exchanged.
    also: further files of the same take, by their paths from the first one's folder.
    edits: tracks that were split and joined by hand, see `formats.edits`.
    take: which of a file's several animations of the same armatures is read.
    """

    layout: str | None = None
    fps: float | None = None
    up: str | None = None
    units: str | None = None
    mirror: bool = False
    keep_height: bool = False
    join_tracks: bool = False
    keep_sides: bool = False
    swaps: tuple[tuple[str, int, int], ...] = ()
    also: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    take: str | None = None


class Container:
    """A file as readers see it.

    kind: "npz", "npy", "torch", "pickle", "matlab", "hdf5", "json", "text" or "binary", by content, never by
    the extension.
    Every property that parses raises FormatError on damaged content.
    """

    def __init__(self, path: Path, hints: Hints = Hints()) -> None:
        self.path = path
        self.hints = hints
        self.name = path.name
        try:
            self._open(path)
        except OSError as error:
            raise FormatError(f"{self.name} can't be read ({error.strerror}); check its rights.") from error
        self._unpacked = self._unpack()
        self.kind = _kind(self.path, self.head)

    def _open(self, path: Path) -> None:
        """The file and its first bytes. Raises OSError and FormatError."""
        if not path.exists():
            raise FormatError(f"There is no file {path}; check the name.")
        if path.is_dir():
            path = self.path = _first_file(path)
            self.name = path.name
        note_opened(path)
        self.size = path.stat().st_size
        if self.size == 0:
            raise FormatError(f"{path.name} is empty; export it again.")
        if self.size > MAX_FILE_BYTES:
            raise FormatError(f"{path.name} is larger than {MAX_FILE_BYTES >> 30} GB; split the recording.")
        with path.open("rb") as stream:
            self.head = without_mark(stream.read(_HEAD_BYTES))

    def _unpack(self) -> bytes | None:
        """What a compressed file holds that is no pickle, which unpack themselves; None for others."""
        packed = compression(self.head)
        if packed is None:
            return None
        with refusing(self.name):
            head = unpacked(self.path, packed, _HEAD_BYTES)
            if is_pickle(head) or head.startswith(b"PK"):
                return None
            content = unpacked(self.path, packed)
        self.size, self.head = len(content), without_mark(head)
        return content

    @cached_property
    def data(self) -> bytes:
        """All bytes of the file, unpacked. Raises FormatError when it is too large to be held at once."""
        if self.size > MAX_ARRAY_BYTES:
            raise FormatError(f"{self.name} is larger than {MAX_ARRAY_BYTES >> 30} GB; split the recording.")
        return self.path.read_bytes() if self._unpacked is None else self._unpacked

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
        return self.tree if self.kind == "npy" and is_numeric(self.tree) else None

    @cached_property
    def tree(self) -> Any:
        """Whatever the file holds: a mapping, a list, an array, an object; None for text and unknown files.

        Arrays inside may be lazy: `np.asarray` loads them.
        """
        if self.kind in ("npz", "json"):
            return self.npz if self.npz is not None else self.json
        if self.kind in ("pickle", "torch"):
            return read_object(self.path, self.head)
        if self.kind in ("matlab", "hdf5"):
            return self._read_variables()
        return self._read_npy() if self.kind == "npy" else None

    @cached_property
    def tree_with_meshes(self) -> Any:
        """`tree` with the vertices of meshes, which pickles and torch archives are read without."""
        if self.kind not in ("pickle", "torch", "npy") or self.npy is not None:
            return self.tree
        with keeping_meshes():
            return self._read_npy() if self.kind == "npy" else read_object(self.path, self.head)

    def _read_variables(self) -> Any:
        """Those of MATLAB or HDF5, or the fields of the only one where that is a structure."""
        with refusing(self.name):
            held = read_variables(self.data)
        inner = next(iter(held.values()), None) if len(held) == 1 else None
        return inner if isinstance(inner, Mapping) else held

    def _stream(self) -> BinaryIO:
        return self.path.open("rb") if self._unpacked is None else io.BytesIO(self._unpacked)

    def _read_npy(self) -> Any:
        with refusing(self.name), self._stream() as stream:
            header = read_header(stream)
            if header.dtype is None:
                return read_object_array(stream, self.size)
            if header.nbytes > self.size:
                raise FormatError(f"{self.name} ends in the middle of its array; copy it again.")
            return array_from_bytes(header, stream.read())

    @property
    def fields(self) -> Mapping[str, Any]:
        """Names to values of whatever mapping the file holds at its top; empty when it holds none."""
        return self.tree if isinstance(self.tree, Mapping) else {}

    def has(self, *names: str) -> bool:
        """Whether the file holds a mapping with all these names."""
        return all(name in self.fields for name in names)

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape of a named array without reading it; () where there is none."""
        if self.npz is not None:
            return self.npz.shape(name)
        return tuple(getattr(self.fields.get(name), "shape", ()))


class Archive(Container):
    """The arrays of a program as an .npz archive in memory; there is no file, nor any beside it."""

    def __init__(self, content: bytes, name: str, hints: Hints) -> None:
        self.path = Path(f"<{name}>", name)
        self.hints, self.name, self.kind = hints, name, "npz"
        self.size, self.head = len(content), content[:_HEAD_BYTES]
        self._content = content

    @cached_property
    def data(self) -> bytes:
        """The archive."""
        return self._content

    @cached_property
    def npz(self) -> NpzFile | None:
        """Its arrays."""
        return NpzFile(self._content, self.name)


def _first_file(folder: Path) -> Path:
    """A tool's result in the folder that it makes of a video or a session, or the first numbered file of a
    folder that holds one file, or one folder of files, per frame."""
    result = next((path for each in _RESULTS for path in sorted(folder.glob(each)) if path.is_file()), None)
    if result is not None:
        return result
    files = _numbered(folder)
    if not files:
        inner = sorted(path for path in folder.iterdir() if path.is_dir() and _NUMBER.search(path.name))
        files = next((found for found in map(_numbered, inner) if found), [])
    if not files:
        raise FormatError(f"{folder} is a folder without a known result or numbered files; choose a file.")
    return files[0]


def _numbered(folder: Path) -> list[Path]:
    files = (path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    return sorted(path for path in files if _NUMBER.search(path.stem) or is_frame(path.stem))


def _kind(path: Path, head: bytes) -> str:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(path)
    if head.startswith(MAGIC):
        return "npy"
    if kind := kind_of_variables(head):
        return kind
    if is_pickle(head) or compression(head):
        return "pickle"
    stripped = head.lstrip()
    if stripped[:1] in (b"{", b"["):
        return "json"
    return "binary" if b"\0" in head else "text"


def _zip_kind(path: Path) -> str:
    with refusing(path.name), zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    if any(name.endswith(".npy") for name in names):
        return "npz"
    return "torch" if any(name.endswith("data.pkl") for name in names) else "binary"
