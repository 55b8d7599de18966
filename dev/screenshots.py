"""`build.py screenshots`: the pictures of the manual, taken from a real window and kept small."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops

from tests.window.driver import Blender

from . import chroot
from . import zip as packaging
from .envs import prepare
from .processes import ROOT, Refusal, say

DOCS = ROOT / "docs"
TRIAL = "/samples/pose2sim/S00_P00_T01_BalancingTrial_0-100.trc"
PLUGIN = "/samples/plugin/estimate.npz"
TENNIS = "/samples/kineticstoolkit/kinematics_tennis_serve_2players.c3d"
FRAME = 50
"""A telling moment of the trial."""
ROOM = 8
"""Pixels left around what a panel shows."""


@dataclass(frozen=True)
class Picture:
    """Of the sidebar with these panels open and this recording, refined or not."""

    name: str
    panels: tuple[str, ...]
    recording: str = TRIAL
    refined: bool = False


PICTURES = (
    Picture("source", ("SPR_PT_source", "SPR_PT_overrides")),
    Picture("people", ("SPR_PT_source",), TENNIS),
    Picture("controls", ("SPR_PT_refine", "SPR_PT_controls")),
    Picture("options", ("SPR_PT_refine", "SPR_PT_options")),
    Picture("export", ("SPR_PT_export",), refined=True),
)


def main(arguments: list[str]) -> int:
    """Take them all, or those named."""
    names = ["panel", *(picture.name for picture in PICTURES)]
    parser = argparse.ArgumentParser(prog="build.py screenshots", description="Take the manual's pictures.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which ones: {', '.join(names)}")
    parser.add_argument(
        "--suite", choices=[*chroot.BLENDERS], default="sid", help="default: sid, Blender 5.2"
    )
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(names):
        raise Refusal(f"There is no picture {min(unknown)}: choose from {', '.join(names)}.")
    system, environment = chroot.prepare(options.suite), prepare("main")
    tool = packaging.blender_tool(environment)
    with tempfile.TemporaryDirectory() as folder:
        archive = packaging.build_standard(environment.python, tool, Path(folder))
        for name in options.names or names:
            say(f"Taking {name} …")
            _take(name, system, archive, Path(folder))
    return 0


def _take(name: str, system: chroot.Chroot, archive: Path, folder: Path) -> None:
    picture = next((picture for picture in PICTURES if picture.name == name), None)
    size = (1280, 800) if picture is None else (1280, 1200)
    blender = Blender(system, archive, folder, size)
    try:
        blender.start(panels=picture.panels if picture else ())
        if picture is None:
            _keep(_whole_window(blender), DOCS / "panel.png")
        else:
            (DOCS / "manual").mkdir(exist_ok=True)
            _keep(_sidebar(blender, picture), DOCS / "manual" / f"{name}.png")
    finally:
        blender.close()


def _whole_window(blender: Blender) -> Image.Image:
    _prepare(blender, TRIAL, refined=True)
    blender.call("object.select_all", action="DESELECT")
    blender.ask("put", path="scene.frame_current", value=FRAME)
    return _shot(blender)


def _sidebar(blender: Blender, picture: Picture) -> Image.Image:
    # Without the view behind it, all below the last panel is of one colour.
    blender.ask("put", path="preferences.system.use_region_overlap", value=False)
    _prepare(blender, picture.recording, picture.refined)
    found = _shot(blender, "sidebar")
    plain = Image.new("RGB", found.size, found.getpixel((found.width // 2, found.height - 2)))
    used = ImageChops.difference(found.crop((0, 0, found.width - 30, found.height)), plain).getbbox()
    return found.crop((0, 0, found.width, min(used[3] + ROOM, found.height) if used else found.height))


def _prepare(blender: Blender, recording: str, refined: bool) -> None:
    blender.ask("fresh")
    blender.show()
    blender.open(recording)
    if refined:
        blender.call("spr.refine_pose", "EXEC_DEFAULT")
    time.sleep(1.0)


def _shot(blender: Blender, part: str = "") -> Image.Image:
    blender.rest()
    time.sleep(1.0)
    with Image.open(blender.picture("shot", part)) as found:
        return found.convert("RGB")


def _keep(found: Image.Image, path: Path) -> None:
    """Write it with 256 colours, which an interface hardly exceeds."""
    few = found.quantize(256, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    say(f"{path.relative_to(ROOT)}: {found.width} × {found.height}, {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
