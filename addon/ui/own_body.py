# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""The user's own SMPL, SMPL-H or SMPL-X file: chosen in a scene, checked at once, kept in memory."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty

from ..body.body_model import BodyModel, load_body_model
from ..safe_read import FormatError
from .session import Store

AS_RECORDED = "recorded"
BODIES: Store[BodyModel] = Store(load_body_model, kept=1)
"""The body model read last; one of SMPL-X takes about 100 MB."""


def _check(settings: SPR_PG_body, _context: bpy.types.Context) -> None:
    try:
        own_body(settings)
    except FormatError:
        return  # the store keeps the refusal, and the Options panel shows it


class SPR_PG_body(bpy.types.PropertyGroup):
    """Which body a scene's results get."""

    gender: EnumProperty(
        name="Open Body",
        description="Which of the three open bodies results get where no SMPL file is chosen",
        items=[
            (AS_RECORDED, "As Recorded", "Female or male where the recording says so, neutral elsewhere"),
            ("neutral", "Neutral", "An average person"),
            ("female", "Female", "A woman's body"),
            ("male", "Male", "A man's body"),
        ],
    )
    path: StringProperty(
        name="SMPL File",
        description="Your own SMPL, SMPL-H or SMPL-X file (.npz or .pkl), of the kind and gender that the"
        " poses were made with. Its mesh takes the place of the open body; where a person has shape numbers"
        " and no keypoints, its exact bones are used, too. Empty: the open body",
        subtype="FILE_PATH",
        update=_check,
    )


def own_body(settings: SPR_PG_body) -> BodyModel | None:
    """The chosen model, None for the open body. Raises FormatError with one plain sentence."""
    return BODIES.load(_path(settings)) if settings.path else None


def open_gender(settings: SPR_PG_body) -> str | None:
    """Which open body is chosen, None for what the recording says."""
    return None if settings.gender == AS_RECORDED else str(settings.gender)


def body_line(settings: SPR_PG_body) -> tuple[bool, str]:
    """Whether the chosen file will do, and a sentence on it; empty when nothing was chosen or read yet."""
    found = BODIES.peek(_path(settings)) if settings.path else None
    if found is None:
        return True, ""
    if isinstance(found, FormatError):
        return False, str(found)
    size = f"{len(found.vertices):,} vertices, {found.shapes} shape numbers"
    return True, f"{Path(settings.path).name}: {found.kind}, {size}"


def _path(settings: SPR_PG_body) -> str:
    return bpy.path.abspath(settings.path)


CLASSES = (SPR_PG_body,)
