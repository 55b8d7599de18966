"""`build.py release`: all that a version is published as, from the last commit."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from ..environments.envs import Environment, launching, prepare
from ..processes import ROOT, Refusal, run, say
from . import changelog, checksums, commit, licences, wheel
from . import zip as packaging
from .version import manifest
from .wheels import WHEELS, fill


def main(arguments: list[str]) -> int:
    """Makes everything anew in a folder of the version's name, and prints what it holds."""
    parser = argparse.ArgumentParser(
        prog="build.py release",
        description="Make zips, wheel, licences, bills of materials and checksums of the last commit.",
    )
    parser.add_argument("--torch", action="store_true", help="also the zip with torch, for this platform")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", metavar="FOLDER", help="default: dist")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary)
        name = commit.export(source)
        target = fresh(options.output.resolve(), manifest(source)["version"])
        make(source, target, options.torch)
        log, version = (source / "CHANGELOG.md").read_text("utf-8"), manifest(source)["version"]
    say(f"Made of commit {name}.")
    if warning := changelog.left_out(log, version):
        say(warning)
    for path in sorted(target.iterdir()):
        print(f"{path}  {path.stat().st_size / 1e6:.2f} MB")
    return 0


def fresh(output: Path, version: str) -> Path:
    """An empty folder for the release. Raises Refusal where something else has its name."""
    target = output / f"release-{version}"
    if target.exists() and not (target / checksums.NAME).exists() and any(target.iterdir()):
        raise Refusal(f"{target} holds something else than a release: move it away, and run again.")
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    return target


def make(source: Path, target: Path, torch: bool = False) -> None:
    """The release of a tree. Raises Refusal."""
    notes = changelog.notes((source / "CHANGELOG.md").read_text("utf-8"), manifest(source)["version"])
    blender, tools = prepare("main"), prepare("release")
    for path in fill("locked.txt"):
        shutil.copy(path, source / WHEELS.name)
    tool = packaging.blender_tool(blender)
    archives = [packaging.build_standard(blender.python, tool, target, source)]
    if torch:
        archives.append(packaging.build_with_torch(blender.python, tool, target, source))
    archives.append(wheel.build(tools, target, source))
    for archive in archives:
        licences.write(licences.members(archive, source / "REUSE.toml"), _beside(archive, "licences.csv"))
        _bill(tools, archive, source / "REUSE.toml", _beside(archive, "cdx.json"))
    (target / "RELEASE_NOTES.md").write_bytes(notes.encode())
    checksums.write([path for path in target.iterdir() if path.is_file()], target)


def _beside(archive: Path, ending: str) -> Path:
    return archive.with_name(f"{archive.name}.{ending}")


def _bill(tools: Environment, archive: Path, reuse: Path, target: Path) -> None:
    with launching(tools) as variables:
        command: list[str | Path] = [tools.python, "-m", "dev.release.sbom", archive, reuse, target]
        if run(command, variables) != 0:
            raise Refusal(f"The bill of materials of {archive.name} could not be made: see above.")
