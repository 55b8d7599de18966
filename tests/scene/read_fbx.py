"""A program of its own that reads an FBX file with ufbx and writes what it holds to an .npz file.

ufbx 0.0.5 miscounts references, so that Python crashes once its objects are freed: here every object is
fetched once and kept, and the program leaves without freeing anything.

    python read_fbx.py FILE.fbx FILE.npz

names (N,) of the nodes; parents (N,) their parents' names; scales (N, 3) and turns (N,) in degrees of their
rest transforms relative to the parent; unit in metres; up and front, ufbx's numbers of the file's axes;
rest (N, 3, 4) and posed (T, N, 3, 4) world matrices, their places in metres, at the whole `frames` of the
animation; span (2,) its first and last second; fps; stack, the name of the take; bound (C, 3, 4) rest
matrices of the skin clusters of the bones `bound_names`; faces (M,) of the meshes.
"""

from __future__ import annotations

import os
import sys

import numpy as np
import ufbx

KEPT: list[object] = []


def _kept(thing):
    KEPT.append(thing)
    return thing


def _matrix(matrix, unit) -> np.ndarray:
    """(3, 4) in metres; turned parts get length one, as the exporter scales armatures by units per metre."""
    columns = [_kept(column) for column in (matrix.c0, matrix.c1, matrix.c2, matrix.c3)]
    return np.array([[column.x, column.y, column.z] for column in columns]).T * unit


def _worlds(nodes, unit) -> list[np.ndarray]:
    return [_matrix(_kept(node.node_to_world), unit) for node in nodes]


def _nodes(scene) -> list:
    return [_kept(node) for node in _kept(scene.nodes)]


def _parent(node) -> str:
    return "" if node.parent is None else _kept(node.parent).name


def _local(node) -> tuple[list[float], float]:
    """Scale (3,) and angle in degrees of a node's own transform."""
    transform = _kept(node.local_transform)
    scale, turn = _kept(transform.scale), _kept(transform.rotation)
    return [scale.x, scale.y, scale.z], np.degrees(2 * np.arccos(min(abs(turn.w), 1.0)))


def _read(source: str) -> dict[str, object]:
    scene = _kept(ufbx.load_file(source))
    settings = _kept(scene.settings)
    unit, fps = settings.unit_meters, settings.frames_per_second
    (stack,) = [_kept(stack) for stack in _kept(scene.anim_stacks)]
    animation, span = _kept(stack.anim), (stack.time_begin, stack.time_end)
    nodes = _nodes(scene)
    frames = np.arange(round(span[0] * fps), round(span[1] * fps) + 1)
    scenes = [_kept(ufbx.evaluate_scene(scene, animation, frame / fps)) for frame in frames]
    clusters = [_kept(cluster) for cluster in _kept(scene.skin_clusters)]
    axes = _kept(settings.axes)
    return {
        "names": [node.name for node in nodes],
        "parents": [_parent(node) for node in nodes],
        "scales": [_local(node)[0] for node in nodes],
        "turns": [_local(node)[1] for node in nodes],
        "unit": unit,
        "up": str(axes.up),
        "front": str(axes.front),
        "rest": _worlds(nodes, unit),
        "posed": [_worlds(_nodes(posed), unit) for posed in scenes],
        "frames": frames,
        "span": span,
        "fps": fps,
        "stack": stack.name,
        "bound_names": [cluster.name for cluster in clusters],
        "bound": [_matrix(_kept(cluster.bind_to_world), unit) for cluster in clusters],
        "faces": [_kept(mesh).num_faces for mesh in _kept(scene.meshes)],
    }


if __name__ == "__main__":
    np.savez(sys.argv[2], **{name: np.array(value) for name, value in _read(sys.argv[1]).items()})
    os._exit(0)
