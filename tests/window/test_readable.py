"""Small screens and large letters: everything can be reached, and the pictures are there to be looked at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.window.driver import Blender
from tests.window.test_flow import CLIP

UPPER = ("spr.open_recording", "spr.refine_pose", "engine", "strength")
LOWEST = "spr.export_fbx"
PAGES = 40
TURNS = 4
"""Of the wheel from page to page: less than what is seen at once, at either scale."""


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_everything_can_be_reached_on_a_small_screen(new_blender, scale):
    blender = new_blender(size=(1280, 720), scale=scale, every_panel=True)
    blender.open(CLIP)
    blender.call("spr.refine_pose", "EXEC_DEFAULT")
    blender.rest()
    blender.picture(f"window at {scale:g}")
    names: set[str] = set()
    for _ in pages(blender, f"sidebar at {scale:g}", TURNS):
        if missing(names, UPPER):
            names |= blender.all_pointed()
    for _ in pages(blender, f"back at {scale:g}", -TURNS):
        if not missing(names, (LOWEST,)):
            break
        names |= blender.all_pointed()
    assert missing(names, (*UPPER, LOWEST)) == []


def pages(blender: Blender, title: str, turns: int) -> Iterator[None]:
    """Page after page of the sidebar, with its picture taken, until the wheel turns no further."""
    shown = b""
    for page in range(PAGES):
        blender.rest()
        picture = blender.picture(f"{title}, {page}", "sidebar").read_bytes()
        if picture == shown:
            return
        shown = picture
        yield
        blender.turn_page(turns)


def missing(names: set[str], buttons: tuple[str, ...]) -> list[str]:
    """The buttons that are not among these names."""
    return [button for button in buttons if not any(name.startswith(button) for name in names)]
