"""Open, click Refine Pose, undo, export: as a person does it, in a real window."""

from __future__ import annotations

import re

import numpy as np
import pytest

from dev.pictures import stage
from tests.scene import fbx_files
from tests.window.driver import Blender, Failed

CLIP = "/samples/plugin/keypoints.npz"
FRAMES, SOME_FRAME = 180, 60
LARGE = 9_000_000
"""Bytes of a file that is announced before it is read."""
TO_THE_END = 60
"""Turns of the wheel that show the last panel, whatever is above it."""
ATTEMPTS = 3
"""At what has to be quick, on a machine that may be busy for a moment."""


def refined(blender: Blender, path: str = CLIP) -> dict:
    """Open a recording, click Refine Pose and wait; the state after it."""
    blender.open(path)
    blender.click("spr.refine_pose")
    blender.wait(lambda: blender.state["result"], "the result")
    blender.rest()
    return blender.state


def same(one: dict, other: dict) -> bool:
    """Whether two states show the same scene."""
    shown = ("objects", "data", "keys", "frames", "source", "result")
    return all(one[name] == other[name] for name in shown)


def test_the_zip_is_enabled_and_its_tab_is_there(blender):
    blender.picture("empty", "sidebar")
    assert blender.state["enabled"]
    assert blender.find("spr.open_recording")
    assert blender.state["armatures"] == []


def test_a_click_refines_the_open_recording(blender, chroot):
    blender.open(CLIP)
    assert blender.state["source"] == CLIP
    blender.rest()
    blender.picture("opened")
    after = refined(blender)
    blender.picture("refined")
    assert after["armatures"] == ["keypoints"]
    assert after["frames"] == [1, FRAMES]
    assert after["keys"]["keypoints"] >= 24 * 4 * FRAMES
    engine = "torch on cpu" if chroot.torch else "NumPy"
    assert re.match(rf"{FRAMES} frames refined in .* on {engine}\nFit error \d+ mm", after["result"])


def longest_gap(blender: Blender) -> float:
    """Press five keys, each of which must be heard; the longest time that Blender was deaf, in seconds."""
    frame = blender.state["frame"]
    blender.ask("calm")
    for _ in range(5):
        blender.keys("Right")
    blender.wait(lambda: blender.state["frame"] == frame + 5, "the fifth frame")
    gap: float = blender.state["gap"][0]
    return gap


def test_progress_is_shown_and_blender_stays_usable(blender, long_recording):
    blender.open(long_recording(blender))
    idle = longest_gap(blender)
    blender.click("spr.refine_pose")
    blender.wait_for_progress()
    fraction = blender.state["fraction"]
    blender.picture("running")
    gap = longest_gap(blender)
    # It may have come to its end meanwhile.
    blender.wait(lambda: (blender.state["fraction"] or 1.0) > fraction, "more progress")
    assert gap < 1.0 + 5.0 * idle, f"{gap:.1f} s without an answer, {idle:.1f} s without a run"


def seconds_to_cancel(blender: Blender, way: str) -> float:
    """Start a run and cancel it; how long that took."""
    blender.click("spr.refine_pose")
    blender.wait_for_progress()
    asked = blender.click("spr.cancel_refine") if way == "click" else blender.keys("Escape")
    blender.wait_for_calm()
    seconds: float = blender.state["ended"] - asked
    return seconds


@pytest.mark.parametrize("way", ["click", "escape"])
def test_cancel_answers_within_half_a_second_and_leaves_the_scene(blender, long_recording, way):
    blender.open(long_recording(blender))
    before = blender.state
    seconds = [seconds_to_cancel(blender, way) for _ in range(ATTEMPTS)]
    after = blender.state
    blender.rest()
    blender.picture("cancelled")
    assert min(seconds) < 0.5
    assert same(before, after)


def test_undo_takes_a_run_back_in_one_step_and_redo_returns_it(blender):
    blender.open(CLIP)
    before = blender.state
    after = refined(blender)
    blender.keys("ctrl+z")
    blender.wait(lambda: not blender.state["armatures"], "undo")
    blender.picture("undone")
    assert same(before, blender.state)
    blender.keys("ctrl+shift+z")
    blender.wait(lambda: blender.state["armatures"], "redo")
    blender.picture("redone")
    assert same(after, blender.state)


def test_a_large_file_is_announced_in_a_window_that_goes_on_afterwards(blender):
    with np.load(stage.WALK) as clip:
        np.savez(blender.exchange / "large.npz", **clip, unused=np.zeros(LARGE, np.uint8))
    blender.new_in_log()
    blender.open("/exchange/large.npz")
    assert blender.state["source"] == "/exchange/large.npz"
    assert "Draw" not in blender.new_in_log()
    blender.picture("a large file is open")


def test_a_damaged_file_is_refused_in_a_sentence_and_changes_nothing(blender):
    before = refined(blender)
    (blender.exchange / "broken.npz").write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(Failed, match=r"broken\.npz"):
        blender.open("/exchange/broken.npz")
    blender.rest()
    blender.picture("refused")
    assert same(before, blender.state)


def name_the_file(blender: Blender, name: str) -> None:
    """Fill in the file browser that is about to open, and press Enter."""
    blender.wait(lambda: "FILE_BROWSER" in blender.state["areas"], "the file browser")
    wanted = {"folder": "/exchange", "name": name}
    place = blender.wait(lambda: blender.ask("choose_file", **wanted), "the file browser's own fields")
    blender.mouse(*place)
    blender.still("file browser")
    blender.tell("run", "xdotool", "key", "Return")


def test_the_export_button_writes_an_fbx_file_that_others_can_read(blender):
    refined(blender)
    blender.ask("put", path="scene.frame_current", value=SOME_FRAME)
    # Blender draws a selected armature anew by itself.
    assert blender.call("object.select_all", action="DESELECT") == ["FINISHED"]
    blender.settle()
    before = blender.ask("pose", name="keypoints")
    blender.ask("put", path="preferences.view.filebrowser_display_type", value="SCREEN")
    blender.scroll(TO_THE_END)
    blender.click("spr.export_fbx")
    name_the_file(blender, "walk.fbx")
    written = blender.exchange / "walk.fbx"
    blender.wait(written.exists, "the file")
    blender.wait(lambda: "FILE_BROWSER" not in blender.state["areas"], "the view")
    blender.picture("exported")
    assert blender.state["frame"] == SOME_FRAME
    np.testing.assert_allclose(blender.ask("pose", name="keypoints"), before, atol=1e-5)
    content = fbx_files.read(written)
    assert {"Pelvis", "L_Knee", "R_Hand"} <= set(content["names"])
    assert len(content["frames"]) == FRAMES
    assert content["fps"] == 30.0
    assert not (blender.exchange / "walk.fbx.tmp").exists()
