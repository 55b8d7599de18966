"""A file → Recording, and Motion → .npz.

A new format is one module in `readers` with a `READER`, listed in `registry.READERS`.
"""

from __future__ import annotations

from .registry import READERS, read, table
from .takes import takes
from .writer import write_npz

__all__ = ["READERS", "read", "table", "takes", "write_npz"]
