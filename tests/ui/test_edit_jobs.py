"""The tools for edits of a person on IK controls do not hold up a window, and Esc ends them."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from addon.scene.curve_keys import read_keys
from addon.scene.curves import find_curves
from addon.scene.edits import find_seen_edits
from tests.scene.edited import turn

from .conftest import wave_on_controls
from .event_loop import EventLoop

TOOLS = ["blend_edit", "forget_edits", "reduce_keys"]
OPTIONS = {"frames": 8, "degrees": 1.0, "millimetres": 5.0}


@pytest.fixture
def person(start_scene, scenes):
    """A refined wave on IK controls whose head is turned in one frame, which the scene shows."""

    start_scene("edited wave on controls", lambda: wave_on_controls(scenes))
    (found,) = (ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE")
    turn(found, [30], "Head")
    bpy.context.scene.frame_set(30)
    return found


def _in_window(ui, tool):
    """The tool as a window runs it, in slices of one step each."""
    kind = getattr(ui("edits"), f"SPR_OT_{tool}")
    window = EventLoop(ui, kind)
    window.single_steps()
    job = ui("rig_job").RigJob(
        ui("quality").shown_person(bpy.context),
        lambda armature: kind.change(SimpleNamespace(**OPTIONS), armature),
    )
    window.runner.drive(bpy.context, job)
    return window, job


def _straight(tool):
    names = {"blend_edit": ["frames"], "reduce_keys": ["degrees", "millimetres"]}.get(tool, [])
    return getattr(bpy.ops.spr, tool)(**{name: OPTIONS[name] for name in names})


def _state(person):
    """All keys, and what counts as edited."""
    keys = {channel: read_keys(curve)["co"].tolist() for channel, curve in find_curves(person).items()}
    return keys, np.argwhere(find_seen_edits(person).held).tolist()


@pytest.mark.parametrize("tool", TOOLS)
def test_a_window_does_it_a_little_at_a_time_to_the_same_end(ui, person, tool):
    bpy.ops.ed.undo_push()
    name = person.name
    assert _straight(tool) == {"FINISHED"}
    straight = _state(person)
    bpy.ops.ed.undo_push()
    bpy.ops.ed.undo()
    window, _ = _in_window(ui, tool)
    for _ in range(20):
        assert window.event("TIMER") == {"PASS_THROUGH"}
    assert window.run() == {"FINISHED"}
    assert len(window.reports) == 1 and window.reports[0][0] == {"INFO"}
    keys, held = _state(bpy.data.objects[name])
    assert held == straight[1] and keys.keys() == straight[0].keys()
    for channel, values in straight[0].items():
        np.testing.assert_allclose(keys[channel], values, atol=1e-5)


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("done", [0.0, 0.3])
def test_esc_leaves_keys_and_edits_as_they_were(ui, person, tool, done):
    before = _state(person)
    window, job = _in_window(ui, tool)
    assert window.event("TIMER") == {"PASS_THROUGH"}
    while job.fraction < done:
        assert window.event("TIMER") == {"PASS_THROUGH"}
    assert not getattr(bpy.ops.spr, tool).poll(), "one at a time"
    assert window.event("ESC", "PRESS") == {"CANCELLED"}
    assert _state(person) == before
    assert getattr(bpy.ops.spr, tool).poll()


def test_esc_is_too_late_once_keys_are_written(ui, person):
    window, job = _in_window(ui, "blend_edit")
    while job.fraction < 0.9:
        assert window.event("TIMER") == {"PASS_THROUGH"}
    assert window.event("ESC", "PRESS") == {"RUNNING_MODAL"}
    assert window.event("TIMER") == {"FINISHED"}
    assert len(_state(person)[1]) > 10


def test_an_edit_that_is_not_there_is_told_in_a_sentence(ui, person):
    bpy.context.scene.frame_set(50)
    window, _ = _in_window(ui, "blend_edit")
    assert window.run() == {"CANCELLED"}
    ((kind, sentence),) = window.reports
    assert kind == {"ERROR"} and sentence.startswith("No bone has an edited key at this frame")
