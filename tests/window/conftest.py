"""Blenders with a window, for tests that `build.py test --window` runs."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dev.environments.chroot import Chroot
from tests.wave import joints_of_a_wave
from tests.window.driver import ROOT, Blender

SIZE = (900, 1000)
"""As narrow as can be: software draws each point of the view."""
WRONG = re.compile(r"Traceback|Segmentation|crash\.txt|EXCEPTION|^Fatal", re.MULTILINE)
"""What must not stand in the log of a Blender."""


@pytest.fixture(scope="session")
def chroot() -> Chroot:
    """The system with Blender that the tests were started for."""
    name = os.environ.get("WINDOW_SUITE")
    if not name:
        pytest.skip(os.environ.get("WINDOW_MISSING", "it needs a window: python3 build.py test --window"))
    suite, _, torch = name.partition("-")
    return Chroot(suite, torch=bool(torch))


@pytest.fixture
def pictures(chroot: Chroot, request: pytest.FixtureRequest) -> Path:
    """Where this test's screenshots are kept."""
    return ROOT / "window_output" / chroot.name / request.node.name.removeprefix("test_")


def _start(
    kept: list[Blender], chroot: Chroot, pictures: Path, size: tuple[int, int] = SIZE, **how: Any
) -> Blender:
    """A Blender among those to be ended. It draws its view once where it would draw it eight times for smooth
    edges: without a graphics card that is most of its work."""
    blender = Blender(chroot, Path(os.environ["WINDOW_ARCHIVE"]), pictures, size)
    kept.append(blender)
    blender.start(**how)
    blender.ask("put", path="preferences.system.viewport_aa", value="OFF")
    return blender


@pytest.fixture
def new_blender(chroot: Chroot, pictures: Path) -> Iterator[Callable[..., Blender]]:
    """A function that starts a Blender in a screen of this size; it is ended after the test."""
    started: list[Blender] = []

    def start(size: tuple[int, int] = SIZE, **how: Any) -> Blender:
        return _start(started, chroot, pictures, size, **how)

    yield start
    for blender in started:
        log = blender.log()
        blender.close()
        assert not WRONG.search(log), log


@pytest.fixture(scope="session")
def lasting(chroot: Chroot) -> Iterator[list[Blender]]:
    """The Blender that tests hand on to each other, as long as it lives."""
    kept: list[Blender] = []
    yield kept
    for blender in kept:
        blender.close()


@pytest.fixture
def blender(lasting: list[Blender], chroot: Chroot, pictures: Path) -> Iterator[Blender]:
    """A Blender that shows an empty scene and the extension's tab; its log must stay clean."""
    if lasting and lasting[0].ended is not None:
        lasting.pop().close()
    if not lasting:
        _start(lasting, chroot, pictures)
    one = lasting[0]
    one.pictures = pictures
    one.ask("fresh")
    one.show()
    one.new_in_log()
    yield one
    log = one.new_in_log()
    assert not WRONG.search(log), log
    assert one.ended is None, "Blender has ended"


@pytest.fixture
def long_recording() -> Callable[..., str]:
    """A function that gives a Blender a recording that takes many seconds to refine; its path there."""

    def give(blender: Blender, frames: int = 5_000) -> str:
        joints = joints_of_a_wave(frames, 60.0).astype(np.float32)
        path = blender.exchange / "long.npz"
        np.savez(path, keypoints=joints, layout="smpl24", fps=60.0, up_axis="y", units="m")
        return "/exchange/long.npz"

    return give
