"""What is in a .glb file, read by the words of the glTF specification."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

needs_gltf = pytest.mark.skipif(
    bpy.app.version < (4, 4),
    reason="bpy 4.2 as a module crashes at its end once its glTF exporter was loaded",
)
"""In Blender 4.2 itself nothing crashes."""
_WIDTH = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}


@dataclass(frozen=True)
class Glb:
    """A file's JSON and buffer."""

    content: dict
    buffer: bytes

    def numbers(self, accessor: int) -> np.ndarray:
        """(N, C) of a float accessor."""
        one = self.content["accessors"][accessor]
        view = self.content["bufferViews"][one["bufferView"]]
        start = view.get("byteOffset", 0) + one.get("byteOffset", 0)
        width = _WIDTH[one["type"]]
        return np.frombuffer(self.buffer, "<f4", one["count"] * width, start).reshape(-1, width)

    def clip(self, name: str) -> dict:
        """The animation of this name."""
        (found,) = [one for one in self.content["animations"] if one["name"] == name]
        return found

    def times(self, name: str) -> np.ndarray:
        """Seconds of the longest channel of an animation."""
        inputs = [self.numbers(sampler["input"])[:, 0] for sampler in self.clip(name)["samplers"]]
        return max(inputs, key=len)

    def worlds(self, name: str, times: np.ndarray) -> dict[int, tuple[np.ndarray, Rotation]]:
        """Places (T, 3) and turns of all nodes at these seconds of an animation."""
        clip, keyed = self.clip(name), {}
        for channel in clip["channels"]:
            sampler = clip["samplers"][channel["sampler"]]
            seconds, values = self.numbers(sampler["input"])[:, 0], self.numbers(sampler["output"])
            rows = np.clip(np.searchsorted(seconds, times - 1e-4), 0, len(seconds) - 1)
            keyed[channel["target"]["node"], channel["target"]["path"]] = values[rows]
        found: dict[int, tuple[np.ndarray, Rotation]] = {}
        scene = self.content["scenes"][self.content.get("scene", 0)]
        todo = [(node, np.zeros((len(times), 3)), Rotation.identity(len(times))) for node in scene["nodes"]]
        while todo:
            node, above, turned = todo.pop()
            rest = self.content["nodes"][node]
            place = keyed.get(
                (node, "translation"), np.tile(rest.get("translation", [0.0] * 3), (len(times), 1))
            )
            turn = keyed.get(
                (node, "rotation"), np.tile(rest.get("rotation", [0.0, 0, 0, 1]), (len(times), 1))
            )
            found[node] = above + turned.apply(place), turned * Rotation.from_quat(turn)
            todo += [(child, *found[node]) for child in rest.get("children", [])]
        return found

    def node(self, name: str) -> int:
        """The place of the one node of this name."""
        (found,) = [place for place, node in enumerate(self.content["nodes"]) if node["name"] == name]
        return found


def read_glb(path: Path) -> Glb:
    """A file, whose lengths are checked."""
    data = path.read_bytes()
    magic, version, total, size, kind = struct.unpack_from("<5I", data)
    assert (magic, version, total, kind) == (0x46546C67, 2, len(data), 0x4E4F534A)
    content = json.loads(data[20 : 20 + size])
    length, kind = struct.unpack_from("<2I", data, 20 + size)
    assert (kind, 28 + size + length) == (0x004E4942, len(data))
    assert content["buffers"][0]["byteLength"] <= length
    return Glb(content, data[28 + size :])


def told_in(path: Path) -> dict:
    """The description that a .glb file begins with."""
    content = path.read_bytes()
    found: dict = json.loads(content[20 : 20 + struct.unpack("<I", content[12:16])[0]])
    return found


def write_told(path: Path, other: Path, told: dict) -> None:
    """The file with another description."""
    content = path.read_bytes()
    rest = content[20 + struct.unpack("<I", content[12:16])[0] :]
    text = json.dumps(told).encode()
    text += b" " * (-len(text) % 4)
    head = struct.pack("<4sIIII", b"glTF", 2, 20 + len(text) + len(rest), len(text), 0x4E4F534A)
    other.write_bytes(head + text + rest)
