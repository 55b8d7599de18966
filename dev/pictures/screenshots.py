"""`build.py screenshots`: the pictures of the manual, taken from a real window and kept small."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops

from tests.window.driver import Blender

from ..environments import chroot
from ..environments.envs import prepare
from ..processes import ROOT, Refusal, say
from ..release import zip as packaging
from . import stage

DOCS = ROOT / "docs"
TRIAL = "/samples/pose2sim/S00_P00_T01_BalancingTrial_0-100.trc"
ESTIMATE = "/samples/plugin/estimate.npz"
TARGETS = "/samples/plugin/keypoints.npz"
FRAME = 50
"""A telling moment of the trial."""
WATCHED = 12_000
"""Frames that take long enough to refine to be watched."""
ROOM = 8
"""Pixels left below what a panel shows."""
CHARACTERS = DOCS / "manual" / "characters.png"
"""A picture that needs no window."""
TABS = 24
"""Pixels at the right that the names of the tabs take."""
CORNER = 12
"""Pixels of the rounded corner of an area."""


def open_trial(blender: Blender) -> None:
    """One person's keypoints."""
    blender.open(TRIAL)


def open_two_people(blender: Blender) -> None:
    """Keypoints of two."""
    first = stage.two_people(blender.exchange / "two_people")
    blender.open(f"/exchange/two_people/{first.name}")


def open_estimate(blender: Blender) -> None:
    """An estimator's poses, and keypoints in a second file."""
    blender.open(ESTIMATE)
    blender.call("spr.open_targets", filepath=TARGETS)


def refine(blender: Blender) -> None:
    """The whole run at once."""
    blender.call("spr.refine_pose", "EXEC_DEFAULT")


def refine_trial(blender: Blender) -> None:
    """A result, at a telling moment."""
    open_trial(blender)
    refine(blender)
    blender.call("object.select_all", action="DESELECT")
    blender.ask("put", path="scene.frame_current", value=FRAME)


def refine_two_people(blender: Blender) -> None:
    """An armature each."""
    open_two_people(blender)
    refine(blender)
    blender.call("object.select_all", action="DESELECT")
    blender.ask("put", path="scene.frame_current", value=FRAME // 2)


def see_quality(blender: Blender) -> None:
    """The worst frame of refined poses, with residual lines; the end was not seen."""
    stage.early_end(blender.exchange / "keypoints.npz")
    blender.open(ESTIMATE)
    blender.call("spr.open_targets", filepath="/exchange/keypoints.npz")
    refine(blender)
    blender.call("object.select_all", action="DESELECT")
    blender.ask("put", path="scene.spr.show_residuals", value=True)
    blender.call("spr.go_to_worst", which="WORST")


def retarget_trial(blender: Blender) -> None:
    """A character of another program beside its person, who does the same."""
    stage.character(blender.exchange / "hero.fbx")
    open_trial(blender)  # while the scene is untouched: the view goes there
    # Before the person is refined: Blender's import changes the scene's frame rate.
    blender.call("import_scene.fbx", "EXEC_DEFAULT", filepath="/exchange/hero.fbx")
    refine_trial(blender)
    blender.ask("put", path="scene.spr.retarget.character", value="Hero")
    blender.call("spr.retarget", "EXEC_DEFAULT")
    blender.call("object.select_pattern", "EXEC_DEFAULT", pattern="Hero")
    blender.call("transform.translate", "EXEC_DEFAULT", value=[-0.9, -0.25, 0.0])
    blender.call("object.select_all", action="DESELECT")


def be_refining(blender: Blender) -> None:
    """A run that has been going on for long enough to tell its end."""
    stage.long_take(blender.exchange / "long_take.npz", WATCHED)
    blender.open("/exchange/long_take.npz")
    blender.call("spr.refine_pose")
    blender.wait(lambda: "left" in blender.state["progress"], "a remaining time")


@dataclass(frozen=True)
class Picture:
    """Of the sidebar with these panels open, or of the whole window; `way` leads to what is shown.

    still: whether to wait until nothing moves.
    """

    name: str
    way: Callable[[Blender], None]
    panels: tuple[str, ...] = ()
    part: str = "sidebar"
    still: bool = True

    @property
    def path(self) -> Path:
        """Where it is kept."""
        return DOCS / f"{self.name}.png"


PICTURES = (
    Picture("panel", refine_trial, part=""),
    Picture("manual/source", open_trial, ("SPR_PT_source", "SPR_PT_overrides")),
    Picture("manual/people", refine_two_people, ("SPR_PT_source",), part=""),
    Picture("manual/targets", open_estimate, ("SPR_PT_source", "SPR_PT_targets")),
    Picture("manual/running", be_refining, ("SPR_PT_refine",), still=False),
    Picture("manual/controls", open_trial, ("SPR_PT_refine", "SPR_PT_controls")),
    Picture("manual/options", open_trial, ("SPR_PT_refine", "SPR_PT_options")),
    Picture("manual/quality", see_quality, ("SPR_PT_quality",), part=""),
    Picture("manual/retarget", retarget_trial, ("SPR_PT_retarget",), part=""),
    Picture("manual/export", refine_trial, ("SPR_PT_export",)),
)


def main(arguments: list[str]) -> int:
    """Take them all, or those named."""
    known = {picture.path.stem: picture for picture in PICTURES}
    names = (*known, CHARACTERS.stem)
    parser = argparse.ArgumentParser(prog="build.py screenshots", description="Take the manual's pictures.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which ones: {', '.join(names)}")
    parser.add_argument(
        "--suite", choices=[*chroot.BLENDERS], default="sid", help="default: sid, Blender 5.2"
    )
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(names):
        raise Refusal(f"There is no picture {min(unknown)}: choose from {', '.join(names)}.")
    wanted = options.names or names
    if CHARACTERS.stem in wanted:
        _draw_characters()
    shots = [known[name] for name in wanted if name in known]
    return _take_all(shots, options.suite) if shots else 0


def _draw_characters() -> None:
    from .characters import draw

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "characters.png"
        draw(path)
        with Image.open(path) as found:
            _keep(found.convert("RGB"), CHARACTERS)


def _take_all(pictures: Sequence[Picture], suite: str) -> int:
    system, environment = chroot.prepare(suite), prepare("main")
    tool = packaging.blender_tool(environment)
    with tempfile.TemporaryDirectory() as folder:
        archive = packaging.build_standard(environment.python, tool, Path(folder))
        for picture in pictures:
            say(f"Taking {picture.path.stem} …")
            _take(picture, system, archive, Path(folder))
    return 0


def _take(picture: Picture, system: chroot.Chroot, archive: Path, folder: Path) -> None:
    blender = Blender(system, archive, folder, (1280, 1200) if picture.part else (1280, 800))
    try:
        blender.start(panels=picture.panels)
        # Without the view behind it, all below the last panel is of one colour.
        blender.ask("put", path="preferences.system.use_region_overlap", value=not picture.part)
        blender.ask("fresh")
        blender.show()
        picture.way(blender)
        blender.rest()
        path = (blender.still if picture.still else blender.picture)("shot", picture.part)
        with Image.open(path) as found:
            image = found.convert("RGB")
        picture.path.parent.mkdir(exist_ok=True)
        _keep(_used(image) if picture.part else image, picture.path)
    finally:
        blender.close()


def _used(sidebar: Image.Image) -> Image.Image:
    """Without the tabs, and without what is empty below the last panel."""
    panels = sidebar.crop((0, 0, sidebar.width - TABS, sidebar.height - CORNER))
    plain = Image.new("RGB", panels.size, panels.getpixel((panels.width // 2, panels.height - 1)))
    used = ImageChops.difference(panels, plain).getbbox()
    return panels.crop((0, 0, panels.width, used[3] + ROOM)) if used else panels


def _keep(found: Image.Image, path: Path) -> None:
    """Write it with 256 colours, which an interface hardly exceeds."""
    few = found.quantize(256, kmeans=8, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    say(f"{path.relative_to(ROOT)}: {found.width} × {found.height}, {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
