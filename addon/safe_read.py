"""The one reader of untrusted containers."""

from __future__ import annotations


class FormatError(Exception):
    """A file can't be used. The message is one plain sentence: what is wrong and what to do."""
