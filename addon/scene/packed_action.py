"""An action as an archive in memory: four bytes a key where Blender takes 72."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import Any

import bpy
import numpy as np

from ..safe_read import FormatError, NpzFile
from ..steps import Steps
from .curve_keys import CurveKeys, read_keys
from .curves import Curve, KeyTable, write_curves

_CURVES = "curves"
_COLUMNS = ("frames", "holds", "filled", "values")
_READ = ("co", "interpolation", "type")
_A_STEP = 4
"""Curves that are read at once."""
_KEY = bpy.types.Keyframe.bl_rna.properties


def packed(action: bpy.types.Action) -> Steps[bytes | None]:
    """The action as an archive; None where that would lose something that a user has made of it."""
    curves = _only_curves(action)
    if not curves:
        return None
    tables: list[KeyTable] = []
    for number, curve in enumerate(curves):
        keys = read_keys(curve, _READ)
        if not _is_simple(curve, keys):
            return None
        group = curve.group.name if curve.group else ""
        values = keys["co"][:, 1].copy()
        _table_of(keys, tables).curves.append(Curve(curve.data_path, curve.array_index, values, group))
        if number % _A_STEP == 0:
            yield None
    return (yield from archive_of(tables))


def archive_of(tables: Iterable[KeyTable]) -> Steps[bytes]:
    """Curves as an archive, from which `unpack_into` writes the same keys that `write_curves` writes."""
    listed, fields = [], {}
    for number, table in enumerate(keyed for keyed in tables if keyed.curves):
        values = np.stack([curve.values for curve in table.curves])
        for name, column in zip(_COLUMNS, (table.frames, table.holds, table.filled, values), strict=True):
            fields[f"{name}{number}"] = column if column.dtype == bool else column.astype(np.float32)
        listed += [[curve.path, curve.index, curve.group, number] for curve in table.curves]
        yield None
    archive = io.BytesIO()
    np.savez(archive, **{_CURVES: np.frombuffer(json.dumps(listed).encode(), np.uint8)}, **fields)
    return archive.getvalue()


def unpack_into(owner: bpy.types.ID, archive: bytes) -> None:
    """Write the curves of the archive into the owner's own action. Raises FormatError where it holds none."""
    fields = NpzFile(archive, "The packed action")
    try:
        listed = json.loads(fields[_CURVES].tobytes())
        tables = [[fields[f"{name}{number}"] for name in _COLUMNS] for number in range(_count(listed))]
        rows = [iter(table[3]) for table in tables]
        curves = [
            (table, Curve(path, index, next(rows[table]), group)) for path, index, group, table in listed
        ]
    except (KeyError, ValueError, TypeError, IndexError, StopIteration) as error:
        raise FormatError("The packed action is damaged.") from error
    for number, (frames, holds, filled, _) in enumerate(tables):
        own = [curve for table, curve in curves if table == number]
        write_curves(owner, frames, own, holds=holds, filled=filled)


def _count(listed: list[Any]) -> int:
    return 1 + max(int(table) for *_, table in listed)


def _only_curves(action: bpy.types.Action) -> list[bpy.types.FCurve]:
    """The curves of an action that is no more than these; none of any other."""
    if action.keys() or action.pose_markers or action.asset_data is not None or action.use_frame_range:
        return []
    if not hasattr(action, "layers"):  # before Blender 4.4
        return list(action.fcurves)
    strips = [strip for layer in action.layers for strip in layer.strips]
    if len(action.slots) != 1 or len(strips) != 1:
        return []
    return [curve for bag in strips[0].channelbags for curve in bag.fcurves]


def _is_simple(curve: bpy.types.FCurve, keys: CurveKeys) -> bool:
    """Whether the curve is as runs write them: straight pieces and steps."""
    if (
        curve.mute
        or curve.lock
        or len(curve.modifiers)
        or curve.extrapolation != "CONSTANT"
        or not len(keys["co"])
    ):
        return False
    return _are(keys, "interpolation", "LINEAR", "CONSTANT") and _are(keys, "type", "KEYFRAME", "JITTER")


def _are(keys: CurveKeys, name: str, one: str, other: str) -> bool:
    """Whether this property of every key is one or the other."""
    values = keys[name]
    return bool(((values == _enum(name, one)) | (values == _enum(name, other))).all())


def _table_of(keys: CurveKeys, tables: list[KeyTable]) -> KeyTable:
    """The table of a curve with these keys: those of most curves lie at the same frames."""
    frames = keys["co"][:, 0].copy()
    holds = keys["interpolation"] == _enum("interpolation", "CONSTANT")
    filled = keys["type"] == _enum("type", "JITTER")
    for known in tables:
        pairs = ((known.frames, frames), (known.holds, holds), (known.filled, filled))
        if all(np.array_equal(one, other) for one, other in pairs):
            return known
    tables.append(KeyTable(frames, [], holds, filled))
    return tables[-1]


def _enum(name: str, identifier: str) -> int:
    return int(_KEY[name].enum_items[identifier].value)
