"""Virtual environments under .envs: made from pinned requirements on first use, remade when those change.

Every command of build.py waits for what is imported here: what only makes them is imported then.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from ..ending import RESOURCES, own_resources
from ..processes import ONE_THREAD, ROOT, Refusal, clean_environment, locked, run, run_python, say
from . import libraries
from .pythons import HERE, find_python, pip_command

FOLDER = ROOT / ".envs"
WITH_BLENDER = ("main", "bpy-4.2", "bpy-4.5", "bpy-5.2", "bpy-5.3")


class Environment:
    """One virtual environment: requirements/<name>.txt under one Python."""

    def __init__(self, name: str, version: str = HERE) -> None:
        self.name = name
        self.version = version

    @property
    def folder(self) -> Path:
        """Where it lies. The Python's version is part of it, so that two Pythons can take turns."""
        return FOLDER / f"{self.name}-py{self.version}"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def stamp(self) -> Path:
        """The file that is written last: what the environment was made from."""
        return self.folder / "made_from.txt"

    @property
    def library_path(self) -> str:
        """The folder that bpy's own libraries have to be looked up in, where its wheel needs that."""
        note = self.folder / "library_path.txt"
        return note.read_text("utf-8") if note.exists() else ""

    def wanted(self) -> str:
        """What the stamp must say for the environment to be used as it is."""
        lines = requirement_lines(ROOT / "requirements" / f"{self.name}.txt")
        return "\n".join([f"Python {self.version}", *lines, ""])

    def is_ready(self) -> bool:
        """Whether it was made to the end from the requirements of today."""
        return self.python.exists() and self.stamp.exists() and self.stamp.read_text("utf-8") == self.wanted()


def requirement_lines(path: Path) -> list[str]:
    """The requirements of a file and of the files that it includes, without comments."""
    lines: list[str] = []
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("-r "):
            lines += requirement_lines(path.parent / line[3:].strip())
        elif line.strip() and not line.startswith("#"):
            lines.append(line.strip())
    return lines


def prepare(name: str, version: str = HERE) -> Environment:
    """The environment of this name, made if need be. Raises Refusal."""
    environment = Environment(name, version)
    FOLDER.mkdir(exist_ok=True)
    with locked(FOLDER / f"{environment.folder.name}.lock"):
        if not environment.is_ready():
            _make(environment)
        elif name in WITH_BLENDER and libraries.missing_packages():
            _ensure_blender(environment)
    return environment


def _make(environment: Environment) -> None:
    base = find_python(environment.version)
    if base is None:
        raise Refusal(f"Python {environment.version} is not on this machine: install it and run again.")
    import shutil

    say(f"Preparing the environment {environment.folder.name} (once; this can take a few minutes) …")
    shutil.rmtree(environment.folder, ignore_errors=True)
    pip = pip_command(base)
    _make_empty(environment, base)
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    requirements = ROOT / "requirements" / f"{environment.name}.txt"
    # Most of it is never imported: what is, Python compiles then, once.
    install: list[str | Path] = [
        *pip,
        "--python",
        environment.python,
        "install",
        "--no-compile",
        *quiet,
        "--requirement",
        requirements,
    ]
    if run(install, clean_environment()) != 0:
        raise Refusal(
            f"pip could not install {requirements.relative_to(ROOT)}: see its message above, and run again "
            "when the machine can reach its package index."
        )
    if environment.name in WITH_BLENDER:
        _ensure_blender(environment)
    environment.stamp.write_text(environment.wanted(), "utf-8")


def _make_empty(environment: Environment, base: Path) -> None:
    """Without pip inside: the base Python's pip installs into it, so Debian's python3-venv is not needed."""
    if environment.version == HERE:
        import venv

        venv.create(environment.folder, with_pip=False, symlinks=os.name != "nt")
    else:
        import subprocess

        command = [str(base), "-m", "venv", "--without-pip", str(environment.folder)]
        subprocess.run(command, env=clean_environment(), check=True)


def _ensure_blender(environment: Environment) -> None:
    """See to it that bpy can be imported: its libraries, and the folder that they are looked up in."""
    problem = libraries.import_problem(environment.python, environment.library_path)
    if problem and (packages := libraries.missing_packages()):
        libraries.install_packages(packages)
        problem = libraries.import_problem(environment.python)
    if problem:
        # Some 4.5 wheels do not find their own libtbb without help.
        own = next(environment.folder.glob("lib/python*/site-packages/bpy/lib"), None)
        if own is not None and not libraries.import_problem(environment.python, str(own)):
            (environment.folder / "library_path.txt").write_text(str(own), "utf-8")
            return
        raise Refusal(f"Blender's Python module does not start in {environment.folder.name}: {problem}")


@contextmanager
def launching(environment: Environment) -> Iterator[dict[str, str]]:
    """Variables for a program in it: the repository importable, Blender's user folder fresh and empty."""
    from tempfile import TemporaryDirectory  # takes as long to import as all else here

    with TemporaryDirectory(prefix="smpl_pose_refiner_", ignore_cleanup_errors=True) as resources:
        yield _variables(environment) | {RESOURCES: resources}


def _variables(environment: Environment) -> dict[str, str]:
    variables = clean_environment() | {"PYTHONPATH": str(ROOT)}
    if environment.library_path:
        variables["LD_LIBRARY_PATH"] = environment.library_path
    return variables


def call(environment: Environment, target: str, arguments: list[str]) -> int:
    """Call `module:function` with the arguments in the person's own folder; its exit status.

    Where a process can become another it does not come back: whoever ends it, `kill -9` too, ends the work.
    -P keeps that folder off the module search path: a numpy.py lying there must not be imported.
    """
    words = ["-P", "-c", calling(target), *arguments]
    if os.name == "posix":
        _become(environment, words)
    with launching(environment) as variables:
        return run_python(environment.python, words, variables | ONE_THREAD)


def _become(environment: Environment, words: list[str]) -> NoReturn:
    from tempfile import mkdtemp

    variables = _variables(environment) | ONE_THREAD | {RESOURCES: mkdtemp(prefix=own_resources())}
    sys.stdout.flush()
    sys.stderr.flush()
    python = str(environment.python)
    os.execve(python, [python, *words], variables)


def calling(target: str) -> str:
    """The program that calls `module:function` with its arguments and ends."""
    return f"from dev.ending import call_and_end; call_and_end({target!r})"
