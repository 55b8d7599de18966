"""What a person says of a file, as arguments of the command line."""

from __future__ import annotations

import argparse

from .inputs import add_sides
from .numbers import positive

_AXES = ("+x", "-x", "+y", "-y", "+z", "-z", "x", "y", "z")


def add_hints(parser: argparse.ArgumentParser) -> None:
    """Adds --layout, --fps, --up, --take, --units, --mirror, --keep-height, --join-tracks, --keep-sides,
    --swap, --one-take."""
    group = parser.add_argument_group("where a file does not say, or says it wrongly")
    group.add_argument("--layout", metavar="NAME", help="keypoint layout, such as coco17 or body25")
    group.add_argument("--fps", type=positive, metavar="F", help="frames per second of the file")
    group.add_argument("--up", choices=_AXES, metavar="+x|-x|+y|-y|+z|-z", help="axis that points up")
    group.add_argument(
        "--take", metavar="NAME", help="which of the several animations of an FBX or glTF file"
    )
    group.add_argument("--units", choices=("m", "cm", "mm", "in", "ft"), help="unit of the file's lengths")
    group.add_argument("--mirror", action="store_true", help="the recording is a mirror image: turn it back")
    group.add_argument(
        "--keep-height", action="store_true",
        help="leave people as high as the file has them; else those of files without a floor stand on it",
    )  # fmt: skip
    group.add_argument(
        "--join-tracks", action="store_true", help="make one person of tracks that follow each other in time"
    )
    add_sides(group)
    group.add_argument(
        "--one-take",
        action="store_true",
        help="the files are of one take, such as one for each person: make one recording of them",
    )
