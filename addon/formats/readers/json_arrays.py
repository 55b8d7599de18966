"""JSON of what other files hold as arrays, as `json.dump` writes them out of `array.tolist()`.

The lists become arrays, and whichever reader knows the same in a pickle reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...safe_read import FormatError
from ..alone import Alone, read_alone
from ..container import Container
from ..draft import Draft, Reader
from ..listing import readers_for

_DEEPEST = 3


def recognises(container: Container) -> bool:
    """A mapping that a reader of arrays knows."""
    if container.kind != "json" or not isinstance(container.json, Mapping):
        return False
    alone = with_arrays(container)
    return any(reader.recognises(alone) for reader in readers_for(alone.kind))


def read(container: Container) -> Draft:
    """Everybody. Raises FormatError."""
    draft = read_alone([("0", None, with_arrays(container))])
    if draft is None:
        raise FormatError(f"{container.name} holds arrays that no reader knows; choose another file.")
    return draft


def with_arrays(container: Container) -> Alone:
    """The file of a mapping with arrays where it has regular lists of numbers."""
    return Alone(container, _with_arrays(container.json))


def _with_arrays(tree: Any, depth: int = 0) -> Any:
    """The same with arrays where lists are regular ones of numbers; null is NaN."""
    if isinstance(tree, Mapping) and depth < _DEEPEST:
        return {name: _with_arrays(value, depth + 1) for name, value in tree.items()}
    if not isinstance(tree, list) or not isinstance(tree[0] if tree else None, (list, int, float)):
        return tree
    try:
        return np.asarray(tree, dtype=float)
    except (ValueError, TypeError):
        return tree


READER = Reader(
    "JSON arrays", "scripts that save arrays as JSON", "SMPL parameters or keypoints", ".json",
    recognises, read,
)  # fmt: skip
