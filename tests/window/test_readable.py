"""Small screens and large letters: everything can be reached, and the pictures are there to be looked at."""

from __future__ import annotations

import pytest

from tests.window.test_flow import CLIP

BUTTONS = ("spr.open_recording", "spr.refine_pose", "spr.export_fbx", "engine", "strength")
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
    shown = b""
    for page in range(PAGES):
        names |= blender.all_pointed()
        blender.rest()
        picture = blender.picture(f"sidebar at {scale:g}, {page}", "sidebar").read_bytes()
        if picture == shown:
            break
        shown = picture
        blender.turn_page(TURNS)
    missing = [button for button in BUTTONS if not any(name.startswith(button) for name in names)]
    assert missing == []
