"""The extension, linked into a user folder of its own and enabled as Blender enables it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from addon import formats, refiner
from addon.recording import Person
from dev.environments.linked import link, switch
from tests.scene.rigged import add_armature, known_rig
from tests.wave import joints_of_a_wave

from .event_loop import EventLoop
from .remembered import remembering


def reload_scripts() -> None:
    """What Reload Scripts does once the event loop comes to it, which it never does in background mode."""
    bpy.utils.load_scripts(reload_scripts=True)


@pytest.fixture
def switch_extension(linked):
    """A function that enables (True) or disables (False) the extension."""
    yield lambda on: switch(linked, on)
    switch(linked, False)


@pytest.fixture(scope="session")
def linked() -> str:
    """The repository as an installed extension; the name of its module."""
    return link()


@pytest.fixture
def enabled(linked):
    """An empty scene with the extension enabled, on the engine that every Blender has.

    It stays enabled from test to test: to enable it a thousand times would take minutes.
    """
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    if linked not in bpy.context.preferences.addons:
        switch(linked, True)
    preferences = bpy.context.preferences.addons[linked].preferences
    for name in preferences.__annotations__:
        preferences.property_unset(name)
    preferences.engine = "numpy"
    package = importlib.import_module(f"{linked}.addon.refiner")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(package, "refine_steps", remembering(package.refine_steps))
        runner = importlib.import_module(f"{linked}.addon.ui.runner")
        for name in ("SLICE", "LONGEST"):  # which some tests make shorter
            patch.setattr(runner, name, getattr(runner, name))
        yield linked
    if linked in bpy.context.preferences.addons:  # what runs and what is open ends with the test
        ui = importlib.import_module(f"{linked}.addon.ui")
        ui.detach()
        ui.attach()


@pytest.fixture
def ui(enabled):
    """A function that gives a module of the enabled extension's ui package."""
    return lambda name: importlib.import_module(f"{enabled}.addon.ui.{name}")


@pytest.fixture
def wave(tmp_path: Path) -> Path:
    """A file of clean keypoints: 60 frames at 60 fps."""
    return write_wave(tmp_path / "wave.npz")


def write_wave(path: Path) -> Path:
    np.savez(path, keypoints=joints_of_a_wave(60, 60.0), layout="smpl24", fps=60.0, up_axis="y", units="m")
    return path


def wave_on_controls(folder: Path) -> None:
    """A refined wave on IK controls in the scene."""
    bpy.ops.spr.open_recording(filepath=str(write_wave(folder / "wave.npz")))
    bpy.ops.spr.refine_pose()
    bpy.ops.spr.add_ik_controls()


def wave_on_controls_and_character(folder: Path) -> None:
    """The same, and a character."""
    wave_on_controls(folder)
    add_armature(known_rig("Mixamo"))


@pytest.fixture(scope="session")
def refined_wave(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wave as a file of poses and keypoints, for tests to copy: many need it, and it takes a while."""
    path = write_wave(tmp_path_factory.mktemp("refined") / "wave.npz")
    formats.write_npz(refiner.refine(formats.read(path).people[0], engine="numpy"), path)
    return path


@pytest.fixture
def refined_armature(enabled: str, wave: Path) -> bpy.types.Object:
    """A person refined here, on frames 1 to 60."""
    bpy.context.scene.render.fps = 60
    bpy.ops.spr.open_recording(filepath=str(wave))
    bpy.ops.spr.refine_pose()
    return next(ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE")


@pytest.fixture(scope="session")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for scenes that several tests start from, and for the recordings that these name."""
    return tmp_path_factory.mktemp("scenes")


@pytest.fixture
def start_scene(enabled: str, scenes: Path) -> Callable[[str, Callable[[], object]], bpy.types.Scene]:
    """A function that opens the scene of a name, which another function makes the first time."""

    def start(name: str, make: Callable[[], object]) -> bpy.types.Scene:
        path = scenes / f"{name}.blend"
        if not path.exists():
            make()
            bpy.ops.wm.save_as_mainfile(filepath=str(path))
        bpy.ops.wm.open_mainfile(filepath=str(path))
        return bpy.context.scene

    return start


@pytest.fixture
def two_people(enabled, wave, ui, monkeypatch):
    """A scene with a file of two people open."""

    def read(path, **hints):
        recording = plain.read(path, **hints)
        people = tuple(replace(recording.people[0], id=person_id) for person_id in ("1", "2"))
        return replace(recording, people=people)

    plain = ui("session").formats
    monkeypatch.setattr(ui("session"), "formats", SimpleNamespace(read=read))
    bpy.ops.spr.open_recording(filepath=str(wave))
    return bpy.context.scene


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A file that ends in the middle."""
    path = tmp_path / "broken.npz"
    path.write_bytes(b"PK\x03\x04 and then nothing")
    return path


@pytest.fixture
def census() -> Callable[[], dict[str, int]]:
    """A function that counts the data-blocks of each kind."""
    kinds = ("objects", "meshes", "armatures", "actions", "collections", "materials")
    return lambda: {kind: len(getattr(bpy.data, kind)) for kind in kinds}


@pytest.fixture
def person(wave) -> Person:
    return formats.read(wave).people[0]


@pytest.fixture
def long_person(tmp_path) -> Person:
    """Somebody who keeps the refiner busy for a while."""
    path = tmp_path / "long.npz"
    np.savez(path, keypoints=joints_of_a_wave(3_000, 60.0), layout="smpl24", fps=60.0, up_axis="y", units="m")
    return formats.read(path).people[0]


@pytest.fixture
def window(ui, wave) -> EventLoop:
    """A window that shows a scene with the wave open."""
    bpy.ops.spr.open_recording(filepath=str(wave))
    return EventLoop(ui)
