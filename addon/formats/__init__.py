"""A file → Recording, and Motion → .npz.

A new format is one module in `readers` with a `READER`, listed in `registry.READERS`.
"""

from __future__ import annotations

from .opened import opened_files
from .registry import READERS, UnknownContent, read, table
from .takes import takes
from .writer import write_npz

__all__ = ["READERS", "UnknownContent", "opened_files", "read", "table", "takes", "write_npz"]
