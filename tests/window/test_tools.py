"""Every tool for a refined person is one step of undo, and of redo, in a real window."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.window.driver import Blender
from tests.window.test_flow import CLIP, refined

NAME = "keypoints"
FILMED = "/samples/sam3dbody/img_subj00.npz"


def _is(blender: Blender, details: object) -> bool:
    return bool(blender.ask("details") == details)


def taken_back(blender: Blender, operator: str, /, **arguments: Any) -> None:
    """Call an operator, undo it and redo it, and compare what is there; it stays done."""
    before = blender.ask("details")
    assert blender.call(operator, way="EXEC_DEFAULT", **arguments) == ["FINISHED"], operator
    after = blender.ask("details")
    assert after != before, f"{operator} changes nothing"
    for keys, wanted in (("ctrl+z", before), ("ctrl+shift+z", after)):
        blender.keys(keys)
        blender.wait(partial(_is, blender, wanted), f"{operator} after {keys}")


def undone(blender: Blender, operator: str, /, **arguments: Any) -> None:
    """The same, but it is undone at the end."""
    before = blender.ask("details")
    taken_back(blender, operator, **arguments)
    blender.keys("ctrl+z")
    blender.wait(lambda: blender.ask("details") == before, f"{operator} undone")


def test_rig_and_keys(blender):
    refined(blender)
    undone(blender, "spr.reduce_keys", degrees=1.0, millimetres=5.0)
    blender.picture("keys")
    taken_back(blender, "spr.add_ik_controls")
    blender.picture("controls")
    taken_back(blender, "spr.bake_to_fk")
    taken_back(blender, "spr.add_root_bone")
    blender.picture("root")
    taken_back(blender, "spr.remove_root_bone")
    undone(blender, "spr.add_edit_layer")


def test_a_rig_that_is_added_by_a_click_is_one_step_of_undo(blender):
    refined(blender)
    stages = [blender.ask("details")]
    for operator in ("spr.add_ik_controls", "spr.bake_to_fk", "spr.add_root_bone"):
        assert blender.call(operator) == ["RUNNING_MODAL"]
        blender.wait_for_calm()
        stages.append(blender.ask("details"))
        assert stages[-1] != stages[-2], operator
    for wanted in reversed(stages[:-1]):
        blender.keys("ctrl+z")
        blender.wait(partial(_is, blender, wanted), "a step of undo")


def test_an_edit_on_controls_is_blended_and_keys_are_reduced_by_a_click(blender):
    refined(blender)
    assert blender.call("spr.add_ik_controls", way="EXEC_DEFAULT") == ["FINISHED"]
    blender.ask("edit_key", name=NAME, bone="Head", frame=40)
    stages = [blender.ask("details")]
    for operator in ("spr.blend_edit", "spr.reduce_keys"):
        assert blender.call(operator) == ["RUNNING_MODAL"]
        if operator == "spr.reduce_keys":
            blender.settle()
            blender.tell("run", "xdotool", "key", "Return")
        blender.wait(lambda: blender.ask("details") != stages[-1], operator)
        blender.wait_for_calm()
        stages.append(blender.ask("details"))
    for wanted in reversed(stages[:-1]):
        blender.keys("ctrl+z")
        blender.wait(partial(_is, blender, wanted), "a step of undo")


def test_edits_and_refining_again(blender):
    refined(blender)
    blender.ask("edit_key", name=NAME, bone="Head", frame=40)
    undone(blender, "spr.blend_edit", frames=8)
    blender.ask("put", path="scene.spr.controls.smoothness", value=2.0)
    undone(blender, "spr.refine_pose")
    blender.picture("again")


def test_places(blender):
    refined(blender)
    blender.ask("put", path="object.location.z", value=0.3)
    blender.call("ed.undo_push", way="EXEC_DEFAULT", message="Lift")
    undone(blender, "spr.put_on_floor")
    blender.picture("floor")
    blender.ask("put", path="object.rotation_euler.x", value=0.2)
    blender.call("ed.undo_push", way="EXEC_DEFAULT", message="Lean")
    undone(blender, "spr.level")


def test_lists_of_the_recording(blender):
    blender.open(CLIP)
    undone(blender, "spr.swap_sides", first=10, last=20)
    blender.ask("put", path="scene.frame_current", value=60)
    taken_back(blender, "spr.split_track")
    undone(blender, "spr.join_tracks")
    undone(blender, "spr.mute_target", point="left_wrist", first=5, last=9)
    blender.picture("lists")


def test_camera_of_the_recording(blender):
    blender.open(FILMED)
    undone(blender, "spr.add_camera")
    blender.picture("camera")


def test_a_person_on_controls_is_measured_by_a_click(blender):
    refined(blender)
    assert blender.call("spr.add_root_bone", way="EXEC_DEFAULT") == ["FINISHED"]
    blender.ask("put", path="scene.spr.quality.measure", value="SLIDE")
    blender.picture("on_root")
    assert blender.call("spr.add_ik_controls", way="EXEC_DEFAULT") == ["FINISHED"]
    blender.picture("to_measure")
    assert blender.call("spr.measure") == ["RUNNING_MODAL"]
    blender.wait_for_calm()
    assert blender.call("spr.go_to_worst", which="WORST") == ["FINISHED"]
    blender.picture("measured")
