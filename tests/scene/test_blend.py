"""A .blend copy is complete or absent and the open file keeps its name."""

from __future__ import annotations

import bpy
import pytest

from addon.scene import SceneError, save_blend, write_motion


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
