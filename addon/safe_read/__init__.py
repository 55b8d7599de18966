"""The one reader of untrusted containers.

A motion file comes from a stranger. Nothing here executes what a file says; sizes and shapes are checked
before memory is spent, and every refusal is a FormatError with one readable sentence.
"""

from __future__ import annotations

from .errors import FormatError
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
