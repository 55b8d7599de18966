"""The user's own body model, and what is known of the performer, as arguments of the command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..body.body_model import load_body_model
from ..body.wishes import HEIGHTS, MOST_BETAS, WEIGHTS, ShapeWishes
from .jobs import UsageError
from .numbers import whole, within

if TYPE_CHECKING:
    from ..refiner import OwnBody


def add_body(parser: argparse.ArgumentParser) -> None:
    """Adds --smpl-model, --betas, --height and --weight."""
    group = parser.add_argument_group("your own body model")
    group.add_argument(
        "--smpl-model", type=Path, metavar="FILE",
        help="your own SMPL, SMPL-H or SMPL-X file (.npz or .pkl): its shape numbers (betas) are fitted to"
        " the keypoints, the motion is refined on its own skeleton, and its mesh is used for .fbx and .blend;"
        " where a person has betas and no keypoints, these are kept",
    )  # fmt: skip
    group.add_argument(
        "--betas", type=_count, default=ShapeWishes.betas, metavar="N",
        help=f"how many shape numbers of the --smpl-model to fit, 1 to {MOST_BETAS} (default"
        f" {ShapeWishes.betas})",
    )  # fmt: skip
    group.add_argument(
        "--height", type=_height, metavar="METRES", help="the performer's, for the shape of the --smpl-model"
    )
    group.add_argument(
        "--weight", type=_weight, metavar="KG", help="the performer's, for the shape of the --smpl-model"
    )


def own_body(args: argparse.Namespace) -> OwnBody | None:
    """The body that these arguments name, None without. Raises FormatError."""
    if args.smpl_model is None:
        return None
    from ..refiner import OwnBody

    return OwnBody(load_body_model(args.smpl_model), ShapeWishes(args.betas, args.height, args.weight))


def check_body(args: argparse.Namespace) -> None:
    """Raises UsageError for what is said of a body's shape where there is none to take it."""
    for name, usual in (("betas", ShapeWishes.betas), ("height", None), ("weight", None)):
        if args.smpl_model is None and getattr(args, name) != usual:
            raise UsageError(f"--{name} is for the shape of your own body model; give --smpl-model with it.")


def _count(text: str) -> int:
    value = whole(text)
    if not 1 <= value <= MOST_BETAS:
        raise argparse.ArgumentTypeError(f"{text} is not in 1 to {MOST_BETAS}")
    return value


def _height(text: str) -> float:
    return within(text, *HEIGHTS, "metres")


def _weight(text: str) -> float:
    return within(text, *WEIGHTS, "kilograms")
