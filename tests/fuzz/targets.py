"""What is fed: each container reader of `safe_read`, and `formats.read` as a whole.

Every target takes the bytes of an input. A FormatError is a good end, anything else that is raised a find.
"""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from addon import formats
from addon.formats.container import Container
from addon.safe_read import FormatError, decode_text, hdf5, matlab, parse_json
from addon.safe_read.c3d import is_c3d, read_c3d
from addon.safe_read.errors import refusing
from addon.safe_read.lazy import LazyArray
from addon.safe_read.objects import read_object_array
from addon.safe_read.parquet import read_columns
from addon.safe_read.xml_stream import elements

_MEMORY = Path("/dev/shm")
_MOST_VISITED = 2000
_MOST_UNPACKED = 1 << 28
"""Bytes; the fuzzer grants a gigabyte of memory."""
_FOLDER = tempfile.TemporaryDirectory(prefix="smpl_pose_refiner_", dir=_MEMORY if _MEMORY.is_dir() else None)
_FILE = Path(_FOLDER.name, "input")


def _as_file(data: bytes) -> Path:
    _FILE.write_bytes(data)
    return _FILE


def _as_archive(members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(_FILE, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return _FILE


def _visit(value: Any) -> None:
    """Load every lazy array, as readers do."""
    waiting, visited = [value], 0
    while waiting and visited < _MOST_VISITED:
        item, visited = waiting.pop(), visited + 1
        if isinstance(item, Mapping):
            waiting += [item[name] for name in item]
        elif isinstance(item, (list, tuple)):
            waiting += item
        elif isinstance(item, LazyArray):
            with refusing("array"), suppress(FormatError):
                np.asarray(item)


def _pickle(data: bytes) -> None:
    with refusing("input"):
        _visit(read_object_array(io.BytesIO(data), len(data)))


def _file(data: bytes) -> None:
    """Compressed dumps, archives and arrays as they lie on the disk."""
    _visit(Container(_as_file(data)).tree)


def _torch(data: bytes) -> None:
    """The input is the pickle of a torch archive that has one storage."""
    _visit(Container(_as_archive({"clip/data.pkl": data, "clip/data/0": bytes(64)})).tree)


def _npz(data: bytes) -> None:
    """The input is one array of an archive."""
    _visit(Container(_as_archive({"poses.npy": data})).tree)


def _json(data: bytes) -> None:
    parse_json(decode_text(data, "input"), "input")


def _c3d(data: bytes) -> None:
    if is_c3d(data):
        with refusing("input"):
            read_c3d(data)


def _xml(data: bytes) -> None:
    for _ in elements(_as_file(data)):
        pass


def _parquet(data: bytes) -> None:
    with refusing("input"):
        read_columns(data, ("frame", "keypoint", "x", "y", "z", "model"))


def _variables(data: bytes) -> None:
    """MATLAB's and HDF5's."""
    with (
        patch.object(hdf5, "MAX_ARRAY_BYTES", _MOST_UNPACKED),
        patch.object(matlab, "MAX_ARRAY_BYTES", _MOST_UNPACKED),
    ):
        _visit(Container(_as_file(data)).tree)


def _acclaim(data: bytes) -> None:
    """The input is a skeleton and, from its own heading on, the motion beside it."""
    skeleton, heading, motion = data.partition(b":FULLY-SPECIFIED")
    path = _FILE.with_suffix(".amc")
    _FILE.with_suffix(".asf").write_bytes(skeleton)
    path.write_bytes(heading + motion)
    try:
        formats.read(path).summary()
    finally:
        _FILE.with_suffix(".asf").unlink()


def _formats(data: bytes) -> None:
    recording = formats.read(_as_file(data))
    recording.summary()
    if not all(map(str.isprintable, recording.warnings)):
        raise AssertionError(f"A warning is not printable: {recording.warnings}")


TARGETS: dict[str, Callable[[bytes], None]] = {
    "pickle": _pickle,
    "file": _file,
    "torch": _torch,
    "npz": _npz,
    "json": _json,
    "c3d": _c3d,
    "xml": _xml,
    "parquet": _parquet,
    "acclaim": _acclaim,
    "formats": _formats,
    "variables": _variables,
}


def feed(target: str, data: bytes) -> None:
    """One input to one target; raises whatever a user must never see."""
    # A process that forks or is killed leaves the folder behind only once.
    os.makedirs(_FILE.parent, exist_ok=True)  # noqa: PTH103 - quicker than Path in a loop of millions
    with np.errstate(all="ignore"):
        try:
            TARGETS[target](data)
        except FormatError as refusal:
            if not str(refusal).isprintable():
                raise AssertionError(f"A refusal is not printable: {str(refusal)!r}") from refusal
