"""Batch: a folder in, a file each out, in steps, and nothing comes into the scene."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from addon import formats
from addon.batch import DONE, FAILED, LEFT_OUT, Ledger
from tests.wave import joints_of_a_wave

FRAMES = {"walk": 20, "monday/jump": 25}


@pytest.fixture
def takes(tmp_path) -> Path:
    """Two recordings, one that ends in the middle, and a file that is none."""
    folder = tmp_path / "takes"
    for name, frames in FRAMES.items():
        path = folder / f"{name}.npz"
        path.parent.mkdir(parents=True, exist_ok=True)
        points = joints_of_a_wave(frames, 30.0)
        np.savez(path, keypoints=points, layout="smpl24", fps=30.0, up_axis="y", units="m")
    (folder / "half.npz").write_bytes((folder / "walk.npz").read_bytes()[:400])
    (folder / "settings.json").write_text('{"threshold": 0.5}')
    return folder


@pytest.fixture
def batch(enabled, takes):
    """The scene's batch, with the folder listed."""
    assert bpy.ops.spr.batch_folder(directory=str(takes)) == {"FINISHED"}
    return bpy.context.scene.spr.batch


def told(batch) -> dict[str, tuple[str, str]]:
    return {row.name: (row.status, row.told) for row in batch.clips}


def test_a_folder_lists_its_recordings_with_ticks(batch, takes):
    assert [row.name for row in batch.clips] == ["half", "settings", "walk", "monday/jump"]
    assert all(row.chosen for row in batch.clips)
    assert Path(batch.output) == takes / "refined"


def test_every_ticked_recording_becomes_an_fbx_file_and_the_scene_stays_as_it_was(batch, takes, census):
    bpy.ops.mesh.primitive_cube_add()
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.context.scene.frame_set(7)
    before, rate = census(), bpy.context.scene.render.fps
    batch.kind = "unity"
    assert bpy.ops.spr.batch_refine() == {"FINISHED"}
    assert census() == before and len(bpy.data.scenes) == 1
    assert (bpy.context.scene.frame_current, bpy.context.scene.render.fps) == (7, rate)
    assert (bpy.context.view_layer.objects.active.name, bpy.context.mode) == ("Cube", "EDIT_MESH")
    written = {path.relative_to(takes / "refined").as_posix() for path in (takes / "refined").rglob("*.fbx")}
    assert written == {"walk.fbx", "monday/jump.fbx"}
    states = {name: status for name, (status, _) in told(batch).items()}
    assert states == {"half": FAILED, "settings": LEFT_OUT, "walk": DONE, "monday/jump": DONE}
    assert told(batch)["walk"][1].endswith(" mm")
    assert "damaged" in batch.clips["half"].sentences
    assert batch.result == "2 done, 1 failed, 1 left out; 45 frames."
    assert set(Ledger(takes / "refined").records) == set(states)


def test_the_files_hold_the_motion(batch, takes):
    bpy.ops.spr.batch_refine()
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.ops.import_scene.fbx(filepath=str(takes / "refined" / "walk.fbx"))
    (armature,) = [ob for ob in bpy.data.objects if ob.type == "ARMATURE"]
    first, last = armature.animation_data.action.frame_range
    assert last - first == FRAMES["walk"] - 1
    assert any(ob.type == "MESH" for ob in bpy.data.objects)


def test_only_ticked_recordings_are_refined(batch, takes):
    bpy.ops.spr.batch_tick(chosen=False)
    assert not bpy.ops.spr.batch_refine.poll()
    batch.clips["walk"].chosen = True
    batch.kind = "npz"
    bpy.ops.spr.batch_refine()
    assert [path.name for path in (takes / "refined").rglob("*.npz")] == ["walk.npz"]
    assert formats.read(takes / "refined" / "walk.npz").people[0].frames == FRAMES["walk"]


def test_what_is_done_stays_unless_settings_change_or_it_is_asked_for(batch, takes):
    batch.kind = "npz"
    bpy.ops.spr.batch_refine()
    path = takes / "refined" / "walk.npz"
    stamp = path.stat().st_mtime_ns
    bpy.ops.spr.batch_refine()
    assert path.stat().st_mtime_ns == stamp and "(2 of them before)" in batch.result
    assert told(batch)["walk"][0] == DONE
    batch.again = True
    bpy.ops.spr.batch_refine()
    again = path.stat().st_mtime_ns
    assert again > stamp
    batch.again = False
    bpy.context.scene.spr.controls.smoothness = 0.5
    bpy.ops.spr.batch_refine()
    assert path.stat().st_mtime_ns > again


def test_earlier_results_are_not_listed(batch, takes):
    batch.kind = "npz"
    bpy.ops.spr.batch_refine()
    bpy.ops.spr.batch_folder(directory=str(takes))
    assert [row.name for row in batch.clips] == ["half", "settings", "walk", "monday/jump"]


def test_what_is_stated_beside_the_file_browser_counts_for_all_files(enabled, tmp_path):
    np.save(tmp_path / "walk.npy", joints_of_a_wave(20, 50.0))
    bpy.ops.spr.batch_folder(directory=str(tmp_path), layout_name="smpl24", fps=50.0, up="+y", units="m")
    batch = bpy.context.scene.spr.batch
    batch.kind = "npz"
    bpy.ops.spr.batch_refine()
    assert formats.read(tmp_path / "refined" / "walk.npz").people[0].fps == 50.0


def test_a_folder_without_recordings_is_refused(enabled, tmp_path):
    with pytest.raises(RuntimeError, match="There is no recording in"):
        bpy.ops.spr.batch_folder(directory=str(tmp_path))


class Loop:
    """The operator as Blender's event loop calls it."""

    def __init__(self, ui) -> None:
        self.operator, self.runner = ui("batch").SPR_OT_batch_refine, ui("runner")
        self.reports: list[str] = []
        self.self = SimpleNamespace(report=lambda kind, text: self.reports.append(text))
        for name in ("_finish", "job"):
            setattr(self.self, name, getattr(self.operator, name).__get__(self.self))

    def start(self) -> None:
        self.runner.drive(bpy.context, self.self.job(bpy.context))

    def event(self, kind: str, value: str = "NOTHING") -> set[str]:
        return self.operator.modal(self.self, bpy.context, SimpleNamespace(type=kind, value=value))


def test_in_a_window_it_goes_in_steps_and_esc_keeps_what_is_done(batch, takes, ui):
    loop = Loop(ui)
    loop.runner.SLICE = loop.runner.LONGEST = 0.0
    batch.kind = "npz"
    bpy.ops.spr.batch_tick(chosen=False)
    batch.clips["walk"].chosen = batch.clips["monday/jump"].chosen = True
    loop.start()
    seen = set()
    while not (takes / "refined" / "walk.npz").exists():
        assert loop.event("TIMER") == {"PASS_THROUGH"}
        seen.add(loop.runner.current().shown.partition(",")[0])
        assert not bpy.ops.spr.refine_pose.poll() and not bpy.ops.spr.batch_refine.poll()
    assert {"walk (1 of 2): Reading", "walk (1 of 2): Refining"} & seen
    for _ in range(5):
        loop.event("TIMER")
    assert loop.event("ESC", "PRESS") == {"CANCELLED"}
    assert loop.runner.current() is None
    assert loop.reports == [f"Cancelled: 1 done; {FRAMES['walk']} frames. Refine again to go on."]
    assert not list((takes / "refined").rglob("jump*"))
    loop.start()
    while loop.event("TIMER") == {"PASS_THROUGH"}:
        continue
    assert batch.result == "2 done (1 of them before); 45 frames."


def test_a_long_recording_is_refined_in_many_short_steps(enabled, tmp_path, ui):
    points = joints_of_a_wave(2_000, 60.0)
    np.savez(tmp_path / "long.npz", keypoints=points, layout="smpl24", fps=60.0, up_axis="y", units="m")
    bpy.ops.spr.batch_folder(directory=str(tmp_path))
    bpy.context.scene.spr.batch.kind = "npz"
    loop = Loop(ui)
    loop.runner.SLICE = loop.runner.LONGEST = 0.0
    loop.start()
    steps = 0
    while loop.event("TIMER") == {"PASS_THROUGH"}:
        steps += 1
    assert steps > 200  # of one or two hundredths of a second each


def test_no_persons_file_takes_the_place_of_another_recordings(enabled, takes):
    one = joints_of_a_wave(30, 30.0)
    both = np.stack([one, one + np.array([2.0, 0.0, 0.0])], axis=1)
    np.savez(takes / "walk.npz", keypoints=both, layout="smpl24", fps=30.0, up_axis="y", units="m")
    (takes / "monday" / "jump.npz").rename(takes / "walk_0.npz")
    bpy.ops.spr.batch_folder(directory=str(takes))
    batch = bpy.context.scene.spr.batch
    batch.kind = "npz"
    batch.clips["walk_0"].chosen = False
    bpy.ops.spr.batch_refine()
    batch.clips["walk_0"].chosen = True
    bpy.ops.spr.batch_refine()
    assert {path.name: formats.read(path).people[0].frames for path in (takes / "refined").glob("*.npz")} == {
        "walk_0.npz": 25,
        "walk_2_0.npz": 30,
        "walk_1.npz": 30,
    }
