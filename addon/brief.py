"""What holds long arrays, told in a line: a notebook shows the last thing of a cell whatever it is."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

_MOST = 4
"""Names that are listed; of more their number is told."""


class Brief:
    """A dataclass, made with `repr=False`, whose arrays are told by their shapes, and whose empty fields
    are left out; with `eq=False`, as arrays are not equal in one word."""

    def __repr__(self) -> str:
        held = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
        told = (f"{name}={_told(value)}" for name, value in held.items() if not _is_empty(value))
        return f"{type(self).__name__}({', '.join(told)})"


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, (str, tuple, np.ndarray)) and len(value) == 0)


def _told(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"<{value.dtype} {value.shape}>"
    if isinstance(value, tuple) and len(value) > _MOST:
        kinds = {type(one).__name__ for one in value if one is not None}
        return f"<{len(value)} {' or '.join(sorted(kinds)) or None}>"
    if isinstance(value, tuple):
        return f"({', '.join(map(_told, value))}{',' * (len(value) == 1)})"
    return repr(value)
