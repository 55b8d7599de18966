"""What all tests share."""

from __future__ import annotations

import importlib.util
import os
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from dev.suites.suites import BLENDER_TESTS

from .deprecated import nothing_deprecated

if "BLENDER_USER_RESOURCES" not in os.environ:
    # Before anything imports bpy: tests neither read nor write the configuration of who runs them.
    _USER_FOLDER = tempfile.TemporaryDirectory(prefix="smpl_pose_refiner_", ignore_cleanup_errors=True)
    os.environ["BLENDER_USER_RESOURCES"] = _USER_FOLDER.name

collect_ignore = (
    []
    if importlib.util.find_spec("bpy")
    else [str(Path(path).relative_to("tests")) for path in BLENDER_TESTS]
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, Any, Any]:
    with nothing_deprecated():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, Any, Any]:
    with nothing_deprecated():
        return (yield)
