"""What all tests share."""

from __future__ import annotations

import importlib.util
import os
import tempfile
from pathlib import Path

from dev.suites import BLENDER_TESTS

# Before anything imports bpy: tests neither read nor write the configuration of the person who runs them.
os.environ.setdefault("BLENDER_USER_RESOURCES", tempfile.mkdtemp(prefix="smpl_pose_refiner_"))

collect_ignore = (
    []
    if importlib.util.find_spec("bpy")
    else [str(Path(path).relative_to("tests")) for path in BLENDER_TESTS]
)
