"""The one refusal, and the limits that every container reader keeps."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from .words import one_line

MAX_FILE_BYTES = 4 << 30
MAX_ARRAY_BYTES = 1 << 30
MAX_ARRAY_ELEMENTS = 1 << 28
MAX_DIMENSIONS = 8
MAX_TEXT_BYTES = 256 << 20
MAX_MEMBERS = 20_000
_LONGEST_SENTENCE = 1000


class FormatError(Exception):
    """A file can't be used. The message is one plain sentence: what is wrong and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message, _LONGEST_SENTENCE))


_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, LookupError, ValueError, TypeError,
    AttributeError, RuntimeError, OSError, ArithmeticError, MemoryError, StopIteration,
)  # fmt: skip


@contextmanager
def refusing(what: str) -> Iterator[None]:
    """Turns whatever a parser raises on damaged content into a FormatError about `what`."""
    try:
        yield
    except FormatError:
        raise
    except _BROKEN as error:
        raise FormatError(f"{what} is damaged or incomplete; export it or copy it again.") from error
