"""What lies beside a person's arrays and tells of their rows: which frames they are, and which count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ..recording import Person

FRAME_NUMBERS = (
    "frame_ids", "frame_id", "frame_idx", "frame_idxs", "frame_indices", "frame_index", "frame_numbers",
    "frame_number", "frames",
)  # fmt: skip
_MASKS = ("mask", "valid", "valid_mask", "is_valid", "visible", "detected", "seen")


def frame_numbers_beside(fields: Mapping[str, Any], count: int) -> np.ndarray | None:
    """(T,) rising whole numbers of count frames; None where there are none."""
    held = (_of_rows(fields, name, count) for name in FRAME_NUMBERS)
    found = next((each for each in held if each is not None), None)
    if found is None or not np.isfinite(found).all() or (np.diff(found) <= 0).any():
        return None
    return found.astype(np.int64)


def as_beside(one: Person, fields: Mapping[str, Any], count: int) -> Person:
    """The person of count rows, numbered by them so far, with the frame numbers beside them and without what
    a mask leaves out; a mask that keeps nothing is of something else."""
    numbers = frame_numbers_beside(fields, count)
    masks = (_of_rows(fields, name, count) for name in _MASKS)
    mask = next((each for each in masks if each is not None), np.ones(count))
    kept = mask[one.frame_ids] > 0
    one = one.rows(kept) if kept.any() else one
    return one if numbers is None else replace(one, frame_ids=numbers[one.frame_ids])


def _of_rows(fields: Mapping[str, Any], name: str, count: int) -> np.ndarray | None:
    """(T,) numbers of so many rows under a name; None where there are no such."""
    if name not in fields or np.shape(fields[name]) not in ((count,), (count, 1)):
        return None
    values = np.asarray(fields[name])
    return values.astype(float).reshape(-1) if values.dtype.kind in "biuf" else None
