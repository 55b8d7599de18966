"""Every panel can be drawn, before and after a run, for one person and for several."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from types import MethodType, SimpleNamespace
from typing import Any

import bpy
import numpy as np
import pytest

from addon.recording import Known
from addon.scene.curves import find_curves


class Drawing:
    """A layout that draws nothing and refuses what Blender does not have: properties, operators, icons."""

    drawn: list[str]

    def __init__(self) -> None:
        self.drawn = []

    def _inside(self, *_args: Any, **_options: Any) -> Drawing:
        return self

    row = column = box = split = grid_flow = _inside

    def prop(self, data: Any, name: str, icon: str = "NONE", **_options: Any) -> None:
        assert name in data.bl_rna.properties or name.strip('[]"') in data
        _check_icon(icon)
        self.drawn.append(name)

    def operator_menu_enum(self, name: str, choices: str, **options: Any) -> None:
        self.operator(name, **options)
        group, _, operator = name.partition(".")
        assert choices in getattr(getattr(bpy.ops, group), operator).get_rna_type().properties

    def operator(self, name: str, icon: str = "NONE", **_options: Any) -> SimpleNamespace:
        group, _, operator = name.partition(".")
        assert operator in dir(getattr(bpy.ops, group))
        _check_icon(icon)
        self.drawn.append(name)
        return SimpleNamespace()

    def template_list(self, kind: str, _id: str, data: Any, name: str, active: Any, index: str, **_o) -> None:
        assert name in data.bl_rna.properties and index in active.bl_rna.properties
        for item in getattr(data, name):
            getattr(bpy.types, kind).draw_item(None, None, self, data, item, 0, active, index)

    def label(self, text: str = "", icon: str = "NONE", **_options: Any) -> None:
        _check_icon(icon)
        self.drawn.append(text)

    def menu(self, name: str, text: str = "", **_options: Any) -> None:
        assert hasattr(bpy.types, name)
        self.drawn.append(text)

    def template_icon(self, _icon: int, **_options: Any) -> None:
        self.drawn.append("a picture")

    def progress(self, text: str = "", **_options: Any) -> None:
        self.drawn.append(text)

    def separator(self, **_options: Any) -> None:
        pass


def _check_icon(icon: str) -> None:
    assert icon in bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items


@pytest.fixture
def draw(ui):
    """A function that draws all panels whose poll allows it; what they drew."""
    sidebar = SimpleNamespace(width=300)

    def all_panels() -> list[str]:
        names = ("scene", "window", "window_manager", "view_layer")
        context = SimpleNamespace(**{name: getattr(bpy.context, name) for name in names})
        # Background mode has no interface scale.
        styles = bpy.context.preferences.ui_styles
        context.preferences = SimpleNamespace(system=SimpleNamespace(ui_scale=1.0), ui_styles=styles)
        context.region, context.object, context.active_object = sidebar, None, None
        layout = Drawing()
        for panel in import_module(ui("panels").__package__).CLASSES:
            if issubclass(panel, bpy.types.Panel) and getattr(panel, "poll", lambda _: True)(context):
                panel.draw(_stand_in(panel, layout), context)
        return layout.drawn

    return all_panels


def _stand_in(panel: type, layout: Drawing) -> SimpleNamespace:
    """What Blender hands to draw as self: a panel that background mode never makes."""
    self = SimpleNamespace(layout=layout)
    for name, method in vars(panel).items():
        if name.startswith("_draw"):
            setattr(self, name, MethodType(method, self))
    return self


def test_an_empty_scene(enabled, draw):
    drawn = draw()
    assert "GVHMR" in " ".join(drawn)
    assert {"spr.open_recording", "spr.open_example", "spr.show_manual"} <= set(drawn)


def test_one_person_before_and_after_a_run(enabled, wave, draw):
    bpy.ops.spr.open_recording(filepath=str(wave))
    before = draw()
    assert {"strength", "smoothness", "start_from", "head", "use_range", "gaps"} <= set(before)
    assert "chosen" not in before
    bpy.ops.spr.refine_pose()
    assert any("frames refined in" in text for text in draw())


def test_contacts_are_drawn_where_there_is_no_fit_error(enabled, refined_wave, tmp_path, draw):
    """Poses alone, as most estimators write them, have none; nor have free feet."""
    with np.load(refined_wave) as found:
        poses = {name: found[name] for name in ("poses", "trans", "betas", "gender", "mocap_frame_rate")}
    np.savez(tmp_path / "alone.npz", **poses)
    bpy.ops.spr.open_recording(filepath=str(tmp_path / "alone.npz"))
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    drawn = draw()
    assert "No fit error: there were no keypoints." in drawn and "a picture" in drawn
    assert bpy.ops.spr.show_version(which="FREE") == {"FINISHED"}
    drawn = draw()
    assert "No fit error: choose After to see it." in drawn and "a picture" in drawn


def test_the_axis_is_asked_for_where_the_motion_hardly_shows_it(enabled, wave, ui, draw, monkeypatch):
    plain = ui("session").formats

    def read(path, **hints):
        return replace(plain.read(path, **hints), up=Known("+y", "inferred", 0.55))

    monkeypatch.setattr(ui("session"), "formats", SimpleNamespace(read=read))
    bpy.ops.spr.open_recording(filepath=str(wave))
    asked = draw()
    assert any("Is Y up?" in text for text in asked) and asked.count("up") == 2


def test_several_people_have_a_line_each(two_people, draw):
    drawn = draw()
    assert drawn.count("chosen") == 2
    assert (
        drawn.count("label") == 2
        and "60 f" in drawn
        and "60 frames (1.0 s)" in drawn
        and "spr.split_track" in drawn
    )


def test_a_run_shows_its_progress_and_how_to_stop_it(window, ui, long_person, draw):
    window.start(ui, long_person)
    drawn = draw()
    window.event("ESC", "PRESS")
    assert any("%" in text for text in drawn) and "spr.cancel_refine" in drawn


def test_the_log_is_offered_once_there_is_one(window, ui, draw, monkeypatch):
    assert "spr.copy_log" not in draw()
    monkeypatch.setattr(ui("job").refiner, "refine_steps", lambda *_args, **_options: 1 / 0)
    with pytest.raises(RuntimeError):
        bpy.ops.spr.refine_pose()
    assert {"spr.copy_log", "spr.show_log"} <= set(draw())


def test_body_parts_and_reasons_of_controls_without_effect_are_drawn(enabled, wave, draw):
    bpy.ops.spr.open_recording(filepath=str(wave))
    settings = bpy.context.scene.spr
    assert "trust" not in draw()
    settings.controls.show_limbs = True
    assert bpy.ops.spr.swap_sides(first=3, last=5) == {"FINISHED"}
    drawn = draw()
    assert drawn.count("trust") == 7 and "spr.reset_limbs" in drawn
    text = " ".join(drawn)
    assert "nobody is away for more than a second" in text
    assert "there is no refined armature of this recording yet" in text
    assert "spr.remove_swap" in drawn and any(line.startswith("Person 0, frames") for line in drawn)
    settings.controls.limbs.head.trust = 0.2
    assert bpy.ops.spr.reset_limbs() == {"FINISHED"}
    assert settings.controls.limbs.head.trust == 1.0


def test_somebody_whom_no_view_layer_has_brought_up_to_date(enabled, wave, draw):
    bpy.ops.spr.open_recording(filepath=str(wave))
    bpy.ops.spr.refine_pose()
    for place in bpy.context.view_layer.layer_collection.children:
        place.exclude = True
    bpy.ops.scene.new(type="FULL_COPY")
    assert "spr.add_ik_controls" in draw()


@pytest.mark.parametrize("tool", ["", "add_ik_controls", "add_root_bone", "add_edit_layer"])
def test_somebody_whose_animation_was_cleared_comes_back_by_a_click(enabled, wave, draw, tool):
    bpy.ops.spr.open_recording(filepath=str(wave))
    bpy.ops.spr.refine_pose()
    if tool:
        assert getattr(bpy.ops.spr, tool)() == {"FINISHED"}
    person = next(ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE")
    person.animation_data_clear()
    assert "spr.show_version" in draw()
    bpy.ops.spr.show_version(which="AFTER")
    assert ('pose.bones["Pelvis"].location', 0) in find_curves(person)
    assert "spr.add_edit_layer" in draw()
