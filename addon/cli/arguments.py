"""The arguments of `inspect` and `refine`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from .hints import add_hints

IN_BLENDER = "blender --command smpl_pose_refiner"
_MAY_BE_NEGATIVE = ("--up", "--keypoints-offset", "--person", "--frames")


def joined(argv: Sequence[str]) -> list[str]:
    """`--up -y` as `--up=-y`, which argparse would take for two options."""
    words: list[str] = []
    for word in argv:
        if words and words[-1] in _MAY_BE_NEGATIVE and word.startswith("-") and not word.startswith("--"):
            words[-1] += f"={word}"
        else:
            words.append(word)
    return words


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """What is wrong, without the list of all that there is, which is longer than the screen."""
        self.exit(2, f"{message[:1].upper()}{message[1:]}; `{self.prog} --help` lists what there is.\n")


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Prints it and ends."""
        from .version import version

        print(version())
        parser.exit()


def build_parser(command: str = "", program: str = IN_BLENDER) -> argparse.ArgumentParser:
    """What both commands understand; of `refine`, which needs more modules, nothing for `inspect`. program:
    the words by which it is called."""
    parser = _Parser(prog=program, description="From 3D keypoints or SMPL poses to clean SMPL animation.")
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and end")
    commands = parser.add_subparsers(required=True, dest="command", metavar="inspect|refine")
    inspect = commands.add_parser("inspect", help="say what a file holds")
    inspect.add_argument("files", metavar="FILE", type=Path, nargs="+", help="a file, or several")
    inspect.add_argument("--json", action="store_true", help="print one JSON object a file")
    add_hints(inspect)
    if command != "inspect":
        from .refine_arguments import add_refine

        usage = "%(prog)s FILE… --output OUT [options]"
        add_refine(commands.add_parser("refine", usage=usage, help="refine files and write the animation"))
    return parser
