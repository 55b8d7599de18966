"""Text and JSON of bounded size."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

from .errors import MAX_TEXT_BYTES, FormatError

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_JAPANESE = ("cp932", "euc_jp")
_OF_SIDES = re.compile("[\u3041-\u30fa]{2}|[左右][\u3041-\u30fa\u4e00-\u9fff]")
"""Kana in a row, or left and right before a part of the body: bytes of other codings hardly look like it."""


def without_mark(head: bytes) -> bytes:
    """The first bytes of a text as UTF-8 without its mark; those of any other file as they are."""
    if head[:2] in _UTF_16 and not len(head) % 2:
        return head.decode("utf-16", "ignore").encode()
    return head.removeprefix(b"\xef\xbb\xbf")


def decode_text(data: bytes, name: str) -> str:
    """Text in UTF-8, or in UTF-16 with a mark, else as Japanese programs write it where that makes Japanese,
    else in Latin-1. Raises FormatError when it is no text."""
    if len(data) > MAX_TEXT_BYTES:
        raise FormatError(f"{name} is a text of over {MAX_TEXT_BYTES >> 20} MB; split it into shorter clips.")
    if data[:2] in _UTF_16:
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        raise FormatError(f"{name} is neither text nor a known binary format; choose a motion file.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _japanese(data) or data.decode("latin1")


def _japanese(data: bytes) -> str | None:
    for coding in _JAPANESE:
        with contextlib.suppress(UnicodeDecodeError):
            text = data.decode(coding)
            if _OF_SIDES.search(text):
                return text
    return None


def parse_json(text: str, name: str) -> Any:
    """The content of a JSON text, or a list of those of its lines; NaN and Infinity are allowed.

    Raises FormatError.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise FormatError(f"{name} is nested too deeply to be a motion file.") from error
    except ValueError as error:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) > 1 and all(line[0] in "{[" and line[-1] in "}]" for line in lines[:3]):
            return _lines(lines, name)
        raise FormatError(f"{name} is not complete JSON ({_where(error)}); export it again.") from error


def _where(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"it breaks off in line {error.lineno}, character {error.colno}"
    return "a number has too many digits"


def _lines(lines: list[str], name: str) -> list[Any]:
    """JSON Lines: a value in each line."""
    try:
        return [json.loads(line) for line in lines]
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{name} has a line that is not complete JSON; export it again.") from error
