"""MATLAB files: Qualisys' export, the MoCap Toolbox, data sets, and arrays with and without names.

QTM: `Trajectories.Labeled {Labels, Data (K, 4, T)}`, `Skeletons {SegmentLabels, PositionData (3, K, T)}`.
MPI-INF-3DHP's annot.mat: `annot3`, a cell for each of 14 cameras, (T, 28 * 3). SURREAL: `joints3D
(3, 24, T)`. UTD-MHAD: `d_skel (20, 3, T)`. Human3.6M: `data {(T, 32 * 3)}`. Else markers (T, 3) in the fields
of a structure, or an array in any order of axes, with its names in a cell array beside it; so in HDF5 files
of other programs. Sources: docs.qualisys.com "MAT file format"; MoCap Toolbox mcinitstruct.m;
gulvarol/surreal datageneration; mpi-inf.mpg.de/3dhp-dataset; personal.utdallas.edu/~kehtar/UTD-MHAD.html.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ...safe_read import FormatError, one_line
from ..axes import in_order
from ..body_stacks import alike
from ..container import Container
from ..draft import Draft, Reader, layout_keypoints, numbers, person, scalar
from ..marker_people import joint_count, marker_people
from ..point_drafts import draft_of_points
from .open_keypoints import draft_of_array

_RATES = frozenset((
    "fps", "framerate", "freq", "frequency", "fs", "samplerate", "samplingrate", "samplefrequency",
    "samplingfrequency", "videoframerate", "markerrate", "markerfrequency", "pointrate", "rate",
))  # fmt: skip
_FEWEST, _DEEPEST, _MOST_NODES = 6, 5, 20_000
_H36M, _OF_H36M = 32, ("data", "3D_positions")
_TOOL = {"matlab": "MATLAB", "hdf5": "unknown tool"}
_AXES = ("+z", "+y", "-y")
_FIRST = "The file holds {} motions; the first one was read."
_CAMERAS = "The file holds {} cameras' views; the first one was read."
_KINECT = [3, 2, 1, 0, *range(4, 20)]
"""Kinect's order of the points of UTD-MHAD, which begins with the head and goes down."""
_Dialect = Callable[[Container, Mapping[str, Any]], Draft | None]


def _qualisys(container: Container, tree: Mapping[str, Any]) -> Draft | None:
    """Skeletons where there are some, else labelled markers."""
    trajectories = tree.get("Trajectories")
    if not isinstance(trajectories, Mapping) or "FrameRate" not in tree:
        return None
    skeletons = tree.get("Skeletons")
    listed = [skeletons] if isinstance(skeletons, Mapping) else skeletons or []
    found = [
        one
        for one in listed
        if one.get("Reference") != "Local" and {"PositionData", "SegmentLabels"} <= set(one)
    ]
    labelled = trajectories.get("Labeled")
    first = max(int(scalar(tree.get("StartFrame")) or 1), 1)
    people = [replace(one, frame_ids=one.frame_ids + first - 1) for held in found for one in _skeleton(held)]
    if not people and isinstance(labelled, Mapping) and labelled.get("Labels"):
        points = np.moveaxis(numbers(labelled.get("Data"), "Data"), 2, 0)[..., :3]
        people = marker_people(_texts(labelled.get("Labels")), points, np.arange(len(points)) + first - 1)
    if not people:
        raise FormatError(
            f"{container.name} has no labelled trajectories; label them in QTM and export again."
        )
    return Draft(people, units="mm", likely_up=("+z", "+y"), tool="Qualisys Track Manager")


def _skeleton(held: Mapping[str, Any]) -> list[Any]:
    points = np.moveaxis(numbers(held["PositionData"], "PositionData"), (0, 2), (2, 0))
    people = marker_people(_texts(held.get("SegmentLabels")), points)
    return [replace(one, id=one_line(str(held.get("SkeletonName", one.id)))) for one in people]


def _views(container: Container, tree: Mapping[str, Any]) -> Draft | None:
    """MPI-INF-3DHP: the same person before 14 cameras, or before the one of its test set (3, 17, 1, T)."""
    held = tree.get("annot3")
    if "univ_annot3" not in tree or held is None or not len(held):
        return None
    several = held if isinstance(held, list) else [held]
    points = numbers(several[0], "annot3")
    layout = "mpi_inf_17" if points.ndim == 4 else "mpi_inf_28"
    found = in_order(points[:, :, 0] if points.ndim == 4 else points, container.hints.layout or layout)
    if found is None:
        return None
    one = person(keypoints=layout_keypoints(found, container.hints.layout or layout))
    told = [_CAMERAS.format(len(several))] if len(several) > 1 else []
    return Draft([one], units="mm", up="-y", camera=True, usual_fps=25.0, tool="MPI-INF-3DHP", warnings=told)


def _surreal(container: Container, tree: Mapping[str, Any]) -> Draft | None:
    if not {"joints3D", "shape", "pose"} <= set(tree):
        return None
    points = in_order(numbers(tree["joints3D"], "joints3D"), "smpl24")
    if points is None:
        return None
    one = person(keypoints=layout_keypoints(points, "smpl24"))
    return Draft([one], likely_up=_AXES, tool="SURREAL", floating=True)


def _kinect(container: Container, tree: Mapping[str, Any]) -> Draft | None:
    points = in_order(numbers(tree["d_skel"], "d_skel"), "kinect20") if "d_skel" in tree else None
    if points is None:
        return None
    one = person(keypoints=layout_keypoints(points[:, _KINECT], "kinect20"))
    return Draft([one], up="+y", camera=True, tool="UTD-MHAD")


def _named(container: Container, tree: Mapping[str, Any]) -> Draft | None:
    """Arrays beside lists of their points' names, and mappings from names to markers: one person, or those
    of mappings that are called alike, as subject1 and subject2."""
    if container.has("keypoints", "layout"):
        return None
    found = [(name, held) for name, held in _mappings(tree) if _points(held) is not None]
    if not found:
        return None
    several = len(found) > 1 and alike([name for name, _ in found])
    drafts = {name: _draft_of_names(held) for name, held in (found if several else found[:1])}
    people = [replace(one, id=one_line(name)) for name, each in drafts.items() for one in each.people]
    draft = drafts[found[0][0]]
    if len(drafts) > 1:
        return replace(draft, people=people)
    return replace(draft, warnings=[*draft.warnings, *_only_first(len(found))])


def _draft_of_names(held: Mapping[str, Any]) -> Draft:
    names, points = _points(held) or ([], np.zeros((0, 0, 3)))
    toolbox = held.get("type") == "MoCap data"
    return replace(draft_of_points(names, points, None, None), tool="MoCap Toolbox" if toolbox else None)


def _points(held: Mapping[str, Any]) -> tuple[list[str], np.ndarray] | None:
    """Names of joints, and their places (T, K, 3)."""
    markers = {name: each for name, value in held.items() if (each := _marker(value)) is not None}
    if joint_count(list(markers)) >= _FEWEST and len({len(each) for each in markers.values()}) == 1:
        return list(markers), np.stack(list(markers.values()), axis=1)
    for names in filter(_are_joints, map(_texts, held.values())):
        arrays = (_coordinates(value) for value in held.values())
        ways = (in_order(array, None, len(names)) for array in arrays if array is not None)
        points = next((way for way in ways if way is not None), None)
        if points is not None:
            return names, points
    return None


def _unnamed(container: Container, tree: Mapping[str, Any]) -> Draft | None:
    """The first array that makes a body."""
    layout = container.hints.layout
    if container.has("keypoints", "layout"):
        return None
    for name, value in (each for _, held in _mappings(tree) for each in held.items()):
        several = value if isinstance(value, list) else [value]
        array = _coordinates(several[0]) if several else None
        points = None if array is None else in_order(array, layout)
        if points is not None:
            draft = draft_of_array(container, points, layout)
            draft.warnings += _only_first(len(several))
            is_h36m = name in _OF_H36M and points.shape[1] == _H36M
            return replace(draft, tool="Human3.6M", usual_fps=50.0) if is_h36m else draft
    return None


def _only_first(count: int) -> list[str]:
    return [_FIRST.format(count)] if count > 1 else []


_TOOLS: tuple[_Dialect, ...] = (_qualisys, _views, _surreal, _kinect)
_ANY: tuple[_Dialect, ...] = (_named, _unnamed)


def _mappings(tree: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The tree and all structures in it, the upper ones first, each with the name of its field."""
    if depth > _DEEPEST or len(tree) > _MOST_NODES:
        return
    if isinstance(tree, Mapping):
        yield name, tree
    inner = (
        tree.items()
        if isinstance(tree, Mapping)
        else ((f"{name} ({n})", each) for n, each in enumerate(tree))
    )
    for own, value in inner:
        if isinstance(value, (Mapping, list)):
            yield from _mappings(value, own, depth + 1)


def _texts(value: Any) -> list[str]:
    """The texts of a cell array, [] where it holds anything else."""
    texts = value if isinstance(value, list) else []
    while len(texts) == 1 and isinstance(texts[0], list):
        texts = texts[0]
    return [text.strip() for text in texts] if all(isinstance(text, str) for text in texts) else []


def _are_joints(names: list[str]) -> bool:
    return len(names) < _MOST_NODES and joint_count(names) >= _FEWEST


def _marker(value: Any) -> np.ndarray | None:
    """(T, 3) places of one marker."""
    shape = _shape(value)
    if len(shape) != 2 or not {3, 4} & set(shape) or not min(shape):
        return None
    array = numbers(value, "markers")
    return (array if shape[1] in (3, 4) else array.T)[:, :3]


def _coordinates(value: Any) -> np.ndarray | None:
    """Numbers in two or three axes, without the residual that some have as a fourth coordinate."""
    shape = _shape(value)
    if len(shape) not in (2, 3) or not min(shape):
        return None
    array = numbers(value, "coordinates")
    fourth = next((axis for axis, size in enumerate(shape) if size == 4), None)
    return (
        np.take(array, range(3), axis=fourth)
        if len(shape) == 3 and 3 not in shape and fourth is not None
        else array
    )


def _shape(value: Any) -> tuple[int, ...]:
    return tuple(getattr(value, "shape", ()))


def _rate(tree: Any) -> float | None:
    """The rate that any structure states under a usual name."""
    for _, held in _mappings(tree):
        for name, value in held.items():
            if "".join(filter(str.isalpha, name.lower())) in _RATES and math.prod(_shape(value)) == 1:
                rate = scalar(value)
                if rate is not None and rate > 0:
                    return rate
    return None


def _draft(container: Container, dialects: tuple[_Dialect, ...]) -> Draft | None:
    found = (dialect(container, container.fields) for dialect in dialects)
    return next((draft for draft in found if draft is not None), None)


def _recognises(dialects: tuple[_Dialect, ...], container: Container) -> bool:
    return container.kind in _TOOL and _draft(container, dialects) is not None


def _read(dialects: tuple[_Dialect, ...], container: Container) -> Draft:
    draft = _draft(container, dialects)
    if draft is None:
        raise FormatError(f"{container.name} holds no keypoints; export it again.")
    return replace(draft, fps=draft.fps or _rate(container.tree), tool=draft.tool or _TOOL[container.kind])


READER = Reader(
    "MATLAB", "Qualisys Track Manager, MPI-INF-3DHP, SURREAL, UTD-MHAD", "joint positions", ".mat",
    partial(_recognises, _TOOLS), partial(_read, _TOOLS),
)  # fmt: skip
ANY = Reader(
    "MATLAB arrays", "MATLAB, MoCap Toolbox, Human3.6M, scripts that write HDF5",
    "keypoints by name or layout", ".mat .h5",
    partial(_recognises, _ANY), partial(_read, _ANY),
)  # fmt: skip
