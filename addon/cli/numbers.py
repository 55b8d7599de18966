"""Numbers as arguments of the command line."""

from __future__ import annotations

import argparse
import math


def number(text: str) -> float:
    """Raises ArgumentTypeError."""
    value = float(text)
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text} is not a finite number")
    return value


def positive(text: str) -> float:
    """Raises ArgumentTypeError."""
    value = number(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return value
