"""`build.py zip`: the extension, built and validated by Blender's own tool."""

from __future__ import annotations

import argparse
import platform
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from ..environments.envs import Environment, prepare
from ..environments.pythons import HERE
from ..processes import ROOT, Refusal, clean_environment, say
from .archive import settle
from .version import manifest
from .wheels import WHEELS, fill

STANDARD_LIMIT = 20_000_000
"""Bytes that are downloaded at once anywhere."""


def main(arguments: list[str]) -> int:
    """Build one zip and print where it is and how big."""
    parser = argparse.ArgumentParser(prog="build.py zip", description="Build the extension for Blender.")
    parser.add_argument(
        "--torch", action="store_true", help="with torch for this platform (Blender 4.2 to 5.0)"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "dist", metavar="FOLDER", help="default: dist")
    options = parser.parse_args(arguments)
    environment = prepare("main")
    tool = blender_tool(environment)
    build = build_with_torch if options.torch else build_standard
    archive = build(environment.python, tool, options.output.resolve())
    print(f"{archive}  {archive.stat().st_size / 1e6:.1f} MB")
    return 0


def blender_tool(environment: Environment) -> Path:
    """Blender's extension tool, which lies in every bpy wheel and is plain Python."""
    pattern = "**/site-packages/bpy/*/scripts/addons_core/bl_pkg/cli/blender_ext.py"
    return next(environment.folder.glob(pattern))


def build_standard(python: Path, tool: Path, folder: Path, source: Path = ROOT) -> Path:
    """The zip for every platform: pure Python, no compiled wheel. Raises Refusal when it grew too big.
    source: the tree that it is made of, its wheels in place."""
    fill("locked.txt")
    own = manifest(source)
    archive = folder / f"{own['id']}-{own['version']}.zip"
    _build(python, tool, source, archive)
    if archive.stat().st_size > STANDARD_LIMIT:
        archive.unlink()
        raise Refusal(
            f"The standard zip would be larger than {STANDARD_LIMIT / 1e6:.0f} MB: see what went into it."
        )
    return archive


def build_with_torch(python: Path, tool: Path, folder: Path, tree: Path = ROOT) -> Path:
    """The same and torch, for this platform and Python 3.11."""
    place = blender_platform()
    if HERE != "3.11" or place is None:
        raise Refusal(
            "The zip with torch is made for Python 3.11 on Linux x86-64, Windows x86-64 or macOS arm64: "
            "run python3.11 build.py zip --torch on one of these."
        )
    wheels = fill("locked.txt") + fill("locked_torch.txt")
    own = manifest(tree)
    name = f"{own['id']}-{own['version']}-torch-{place.replace('-', '_')}-py311.zip"
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary, "source")
        with zipfile.ZipFile(build_standard(python, tool, Path(temporary), tree)) as standard:
            standard.extractall(source)
        for wheel in wheels:
            target = source / "wheels" / wheel.name
            target.unlink(missing_ok=True)
            target.symlink_to(wheel)
        text = (source / "blender_manifest.toml").read_text("utf-8")
        (source / "blender_manifest.toml").write_text(torch_manifest(text, wheels, place), "utf-8")
        return _build(python, tool, source, folder / name)


def torch_manifest(text: str, wheels: list[Path], place: str) -> str:
    """The manifest with another list of wheels, and bound to the one platform that they fit."""
    listed = "".join(f'    "./{WHEELS.name}/{wheel.name}",\n' for wheel in wheels)
    lines = f'platforms = ["{place}"]\nwheels = [\n{listed}]'
    changed, count = re.subn(r"^wheels = \[.*?\]$", lambda _: lines, text, flags=re.MULTILINE | re.DOTALL)
    if count != 1:
        raise Refusal("blender_manifest.toml must have exactly one list of wheels.")
    return changed


def blender_platform() -> str | None:
    """Blender's name of this platform, None where no torch wheel is locked for it."""
    machine = platform.machine().lower().replace("amd64", "x86_64")
    known = {
        ("linux", "x86_64"): "linux-x64",
        ("win32", "x86_64"): "windows-x64",
        ("darwin", "arm64"): "macos-arm64",
    }
    return known.get((sys.platform, machine))


def _build(python: Path, tool: Path, source: Path, archive: Path) -> Path:
    """Build, make the bytes depend on nothing but the content, and validate. Raises Refusal with what
    Blender's tool says."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    run_tool(python, tool, "build", "--source-dir", str(source), "--output-filepath", str(archive))
    settle(archive)
    run_tool(python, tool, "validate", str(archive))
    return archive


def run_tool(python: Path, tool: Path, *arguments: str) -> None:
    """One command of Blender's extension tool. Raises Refusal with what it says."""
    say(f"blender extension {arguments[0]} …")
    done = subprocess.run(
        [python, tool, *arguments], capture_output=True, text=True, env=clean_environment(), check=False
    )
    if done.returncode != 0:
        raise Refusal(
            f"Blender's extension tool refuses to {arguments[0]}: {(done.stdout + done.stderr).strip()}"
        )
