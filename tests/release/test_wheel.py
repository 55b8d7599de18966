"""The wheel of the library in a clean environment of each Python at hand, where nothing of Blender is."""

from __future__ import annotations

import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from dev.environments.pythons import HERE, find_python, pip_command
from dev.processes import ROOT
from dev.release import wheel
from dev.release.version import manifest
from dev.suites.suites import LIBRARY_ON
from tests.environments import pip_of_the_base, ready

SAMPLE = ROOT / "bundled_model/samples/pose2sim/S00_P00_T01_BalancingTrial_0-100.trc"

POSES = ROOT / "bundled_model/samples/smplcodec/avatar_skel.smpl"


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return wheel.build(ready("release"), tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module", params=LIBRARY_ON)
def installed(request, archive, tmp_path_factory):
    """A function that runs a program of a place where pip has put the wheel, and nothing else."""
    base = find_python(request.param)
    if base is None:
        pytest.skip(f"Python {request.param} is not on this machine")
    pip = pip_of_the_base() if request.param == HERE else pip_command(base)
    python, place = ready("library", request.param).python, tmp_path_factory.mktemp("place")
    into = ["--python", python, "install", "--quiet", "--no-index", "--prefix", place]
    subprocess.run(list(map(str, [*pip, *into, archive])), check=True)
    packages = next(place.glob("[lL]ib*/**/site-packages"))
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        first = next(place.glob(f"*/{command[0]}"), python) if command[0] != python else python
        words = [python, first, *command[1:]] if first != python else [python, *command[1:]]
        return subprocess.run(
            list(map(str, words)),
            cwd=cwd,
            env=variables | {"PYTHONPATH": str(packages)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_it_holds_the_library_and_nothing_that_needs_blender(archive):
    with zipfile.ZipFile(archive) as content:
        names = content.namelist()
    assert {name.split("/")[0] for name in names} == {
        "smpl_pose_refiner",
        f"smpl_pose_refiner-{manifest()['version']}.dist-info",
    }
    assert not [name for name in names if "/addon/ui/" in name or "/addon/scene/" in name]
    assert not [name for name in names if "/samples/" in name or "/training/" in name]


def test_its_command_refines_a_recording(installed, tmp_path):
    done = installed("smpl-pose-refiner", "refine", SAMPLE, "--output", tmp_path / "out.npz", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "mm from the keypoints" in done.stdout
    assert (tmp_path / "out.npz").exists()


def test_its_command_says_in_a_sentence_what_only_blender_can(installed, tmp_path):
    done = installed("smpl-pose-refiner", "refine", SAMPLE, "--output", tmp_path / "out.fbx", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("Only Blender writes .fbx, .glb, .usd and .blend files")
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_as_head_does_ends_it_without_a_word(installed, tmp_path):
    program = tmp_path / "closed.py"
    program.write_text(
        "import os, sys\n"
        "from smpl_pose_refiner.__main__ import main\n"
        "reading, writing = os.pipe()\n"
        "os.close(reading)\n"
        "os.dup2(writing, 1)\n"
        "sys.exit(main())\n"
    )
    done = installed("python", program, "inspect", SAMPLE, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("sample", [SAMPLE, POSES], ids=["keypoints", "poses alone"])
def test_the_example_of_the_manual_runs(installed, tmp_path, sample):
    script = ROOT / "docs/examples/refine_and_look.py"
    done = installed("python", script, sample, tmp_path / "new" / "folder", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "new" / "folder" / "result.html").read_text("utf-8")
    assert "<canvas" in page and "http" not in page
    assert (tmp_path / "new" / "folder" / "result.npz").exists()


def test_every_name_that_it_offers_is_there(installed, tmp_path):
    program = tmp_path / "names.py"
    program.write_text(
        "import sys, smpl_pose_refiner as library\n"
        "print('numpy' in sys.modules)\n"
        "print([name for name in library.__all__ if not hasattr(library, name)])\n"
        "print(library.formats.read.__doc__ is not None, hasattr(library, 'nothing'))\n"
    )
    done = installed("python", program, cwd=tmp_path)
    assert done.stdout.splitlines() == ["False", "[]", "True False"], done.stderr
