"""Files and folders that may not be looked into, also for who may do everything."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest


def shut(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose content the system keeps to itself."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("scandir", "listdir"):
        monkeypatch.setattr(os, name, _refusing(getattr(os, name), folder))
    return folder


def _refusing(real: Any, folder: Path) -> Any:
    def look(path: Any = ".") -> Any:
        if Path(path) == folder:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    return look
