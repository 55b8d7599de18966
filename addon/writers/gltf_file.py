"""glTF 2.0 in one binary file (.glb): its JSON and its one buffer, read and written.

The format: https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

_MAGIC, _JSON, _BINARY = 0x46546C67, 0x4E4F534A, 0x004E4942
_FLOAT = 5126
_TYPES = {1: "SCALAR", 3: "VEC3", 4: "VEC4"}


class Document:
    """A file's JSON, and the buffer to which arrays can be added."""

    def __init__(self, content: dict[str, Any], buffer: bytes = b"") -> None:
        self.content = content
        self._buffer = bytearray(buffer)

    @classmethod
    def read(cls, path: Path) -> Document:
        """A .glb file that Blender has just written."""
        data = path.read_bytes()
        (size,) = struct.unpack_from("<I", data, 12)
        content = json.loads(data[20 : 20 + size])
        return cls(content, data[28 + size :])

    def add(self, values: np.ndarray) -> int:
        """The accessor of an array (N,) or (N, C) of float32, which is added."""
        rows = np.ascontiguousarray(values, "<f4").reshape(len(values), -1)
        self._buffer += bytes(-len(self._buffer) % 4)
        views = self.content.setdefault("bufferViews", [])
        views.append({"buffer": 0, "byteOffset": len(self._buffer), "byteLength": rows.nbytes})
        self._buffer += rows.tobytes()
        accessors = self.content.setdefault("accessors", [])
        accessors.append(
            {
                "bufferView": len(views) - 1,
                "componentType": _FLOAT,
                "count": len(rows),
                "type": _TYPES[rows.shape[1]],
                "min": rows.min(0).tolist(),
                "max": rows.max(0).tolist(),
            }
        )
        return len(accessors) - 1

    def write(self, path: Path) -> None:
        """The .glb file."""
        self.content["buffers"] = [{"byteLength": len(self._buffer)}]
        text = json.dumps(self.content, ensure_ascii=False, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        binary = bytes(self._buffer) + bytes(-len(self._buffer) % 4)
        total = 12 + 8 + len(text) + 8 + len(binary)
        path.write_bytes(
            struct.pack("<5I", _MAGIC, 2, total, len(text), _JSON)
            + text
            + struct.pack("<2I", len(binary), _BINARY)
            + binary
        )
