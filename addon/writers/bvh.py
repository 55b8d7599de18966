"""Biovision hierarchies (.bvh): skeleton and motion as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..steps import FRAMES, Stepped, Steps
from .clip import Clip
from .euler import euler_angles

_PLACE = "Xposition Yposition Zposition"
_TURN = "Zrotation Xrotation Yrotation"
_TURN_ORDER = [2, 0, 1]
_STRETCH = 1e-3
"""Of a bone's length: a joint that leaves its place below its parent by more gets channels for it."""
_WRAPPER = "Armature"


@Stepped
def write_bvh(path: Path, clip: Clip) -> Steps[None]:
    """A file of one skeleton, in the clip's own frame and unit; programs expect Y up and centimetres. Some
    frames a step.

    A joint's axes at rest are those of the file. The first joint lies at the origin there, since some readers
    add its channels to its offset and others put them in its place. A skeleton with several first bones gets
    one above them. A file starts at time 0 whatever the clip's first frame.
    """
    parents, names, rest, turns, posed = _joints(clip)
    moving = _moving(parents, rest, turns, posed)
    lines = ["HIERARCHY", *_hierarchy(0, "", parents, names, rest, moving, _tips(clip, len(names)))]
    lines += ["MOTION", f"Frames: {len(posed)}", f"Frame Time: {1 / clip.fps:.10f}"]
    rows = _channels(parents, turns, posed, moving, list(_depth_first(0, parents)))
    form = " ".join(["%.6f"] * rows.shape[1])
    for first in range(0, len(rows), FRAMES):
        lines += [form % tuple(row) for row in rows[first : first + FRAMES].tolist()]
        yield None
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _joints(clip: Clip) -> tuple[np.ndarray, list[str], np.ndarray, np.ndarray, np.ndarray]:
    """Parents (B,) and names; places at rest (B, 3); turns (T, B, 3, 3) from rest and places (T, B, 3)."""
    turns = clip.posed[..., :3, :3] @ np.swapaxes(clip.rest[:, :3, :3], -1, -2)
    names = [re.sub(r"\s+", "_", bone) for bone in clip.bones]
    rest, posed = clip.rest[:, :3, 3], clip.posed[..., :3, 3]
    if (clip.parents < 0).sum() == 1:
        return clip.parents, names, rest, turns, posed
    frames = len(posed)
    return (
        np.concatenate([[-1], clip.parents + 1]),
        [_WRAPPER, *names],
        np.concatenate([np.zeros((1, 3)), rest]),
        np.concatenate([np.tile(np.eye(3), (frames, 1, 1, 1)), turns], axis=1),
        np.concatenate([np.zeros((frames, 1, 3)), posed], axis=1),
    )


def _moving(parents: np.ndarray, rest: np.ndarray, turns: np.ndarray, posed: np.ndarray) -> np.ndarray:
    """(B,) bool, joints whose place is not told by their parents' turns: the first, and those that slide."""
    known = np.maximum(parents, 0)
    offsets = rest - rest[known]
    told = posed[:, known] + (turns[:, known] @ offsets[..., None])[..., 0]
    size = np.ptp(rest, axis=0).max()
    return np.asarray((np.abs(told - posed).max((0, 2)) > _STRETCH * size) | (parents < 0))


def _tips(clip: Clip, count: int) -> np.ndarray:
    """(B, 3) from each joint to its bone's end, at rest."""
    tips = clip.rest[:, :3, 1] * clip.lengths[:, None]
    return np.concatenate([np.zeros((count - len(tips), 3)), tips])


def _depth_first(joint: int, parents: np.ndarray) -> Iterator[int]:
    yield joint
    for child in np.flatnonzero(parents == joint).tolist():
        yield from _depth_first(child, parents)


def _hierarchy(
    joint: int,
    indent: str,
    parents: np.ndarray,
    names: list[str],
    rest: np.ndarray,
    moving: np.ndarray,
    tips: np.ndarray,
) -> Iterator[str]:
    first = parents[joint] < 0
    offset = np.zeros(3) if first else rest[joint] - rest[parents[joint]]
    yield f"{indent}{'ROOT' if first else 'JOINT'} {names[joint]}"
    yield f"{indent}{{"
    yield f"{indent}\tOFFSET {_numbers(offset)}"
    channels = f"6 {_PLACE} {_TURN}" if moving[joint] else f"3 {_TURN}"
    yield f"{indent}\tCHANNELS {channels}"
    children = np.flatnonzero(parents == joint).tolist()
    for child in children:
        yield from _hierarchy(child, indent + "\t", parents, names, rest, moving, tips)
    if not children:
        yield from (f"{indent}\tEnd Site", f"{indent}\t{{", f"{indent}\t\tOFFSET {_numbers(tips[joint])}")
        yield f"{indent}\t}}"
    yield f"{indent}}}"


def _numbers(values: np.ndarray) -> str:
    return " ".join(f"{value:.6f}" for value in values)


def _channels(
    parents: np.ndarray, turns: np.ndarray, posed: np.ndarray, moving: np.ndarray, order: list[int]
) -> np.ndarray:
    """(T, C) in the order of the file."""
    known = np.maximum(parents, 0)
    above = np.where((parents < 0)[:, None, None], np.eye(3), turns[:, known])
    back = np.swapaxes(above, -1, -2)
    angles = np.degrees(euler_angles(back @ turns, "yxz"))[..., _TURN_ORDER]
    origin = np.where((parents < 0)[:, None], 0.0, posed[:, known])
    places = (back @ (posed - origin)[..., None])[..., 0]
    columns = []
    for joint in order:
        if moving[joint]:
            columns.append(places[:, joint])
        columns.append(angles[:, joint])
    return np.concatenate(columns, axis=1)
