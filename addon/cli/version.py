"""Which version this is."""

from __future__ import annotations

import tomllib
from importlib.metadata import version as version_of_package
from pathlib import Path


def version() -> str:
    """As the manifest of the extension says, or as the wheel of the library."""
    manifest = Path(__file__).parents[2] / "blender_manifest.toml"
    if manifest.is_file():
        return str(tomllib.loads(manifest.read_text("utf-8"))["version"])
    return version_of_package("smpl-pose-refiner")
