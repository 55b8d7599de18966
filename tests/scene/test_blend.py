"""A .blend copy is complete or absent and the open file keeps its name."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest

from addon.cli import main
from addon.scene import SceneError, save_blend, write_motion
from addon.scene.output import replaced_when_done
from tests.full_disk import full_after
from tests.wave import joints_of_a_wave

from .glb_files import needs_gltf


def test_a_copy_opens_with_everything_in_it(make_motion, tmp_path):
    write_motion(make_motion(), name="Anna")
    path = tmp_path / "out.blend"
    save_blend(path)
    assert not bpy.data.filepath
    assert [file.name for file in tmp_path.iterdir()] == ["out.blend"]
    bpy.ops.wm.open_mainfile(filepath=str(path))
    assert {"Anna", "Anna body"} <= set(bpy.data.objects.keys())
    assert bpy.data.objects["Anna"].animation_data.action is not None


def test_a_missing_folder_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(SceneError, match=r"There is no folder .*; create it or choose another place\.$"):
        save_blend(tmp_path / "nowhere" / "out.blend")


def test_a_place_that_cannot_be_written_is_refused_and_leaves_nothing(tmp_path):
    (tmp_path / "out.blend").mkdir()
    with pytest.raises(SceneError, match="can't be written"):
        save_blend(tmp_path / "out.blend")
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.blend"]


@pytest.mark.parametrize("kind", ["fbx", pytest.param("glb", marks=needs_gltf), "usd", "vrma", "blend"])
def test_a_full_disk_is_one_sentence_and_leaves_no_half_file(tmp_path, kind, capfd):
    target = _wave(tmp_path).with_name(f"out.{kind}")
    with full_after(3000):
        assert main(["refine", str(tmp_path / "wave.npz"), "--output", str(target)]) == 1
    told = capfd.readouterr().err
    assert (
        f"{target} can't be written (" in told
        and "plugin" not in told
        and told.endswith("; choose another place.\n")
    )
    assert told.count("\n") == 1 + told.count("Warning: ")
    assert [path.name for path in tmp_path.iterdir()] == ["wave.npz"]


def test_a_disk_without_any_room_is_told_before_blender_begins(tmp_path):
    target, full = tmp_path / "out.usd", pytest.raises(SceneError, match="File too large")
    with full_after(0), full, replaced_when_done(target):
        raise AssertionError("Blender says that it has no plugin for such a file")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["fbx", "usd", "blend"])
def test_a_place_that_refuses_is_told_by_the_systems_reason(tmp_path, kind, capfd):
    assert main(["refine", str(_wave(tmp_path)), "--output", f"/proc/out.{kind}"]) == 1
    sentence = f"/proc/out.{kind} can't be written (No such file or directory); choose another place.\n"
    assert capfd.readouterr().err.endswith(sentence)


def _wave(folder: Path) -> Path:
    np.savez(folder / "wave.npz", keypoints=joints_of_a_wave(8, 30.0), layout="smpl24", fps=30.0)
    return folder / "wave.npz"


@pytest.mark.parametrize("kind", ["fbx", "blend"])
def test_standard_output_of_the_command_line_is_ours_alone(tmp_path, kind, capfd):
    points = joints_of_a_wave(8, 30.0)
    np.savez(tmp_path / "wave.npz", keypoints=points, layout="smpl24", fps=30.0)
    out = tmp_path / f"wave_out.{kind}"
    assert main(["refine", str(tmp_path / "wave.npz"), "--output", str(out), "--engine", "numpy"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["wave:", "Wrote"]
