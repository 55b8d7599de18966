"""Torch archives without torch: the zip format, the legacy format, and tensors nested in pickles.

Layouts: torch/serialization.py (`_legacy_load`, `_load`) and torch/_utils.py (`_rebuild_tensor_v2`).
The device a tensor was on does not matter.
"""

from __future__ import annotations

import io
import math
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .archive import check_archive
from .errors import MAX_ARRAY_BYTES, FormatError
from .lazy import LazyArray, is_mesh
from .names import NAMES, Token
from .npy import check_shape
from .stream import ByteSource
from .unpickle import Unpickler

_MOST_REPEATED = 1 << 24
_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_DTYPES = {
    "FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2", "LongStorage": "<i8",
    "IntStorage": "<i4", "ShortStorage": "<i2", "CharStorage": "|i1", "ByteStorage": "|u1",
    "BoolStorage": "|b1", "BFloat16Storage": "<u2", "UntypedStorage": "|u1",
}  # fmt: skip


class _Storage:
    """A block of numbers that several tensors may share; `data` is filled in when it is known."""

    def __init__(self, kind: str, count: int) -> None:
        self.kind = kind
        self.dtype = np.dtype(_DTYPES[kind])
        self.count = count
        check_shape((count,), self.dtype.itemsize)
        self.member: tuple[Path, str, str] | None = None
        self.data: bytes | None = None

    def values(self) -> np.ndarray:
        """All numbers of the block. Raises FormatError when it does not have the size it claims."""
        data = self._from_archive(*self.member) if self.member else self.data
        if data is None or len(data) < self.count * self.dtype.itemsize:
            raise FormatError("A tensor of the file is cut off; export it or copy it again.")
        flat = np.frombuffer(data, self.dtype, self.count)
        if self.kind == "BFloat16Storage":
            return (flat.astype(np.uint32) << 16).view(np.float32)
        return flat

    def _from_archive(self, path: Path, name: str, order: str) -> bytes:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(name).file_size > MAX_ARRAY_BYTES:
                raise FormatError("A tensor of the file is larger than any motion; it is not usable.")
            data = archive.read(name)
        if order == "big":
            data = np.frombuffer(data, self.dtype.newbyteorder(">")).astype(self.dtype).tobytes()
        return data


def _tensor(storage: Any, offset: Any, size: Any, stride: Any, *_: Any) -> Any:
    """A tensor as an array that is copied out of its storage when needed."""
    if not isinstance(storage, _Storage):
        raise FormatError("A tensor of the file has no data; export it again.")
    shape, steps = tuple(map(int, size)), tuple(map(int, stride))
    check_shape(shape, storage.dtype.itemsize)
    if math.prod(shape) > max(storage.count, _MOST_REPEATED):
        raise FormatError("A tensor of the file repeats its numbers far too often; save it again.")
    if len(shape) != len(steps) or int(offset) < 0 or any(step < 0 for step in steps):
        raise FormatError("A tensor of the file is damaged; export it again.")
    last = int(offset) + sum((count - 1) * step for count, step in zip(shape, steps, strict=True))
    if 0 not in shape and last >= storage.count:
        raise FormatError("A tensor of the file lies outside its data; export it again.")

    def load() -> np.ndarray:
        if 0 in shape:
            return np.zeros(shape, storage.dtype)
        values = storage.values()[int(offset) :]
        strides = tuple(step * values.itemsize for step in steps)
        return np.lib.stride_tricks.as_strided(values, shape, strides).copy()

    return LazyArray(shape, None if is_mesh(shape) else load)


def _parameter(data: Any, *_: Any) -> Any:
    return data


def _from_type(function: Any, _kind: Any, args: Any, _state: Any = None) -> Any:
    if not callable(function) or not isinstance(args, tuple):
        raise FormatError("A tensor of the file is damaged; export it again.")
    return function(*args)


def _nested(data: Any) -> Any:
    """torch.storage._load_from_bytes: a whole legacy archive inside a pickle."""
    if not isinstance(data, bytes):
        raise FormatError("A tensor of the file is damaged; export it again.")
    if data.startswith(b"PK\x03\x04"):
        raise FormatError("A tensor of the file is stored in an unusual way; save it again.")
    return read_legacy(ByteSource(io.BytesIO(data), len(data)))


def _size(*args: Any) -> tuple[int, ...]:
    return tuple(args[0]) if args and isinstance(args[0], (tuple, list)) else ()


TORCH_NAMES: Mapping[str, Any] = {
    **NAMES,
    **{f"torch.{kind}": Token(kind) for kind in _DTYPES},
    **{f"torch.storage.{kind}": Token(kind) for kind in ("TypedStorage", "UntypedStorage")},
    **{
        f"torch.{name}": Token(f"torch.{name}")
        for name in ("float32", "float64", "float16", "int64", "Tensor")
    },
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_parameter": _parameter,
    "torch._tensor._rebuild_from_type_v2": _from_type,
    "torch.storage._load_from_bytes": _nested,
    "torch.device": lambda *_: "device",
    "torch.Size": _size,
}
"""What pickles may use, torch's tensors included."""


def _kind_and_count(identity: Any) -> tuple[str, str, int]:
    if not isinstance(identity, tuple) or len(identity) < 5 or not isinstance(identity[1], Token):
        raise FormatError("A tensor of the file is damaged; export it again.")
    kind = identity[1].name
    if kind not in _DTYPES:
        raise FormatError(f"Tensors of the kind {kind} are not read; save plain numbers instead.")
    if not isinstance(identity[2], (str, int)):
        raise FormatError("A tensor of the file is damaged; export it again.")
    return kind, str(identity[2]), int(identity[4])


def read_zip(path: Path) -> Any:
    """The object of a torch zip archive. Raises FormatError."""
    with zipfile.ZipFile(path) as archive:
        check_archive(archive, path.stat().st_size, path.name)
        names = archive.namelist()
        main = next((name for name in names if name.endswith("/data.pkl") or name == "data.pkl"), None)
        if main is None:
            raise FormatError(f"{path.name} is an archive without a motion; choose the file inside it.")
        prefix = main.removesuffix("data.pkl")
        order = (
            archive.read(f"{prefix}byteorder")[:8].decode("latin1") if f"{prefix}byteorder" in names else ""
        )
        data = archive.read(main)

    def storage(identity: Any) -> _Storage:
        kind, key, count = _kind_and_count(identity)
        block = _Storage(kind, count)
        block.member = (path, f"{prefix}data/{key}", order.strip())
        return block

    return Unpickler(ByteSource(io.BytesIO(data), len(data)), TORCH_NAMES, storage).load()


def read_legacy(source: ByteSource) -> Any:
    """The object of a legacy archive: three pickles of preamble, the object, keys, raw storages. Raises
    FormatError."""
    if Unpickler(source, NAMES).load() != _LEGACY_MAGIC:
        raise FormatError("The torch archive has an unknown form; save it again with a newer torch.")
    for _ in range(2):
        Unpickler(source, NAMES).load()
    blocks: dict[str, _Storage] = {}

    def storage(identity: Any) -> _Storage:
        kind, key, count = _kind_and_count(identity)
        if len(identity) > 5 and identity[5] is not None:
            raise FormatError("The torch archive has an unknown form; save it again with a newer torch.")
        return blocks.setdefault(key, _Storage(kind, count))

    result = Unpickler(source, TORCH_NAMES, storage).load()
    for key in Unpickler(source, NAMES).load():
        (count,) = struct.unpack("<q", source.read(8))
        block = blocks[str(key)]
        if count != block.count:
            raise FormatError("A tensor of the file does not have the size it claims; export it again.")
        block.data = source.read(count * block.dtype.itemsize)
    return result
