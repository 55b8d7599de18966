"""What blender_manifest.toml says: the only place where name and version are written."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from ..processes import ROOT


def manifest(source: Path = ROOT) -> dict[str, Any]:
    """The manifest of a tree."""
    return tomllib.loads((source / "blender_manifest.toml").read_text("utf-8"))
