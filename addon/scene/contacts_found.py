"""What a run has found of contacts, floor and legs, kept on its action: edits are told from it, and feet are
held again as they were held first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import bpy
import numpy as np

from ..motion import Floor, Legs
from .stored import are_shaped, keep_arrays, kept_arrays

FOUND = "spr_contacts_found"
"""Custom property of an action: what was found, as an archive in memory."""
_PLACES = 4
_STEPS = 255


@dataclass(frozen=True)
class Found:
    """At the N frames of a result: chances (N, 4) that each place bears, only 0 or 1 from earlier versions;
    the floor; how well the legs are told, None where that is not known."""

    frames: np.ndarray
    chances: np.ndarray
    floor: Floor | None
    legs: Legs | None


def keep_found(action: bpy.types.Action, found: Found) -> None:
    """Keep it on the action; earlier versions read of the contacts which are there."""
    fields = {
        "frames": found.frames.astype(np.int32),
        "bears": (found.chances >= 0.5).astype(np.uint8),
        "chances": np.round(found.chances * _STEPS).astype(np.uint8),
    }
    if found.floor is not None:
        fields |= {"heights": found.floor.heights, "normal": found.floor.normal}
    if found.legs is not None:
        legs = {name: getattr(found.legs, name) for name in ("off", "untold", "known", "path", "rise")}
        fields |= {name: np.asarray(values, np.float32) for name, values in legs.items()}
    keep_arrays(action, FOUND, fields)


def read_found(action: bpy.types.Action) -> Found | None:
    """What is kept on the action; None where nothing is, or nothing that makes sense."""
    fields = kept_arrays(action, FOUND)
    if fields is None or not _fits(fields):
        return None
    return Found(fields["frames"].astype(float), _chances(fields), _floor(fields), _legs(fields))


def _chances(fields: Mapping[str, np.ndarray]) -> np.ndarray:
    if "chances" in fields:
        return np.asarray(fields["chances"] / _STEPS)
    return np.asarray(fields["bears"] > 0, float)


def _floor(fields: Mapping[str, np.ndarray]) -> Floor | None:
    return Floor(fields["normal"], fields["heights"]) if "heights" in fields else None


def _legs(fields: Mapping[str, np.ndarray]) -> Legs | None:
    if "off" not in fields:
        return None
    off, untold, known = (fields[name].astype(float) for name in ("off", "untold", "known"))
    rise = fields["rise"].astype(float) if "rise" in fields else np.zeros(len(off))
    return Legs(off, untold, known, float(fields["path"]), rise)


def _fits(fields: Mapping[str, np.ndarray]) -> bool:
    count = fields["frames"].size if "frames" in fields else 0
    shapes: dict[str, tuple[int, ...]] = {"frames": (count,)}
    shapes["chances" if "chances" in fields else "bears"] = (count, _PLACES)
    if "heights" in fields:
        shapes |= {"heights": (max(fields["heights"].size, 1),), "normal": (3,)}
    if "off" in fields:
        shapes |= {"off": (count, 2), "untold": (count, 2), "known": (count, 2), "path": ()}
    if "rise" in fields:
        shapes |= {"rise": (count,)}
    return count > 0 and are_shaped(fields, shapes)
