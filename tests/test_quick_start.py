"""A command starts with what it needs: most of the time of a short one is imports."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from dev.environments import envs, inside
from dev.processes import ROOT
from tests.wave import joints_of_a_wave

INSPECT = """
import sys
from dev.command_line import inspect
status = inspect([sys.argv[1]])
print("MODULES", *sorted(sys.modules))
sys.exit(status)
"""
LATER = """
import sys
from dev.lean import PARTS, import_numpy
import_numpy()
import numpy as np
print(np.median([3.0, 1.0, 2.0, np.nan]), np.median([3.0, 1.0, 2.0]))
assert not {"numpy.random.mtrand", "numpy.polynomial.chebyshev", "numpy.ma.core"} & set(sys.modules)
print(np.random.default_rng(7).integers(1000))
print(np.polynomial.Polynomial([1.0, 2.0])(3.0), abs(np.fft.rfft([1.0, 0.0])).sum())
masked = np.ma.array([1.0, 2.0], mask=[False, True])
print(masked.sum(), np.ma.isMaskedArray(masked), np.ma.isMaskedArray(np.ones(2)))
np.testing.assert_allclose(1.0, 1.0)
from numpy.random import Generator
from numpy import ctypeslib, random
print(random is sys.modules["numpy.random"], Generator is random.Generator, ctypeslib.as_array is not None)
import inspect, pickle
from numpy._typing import ArrayLike, NDArray
print(inspect.isclass(pickle.Unpickler), ArrayLike is not None, NDArray is not list)
assert {part for part in PARTS if "_add_newdocs" not in part} <= set(sys.modules)  # which NumPy 1 has
"""

INSIDE = """
import sys
sys.path.insert(0, sys.argv[1])
from dev.environments import envs, inside
envs.FOLDER = envs.Path(sys.argv[2])
environment = envs.Environment("tiny")
print(inside.step_into(environment))
import numpy
print(numpy.WHOSE, sys.path[0] == sys.argv[1], any("-packages" in folder for folder in sys.path[:-1]))
print(inside.step_into(environment))
"""


def _said(*words: str, **variables: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, *words],
        env=os.environ | {"PYTHONPATH": str(ROOT)} | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def imported(tmp_path_factory) -> set[str]:
    """The modules that `inspect` of a file of keypoints imports."""
    path = tmp_path_factory.mktemp("wave") / "wave.npz"
    np.savez(path, keypoints=joints_of_a_wave(20, 30.0), layout="smpl24", fps=30.0, up_axis="y", units="m")
    *shown, modules = _said("-P", "-c", INSPECT, str(path))
    assert "keypoints (smpl24), 20 frames" in "\n".join(shown)
    return set(modules.split())


@pytest.mark.parametrize(
    "name",
    [
        "addon.batch",
        "addon.cli.outputs",
        "addon.cli.refine_arguments",
        "addon.refiner.pipeline",
        "addon.rigs.matching",
        "addon.writers.presets",
        "bpy",
        pytest.param("dis", marks=pytest.mark.skipif(np.__version__ >= "2", reason="NumPy 2 asks for it")),
        "numpy._typing._array_like",
        "numpy.ma.core",
        "numpy.polynomial.polynomial",
        "numpy.random.mtrand",
        "subprocess",
    ],
)
def test_inspect_imports_nothing_that_it_does_not_need(imported, name):
    """A dataclass without a doc string would ask Python's `inspect`, and that `dis`."""
    assert "addon.formats.registry" in imported and name not in imported


def test_parts_of_numpy_that_come_later_are_the_same_ones():
    assert _said("-c", LATER) == [
        "nan 2.0",
        f"{np.random.default_rng(7).integers(1000)}",
        "7.0 2.0",
        "1.0 True False",
        "True True True",
        "True True True",
    ]


@pytest.mark.parametrize("name", ["dataclasses", "hashlib", "inspect", "shutil", "subprocess", "tempfile"])
def test_the_door_opens_without_what_single_commands_need(name):
    """In a Python whose own start imports nothing beside."""
    program = "import sys; sys.path.insert(0, sys.argv[1]); import dev.commands; print(*sorted(sys.modules))"
    (modules,) = _said("-I", "-S", "-c", program, str(ROOT))
    assert name not in modules.split()


def test_inspect_uses_the_environment_alone_without_another_python(tmp_path):
    packages = inside.packages_of(envs.Environment("tiny")).relative_to(envs.FOLDER)
    for folder, whose in ((tmp_path / "envs" / packages, "environment"), (tmp_path / "own", "person")):
        folder.mkdir(parents=True)
        (folder / "numpy.py").write_text(f"WHOSE = {whose!r}")
    told = _said("-c", INSIDE, str(ROOT), str(tmp_path / "envs"), PYTHONPATH=str(tmp_path / "own"))
    assert told == ["True", "environment True False", "False"]
