"""Vertices of SMPL's or SMPL-X's whole mesh without the poses that put them there, as regressors of meshes,
scans' registrations and scripts leave them: an array (T, 6890 or 10475, 3), or one of a mapping, per person
where the file maps people to mappings.

Only the user's own model file tells their poses, so some of them are kept as keypoints until it is there.
Sources: hongsukchoi/Pose2Mesh_RELEASE and microsoft/MeshTransformer (meshes alone); shubham-goel/4D-Humans
hmr2/models/hmr2.py (pred_vertices); yohanshin/WHAM demo.py and mkocabas/VIBE demo.py (verts, frame_ids);
ZJU-MoCap's vertices/<frame>.npy (6890, 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...body.mesh_vertices import (
    EVERY,
    MESHES,
    canonical_vertices,
    kept_vertices,
    layout_of_mesh,
    vertex_names,
)
from ...overrides import give
from ...recording import Keypoints, Person
from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, numbers, person
from ..inference import UNIT_METRES
from ..rates import rate_in
from ..tracks import series

_NAMES = ("verts", "vertices", "smpl_vertices", "smplx_vertices", "pred_vertices", "pred_verts")
"""What a mesh of one frame is called beside arrays that are not moved, such as a template."""
_WORLD = ("world", "glob")
_POSES = ("pose", "poses", "body_pose", "smpl_thetas", "pred_pose")
_FRAMES = ("frame_ids", "frame_id", "frames")
_TALL = 1.6
"""Metres that an adult's mesh is long in most postures."""


def _mesh(shape: tuple[int, ...]) -> bool:
    return len(shape) in (2, 3, 4) and shape[-1] == 3 and shape[-2] in MESHES and (*shape[:-3], 1)[0] > 0


def _shape(value: Any) -> tuple[int, ...]:
    return () if isinstance(value, Mapping) else tuple(getattr(value, "shape", ()))


def _name(fields: Mapping[Any, Any], shapes: Mapping[Any, tuple[int, ...]]) -> Any:
    """The name of the vertices among arrays, those of the world before those of a camera; None without."""
    if _posed(fields):
        return None
    held = [name for name in fields if _mesh(shapes[name])]
    held = [name for name in held if len(shapes[name]) > 2 or str(name).lower() in _NAMES]
    in_world = [name for name in held if any(word in str(name).lower() for word in _WORLD)]
    return next(iter([*in_world, *held]), None)


def _posed(fields: Mapping[Any, Any]) -> bool:
    """Whether poses and places beside the vertices tell the same to other readers."""
    placed = any(word in str(name) for name in fields for word in ("trans", "cam"))
    return placed and not set(_POSES).isdisjoint(fields)


def _named(container: Container) -> Any:
    fields = container.fields
    return _name(fields, {name: container.shape(str(name)) for name in fields})


def _people(container: Container) -> dict[Any, Any]:
    """The name of the vertices in each person's mapping; empty where not all people have some."""
    tree = container.fields
    if container.npz is not None or not tree or not all(isinstance(one, Mapping) for one in tree.values()):
        return {}
    found = {key: _name(one, {k: _shape(v) for k, v in one.items()}) for key, one in tree.items()}
    return {} if None in found.values() else found


def recognises(container: Container) -> bool:
    """A whole mesh in every frame, where nobody said what else the points are."""
    if container.hints.layout is not None or container.has("keypoints"):
        return False
    if _mesh(_shape(container.tree)):
        return True
    return _named(container) is not None or bool(_people(container))


def read(container: Container) -> Draft:
    """Everybody whose mesh the file holds, each with some of the vertices. Raises FormatError."""
    tree = container.tree_with_meshes
    if not isinstance(tree, Mapping):
        people = [_bare(container, np.asarray(tree))]
    elif name := _named(container):
        people = [_person("0", tree, name)]
    else:
        people = [_person(key, tree[key], name) for key, name in _people(container).items()]
    counts = {_count(one) for one in people}
    held = " and ".join(f"{count:,} vertices are {MESHES[count]}'s" for count in sorted(counts))
    warning = f"The {held}, of which every {EVERY}th is kept: {give('smpl_model')} to refine them."
    return Draft(
        people, fps=rate_in(container.fields), units=_unit(people), warnings=[warning], floating=True
    )


def _count(one: Person) -> int:
    assert one.keypoints is not None
    return next(count for count in MESHES if layout_of_mesh(count) == one.keypoints.layout)


def _bare(container: Container, array: np.ndarray) -> Person:
    """The frames of an array, or of all numbered files of one frame each."""
    if array.ndim > 2:
        return person(keypoints=_keypoints(array))
    frames, meshes = [], []
    for frame, file in series(container):
        mesh = file.tree_with_meshes
        if _shape(mesh) == array.shape:
            frames.append(frame)
            meshes.append(_some(np.asarray(mesh)[None])[0])
    return person(frame_ids=frames, keypoints=_of_some(array.shape[-2], np.stack(meshes)))


def _person(key: Any, fields: Mapping[str, Any], name: Any) -> Person:
    keypoints = _keypoints(np.asarray(fields[name]))
    frames = (len(keypoints.positions),)
    stated = [numbers(fields[each], each) for each in _FRAMES if each in fields]
    stated = [each for each in stated if each.shape == frames]
    return person(key, stated[0] if stated else None, keypoints=keypoints)


def _keypoints(vertices: np.ndarray) -> Keypoints:
    """Of vertices (T, V, 3), (1, T, V, 3), (T, 1, V, 3) or (V, 3)."""
    if vertices.ndim == 4 and 1 not in vertices.shape[:2]:
        raise FormatError(
            f"The vertices {vertices.shape} are of several people; save those of each one in a file."
        )
    vertices = vertices.reshape(-1, *vertices.shape[-2:])
    return _of_some(vertices.shape[1], _some(vertices))


def _some(vertices: np.ndarray) -> np.ndarray:
    return numbers(vertices[:, kept_vertices(vertices.shape[1])], "vertices")


def _of_some(count: int, places: np.ndarray) -> Keypoints:
    which = kept_vertices(count)
    seen = np.isfinite(places).all(-1)
    if not seen.any():
        raise FormatError("Every vertex is missing in every frame; the file holds nothing to refine.")
    return Keypoints(
        np.where(seen[..., None], places, np.nan), seen.astype(float), vertex_names(which),
        canonical_vertices(count, which), layout_of_mesh(count),
    )  # fmt: skip


def _unit(people: list[Person]) -> str:
    """The unit in which the meshes are about as long as people are."""
    places = np.concatenate([one.keypoints.positions for one in people if one.keypoints is not None])
    spans = np.nanmax(places, axis=1) - np.nanmin(places, axis=1)
    size = float(np.nanmedian(np.nanmax(spans, axis=-1)))
    return min(UNIT_METRES, key=lambda unit: abs(np.log(max(size, 1e-9) * UNIT_METRES[unit] / _TALL)))


READER = Reader(
    "mesh vertices", "regressors of SMPL meshes, 4D-Humans, VIBE", "SMPL's or SMPL-X's vertices per person",
    ".npy .npz .pkl .pt", recognises, read,
)  # fmt: skip
