"""A file → Recording, and Motion → .npz.

A new format is one module in `readers` with a `READER`, listed in `listing.ENTRIES`.
"""

from __future__ import annotations

from .listing import ENDINGS, all_readers
from .opened import opened_files
from .registry import UnknownContent, read, table
from .takes import takes
from .writer import write_npz

__all__ = ["ENDINGS", "UnknownContent", "all_readers", "opened_files", "read", "table", "takes", "write_npz"]
