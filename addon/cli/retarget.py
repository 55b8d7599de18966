"""`refine --retarget`: what came of refining on the character of a file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..safe_read import FormatError
from .jobs import UsageError

RIGS = (".blend", ".fbx", ".glb", ".gltf")
KINDS = ("fbx", "glb", "blend")
"""Files that a character can be written to."""


def add_retarget(parser: argparse.ArgumentParser) -> None:
    """The options about a character."""
    parser.add_argument(
        "--retarget",
        type=Path,
        metavar="RIG",
        help="put the animation on the character of a .blend, .fbx or .glb file and write that, with its"
        " mesh, to an .fbx, .glb or .blend file",
    )
    parser.add_argument(
        "--retarget-bones", type=Path, metavar="JSON", help="which bone of it is what, as saved in Blender"
    )
    parser.add_argument(
        "--retarget-root",
        choices=("hips", "root", "place"),
        default="hips",
        help="what carries the character over the floor: its hips, its root bone, or nothing",
    )


def check_retarget(args: argparse.Namespace) -> None:
    """Raises UsageError where the options do not fit together."""
    if args.retarget is None:
        if args.retarget_bones is not None:
            raise UsageError("--retarget-bones needs --retarget with the file of a character.")
        return
    if args.retarget.suffix.lower() not in RIGS:
        raise UsageError(f"--retarget {args.retarget.name} is not a .blend, .fbx or .glb file.")
    if Path(args.output).suffix.lower().removeprefix(".") not in KINDS:
        raise UsageError("--retarget writes an .fbx, .glb or .blend file; let --output end in one of these.")


def on_characters(people: list[Any], args: argparse.Namespace) -> tuple[list[Any], list[str]]:
    """A character for each refined armature, which is removed, and sentences about them. Raises FormatError
    and SceneError."""
    from ..retarget import Options
    from ..rigs import map_file
    from ..scene.character_file import retargeted_copy

    known = None if args.retarget_bones is None else map_file.read_map(args.retarget_bones)
    options = Options(root=args.retarget_root)
    made, told = [], []
    for person in people:
        character, sentences = retargeted_copy(person, args.retarget, known, options)
        made.append(character)
        told += sentences
    return made, told


def write_characters(output: Path, characters: list[Any], args: argparse.Namespace) -> list[Path]:
    """The characters with what they move as one file. Raises FormatError and SceneError."""
    from ..scene import export_fbx, save_blend
    from ..scene.character_file import write_glb

    kind = output.suffix.lower()
    if kind == ".fbx":
        return list(export_fbx(output, characters, rename=False))
    if kind == ".glb":
        write_glb(output, characters)
    else:
        save_blend(output)
    if not output.is_file():
        raise FormatError(f"{output} was not written.")
    return [output]
