"""A batch goes on beside the work in the window, and leaves the scene as it is."""

from __future__ import annotations

import numpy as np

from tests.scene import fbx_files
from tests.wave import joints_of_a_wave
from tests.window.driver import Blender
from tests.window.test_flow import refined


def _recordings(blender: Blender, frames: int) -> None:
    """Two of them in a folder of Blender's."""
    (blender.exchange / "takes").mkdir()
    joints = joints_of_a_wave(frames, 30.0)
    for name in ("walk", "jump"):
        path = blender.exchange / "takes" / f"{name}.npz"
        np.savez(path, keypoints=joints, layout="smpl24", fps=30.0, up_axis="y", units="m")


def test_each_recording_is_written_on_a_character_of_the_scene(blender):
    refined(blender)
    _recordings(blender, 50)
    blender.call("spr.batch_folder", way="EXEC_DEFAULT", directory="/exchange/takes")
    blender.ask("put", path="scene.spr.batch.character", value="keypoints")
    before, objects = blender.ask("details"), blender.state["objects"]
    blender.call("spr.batch_refine")
    blender.wait(lambda: blender.ask("get", path="scene.spr.batch.result"), "the end of the batch")
    assert blender.ask("get", path="scene.spr.batch.result") == "2 done; 100 frames."
    assert blender.ask("details") == before and blender.state["objects"] == objects
    for name in ("walk", "jump"):
        found = fbx_files.read(blender.exchange / "takes" / "refined" / f"{name}.fbx")
        assert len(found["frames"]) == 50 and found["stack"] == name and "Pelvis" in found["names"]
    blender.picture("after")
