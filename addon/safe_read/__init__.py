"""The one reader of untrusted containers.

A motion file comes from a stranger. Nothing here executes what a file says; sizes and shapes are checked
before memory is spent, and every refusal is a FormatError with one readable sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .errors import FormatError

if TYPE_CHECKING:
    from .npz import NpzFile
    from .objects import is_pickle, read_object, read_object_array
    from .text import decode_text, parse_json
    from .words import as_text, one_line

__all__ = [
    "FormatError",
    "NpzFile",
    "as_text",
    "decode_text",
    "is_pickle",
    "one_line",
    "parse_json",
    "read_object",
    "read_object_array",
]
_PLACES = {
    "NpzFile": "npz",
    "is_pickle": "objects",
    "read_object": "objects",
    "read_object_array": "objects",
    "decode_text": "text",
    "parse_json": "text",
    "as_text": "words",
    "one_line": "words",
}
if not TYPE_CHECKING:  # which would take any name for one of the package's
    __getattr__ = on_demand(__name__, _PLACES)
