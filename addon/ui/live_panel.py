# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""The switch of the live preview, and what the panel says of it."""

from __future__ import annotations

from collections.abc import Callable

import bpy

from .language import BoolProperty

_starters: list[Callable[[], None]] = []
"""What sets the preview going; it needs the panel's settings itself."""
SAYS: list[str] = []
"""What the preview has to say now, one sentence at most."""


def start_with(starter: Callable[[], None]) -> None:
    """Call this when the switch goes on."""
    _starters.append(starter)


def start_no_more() -> None:
    """Call nothing any more."""
    _starters.clear()
    SAYS.clear()


def _switched(_live: SPR_PG_live, _context: bpy.types.Context) -> None:
    for starter in _starters:
        starter()


class SPR_PG_live(bpy.types.PropertyGroup):
    """A scene's live preview."""

    show: BoolProperty(
        name="Live Preview",
        description="Draw the refined skeleton with these controls as a pale figure over the recording, or"
        " over the refined body, while you change them. No key is written before Refine Pose is pressed",
        update=_switched,
    )


def draw_live(layout: bpy.types.UILayout, settings: bpy.types.PropertyGroup) -> None:
    """The switch; and that it is a preview."""
    layout.prop(settings.live, "show")
    if settings.live.show:
        for sentence in SAYS[:1] or ("Preview only: Refine Pose writes it.",):
            layout.label(text=sentence, icon="INFO", translate=False)


CLASSES = (SPR_PG_live,)
