"""For the tests of both zips: build one, and let a fresh Blender install and use it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import bpy
import pytest

from dev.release.wheels import fill

PROGRAM = Path(__file__).parent / "installed_extension.py"


def blender_tool() -> Path:
    """The extension tool of the Blender that runs these tests."""
    resources = Path(bpy.utils.resource_path("LOCAL"))
    return resources / "scripts" / "addons_core" / "bl_pkg" / "cli" / "blender_ext.py"


def wheels_at_hand(name: str) -> None:
    """build.py test downloads them beforehand; a bare pytest may lack them."""
    if not fill(name, download=False):
        pytest.skip(f"the wheels of wheels/{name} are not there: python3 build.py test downloads them")


def in_blender(resources: Path, *steps: tuple[str, ...]) -> dict[str, Any]:
    """Take steps of installed_extension.py in a process of its own, which does not know this repository."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["BLENDER_USER_RESOURCES"] = str(resources)
    report = resources / "report.json"
    report.unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, "-P", str(PROGRAM), str(report), json.dumps(steps)],
        cwd=resources,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert report.exists(), done.stdout + done.stderr
    seen: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return seen
