"""The arguments of `inspect` and `refine`."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from pathlib import Path

from ..writers.presets import FBX_PRESETS
from .body import add_body
from .controls import add_controls
from .inputs import add_sides
from .jobs import AT_ONCE, KINDS, SEVERAL
from .retarget import add_retarget

_AXES = ("+x", "-x", "+y", "-y", "+z", "-z", "x", "y", "z")
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


def build_parser() -> argparse.ArgumentParser:
    """What both commands understand."""
    parser = argparse.ArgumentParser(
        prog="smpl_pose_refiner", description="From 3D keypoints or SMPL poses to clean SMPL animation."
    )
    commands = parser.add_subparsers(required=True, dest="command", metavar="inspect|refine")
    inspect = commands.add_parser("inspect", help="say what a file holds")
    inspect.add_argument("files", metavar="FILE", type=Path, nargs="+")
    inspect.add_argument("--json", action="store_true", help="print one JSON object a file")
    _add_hints(inspect)
    refine = commands.add_parser("refine", help="refine files and write the animation")
    refine.add_argument(
        "files",
        metavar="FILE",
        type=Path,
        nargs="+",
        help="a file; with a folder as --output also a folder, with all below it, or a pattern such as"
        " 'takes/**/*.trc'",
    )
    refine.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT",
        help="an .npz, .fbx, .glb, .usd, .bvh, .vrma or .blend file, or a folder",
    )
    refine.add_argument("--to", choices=KINDS, help="kind of file for a folder (default npz)")
    refine.add_argument(
        "--jobs",
        type=_count,
        metavar="N",
        help="with a folder as --output: refine so many files at a time, each in a process of its own"
        f" (default: one for each core, {AT_ONCE} at the most, for {SEVERAL} files or more)",
    )
    refine.add_argument(
        "--part",
        type=_part,
        metavar="K/N",
        help="with a folder as --output: only the K-th of N shares of the files, so that N machines can each"
        " do one",
    )
    refine.add_argument(
        "--again",
        action="store_true",
        help="with a folder as --output: also what is done already; else files of the same content and"
        " settings are left as they are",
    )
    refine.add_argument(
        "--keypoints",
        type=Path,
        metavar="FILE",
        help="targets from another file, or with a folder as --output from the file of the same name in a"
        " folder",
    )
    refine.add_argument(
        "--keypoints-offset",
        type=_offset,
        default=0.0,
        metavar="SECONDS|auto",
        help="added to the times of --keypoints; auto finds it from the motion and says how sure it is"
        " (default 0)",
    )
    refine.add_argument("--person", metavar="ID", help="only this person (see inspect)")
    _add_hints(refine)
    refine.add_argument("--mode", choices=("auto", "plugin", "sequence", "poses", "none"), default="auto")
    add_controls(refine)
    add_body(refine)
    add_retarget(refine)
    refine.add_argument(
        "--fbx-preset",
        choices=tuple(FBX_PRESETS),
        default="plain",
        help="what an .fbx file is for: unity (Humanoid names, metres, Y up), unreal (mannequin names,"
        " root bone, centimetres, Z up), mixamo (Mixamo's names, centimetres, Y up), each with a file for"
        " each person; .glb, .usd and .bvh take its bone names",
    )
    refine.add_argument(
        "--keep-bone-names", action="store_true", help="SMPL's bone names whatever the preset"
    )
    refine.add_argument(
        "--in-place",
        action="store_true",
        help="without the way over the floor; height and turning stay (not in .npz, nor without --retarget in"
        " .blend)",
    )
    refine.add_argument(
        "--file-start",
        type=_frame,
        metavar="FRAME",
        help="number of the first frame in an .fbx, .glb or .usd file (default 0; in --fbx-preset plain and"
        " .usd that of the scene, which starts at 1)",
    )
    refine.add_argument("--engine", choices=("auto", "numpy", "torch"), default="auto")
    refine.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    return parser


def _add_hints(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--layout", metavar="NAME", help="keypoint layout, such as coco17 or body25")
    parser.add_argument("--fps", type=_positive, metavar="F", help="frames per second of the file")
    parser.add_argument("--up", choices=_AXES, metavar="+x|-x|+y|-y|+z|-z", help="axis that points up")
    parser.add_argument(
        "--take", metavar="NAME", help="which of the several animations of an FBX or glTF file"
    )
    parser.add_argument("--units", choices=("m", "cm", "mm", "in", "ft"))
    parser.add_argument("--mirror", action="store_true", help="the recording is a mirror image: turn it back")
    parser.add_argument(
        "--keep-height", action="store_true",
        help="leave people as high as the file has them; else those of files without a floor stand on it",
    )  # fmt: skip
    parser.add_argument(
        "--join-tracks", action="store_true", help="make one person of tracks that follow each other in time"
    )
    add_sides(parser)
    parser.add_argument(
        "--one-take",
        action="store_true",
        help="the files are of one take, such as one for each person: make one recording of them",
    )


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text} is not a finite number")
    return value


def _offset(text: str) -> float | None:
    """Seconds, None for auto."""
    return None if text == "auto" else _number(text)


def _positive(text: str) -> float:
    value = _number(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of processes")
    return value


def _frame(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} lies before frame 0, where a file can start")
    return value


def _part(text: str) -> tuple[int, int]:
    """K and N of K/N."""
    number, _, count = text.partition("/")
    part = int(number), int(count)
    if not 1 <= part[0] <= part[1]:
        raise argparse.ArgumentTypeError(f"{text} is no share such as 2/10")
    return part
