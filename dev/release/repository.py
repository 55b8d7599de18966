"""`build.py repo`: a folder that any web server can offer as a repository of extensions.

Blender's own `server-generate` writes its index from the zips that lie in it.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from ..environments.envs import prepare
from ..processes import ROOT, Refusal
from . import zip as packaging

INDEX = "index.json"


def main(arguments: list[str]) -> int:
    """Makes or renews the folder, and prints what to give to Blender."""
    parser = argparse.ArgumentParser(
        prog="build.py repo",
        description="Make a folder of extensions that Blender installs and updates from.",
    )
    parser.add_argument(
        "archives",
        type=Path,
        nargs="*",
        metavar="ZIP",
        help="zips of a release (default: one made of the files as they are)",
    )
    parser.add_argument(
        "--output", type=Path, default=ROOT / "dist/repo", metavar="FOLDER", help="default: dist/repo"
    )
    options = parser.parse_args(arguments)
    environment = prepare("main")
    tool, folder = packaging.blender_tool(environment), options.output.resolve()
    index = publish(environment.python, tool, options.archives, folder)
    print(f"{index.as_uri()}\nUpload the folder, and give Blender the address that {INDEX} then has.")
    return 0


def publish(python: Path, tool: Path, archives: list[Path], folder: Path) -> Path:
    """Puts zips into the folder in place of those with the same purpose, and writes its index. Raises
    Refusal."""
    folder.mkdir(parents=True, exist_ok=True)
    if missing := [archive for archive in archives if not archive.is_file()]:
        raise Refusal(f"There is no zip {missing[0]}: `python3 build.py release` makes some.")
    new = [Path(shutil.copy(archive, folder)) for archive in archives]
    new = new or [packaging.build_standard(python, tool, folder)]
    for old in set(folder.glob("*.zip")) - set(new):
        if _purpose(old) in {_purpose(archive) for archive in new}:
            old.unlink()
    packaging.run_tool(python, tool, "server-generate", "--repo-dir", str(folder), "--html")
    return folder / INDEX


def _purpose(archive: Path) -> tuple[str, ...]:
    """A zip's name without its version: an index lists one version of each."""
    parts = archive.stem.split("-")
    return (parts[0], *parts[2:])
