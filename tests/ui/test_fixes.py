"""Target points that a user moves or mutes: drawn and refined like that, while the file stays as it is."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from mathutils import Vector

WRIST = 20


@pytest.fixture
def opened(enabled, wave):
    """A scene with the wave open, at its tenth frame."""
    bpy.ops.spr.open_recording(filepath=str(wave))
    bpy.context.scene.render.fps = 60
    bpy.context.scene.frame_set(11)
    return bpy.context.scene


@pytest.fixture
def keypoints(opened, ui):
    """A function that gives the keypoints as they are refined."""
    load = ui("targets").load_with_targets
    return lambda scene=None: load((scene or opened).spr).people[0].keypoints


def _mute(first=10, last=20):
    return bpy.ops.spr.mute_target(person="0", point="left_wrist", first=first, last=last)


def test_a_muted_point_counts_as_not_seen_in_its_frames(opened, keypoints, ui):
    before = keypoints().positions
    assert _mute() == {"FINISHED"}
    found = keypoints()
    assert np.flatnonzero(np.isnan(found.positions[:, WRIST, 0])).tolist() == list(range(10, 21))
    assert (found.confidence[10:21, WRIST] == 0).all()
    others = np.arange(24) != WRIST
    np.testing.assert_array_equal(found.positions[:, others], before[:, others])
    shapes = ui("preview").shapes(opened, bpy.context.evaluated_depsgraph_get())
    assert sorted(set(shapes.dot_colours[:, 3].round(2))) == [0.3, 1.0]
    assert opened.spr.fixes[0].source == opened.spr.source


def test_the_refined_body_no_longer_follows_a_muted_point(opened, tmp_path, wave):
    with np.load(wave) as found:
        fields = dict(found)
    # Little by little, for what is elsewhere at once is found without anybody.
    fields["keypoints"][10:40, WRIST] += 0.4 * np.hanning(30)[:, None]
    np.savez(tmp_path / "wrong.npz", **fields)
    elbows = []
    for mute in (False, True):
        bpy.ops.spr.open_recording(filepath=str(tmp_path / "wrong.npz"))
        if mute:
            _mute(10, 39)
        bpy.ops.spr.refine_pose()
        armature = next(ob for ob in opened.objects if ob.type == "ARMATURE")
        opened.frame_set(26)
        evaluated = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
        elbows.append(np.array(evaluated.pose.bones["L_Wrist"].head))
    right = fields["keypoints"][25, WRIST] - 0.4 * np.hanning(30)[15]
    apart = [np.linalg.norm(elbow - np.array([right[0], -right[2], right[1]])) for elbow in elbows]
    assert apart[1] < 0.6 * apart[0]


def test_removing_a_fix_brings_the_files_point_back(opened, keypoints):
    before = keypoints().positions
    _mute()
    assert bpy.ops.spr.remove_fix() == {"FINISHED"}
    np.testing.assert_array_equal(keypoints().positions, before)
    with pytest.raises(RuntimeError, match="No target point"):
        bpy.ops.spr.remove_fix()


def test_fixes_are_of_their_own_recording_and_survive_saving(opened, keypoints, tmp_path, wave):
    _mute()
    path = str(tmp_path / "fixed.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    assert [fix.point for fix in bpy.context.scene.spr.fixes] == ["left_wrist"]
    other = tmp_path / "other.npz"
    other.write_bytes(wave.read_bytes())
    bpy.ops.spr.open_recording(filepath=str(other))
    assert np.isfinite(keypoints(bpy.context.scene).positions).all()


def _pixel(place: Vector) -> Vector:
    """On the screen of a view from the front."""
    return Vector((1000.0 * place.x, 1000.0 * place.z))


def _place(pixel: Vector, near: Vector) -> Vector:
    return Vector((pixel.x / 1000.0, near.y, pixel.y / 1000.0))


def test_a_dragged_point_goes_along_and_eases_out(opened, keypoints, ui):
    fixing = ui("fix_targets")
    before = keypoints().positions
    (drawn,) = fixing.drawn_targets(opened, bpy.context.evaluated_depsgraph_get())
    assert drawn.frame == 10

    there = _pixel(Vector(drawn.places[WRIST]))
    assert fixing.nearest([drawn], _pixel, there + Vector((3.0, 0.0)), 20.0) == (drawn, WRIST)
    assert fixing.nearest([drawn], _pixel, there + Vector((900.0, 900.0)), 20.0) is None
    move = fixing.move_of(drawn, np.array([0.0, 0.0, 0.1]))
    ui("fixes").add_fix(opened.spr, ui("fixed_points").Fix("0", "left_wrist", 4, 16, 10, move))
    moved = keypoints().positions - before
    np.testing.assert_allclose(moved[10, WRIST], (0.0, 0.1, 0.0), atol=1e-5)
    heights = moved[:, WRIST, 1]
    assert (np.diff(heights[3:11]) > 0).all() and (np.diff(heights[10:18]) < 0).all()
    assert not heights[:4].any() and not heights[17:].any()


@pytest.fixture
def dragging(opened, ui, monkeypatch):
    """A function that gives events to Fix Target in a view from the front, and where the wrist is in it."""
    from bpy_extras import view3d_utils

    monkeypatch.setattr(view3d_utils, "location_3d_to_region_2d", lambda _r, _e, place: _pixel(place))
    monkeypatch.setattr(view3d_utils, "region_2d_to_location_3d", lambda _r, _e, at, near: _place(at, near))
    fixing = ui("fix_targets")
    (drawn,) = fixing.drawn_targets(opened, bpy.context.evaluated_depsgraph_get())
    operator = _operator(fixing)

    def event(kind: str, value: str, mouse: tuple[int, int], **keys: bool) -> set[str]:
        held = {"ctrl": False, "shift": False, "oskey": False, **keys}
        now = SimpleNamespace(type=kind, value=value, mouse_x=mouse[0], mouse_y=mouse[1], **held)
        return fixing.SPR_OT_fix_target.modal(operator, bpy.context, now)

    place = Vector(drawn.places[WRIST])
    return SimpleNamespace(
        event=event, wrist=(round(1000 * place.x), round(1000 * place.z)), operator=operator
    )


def test_dragging_in_the_view_is_one_fix(opened, keypoints, dragging):
    before, (x, y) = keypoints().positions[10, WRIST], dragging.wrist
    for kind, value, mouse in (
        ("LEFTMOUSE", "PRESS", (x, y)),
        ("MOUSEMOVE", "NOTHING", (x + 50, y)),
        ("WHEELUPMOUSE", "PRESS", (x + 50, y)),
        ("MOUSEMOVE", "NOTHING", (x + 100, y + 200)),
        ("LEFTMOUSE", "RELEASE", (x + 100, y + 200)),
        ("MOUSEMOVE", "NOTHING", (x + 500, y)),
    ):
        dragging.event(kind, value, mouse)
    (fix,) = opened.spr.fixes
    assert (fix.first, fix.frame, fix.last) == (3, 10, 17)
    np.testing.assert_allclose(keypoints().positions[10, WRIST] - before, (0.1, 0.2, 0.0), atol=2e-3)


def test_undo_takes_back_the_last_point_and_then_what_was_before(opened, dragging):
    for _ in range(2):
        dragging.event("LEFTMOUSE", "PRESS", dragging.wrist)
        dragging.event("LEFTMOUSE", "RELEASE", dragging.wrist)
    for left in (1, 0):
        assert dragging.event("Z", "PRESS", dragging.wrist, ctrl=True) == {"RUNNING_MODAL"}
        assert len(opened.spr.fixes) == left
    assert dragging.event("Z", "PRESS", dragging.wrist, ctrl=True) == {"CANCELLED", "PASS_THROUGH"}


def test_nothing_else_happens_while_a_point_is_held(opened, dragging):
    dragging.event("LEFTMOUSE", "PRESS", dragging.wrist)
    assert dragging.event("X", "PRESS", dragging.wrist) == {"RUNNING_MODAL"}
    assert dragging.event("TIMER", "NOTHING", dragging.wrist) == {"PASS_THROUGH"}
    opened.spr.fixes.clear()  # as an undo in another window does
    dragging.event("MOUSEMOVE", "NOTHING", (0, 0))
    dragging.event("WHEELUPMOUSE", "PRESS", (0, 0))
    assert len(opened.spr.fixes) == 0


@pytest.mark.parametrize("what", ["sidebar", "workspace"])
def test_a_click_elsewhere_is_left_to_blender_and_ends_it(opened, dragging, what):
    mode = dragging.operator._mode
    if what == "sidebar":
        mode.area.regions.append(SimpleNamespace(x=0, y=0, width=10_000, height=10_000, type="UI"))
    else:
        mode.area = None
    assert dragging.event("LEFTMOUSE", "PRESS", dragging.wrist) == {"CANCELLED", "PASS_THROUGH"}
    assert mode.ended == [True]


def test_disabling_the_extension_gives_the_header_back(ui):
    view_mode, ended = ui("view_mode"), []
    view_mode._running.append(SimpleNamespace(end=lambda: ended.append(True)))
    view_mode.detach()
    assert ended == [True]
    view_mode.attach()


def _pane(x: int, width: int = 10_000) -> SimpleNamespace:
    return SimpleNamespace(x=x, y=0, width=width, height=10_000, type="WINDOW", data=None)


def test_in_a_quad_view_the_pane_under_the_mouse_counts(opened, dragging):
    (x, y), area = dragging.wrist, dragging.operator._mode.area
    area.regions[:] = [_pane(-20_000), _pane(0)]
    dragging.event("LEFTMOUSE", "PRESS", (x, y))
    dragging.event("MOUSEMOVE", "NOTHING", (-100, y))  # over the other one
    (fix,) = opened.spr.fixes
    np.testing.assert_allclose(fix.move[0], (-100 - x) / 1000, atol=2e-3)


def _operator(fixing) -> SimpleNamespace:
    """The operator as it is after `invoke`, in a view without a window."""
    area = SimpleNamespace(regions=[_pane(0)])
    ended: list[bool] = []
    mode = SimpleNamespace(area=area, say=lambda _text: None, end=lambda: ended.append(True), ended=ended)
    state = SimpleNamespace(_mode=mode, _pane=0, _held=None, _ease=6, _reach=20.0, _made=0)
    for name in ("_take", "_drag", "_widen", "_entry", "_take_back", "_mute", "_nearest", "_say", "_end"):
        setattr(state, name, getattr(fixing.SPR_OT_fix_target, name).__get__(state))
    return state
