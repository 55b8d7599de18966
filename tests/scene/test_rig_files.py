"""Files that only Blender opens, in a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import bpy
import numpy as np
import pytest

from addon.cli import main
from addon.scene import export_fbx, write_motion
from tests.scene.conftest import _make_motion


@pytest.fixture(scope="module")
def fbx(tmp_path_factory) -> Path:
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    path = tmp_path_factory.mktemp("rig") / "Anna.fbx"
    export_fbx(path, [write_motion(_make_motion(frames=8), name="Anna", mesh=False)], preset="plain")
    return path


def test_inspect_prints_one_object_and_nothing_of_blenders(fbx, capfd):
    assert main(["inspect", "--json", str(fbx)]) == 0
    told = json.loads(capfd.readouterr().out)
    assert [(one["id"], one["frames"], one["poses"]) for one in told["people"]] == [("Anna", 8, True)]


def test_an_fbx_file_is_converted(fbx, tmp_path):
    assert main(["refine", str(fbx), "--mode", "none", "--output", str(tmp_path / "out.npz")]) == 0
    with np.load(tmp_path / "out.npz") as found:
        assert found["poses"].shape == (8, 72)
        assert found["mocap_frame_rate"] == 30.0
