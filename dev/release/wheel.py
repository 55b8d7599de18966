"""`build.py wheel`: the library and its command line for Python without Blender."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from ..environments.envs import Environment, launching, prepare
from ..processes import ROOT, Refusal, run


def main(arguments: list[str]) -> int:
    """Builds the wheel and prints where it is and how big."""
    parser = argparse.ArgumentParser(prog="build.py wheel", description="Build the wheel of the library.")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", metavar="FOLDER", help="default: dist")
    options = parser.parse_args(arguments)
    archive = build(prepare("release"), options.output.resolve())
    print(f"{archive}  {archive.stat().st_size / 1e6:.1f} MB")
    return 0


def build(tools: Environment, folder: Path, source: Path = ROOT) -> Path:
    """The wheel of a tree, as [tool.hatch] of its pyproject.toml says. Raises Refusal."""
    folder.mkdir(parents=True, exist_ok=True)
    with launching(tools) as variables, tempfile.TemporaryDirectory(dir=folder) as temporary:
        variables.pop("SOURCE_DATE_EPOCH", None)  # hatchling's own is the same everywhere
        command: list[str | Path] = [
            tools.python,
            "-m",
            "hatchling",
            "build",
            "--target",
            "wheel",
            "--directory",
            temporary,
        ]
        with Path(temporary, "log").open("wb") as log:
            status = run(command, variables, cwd=source, output=log)
        if status != 0:
            raise Refusal(
                f"The wheel could not be built: {Path(temporary, 'log').read_text('utf-8').strip()}"
            )
        made = next(Path(temporary).glob("*.whl"))
        return made.replace(folder / made.name)
