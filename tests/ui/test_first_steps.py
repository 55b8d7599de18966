"""Before anything is open: an example to try, and the manual; after: where to go on."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np

from addon.ui.manual_page import page, write_pages

ROOT = Path(__file__).parents[2]


def test_the_example_opens_without_a_doubt_and_becomes_calm(enabled, ui):
    assert bpy.ops.spr.open_example() == {"FINISHED"}
    recording = ui("hints").peek(bpy.context.scene.spr)
    assert recording.warnings == () and recording.people[0].frames == 100
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert bpy.context.object.type == "ARMATURE"


def _shake(points: np.ndarray) -> float:
    return float(np.linalg.norm(np.diff(points, 2, axis=0), axis=-1).mean())


def test_the_example_is_what_a_detector_gives_before_any_filter(ui):
    """It shows what the add-on is for: the points tremble."""
    from addon import formats

    keypoints = formats.read(ui("example").EXAMPLE).people[0].keypoints
    assert _shake(keypoints.positions) * 60.0**2 > 50.0, "m/s^2"


def test_help_makes_pages_of_the_manual_and_opens_the_first(enabled, ui, monkeypatch):
    opened = []
    monkeypatch.setattr(
        ui("manual"),
        "bpy",
        SimpleNamespace(
            utils=bpy.utils,
            ops=SimpleNamespace(wm=SimpleNamespace(path_open=lambda filepath: opened.append(filepath))),
        ),
    )
    assert bpy.ops.spr.show_manual() == {"FINISHED"}
    text = Path(opened[0]).read_text("utf-8")
    assert "Open Recording…" in text and not opened[0].startswith(str(ROOT))


def test_every_link_and_picture_of_the_pages_leads_somewhere(tmp_path):
    sources = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
    pages = write_pages(sources, tmp_path)
    assert {f"{path.stem.lower()}.html" for path in sources} == {each.name for each in pages}
    assert {"manual.html", "fbx.html", "tutorial.html", "readme.html"} <= {each.name for each in pages}
    for written in pages:
        text = written.read_text("utf-8")
        prose = re.sub(r"<pre>.*?</pre>|<code>.*?</code>", "", text, flags=re.DOTALL)
        assert "](" not in prose and "**" not in prose
        for link in re.findall(r'(?:href|src)="([^"]+)"', text):
            if link.startswith("file:"):
                assert Path(link.removeprefix("file://")).exists(), link
            elif link.startswith("#") or ":" not in link:
                name, _, anchor = link.partition("#")
                target = (tmp_path / name if name else written).read_text("utf-8")
                assert not anchor or f'id="{anchor}"' in target, link


def test_the_parts_of_markdown_that_the_manual_uses():
    text = page(
        "# A <b>\n\nOne *two* **three**\n`a*b*`.\n\n| a | b |\n|---|---|\n| 1 | |\n\n- x\n- y\n  z\n", "t"
    )
    assert '<h1 id="a-b">A &lt;b&gt;</h1>' in text
    assert "<p>One <i>two</i> <b>three</b> <code>a*b*</code>.</p>" in text
    assert "<tr><th>a</th><th>b</th></tr><tr><td>1</td><td></td></tr>" in text
    assert "<ul><li>x</li><li>y z</li></ul>" in text


class _Region:
    """A sidebar that takes a tab only once it was drawn."""

    type, width = "UI", 200

    def __init__(self) -> None:
        self.drawn, self._tab = False, "Item"

    @property
    def active_panel_category(self) -> str:
        if not self.drawn:
            raise AttributeError
        return self._tab

    @active_panel_category.setter
    def active_panel_category(self, tab: str) -> None:
        self._tab = tab


def test_the_sidebar_is_opened_on_the_tab_as_soon_as_it_can_be(enabled, ui, monkeypatch):
    leading, region = ui("leading"), _Region()
    space = SimpleNamespace(show_region_ui=False)
    area = SimpleNamespace(
        type="VIEW_3D", width=100, height=100, regions=[region], spaces=SimpleNamespace(active=space),
        tag_redraw=lambda: None,
    )  # fmt: skip
    windows = [SimpleNamespace(screen=SimpleNamespace(areas=[area]))]
    manager = SimpleNamespace(windows=windows)
    looks = []
    timers = SimpleNamespace(
        register=lambda one, first_interval: looks.append(one), is_registered=lambda _: False
    )
    app = SimpleNamespace(background=False, timers=timers)
    context = SimpleNamespace(window=object(), window_manager=manager)
    monkeypatch.setattr(leading, "bpy", SimpleNamespace(app=app, context=context))
    called = []
    leading.lead_on(context, lambda: called.append(True))
    assert looks[0]() is not None and space.show_region_ui
    region.drawn = True
    assert looks[0]() is not None and region.active_panel_category == "SMPL Refiner"
    assert called == []
    assert looks[0]() is None and called == [True]


def test_without_a_3d_view_a_pop_up_says_where_to_go_on(enabled, ui, monkeypatch):
    leading, shown = ui("leading"), []
    manager = SimpleNamespace(windows=[], popup_menu=lambda draw, title, icon: shown.append(draw))
    context = SimpleNamespace(window=object(), window_manager=manager)
    monkeypatch.setattr(leading, "bpy", SimpleNamespace(app=SimpleNamespace(background=False)))
    leading.lead_on(context, list)
    texts = []
    menu = SimpleNamespace(layout=SimpleNamespace(label=lambda text, **_: texts.append(text)))
    shown[0](menu, context)
    assert texts == ["To go on, press N in a 3D View and choose the tab SMPL Refiner."]
