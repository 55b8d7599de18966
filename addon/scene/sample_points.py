"""Points as they move in a scene: empties, and groups of a mesh's vertices."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import bpy
import numpy as np

from ..rigs import SampledPoints
from ..steps import Steps
from .axes import positions_to_smpl
from .errors import SceneError
from .sampled_frames import found_again, sampled_frames
from .timing import scene_rate
from .units import metres

_COPY = re.compile(r"\.\d{3,}$")
_LEAST_WEIGHT = 1e-3


def sample_empties(
    scene: bpy.types.Scene, empties: Sequence[bpy.types.Object], frames: np.ndarray
) -> Steps[list[SampledPoints]]:
    """Where the empties are at these frames (T,); those of one collection are one person, or several where
    names come up again."""
    groups = _people(empties)
    uids = {name: [one.session_uid for one in group] for name, group in groups.items()}
    names = {name: tuple(_COPY.sub("", one.name) for one in group) for name, group in groups.items()}
    places = {name: np.empty((len(frames), len(group), 3)) for name, group in groups.items()}

    def look(row: int, graph: bpy.types.Depsgraph) -> None:
        for name, group in uids.items():
            shown = [found_again(uid).evaluated_get(graph) for uid in group]
            places[name][row] = [one.matrix_world.translation for one in shown]

    rate, size = scene_rate(scene), metres(scene)
    yield from sampled_frames(scene, frames, look)
    return [
        SampledPoints(name, names[name], positions_to_smpl(places[name]) * size, frames, rate)
        for name in groups
    ]


def _people(empties: Iterable[bpy.types.Object]) -> dict[str, list[bpy.types.Object]]:
    """The empties of one collection; where their names come up again, of one parent of these, or else those
    with one number behind their names."""
    groups: dict[str, list[bpy.types.Object]] = {}
    for holder, own in _grouped(empties, _collection).items():
        by_parent = _grouped(own, lambda one: _top(one).name)
        by_number = _grouped(own, lambda one: "".join(_COPY.findall(one.name)))
        by_number = {f"{holder}{number}": group for number, group in by_number.items()}
        ways = ({holder: own}, by_parent, by_number)
        groups |= next((way for way in ways if all(map(_is_one, way.values()))), {holder: own})
    return groups


def _grouped(
    empties: Iterable[bpy.types.Object], key: Callable[[bpy.types.Object], str]
) -> dict[str, list[bpy.types.Object]]:
    groups: dict[str, list[bpy.types.Object]] = {}
    for one in empties:
        groups.setdefault(key(one), []).append(one)
    return groups


def _collection(one: bpy.types.Object) -> str:
    return str(one.users_collection[0].name) if one.users_collection else ""


def _top(one: bpy.types.Object) -> bpy.types.Object:
    while one.parent is not None:
        one = one.parent
    return one


def _is_one(empties: Sequence[bpy.types.Object]) -> bool:
    """Whether they can be one person's: several of different names."""
    names = {_COPY.sub("", one.name) for one in empties}
    return 1 < len(names) == len(empties)


def sample_mesh(
    scene: bpy.types.Scene, mesh: bpy.types.Object, frames: np.ndarray
) -> Steps[list[SampledPoints]]:
    """Where the vertices of each group are, by their weights, at these frames (T,). Raises SceneError."""
    weights, names = _weights(mesh)
    places = np.empty((len(frames), len(names), 3))
    uid = mesh.session_uid

    def look(row: int, graph: bpy.types.Depsgraph) -> None:
        shown = found_again(uid).evaluated_get(graph)
        points = _vertices(shown, weights.shape[1])
        places[row] = weights @ points

    name, rate, size = mesh.name, scene_rate(scene), metres(scene)
    yield from sampled_frames(scene, frames, look)
    return [SampledPoints(name, names, positions_to_smpl(places) * size, frames, rate)]


def _weights(mesh: bpy.types.Object) -> tuple[np.ndarray, tuple[str, ...]]:
    """(G, V) the share of each vertex in each group that has any, and the groups' names."""
    weights = np.zeros((len(mesh.vertex_groups), len(mesh.data.vertices)))
    for vertex in mesh.data.vertices:
        for element in vertex.groups:
            weights[element.group, vertex.index] = element.weight
    sums = weights.sum(1)
    kept = np.flatnonzero(sums > _LEAST_WEIGHT)
    if not len(kept):
        raise SceneError(
            f"{mesh.name} has no vertex groups with vertices in them; name its markers by groups."
        )
    return weights[kept] / sums[kept, None], tuple(mesh.vertex_groups[int(place)].name for place in kept)


def _vertices(shown: bpy.types.Object, count: int) -> np.ndarray:
    """(V, 3) in the world."""
    data = shown.to_mesh()
    try:
        if len(data.vertices) != count:
            raise SceneError(
                f"A modifier of {shown.name} changes its number of vertices; turn it off to read the markers."
            )
        points = np.empty(3 * count, np.float32)
        data.vertices.foreach_get("co", points)
    finally:
        shown.to_mesh_clear()
    world = np.array(shown.matrix_world)
    return np.asarray(points.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3])
