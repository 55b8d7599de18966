"""Body model files: .npz, or pickles of which chumpy and SciPy objects are read as plain arrays.

Other than in motion files the meshes are what is wanted. Nothing is imported: an object is its state.
chumpy.ch.Ch keeps its array in `x`; chumpy.reordering.Select takes the flat elements `idxs` of `a`;
SciPy's csc and csr matrices keep `data`, `indices`, `indptr` and `_shape`.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from .errors import FormatError, refusing
from .names import NAMES, Inert, array_names, array_of, inert
from .npy import check_shape, read_header
from .npz import NpzFile
from .stream import ByteSource, compression, open_source
from .unpickle import Unpickler

_MOST_DENSE = 1 << 23
"""Elements; a joint regressor has half a million."""


def read_model_fields(path: Path, names: Iterable[str]) -> dict[str, Any]:
    """Those of the named fields that the file holds, chumpy and SciPy objects as arrays.

    Raises FormatError for anything that is neither an .npz file nor a pickled dictionary.
    """
    with refusing(path.name):
        with path.open("rb") as stream:
            head = stream.read(16)
        fields = _npz_fields(path, names) if head.startswith(b"PK\x03\x04") else _pickled_fields(path, head)
        return {name: _plain(fields[name]) for name in names if name in fields}


def _npz_fields(path: Path, names: Iterable[str]) -> dict[str, Any]:
    archive = NpzFile(path)
    return {
        name: archive[name] if archive.header(name).dtype else _pickled_member(path, name)
        for name in names
        if name in archive
    }


def _pickled_member(path: Path, name: str) -> Any:
    """The one object of a member that NumPy pickled, such as a sparse matrix."""
    with zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as stream:
        size = archive.getinfo(f"{name}.npy").file_size
        read_header(cast(BinaryIO, stream))
        value = _ModelUnpickler(ByteSource(cast(BinaryIO, stream), size), _NAMES).load()
    return value.item() if isinstance(value, np.ndarray) and value.shape == () else value


def _pickled_fields(path: Path, head: bytes) -> Mapping[str, Any]:
    fields = _ModelUnpickler(open_source(path, compression(head)), _NAMES).load()
    if not isinstance(fields, Mapping):
        raise FormatError(f"{path.name} holds no named arrays; give a body model file.")
    return fields


class _ModelUnpickler(Unpickler):
    """Keeps meshes."""

    left_out = frozenset()

    def _bytes(self, layout: str) -> None:
        self._push(self._source.read(self._number(layout)))


def _whole_array(data: Any, dtype: np.dtype | None, shape: Any, order: Any) -> Any:
    """An array that is read even when it looks like a mesh."""
    if dtype is None:
        return array_of(data, dtype, shape, order)
    sizes = tuple(int(size) for size in (shape if isinstance(shape, (tuple, list)) else (shape,)))
    check_shape(sizes, dtype.itemsize)
    flat = array_of(data, dtype, (math.prod(sizes),))
    return flat.reshape(sizes, order="F" if order == "F" else "C")


def _plain(value: Any) -> Any:
    if not isinstance(value, Inert):
        return value
    state = value.state
    if not isinstance(state, dict):
        raise FormatError(f"A {value.name} of the file has no content; download the file again.")
    if value.name == "Ch":
        return _plain(state["x"])
    if value.name == "Select":
        chosen = np.asarray(_plain(state["a"])).reshape(-1)[_plain(state["idxs"])]
        return chosen.reshape(tuple(state["preferred_shape"]))
    return _dense(value.name, state)


def _dense(kind: str, state: dict[Any, Any]) -> np.ndarray:
    """The dense matrix of a compressed sparse one."""
    rows, columns = (int(size) for size in state["_shape" if "_shape" in state else "shape"])
    data, indices, starts = (np.asarray(state[name]).reshape(-1) for name in ("data", "indices", "indptr"))
    lines = columns if kind == "csc" else rows
    counts = np.diff(starts.astype(np.int64))
    sound = min(rows, columns) > 0 and rows * columns <= _MOST_DENSE and len(starts) == lines + 1
    sound = sound and starts[0] == 0 and counts.min() >= 0 and counts.sum() == len(indices) == len(data)
    if not sound or (len(indices) and indices.min() < 0):
        raise FormatError("A sparse matrix of the file is damaged; download the file again.")
    line = np.repeat(np.arange(lines), counts)
    matrix = np.zeros((rows, columns))
    np.add.at(matrix, (indices, line) if kind == "csc" else (line, indices), data)
    return matrix


_NAMES: dict[str, Any] = {
    **NAMES,
    **array_names(_whole_array),
    **{f"{module}.Ch": inert("Ch") for module in ("chumpy", "chumpy.ch")},
    "chumpy.reordering.Select": inert("Select"),
    **{
        f"scipy.sparse.{dot}{kind}.{kind}_matrix": inert(kind) for dot in ("", "_") for kind in ("csc", "csr")
    },
}
