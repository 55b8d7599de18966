"""What people do while a run is going on: nothing may crash, freeze or complain in the console."""

from __future__ import annotations

import pytest

from tests.window.driver import Failed
from tests.window.test_flow import name_the_file, refined

PACKAGE = "bl_ext.user_default.smpl_pose_refiner"


@pytest.fixture
def running(blender, long_recording):
    """A Blender in the middle of a run."""
    return in_a_run(blender, long_recording)


def in_a_run(blender, long_recording):
    """Open the long recording and click Refine Pose."""
    blender.open(long_recording(blender))
    blender.click("spr.refine_pose")
    blender.wait_for_progress()
    return blender


def still_works(blender):
    """Whether a click refines a recording after what has happened."""
    blender.show()
    return refined(blender)["armatures"] == ["keypoints"]


def test_opening_another_file_ends_the_run_and_shows_that_file(blender, long_recording):
    blender.call("wm.save_as_mainfile", "EXEC_DEFAULT", filepath="/exchange/other.blend")
    in_a_run(blender, long_recording)
    blender.call("wm.open_mainfile", "EXEC_DEFAULT", filepath="/exchange/other.blend")
    blender.wait_for_calm()
    blender.show()
    blender.linger()
    assert blender.state["file"] == "/exchange/other.blend"
    assert blender.state["objects"] == []
    assert still_works(blender)


def test_disabling_the_extension_ends_the_run_and_enabling_brings_it_back(running):
    running.call("preferences.addon_disable", "EXEC_DEFAULT", module=PACKAGE)
    running.rest()
    running.linger()
    running.picture("disabled")
    assert not running.state["enabled"]
    running.call("preferences.addon_enable", "EXEC_DEFAULT", module=PACKAGE)
    assert still_works(running)


def test_scripts_are_reloaded_after_a_run_but_not_in_the_middle_of_it(running):
    with pytest.raises(Failed, match="reload with running modal operators"):
        running.call("script.reload", "EXEC_DEFAULT")
    assert running.running
    running.keys("Escape")
    running.wait_for_calm()
    running.call("script.reload", "EXEC_DEFAULT")
    running.rest()
    assert still_works(running)


def test_closing_the_window_of_a_run_leaves_the_other_window_at_work(blender, long_recording):
    blender.call("wm.window_new_main")
    blender.wait(lambda: blender.state["windows"] == 2, "the second window")
    blender.show()
    in_a_run(blender, long_recording)
    blender.picture("second window")
    blender.ask("close_window")
    blender.wait(lambda: blender.state["windows"] == 1, "one window")
    blender.wait_for_calm()
    assert still_works(blender)


def test_deleting_the_earlier_result_during_a_run_loses_nothing_else(blender, long_recording):
    blender.ask("put", path="scene.spr.replace", value=True)
    first = refined(blender)
    blender.call("object.add", "EXEC_DEFAULT", type="EMPTY")
    in_a_run(blender, long_recording)
    blender.ask("delete", names=first["armatures"])
    blender.picture("deleted")
    assert blender.running
    blender.keys("Escape")
    blender.wait_for_calm()
    assert "Empty" in blender.state["objects"]
    assert still_works(blender)


def test_esc_ends_an_export_that_the_window_does_not_wait_for(blender, long_recording):
    on_controls(blender, long_recording)
    blender.ask("put", path="preferences.view.filebrowser_display_type", value="SCREEN")
    before = blender.ask("details"), blender.state["data"]
    blender.call("spr.export_fbx")
    name_the_file(blender, "unwanted.fbx")
    blender.wait_for_progress()
    blender.picture("exporting")
    blender.keys("Escape")
    blender.wait_for_calm()
    assert not list(blender.exchange.glob("*unwanted*"))
    assert (blender.ask("details"), blender.state["data"]) == before
    assert refined(blender)["armatures"] == ["keypoints", "long"]


def test_a_person_deleted_in_another_window_ends_what_is_done_with_it(blender, long_recording):
    on_controls(blender, long_recording)
    blender.call("wm.window_new_main")
    blender.wait(lambda: blender.state["windows"] == 2, "the second window")
    blender.show()
    blender.ask("put", path="scene.spr.quality.measure", value="SLIDE")
    before = blender.state["data"]["objects"]
    assert blender.call("spr.measure") == ["RUNNING_MODAL"]
    blender.wait_for_progress()
    blender.ask("delete", names=["long"])
    blender.wait_for_calm()
    blender.picture("told")
    assert blender.state["data"]["objects"] == before - 1
    blender.ask("close_window")
    assert still_works(blender)


def on_controls(blender, long_recording):
    """A refined person that takes some seconds to look at, frame by frame."""
    refined(blender, long_recording(blender, 1_500))
    assert blender.call("spr.add_ik_controls", "EXEC_DEFAULT") == ["FINISHED"]


def test_quitting_during_a_run_ends_blender_without_a_complaint(new_blender, long_recording):
    blender = in_a_run(new_blender(), long_recording)
    blender.keys("ctrl+q")
    assert blender.wait_for_end() == 0, blender.log()
