"""How refining ends early."""

from __future__ import annotations

from ..steps import Cancelled

__all__ = ["Cancelled", "RefineError"]


class RefineError(Exception):
    """The input can't be refined. The message is one plain sentence: what is wrong and what to do."""
