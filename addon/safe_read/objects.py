"""Python objects from a file: pickle, joblib (raw or compressed), torch archives, NumPy object arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from .errors import refusing
from .expanse import check_expanse
from .stream import ByteSource, compression, open_source

_LEGACY_HEAD = bytes.fromhex("80028a0a6cfc9c46f9206aa85019")


def is_pickle(head: bytes) -> bool:
    """Whether data starts like a pickle: protocol 2 and later, or the text protocol of Python 2."""
    if head[:1] == b"\x80":
        return head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")
    return head.startswith((b"(dp", b"(lp", b"}q", b"]q", b"ccopy_reg\n", b"cnumpy"))


def read_object(path: Path, head: bytes) -> Any:
    """The object in a pickle, a joblib dump or a torch archive. Raises FormatError."""
    from .torch_archive import TORCH_NAMES, read_legacy, read_zip
    from .unpickle import Unpickler

    with refusing(path.name):
        if head.startswith(b"PK\x03\x04"):
            return check_expanse(read_zip(path))
        source = open_source(path, compression(head))
        if head.startswith(_LEGACY_HEAD):
            return check_expanse(read_legacy(source))
        return check_expanse(Unpickler(source, TORCH_NAMES).load())


def read_object_array(stream: BinaryIO, size: int) -> Any:
    """The Python objects behind the header of an .npy member of `size` bytes. Raises FormatError."""
    from .torch_archive import TORCH_NAMES
    from .unpickle import Unpickler

    value = check_expanse(Unpickler(ByteSource(stream, size), TORCH_NAMES).load())
    return value.item() if isinstance(value, np.ndarray) and value.shape == () else value
