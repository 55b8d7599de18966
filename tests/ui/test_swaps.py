"""Left and right, exchanged by the tracker: found, told, and swapped by hand."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from addon.formats.sides import exchanged
from tests.refiner.motion import Truth

FRAMES = 60


@pytest.fixture
def files(tmp_path):
    """Clean keypoints, and the same with left and right exchanged in frames 20 to 29."""
    right = Truth(8, FRAMES).person("coco17", 0.005).keypoints
    assert right is not None
    rows = np.zeros(FRAMES, bool)
    rows[20:30] = True
    for name, keypoints in (("right", right), ("wrong", exchanged(right, rows))):
        np.savez(
            tmp_path / f"{name}.npz", keypoints=keypoints.positions, layout="coco17", fps=30.0, up_axis="y",
            units="m",
        )  # fmt: skip
    return tmp_path


def shown(ui) -> np.ndarray:
    return np.asarray(ui("hints").peek(bpy.context.scene.spr).people[0].keypoints.positions)


def opened(ui, path) -> np.ndarray:
    assert bpy.ops.spr.open_recording(filepath=str(path)) == {"FINISHED"}
    return shown(ui)


def test_what_was_found_stands_in_the_result(ui, files):
    right = opened(ui, files / "right.npz")
    assert np.allclose(opened(ui, files / "wrong.npz"), right, atol=1e-5)
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert "exchanged (whole body) in frames 20 to 29" in bpy.context.scene.spr.result


def test_sides_are_swapped_by_hand_in_frames_of_the_scene_and_back(ui, files):
    right, wrong = opened(ui, files / "right.npz"), opened(ui, files / "wrong.npz")
    settings = bpy.context.scene.spr
    bpy.context.scene.render.fps = 30
    settings.keep_sides = True
    wrong = shown(ui)
    assert np.abs(wrong - right).max() > 0.1
    assert bpy.ops.spr.swap_sides(first=21, last=30) == {"FINISHED"}
    assert [(one.first, one.last) for one in settings.swaps] == [(20, 29)]
    assert np.allclose(shown(ui), right, atol=1e-5)
    assert bpy.ops.spr.remove_swap(place=0) == {"FINISHED"}
    assert np.allclose(shown(ui), wrong, atol=1e-5)


def test_frames_without_the_person_are_refused(ui, files):
    opened(ui, files / "right.npz")
    with pytest.raises(RuntimeError, match="is not in these frames"):
        bpy.ops.spr.swap_sides(first=500, last=510)
    with pytest.raises(RuntimeError, match="lies after the last"):
        bpy.ops.spr.swap_sides(first=30, last=20)


def test_the_dialog_names_the_person_and_asks_for_the_frames_alone_where_there_is_one(ui, files):
    opened(ui, files / "right.npz")
    operator = ui("swaps").SPR_OT_swap_sides
    drawn: list[str] = []
    column = SimpleNamespace(prop=lambda _owner, name: drawn.append(name))
    asked = SimpleNamespace(
        properties=SimpleNamespace(is_property_set=lambda _name: False),
        person_id="",
        layout=SimpleNamespace(column=lambda: column),
    )
    manager = SimpleNamespace(invoke_props_dialog=lambda _operator: {"RUNNING_MODAL"})
    active = SimpleNamespace(objects=SimpleNamespace(active=None))
    context = SimpleNamespace(scene=bpy.context.scene, window_manager=manager, view_layer=active)
    operator.invoke(asked, context, None)
    assert asked.person_id == "0"
    operator.draw(asked, bpy.context)
    assert drawn == ["first", "last"]


def test_another_recording_starts_without_swaps(ui, files):
    opened(ui, files / "wrong.npz")
    assert bpy.ops.spr.swap_sides(first=1, last=5) == {"FINISHED"}
    opened(ui, files / "right.npz")
    assert len(bpy.context.scene.spr.swaps) == 0
