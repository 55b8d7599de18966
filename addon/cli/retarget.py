"""`refine --retarget`: what came of refining on the character of a file."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..safe_read import FormatError
from .jobs import ANIMATION, UsageError, kind_of

RIGS = (".blend", ".fbx", ".glb", ".gltf", ".vrm")
_LISTED = f"{', '.join(RIGS[:-1])} or {RIGS[-1]}"
_WRITTEN = f".{', .'.join(ANIMATION[:-1])} or .{ANIMATION[-1]}"


def add_retarget(parser: argparse.ArgumentParser) -> None:
    """The options about a character."""
    group = parser.add_argument_group("a character of your own")
    group.add_argument(
        "--retarget",
        type=Path,
        metavar="RIG",
        help=f"put the animation on the character of a {_LISTED} file and write that, with its mesh, to an"
        f" {_WRITTEN} file, or with a folder as --output and --to into that; .bvh and .vrma take no mesh",
    )
    group.add_argument(
        "--retarget-bones", type=Path, metavar="JSON", help="which bone of it is what, as saved in Blender"
    )
    group.add_argument(
        "--retarget-root",
        choices=("hips", "root", "place"),
        help="what carries the character over the floor: its hips (default), its root bone, or nothing, as"
        " with --in-place",
    )


def check_retarget(args: argparse.Namespace) -> None:
    """Raises UsageError where the options do not fit together, FormatError where there is no such file."""
    if args.retarget is None:
        for name in ("retarget_bones", "retarget_root"):
            if getattr(args, name) is not None:
                option = name.replace("_", "-")
                raise UsageError(f"--{option} needs --retarget with the file of a character.")
        return
    if args.retarget.suffix.lower() not in RIGS:
        raise UsageError(f"--retarget {args.retarget.name} is not a {_LISTED} file.")
    if (kind_of(args.output) or args.to) not in ANIMATION:
        raise UsageError(
            f"--retarget writes an {_WRITTEN} file; let --output end in one of these, or name a folder and"
            " one of these with --to."
        )
    for path in (args.retarget, args.retarget_bones):
        if path is not None and not path.is_file():
            raise FormatError(f"There is no file {path}; check the name.")
    if args.in_place and args.retarget_root not in (None, "place"):
        raise UsageError(f"--in-place does not go with --retarget-root {args.retarget_root}; leave one out.")


def on_character(args: argparse.Namespace) -> Callable[[Any], Any]:
    """What makes a `Character` of a refined armature, which is removed. Raises FormatError and SceneError."""
    from ..retarget import Options
    from ..rigs import map_file
    from ..scene.character_file import retargeted_copy

    known = None if args.retarget_bones is None else map_file.read_map(args.retarget_bones)
    options = Options(root="place" if args.in_place else args.retarget_root or "hips")
    return lambda person: retargeted_copy(person, args.retarget, known, options)
