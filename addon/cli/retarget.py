"""`refine --retarget`: what came of refining on the character of a file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .jobs import UsageError, kind_of

RIGS = (".blend", ".fbx", ".glb", ".gltf")
_PRESETS = {"fbx": "plain", "glb": "web", "usd": "usd", "bvh": "bvh"}
"""How a character is written to the files of other programs."""


def add_retarget(parser: argparse.ArgumentParser) -> None:
    """The options about a character."""
    parser.add_argument(
        "--retarget",
        type=Path,
        metavar="RIG",
        help="put the animation on the character of a .blend, .fbx or .glb file and write that, with its"
        " mesh, to an .fbx, .glb, .usd, .bvh or .blend file",
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
    if kind_of(args.output) not in (*_PRESETS, "blend"):
        raise UsageError(
            "--retarget writes an .fbx, .glb, .usd, .bvh or .blend file; let --output end in one of these."
        )


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
    from ..scene import export_people, save_blend

    kind = kind_of(output)
    if kind in _PRESETS:
        preset = _PRESETS[kind]
        return list(
            export_people(output, characters, preset=preset, rename=False, file_start=args.file_start)
        )
    save_blend(output)
    return [output]
