"""How large an unpickled object becomes when its shared parts are written out, as arrays and text do."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .errors import MAX_ARRAY_ELEMENTS, FormatError
from .lazy import LazyArray

_MOST_REPEATS = 8
_OPEN = -1


def check_expanse(value: Any) -> Any:
    """The value itself. Raises FormatError when it holds itself or unfolds to far more than it stores.

    A list that holds one list twice, that one another twice, and so on, doubles at each step.
    """
    sizes: dict[int, int] = {}
    waiting = [(value, False)]
    while waiting:
        item, done = waiting.pop()
        if not done and id(item) in sizes:
            if sizes[id(item)] == _OPEN:
                raise FormatError("An object of the file holds itself; export it again.")
            continue
        parts = _parts(item)
        inner = [] if done else [(part, False) for part in parts if isinstance(part, _HOLDERS)]
        if inner:
            sizes[id(item)] = _OPEN
            waiting.append((item, True))
            waiting += inner
        else:
            sizes[id(item)] = len(parts) + sum(sizes.get(id(part), 0) or _own_size(part) for part in parts)
    unfolded = sizes.get(id(value), 0)
    if unfolded > MAX_ARRAY_ELEMENTS and unfolded > _MOST_REPEATS * _stored(value):
        raise FormatError("The file repeats its content far too often; it is not usable.")
    return value


_HOLDERS = (list, tuple, dict, np.ndarray)


def _parts(item: Any) -> list[Any] | tuple[Any, ...]:
    if isinstance(item, dict):
        return list(item.values())
    if isinstance(item, (list, tuple)):
        return item
    return item.reshape(-1).tolist() if isinstance(item, np.ndarray) and item.dtype == object else []


def _own_size(part: Any) -> int:
    return math.prod(part.shape) if isinstance(part, (np.ndarray, LazyArray)) else 0


def _stored(value: Any) -> int:
    """The size with every shared part counted once."""
    seen, waiting, total = set(), [value], 0
    while waiting:
        item = waiting.pop()
        if id(item) not in seen:
            seen.add(id(item))
            parts = _parts(item)
            total += len(parts) + _own_size(item)
            waiting += [part for part in parts if isinstance(part, (*_HOLDERS, LazyArray))]
    return total
