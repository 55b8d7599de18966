"""The live preview shows what Refine Pose would write, and writes nothing."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from addon.scene.names import BONE_NAMES


@pytest.fixture
def opened(enabled, wave):
    """A scene with the wave open and the preview on."""
    bpy.ops.spr.open_recording(filepath=str(wave))
    bpy.context.scene.spr.live.show = True
    bpy.context.scene.render.fps = 60
    bpy.context.scene.frame_set(12)
    return bpy.context.scene


@pytest.fixture
def shown(ui):
    """A function that works until the preview is found and gives the joints that are drawn."""

    def found() -> np.ndarray:
        live = ui("live")
        for _ in range(2000):
            live.advance(bpy.context.scene, 0.0)
            clip, dots = live._clips.get("0"), _drawn(live)
            if len(dots) and clip.controls == ui("controls").controls_of(bpy.context.scene.spr):
                return dots
        raise AssertionError("nothing was shown")

    return found


def _drawn(live) -> np.ndarray:
    return live.live_shapes(bpy.context.scene, bpy.context.evaluated_depsgraph_get()).dots


def _written() -> np.ndarray:
    armature = next(ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE")
    evaluated = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return np.array([evaluated.pose.bones[name].head for name in BONE_NAMES])


def test_it_is_the_pose_that_refine_pose_writes(opened, shown, census):
    """Before feet are held: that is done for the whole clip at its end."""
    opened.spr.controls.feet.hold = 0.0
    for strength, smoothness in ((1.0, 1.0), (0.2, 1.0), (2.0, 0.0), (1.0, 2.0)):
        opened.spr.controls.strength, opened.spr.controls.smoothness = strength, smoothness
        before = census()
        preview = shown()
        assert census() == before
        bpy.ops.spr.refine_pose()
        np.testing.assert_allclose(preview, _written(), atol=0.005)


def test_the_newest_setting_wins(opened, shown, ui):
    shown()
    live = ui("live")
    opened.spr.controls.smoothness = 0.0
    live.advance(opened, 0.0)
    assert live._Work.wish.controls.smoothness == 0.0
    opened.spr.controls.smoothness = 2.0
    live.advance(opened, 0.0)
    assert live._Work.wish.controls.smoothness == 2.0
    shown()
    assert live._clips["0"].controls.smoothness == 2.0


def test_when_nobody_waits_the_whole_clip_is_found(opened, ui):
    live = ui("live")
    while live.advance(opened, 1.0):
        continue
    for frame in range(opened.frame_start, opened.frame_end + 1):
        opened.frame_set(frame)
        assert len(_drawn(live)) == 24


def test_nothing_is_drawn_outside_of_the_recording_or_switched_off(opened, shown, ui):
    shown()
    opened.frame_set(500)
    assert len(_drawn(ui("live"))) == 0
    opened.frame_set(12)
    opened.spr.live.show = False
    assert len(_drawn(ui("live"))) == 0


def test_a_person_who_is_moved_takes_the_preview_along(opened, shown):
    bpy.ops.spr.refine_pose()
    before = shown()
    armature = next(ob for ob in opened.objects if ob.type == "ARMATURE")
    armature.location.x = 2.0
    bpy.context.view_layer.update()
    np.testing.assert_allclose(shown(), before + np.array([2.0, 0.0, 0.0]), atol=1e-5)


def test_what_cannot_be_refined_is_said_in_the_panel(opened, shown, ui):
    for part in ("root", "spine", "head", "left_arm", "right_arm", "left_leg", "right_leg"):
        setattr(opened.spr.controls, part, False)
    live = ui("live")
    assert not live.advance(opened, 0.0)
    assert ui("live_panel").SAYS == ["No body part is chosen; choose at least one."]
    opened.spr.controls.root = True
    assert len(shown()) == 24


def test_an_error_in_the_add_on_ends_in_the_panel_and_the_log(opened, ui, monkeypatch):
    def broken(*_args, **_options):
        raise ZeroDivisionError
        yield

    live = ui("live")
    monkeypatch.setattr(live.refiner, "prepare", broken)
    while live.advance(opened, 0.0):
        continue
    live.advance(opened, 0.0)
    assert ui("live_panel").SAYS == ["No preview: an error in the add-on (ZeroDivisionError)."]
    assert "ZeroDivisionError" in bpy.data.texts["SMPL Refiner Log"].as_string()


def test_many_people_are_read_once_each(two_people, ui, monkeypatch):
    live, asked = ui("live"), []
    prepare = live.refiner.prepare

    def counted(person, **options):
        asked.append(person.id)
        return prepare(person, **options)

    monkeypatch.setattr(live.refiner, "prepare", counted)
    monkeypatch.setattr(live, "KEPT", 1)
    two_people.spr.live.show = True
    two_people.render.fps = 60
    while live.advance(two_people, 1.0):
        continue
    assert asked == ["1", "2"]
    assert len(_drawn(live)) == 48
