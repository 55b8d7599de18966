# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""The user's own SMPL, SMPL-H or SMPL-X file: chosen in a scene, checked at once, kept in memory."""

from __future__ import annotations

from pathlib import Path

import bpy

from .. import refiner
from ..body import body_model
from ..body.wishes import HEIGHTS, MOST_BETAS, WEIGHTS, ShapeWishes
from ..safe_read import FormatError
from .language import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty
from .session import Store

AS_RECORDED = "recorded"
BODIES: Store[body_model.BodyModel] = Store(lambda path: body_model.load_body_model(path), kept=1)
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
        description="Your own SMPL, SMPL-H or SMPL-X file (.npz or .pkl). Its shape is fitted to the"
        " keypoints and its mesh takes the place of the open body. Where a person has shape numbers and"
        " no keypoints, these are kept. Empty: the open body",
        subtype="FILE_PATH",
        update=_check,
    )
    betas: IntProperty(
        name="Shape Numbers",
        description="How many of the SMPL file's shape numbers (betas) are fitted. More tell finer"
        " differences between bodies, which need clean keypoints of many joints",
        default=ShapeWishes.betas,
        min=1,
        max=MOST_BETAS,
        soft_max=16,
    )
    use_height: BoolProperty(
        name="Known Height", description="Fit the shape to how tall the performer is", default=False
    )
    height: FloatProperty(
        name="Height",
        description="How tall the performer is, without shoes",
        default=1.75,
        min=HEIGHTS[0],
        max=HEIGHTS[1],
        precision=2,
        unit="LENGTH",
    )
    use_weight: BoolProperty(
        name="Known Weight", description="Fit the shape to how heavy the performer is", default=False
    )
    weight: FloatProperty(
        name="Weight",
        description="How heavy the performer is",
        default=70.0,
        min=WEIGHTS[0],
        max=WEIGHTS[1],
        precision=1,
        unit="MASS",
    )


def own_body(settings: SPR_PG_body) -> refiner.OwnBody | None:
    """The chosen model with what is known of the performer, None for the open body. Raises FormatError with
    one plain sentence."""
    if not settings.path:
        return None
    height = settings.height if settings.use_height else None
    weight = settings.weight if settings.use_weight else None
    return refiner.OwnBody(BODIES.load(_path(settings)), ShapeWishes(settings.betas, height, weight))


def draw_body(layout: bpy.types.UILayout, settings: SPR_PG_body, mesh: bool) -> None:
    """Which body, and with a file what is known of its shape. mesh: whether results get one; a file tells
    their bones in any case."""
    row = layout.row()
    row.active = mesh and not settings.path
    row.prop(settings, "gender")
    layout.prop(settings, "path")
    if not settings.path:
        return
    layout.prop(settings, "betas")
    for known in ("height", "weight"):
        row = layout.row(heading=f"Known {known.title()}", translate=False)
        row.prop(settings, f"use_{known}", text="")
        value = row.row()
        value.active = getattr(settings, f"use_{known}")
        value.prop(settings, known, text="")


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
