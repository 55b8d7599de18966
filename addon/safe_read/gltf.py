"""The JSON of a glTF file: of .gltf, or the first chunk of .glb, .vrm and .vrma. Buffers are not read."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

from .errors import MAX_TEXT_BYTES, FormatError
from .text import decode_text, parse_json

_MAGIC, _JSON = b"glTF", b"JSON"
_HEADER, _CHUNK = struct.Struct("<4sII"), struct.Struct("<I4s")


def read_gltf(path: Path) -> dict[str, Any]:
    """The description that a glTF file begins with. Raises FormatError."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEADER.size)
            text = (
                _chunk(file, path.name) if head.startswith(_MAGIC) else head + file.read(MAX_TEXT_BYTES + 1)
            )
    except OSError as error:
        raise FormatError(f"{path.name} can't be read ({error.strerror}).") from error
    content = parse_json(decode_text(text, path.name), path.name)
    if not isinstance(content, dict) or "asset" not in content:
        raise FormatError(f"{path.name} is no glTF file; export it again.")
    return content


def _chunk(file: Any, name: str) -> bytes:
    start = file.read(_CHUNK.size)
    length, kind = _CHUNK.unpack(start) if len(start) == _CHUNK.size else (0, b"")
    if kind != _JSON or length > MAX_TEXT_BYTES:
        raise FormatError(f"{name} does not begin as glTF files do; export it again.")
    text: bytes = file.read(length)
    if len(text) < length:
        raise FormatError(f"{name} ends in the middle of its description; copy it again.")
    return text.rstrip(b"\0 ")
