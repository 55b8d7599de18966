"""The arguments of `refine`."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..at_once import AT_ONCE, SEVERAL
from ..writers.presets import FBX_PRESETS
from .body import add_body
from .controls import add_controls, add_feet
from .hints import add_hints
from .jobs import KINDS
from .numbers import number, whole
from .retarget import add_retarget


def add_refine(parser: argparse.ArgumentParser) -> None:
    """All that the command understands."""
    parser.add_argument(
        "files", metavar="FILE", type=Path, nargs="+",
        help="a file; with a folder as --output also a folder, with all below it, or a pattern such as"
        " 'takes/**/*.trc'",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--output", required=True, metavar="OUT",
        help="an .npz, .fbx, .glb, .usd, .bvh, .vrma or .blend file, or a folder",
    )  # fmt: skip
    _add_many(parser)
    _add_targets(parser)
    add_hints(parser)
    add_controls(parser)
    add_feet(parser)
    add_body(parser)
    add_retarget(parser)
    _add_export(parser)
    _add_engine(parser)


def _add_many(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("many files, with a folder as --output")
    group.add_argument("--to", choices=KINDS, help="kind of file (default npz)")
    group.add_argument(
        "--jobs", type=_count, metavar="N",
        help="refine so many files at a time, each in a process of its own (default: one for each core,"
        f" {AT_ONCE} at the most, for {SEVERAL} files or more)",
    )  # fmt: skip
    group.add_argument(
        "--part", type=_part, metavar="K/N",
        help="only the K-th of N shares of the files, so that N machines can each do one",
    )  # fmt: skip
    group.add_argument(
        "--again", action="store_true",
        help="also what is done already; else files of the same content and settings are left as they are",
    )  # fmt: skip


def _add_targets(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("keypoints of another file, towards which poses are refined")
    group.add_argument(
        "--keypoints", type=Path, metavar="FILE",
        help="the file, or with a folder as --output a folder with files of the same names",
    )  # fmt: skip
    group.add_argument(
        "--keypoints-offset", type=_offset, default=0.0, metavar="SECONDS|auto",
        help="added to its times; auto finds it from the motion and says how sure it is (default 0)",
    )  # fmt: skip


def _add_export(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("files for other programs")
    group.add_argument(
        "--fbx-preset", choices=tuple(FBX_PRESETS), default="plain",
        help="what an .fbx file is for: unity (Humanoid names, metres, Y up), unreal (mannequin names,"
        " root bone, centimetres, Z up), mixamo (Mixamo's names, centimetres, Y up), each with a file for"
        " each person; .glb, .usd and .bvh take its bone names",
    )  # fmt: skip
    group.add_argument("--keep-bone-names", action="store_true", help="SMPL's bone names whatever the preset")
    group.add_argument(
        "--in-place", action="store_true",
        help="without the way over the floor; height and turning stay (not in .npz, nor without --retarget in"
        " .blend)",
    )  # fmt: skip
    group.add_argument(
        "--file-start", type=_frame, metavar="FRAME",
        help="number of the first frame in an .fbx, .glb or .usd file (default 0; in --fbx-preset plain and"
        " .usd that of the scene, which starts at 1)",
    )  # fmt: skip


def _add_engine(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what computes")
    group.add_argument(
        "--engine", choices=("auto", "numpy", "torch"), default="auto",
        help="auto takes torch where it is installed and finds a graphics card, else NumPy",
    )  # fmt: skip
    group.add_argument(
        "--device", choices=("auto", "cpu", "cuda", "mps"), default="auto", help="where torch computes"
    )


def _offset(text: str) -> float | None:
    """Seconds, None for auto."""
    return None if text == "auto" else number(text)


def _count(text: str) -> int:
    value = whole(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of processes")
    return value


def _frame(text: str) -> int:
    value = whole(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} lies before frame 0, where a file can start")
    return value


def _part(text: str) -> tuple[int, int]:
    """K and N of K/N."""
    numbers = text.split("/")
    if len(numbers) != 2 or not 1 <= whole(numbers[0]) <= whole(numbers[1]):
        raise argparse.ArgumentTypeError(f"{text} is no share such as 2/10")
    return int(numbers[0]), int(numbers[1])
