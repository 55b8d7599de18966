"""Fails a test in which our own code used what Python, NumPy or Blender will take away.

A filter that makes such warnings errors would not do: Blender lets an error go that is raised while it sets a
property.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = tuple(ROOT / folder for folder in ("addon", "dev", "bundled_model", "tests"))
KINDS = (DeprecationWarning, PendingDeprecationWarning, FutureWarning)


@contextmanager
def nothing_deprecated() -> Iterator[None]:
    """Fails at the end if our own code was warned meanwhile; what others do is theirs to mend."""
    with warnings.catch_warnings(record=True) as seen:
        yield
    used = [one for one in seen if issubclass(one.category, KINDS) and _is_ours(one.filename)]
    for one in seen:
        if one not in used:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    if used:
        pytest.fail(_sentences(used), pytrace=False)


def _is_ours(filename: str) -> bool:
    # The extension is linked into Blender's user folder.
    path = Path(filename).resolve()
    return any(folder in path.parents for folder in OURS)


def _sentences(used: Sequence[warnings.WarningMessage]) -> str:
    return "\n".join(f"{one.filename}:{one.lineno}: {one.message}" for one in used)
