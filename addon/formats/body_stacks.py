"""Whole motions of several people in one file: an array of four axes, or an array under each one's name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .draft import numbers
from .of_world import likeliest

FEWEST, MOST = 12, 1000
"""Keypoints of the smallest body that an array without a name may hold; more than the most are a mesh."""
_DEEP = re.compile("world|3d|xyz", re.IGNORECASE)
_NUMBERED = re.compile(r"(?!cam|view)(\D*?)\d+", re.IGNORECASE)
"""Names alike but for their numbers; views of cameras are none of people."""
_DEEPEST = 3
_FEW = (1, 2, 5, 6)
"""How many people are told from three axes and four columns."""
_APART = 3.0
"""How many times farther people are from each other than a body is from frame to frame."""


def stacked(tree: Any) -> np.ndarray | None:
    """(T, P, K, 3 or 4) of an array of four axes, whichever of the first two is the time; None elsewhere.

    Learners of actions put x, y and z first and people last, (3, T, K, P), perhaps of one clip of a batch.
    """
    shape = tuple(getattr(tree, "shape", ()))
    if len(shape) == 5 and shape[0] == 1:
        tree, shape = np.asarray(tree)[0], shape[1:]
    if len(shape) == 4 and shape[0] == 3 and shape[2] >= FEWEST and shape[3] in _FEW:
        return np.moveaxis(numbers(tree, "keypoints"), (0, 3), (3, 1))
    if len(shape) != 4 or not is_body(shape[1:]) or not shape[0] * shape[1]:
        return None
    array = numbers(tree, "keypoints")
    return array if is_time_axis(array, 0) else array.swapaxes(0, 1)


def is_body(shape: Sequence[int]) -> bool:
    """Whether an array (T, K, 3 or 4) may hold the keypoints of a body."""
    return len(shape) == 3 and FEWEST <= shape[1] <= MOST and shape[2] in (3, 4)


def by_name(tree: Any) -> dict[str, np.ndarray]:
    """Names to (T, K, 3 or 4) where all of a mapping are bodies under names alike, as person1 and person2,
    or mappings with one such array each; {} elsewhere."""
    if not isinstance(tree, Mapping) or not tree:
        return {}
    held = {str(name): _body_in(value) for name, value in tree.items()}
    nested = all(isinstance(value, Mapping) for value in tree.values())
    if any(value is None for value in held.values()) or not (nested or alike(list(held))):
        return {}
    arrays = {name: numbers(value, name) for name, value in held.items()}
    return arrays if len({array.shape[1:] for array in arrays.values()}) == 1 else {}


def motions(tree: Any, depth: int = 0) -> dict[str, Any]:
    """The bodies of a mapping of mappings by their names, as VideoPose3D has them by subject and action."""
    if depth > _DEEPEST or not isinstance(tree, Mapping):
        return {}
    found: dict[str, Any] = {}
    for name, value in tree.items():
        if _is_array(value):
            found[str(name)] = value
        elif isinstance(value, Mapping):
            found |= {f"{name} {inner}": held for inner, held in motions(value, depth + 1).items()}
    return found


def _body_in(value: Any) -> Any:
    """The array itself, or a mapping's only one, or its only one that is called 3D; None where none is."""
    if not isinstance(value, Mapping):
        return value if _is_array(value) else None
    held = [name for name, each in value.items() if _is_array(each)]
    deep = [name for name in held if _DEEP.search(str(name))]
    held = likeliest(deep) if len(held) > 1 else held
    return value[held[0]] if len(held) == 1 else None


def _is_array(value: Any) -> bool:
    return is_body(tuple(getattr(value, "shape", ())))


def alike(names: Sequence[str]) -> bool:
    """Whether names are the same but for their numbers."""
    found = [_NUMBERED.fullmatch(name) for name in names]
    return len({match[1] for match in found if match}) == 1 and all(found)


def is_time_axis(array: np.ndarray, axis: int) -> bool:
    """Whether an axis of (A, B, K, N) is the time: the longer one, unless its bodies differ as people do."""
    longer = int(array.shape[1] > array.shape[0])
    along, across = (_step(array, each) for each in (longer, 1 - longer))
    return (axis == longer) is not (0.0 < across < along / _APART)


def _step(points: np.ndarray, axis: int) -> float:
    apart = np.linalg.norm(np.diff(points, axis=axis), axis=-1)
    apart = apart[np.isfinite(apart)]
    return float(np.median(apart)) if apart.size else np.nan
