"""A recording of one frame is a pose: every kind of file that can hold one opens, and says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from addon import formats
from tests.formats import bodies, test_acclaim, test_arkit, test_keypoint_tools, test_marker_tables
from tests.formats import test_skeleton_files as skeletons
from tests.formats import test_suites as suites


def array(folder: Path) -> Path:
    """(K, 3): the frame without an axis for it."""
    np.save(folder / "points.npy", bodies.walking(1).layout("coco17")[0])
    return folder / "points.npy"


KINDS: dict[str, tuple[ModuleType, Callable[[Path], Path]]] = {
    "BVH": (skeletons, lambda folder: skeletons.bvh(folder / "clip.bvh", skeletons.MIXAMO)),
    "ASF and AMC": (test_acclaim, test_acclaim.acclaim),
    "MVNX": (suites, suites.mvnx),
    "Motive": (suites, suites.motive),
    "krajjat": (test_marker_tables, lambda folder: test_marker_tables.krajjat(folder, "json")),
    "krajjat table": (test_marker_tables, lambda folder: test_marker_tables.krajjat(folder, "csv")),
    "Vision": (test_arkit, lambda folder: test_arkit.vision(folder, "raw")),
    "FreeMoCap array": (test_keypoint_tools, test_keypoint_tools.freemocap),
    "array": (bodies, array),
}


@pytest.mark.parametrize("kind", list(KINDS))
def test_one_frame_is_a_pose(tmp_path, monkeypatch, kind):
    module, build = KINDS[kind]
    monkeypatch.setattr(module, "FRAMES", 1, raising=False)
    recording = formats.read(build(tmp_path))
    assert recording.people[0].frames == 1
    assert any("single frame" in warning for warning in recording.warnings)
