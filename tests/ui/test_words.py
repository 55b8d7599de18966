"""What the panel says is in Blender's words, fits its width, and folds where it is much."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np

from addon.overrides import give
from addon.recording import Recording
from addon.ui.describe import warned
from tests.ui.test_describe import _person, _recording
from tests.ui.test_panels import draw  # noqa: F401


def _warned(recording: Recording, *warnings: str) -> list[str]:
    return warned(replace(recording, warnings=warnings))


def test_what_asks_for_something_comes_first():
    shown = _warned(_recording(_person()), "Not used: hands.", f"If it is mirrored, {give('mirror')}.")
    assert shown == ["If it is mirrored, give --mirror.", "Not used: hands."]


def test_what_is_said_of_many_people_stands_once():
    people = [_person(str(number)) for number in range(12)]
    told = [f"Person {one.id} has no feet." for one in people] + ["Person 3 is small.", "The file is old."]
    assert _warned(_recording(*people), *told) == [
        "Each of 12 people (0, 1, 2 and 9 more) has no feet.",
        "Person 3 is small.",
        "The file is old.",
    ]


def test_a_name_that_starts_like_another_is_not_taken_for_it():
    people = [_person("P1"), _person("P1 0")]
    assert _warned(_recording(*people), "Person P1 0 has no feet.") == ["Person P1 0 has no feet."]


def test_no_panel_text_has_an_option_of_the_command_line(enabled, tmp_path, draw):  # noqa: F811
    """A file that is doubtful in many ways."""
    points = 3.7e4 * np.cumsum(np.random.default_rng(0).normal(size=(60, 17, 3)), 0)
    np.savez(tmp_path / "odd.npz", keypoints=points, layout="coco17", fps=2.0)
    bpy.ops.spr.open_recording(filepath=str(tmp_path / "odd.npz"))
    settings = bpy.context.scene.spr
    settings.show_warnings = True
    drawn = draw()
    assert [text for text in drawn if "--" in text] == []
    text = " ".join(drawn)
    assert "set Frame Rate to" in text and "below" in text and "choose Units below" in text
    assert drawn.count("fps") >= 2 and drawn.count("units") >= 2, "the controls stand by the sentences"


def test_many_warnings_fold_and_one_does_not(enabled, wave, draw, ui, monkeypatch):  # noqa: F811
    told: tuple[str, ...] = ("The first is doubtful.", "The second is doubtful.")
    plain = ui("session").formats

    class Reading:
        @staticmethod
        def read(path, **hints):
            return replace(plain.read(path, **hints), warnings=told)

    monkeypatch.setattr(ui("session"), "formats", Reading)
    bpy.ops.spr.open_recording(filepath=str(wave))
    settings = bpy.context.scene.spr
    assert "The first is doubtful." not in draw() and "show_warnings" in draw()
    settings.show_warnings = True
    assert {"The first is doubtful.", "The second is doubtful."} <= set(draw())
    told = told[:1]
    ui("session").SESSION.clear()
    bpy.ops.spr.read_again()
    settings.show_warnings = False
    assert "The first is doubtful." in draw() and "show_warnings" not in draw()
