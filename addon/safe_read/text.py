"""Text and JSON of bounded size."""

from __future__ import annotations

import json
from typing import Any

from .errors import MAX_TEXT_BYTES, FormatError


def decode_text(data: bytes, name: str) -> str:
    """Text in UTF-8 (with or without mark), else Latin-1. Raises FormatError when it is no text."""
    if len(data) > MAX_TEXT_BYTES:
        raise FormatError(f"{name} is a text of over {MAX_TEXT_BYTES >> 20} MB; split it into shorter clips.")
    if b"\0" in data:
        raise FormatError(f"{name} is neither text nor a known binary format; choose a motion file.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin1")


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
