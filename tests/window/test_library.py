"""The wheel of the library on Debian's own Python, which is newer than Blender's, and its NumPy."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dev.environments.chroot import Chroot
from dev.processes import ROOT
from dev.release import wheel
from dev.release.wheels import fill
from tests.environments import pip_of_the_base, ready

SAMPLE = "/samples/pose2sim/S00_P00_T01_BalancingTrial_0-100.trc"

Debian = Callable[..., str]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the library and the packages beside NumPy that it asks for."""
    folder = tmp_path_factory.mktemp("library")
    archive = wheel.build(ready("release"), tmp_path_factory.mktemp("wheel"))
    command = [*pip_of_the_base(), "install", "--quiet", "--no-index", "--no-deps", "--no-compile"]
    packages = [archive, *fill("locked.txt")]
    subprocess.run([*command, "--target", str(folder), *map(str, packages)], check=True)
    return folder


@pytest.fixture
def debian(chroot: Chroot, library: Path, tmp_path: Path) -> Debian:
    """A function that runs Debian's Python with the library; what it says."""
    binds = {
        library: "/library",
        ROOT / "docs" / "examples": "/examples",
        ROOT / "bundled_model" / "samples": "/samples",
        tmp_path: "/exchange",
    }

    def run(*words: str) -> str:
        command = chroot.entering(["env", "PYTHONPATH=/library", "python3", *words], binds)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout

    return run


def test_its_command_refines_a_recording(debian: Debian, tmp_path: Path) -> None:
    said = debian("/library/bin/smpl-pose-refiner", "refine", SAMPLE, "--output", "/exchange/out.npz")
    assert "mm from the keypoints" in said
    assert (tmp_path / "out.npz").exists()


def test_the_example_of_the_manual_runs(debian: Debian, tmp_path: Path) -> None:
    debian("/examples/refine_and_look.py", SAMPLE, "/exchange")
    assert "<canvas" in (tmp_path / "result.html").read_text("utf-8")
    assert (tmp_path / "result.npz").exists()


def test_nothing_in_it_is_deprecated_there(debian: Debian) -> None:
    imports = "import smpl_pose_refiner as library; [getattr(library, name) for name in library.__all__]"
    debian("-W", "error", "-c", imports)
