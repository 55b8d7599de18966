"""A file → Recording, and Motion → .npz.

A new format is one module in `readers` with a `READER`, listed in `listing.ENTRIES`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .listing import ENDINGS, PACKED, UnknownContent, all_readers, may_be_recording
from .opened import opened_files

if TYPE_CHECKING:
    from .registry import from_arrays, read, table
    from .same_take import takes
    from .writer import write_npz

__all__ = [
    "ENDINGS",
    "PACKED",
    "UnknownContent",
    "all_readers",
    "from_arrays",
    "may_be_recording",
    "opened_files",
    "read",
    "table",
    "takes",
    "write_npz",
]
if not TYPE_CHECKING:  # which would take any name for one of the package's
    __getattr__ = on_demand(
        __name__,
        {
            "from_arrays": "registry",
            "read": "registry",
            "table": "registry",
            "takes": "same_take",
            "write_npz": "writer",
        },
        modules=True,
    )
