"""The take of an FBX file that Blender has just written, replaced by whole clips.

Blender's exporter bakes each bone on each frame in Python; here all keys of a curve are written at once.
Its identities are hashes that differ from run to run, and with them the order of bones in readers that sort
by them: they are counted anew in the order of the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..steps import Stepped, Steps
from .clip import Clip
from .euler import euler_angles
from .fbx_file import Element, array, numbers, read_fbx, string, whole, write_fbx

_SECOND = 46186158000
"""FBX's ticks in a second."""
_FIRST_IDENTITY = 1_000_000
_STILL = 1e-7
"""Change of a channel, in its unit, that is rounding: two keys are enough."""
_PARTS = (b"d|X", b"d|Y", b"d|Z")
_SHAPE = b"DeformPercent"
_MOVED, _TURNED = b"Lcl Translation", b"Lcl Rotation"


@dataclass(frozen=True)
class _Links:
    """The connections from animation to objects: identities of what is below by what it drives and how."""

    curves: dict[tuple[int, bytes], int]
    nodes: dict[tuple[int, bytes], int]


@Stepped
def replace_take(path: Path, name: str, clips: Sequence[Clip], shift: int = 0) -> Steps[None]:
    """Give the file's one take this name and the keys of these clips, whose bones have names of their own; a
    bone a step.

    The bones' matrices are in the space of the armature's node. Of everything else that was animated only
    shape keys stay so, `shift` frames later.
    """
    head, root, foot = read_fbx(path)
    span = min(clip.seconds[0] for clip in clips), max(clip.seconds[-1] for clip in clips)
    _name_take(root, name.encode(), (_ticks(span[0]), _ticks(span[1])))
    kept = (yield from _write_keys(root, clips)) | _shift_shapes(root, _ticks(shift / clips[0].fps))
    _drop_others(root, kept)
    _count_anew(root)
    write_fbx(path, head, root, foot)


def _ticks(seconds: float) -> int:
    return round(seconds * _SECOND)


def _write_keys(root: Element, clips: Iterable[Clip]) -> Steps[set[int]]:
    """Fill the curves of the clips' bones; identities of these curves and of what holds them."""
    objects = {element.integer(): element for element in root.find(b"Objects").below}
    links = _links(root)
    models = {
        element.text(1).split(b"\0")[0]: identity
        for identity, element in objects.items()
        if element.name == b"Model" and element.text(2) == b"LimbNode"
    }
    kept: set[int] = set()
    for clip in clips:
        times = np.array([_ticks(second) for second in clip.seconds], np.int64)
        for index, bone in enumerate(clip.bones):
            model, local = models[bone.encode()], clip.local(index)
            turns = np.degrees(euler_angles(local[:, :3, :3], "xyz"))
            for channel, values in ((_MOVED, local[:, :3, 3]), (_TURNED, turns)):
                node = links.nodes[model, channel]
                kept.add(node)
                for part, of_part in zip(_PARTS, values.T, strict=True):
                    curve = links.curves[node, part]
                    kept.add(curve)
                    _fill(objects[curve], times, of_part)
                _set_defaults(objects[node], values[0])
            yield None
    return kept


def _shift_shapes(root: Element, ticks: int) -> set[int]:
    """Move the keys of shapes in time; identities of their curves and of what holds these."""
    objects = {element.integer(): element for element in root.find(b"Objects").below}
    holders = {
        identity
        for identity, element in objects.items()
        if element.name == b"AnimationCurveNode" and element.text(1).startswith(_SHAPE)
    }
    links = [link for link in root.find(b"Connections").every(b"C") if link.integer(2) in holders]
    curves = {link.integer(1) for link in links}
    for curve in curves:
        times = objects[curve].find(b"KeyTime")
        times.values = [array(numbers(times.values[0]) + ticks)]
    return holders | curves


def _links(root: Element) -> _Links:
    curves: dict[tuple[int, bytes], int] = {}
    nodes: dict[tuple[int, bytes], int] = {}
    for link in root.find(b"Connections").every(b"C"):
        if link.text() == b"OP":
            what, owner, how = link.integer(1), link.integer(2), link.text(3)
            (curves if how in _PARTS else nodes)[owner, how] = what
    return _Links(curves, nodes)


def _fill(curve: Element, times: np.ndarray, values: np.ndarray) -> None:
    if np.ptp(values) <= _STILL and len(times) > 2:
        times, values = times[[0, -1]], values[[0, -1]]
    filled = {
        b"Default": ("D", struct.pack("<d", values[0])),
        b"KeyTime": array(times),
        b"KeyValueFloat": array(values.astype(np.float32)),
        b"KeyAttrRefCount": array(np.array([len(times)], np.int32)),
    }
    for name, value in filled.items():
        curve.find(name).values = [value]


def _set_defaults(node: Element, values: np.ndarray) -> None:
    """The values that a reader takes which looks at the node rather than at its curves."""
    for line in node.find(b"Properties70").every(b"P"):
        if line.text() in _PARTS:
            line.values[4] = ("D", struct.pack("<d", values[_PARTS.index(line.text())]))


def _name_take(root: Element, name: bytes, span: tuple[int, int]) -> None:
    for kind, label in ((b"AnimationStack", b"AnimStack"), (b"AnimationLayer", b"AnimLayer")):
        element = root.find(b"Objects").find(kind)
        element.values[1] = string(name + b"\0\x01" + label)
    stack = root.find(b"Objects").find(b"AnimationStack")
    properties = next(stack.every(b"Properties70"), Element(b"Properties70"))
    if properties not in stack.below:
        stack.below.append(properties)
    edges = zip((b"LocalStart", b"LocalStop", b"ReferenceStart", b"ReferenceStop"), span * 2, strict=True)
    properties.below = [
        Element(b"P", [string(edge), string(b"KTime"), string(b"Time"), string(b""), whole(tick)])
        for edge, tick in edges
    ]
    take = root.find(b"Takes").find(b"Take")
    take.values = [string(name)]
    take.find(b"FileName").values = [string(name + b".tak")]
    for part in (b"LocalTime", b"ReferenceTime"):
        take.find(part).values = [whole(tick) for tick in span]
    for line in root.find(b"GlobalSettings").find(b"Properties70").every(b"P"):
        if line.text() in (b"TimeSpanStart", b"TimeSpanStop"):
            line.values[4] = whole(span[line.text() == b"TimeSpanStop"])


def _drop_others(root: Element, kept: set[int]) -> None:
    """Take out curves and their holders that no clip has filled."""
    objects, links = root.find(b"Objects"), root.find(b"Connections")
    gone = {
        element.integer()
        for element in objects.below
        if element.name in (b"AnimationCurve", b"AnimationCurveNode") and element.integer() not in kept
    }
    objects.below = [element for element in objects.below if element.integer() not in gone]
    links.below = [link for link in links.below if not gone & {link.integer(1), link.integer(2)}]
    _recount(root.find(b"Definitions"), objects)


def _recount(definitions: Element, objects: Element) -> None:
    fallen = 0
    for kind in definitions.every(b"ObjectType"):
        if kind.text() in (b"AnimationCurve", b"AnimationCurveNode"):
            count = kind.find(b"Count")
            number = sum(element.name == kind.text() for element in objects.below)
            fallen += count.integer() - number
            count.values = [("I", struct.pack("<i", number))]
    total = definitions.find(b"Count")
    total.values = [("I", struct.pack("<i", total.integer() - fallen))]


def _count_anew(root: Element) -> None:
    """Identities by the order of objects in the file."""
    objects = root.find(b"Objects").below
    known = {element.integer(): _FIRST_IDENTITY + place for place, element in enumerate(objects)}

    def change(element: Element, *places: int) -> None:
        for place in places:
            element.values[place] = whole(known.get(element.integer(place), element.integer(place)))

    for element in objects:
        change(element, 0)
        for node in element.every(b"PoseNode"):
            change(node.find(b"Node"), 0)
    for document in root.find(b"Documents").every(b"Document"):
        document.values[0] = whole(_FIRST_IDENTITY - 1)
    for link in root.find(b"Connections").every(b"C"):
        change(link, 1, 2)
