"""From nothing to the first click on Refine Pose, in a window of 1280 × 720."""

from __future__ import annotations

import numpy as np
import pytest

from tests.wave import joints_of_a_wave
from tests.window.driver import TAB, Blender

SMALL = (1280, 720)
PEOPLE = 30
CLIP = "/samples/plugin/keypoints.npz"


@pytest.fixture
def small(new_blender) -> Blender:
    """A Blender in a small window, with an empty scene."""
    blender: Blender = new_blender(SMALL)
    blender.ask("fresh")
    blender.show()
    return blender


@pytest.fixture
def crowd(small) -> list[dict[str, str]]:
    """A file for each of many people, whose points are doubtful in many ways."""
    folder = small.exchange / "crowd"
    folder.mkdir()
    for number in range(PEOPLE):
        points = joints_of_a_wave(60 + number, 30.0) + np.array(
            [1.5 * (number % 6), 0.0, 1.5 * (number // 6)]
        )
        points[20 : 25 + number % 3, :, :] = np.nan
        points[:, 15 + number % 4] = np.nan
        np.savez(folder / f"crowd_person{number:02d}.npz", keypoints=points, layout="smpl24", fps=30.0)
    return [{"name": path.name} for path in sorted(folder.iterdir())]


def test_a_new_user_finds_an_example_and_the_manual(small):
    small.rest()
    small.picture("empty")
    assert small.find("spr.show_manual")
    small.click("spr.open_example")
    small.wait(lambda: small.state["source"], "the example")
    small.rest()
    small.picture("example")
    small.click("spr.refine_pose")
    small.wait(lambda: small.state["result"], "the result")
    small.rest()
    small.picture("refined")


def test_after_import_with_a_closed_sidebar_the_tab_is_there(small):
    small.show("Tool")
    small.ask("hide")
    small.open(CLIP)
    small.wait(lambda: small.ask("sidebar") == TAB, "the tab")
    small.rest()
    small.still("imported")
    assert small.find("spr.refine_pose")


def test_with_many_people_and_warnings_the_button_is_in_sight(small, crowd):
    small.call("spr.open_recording", "EXEC_DEFAULT", directory="/exchange/crowd", files=crowd)
    small.settle()
    small.rest()
    small.picture("crowd")
    assert small.find("spr.refine_pose")
    small.ask("put", path="scene.spr.show_warnings", value=True)
    small.settle()
    small.rest()
    small.picture("warnings")
