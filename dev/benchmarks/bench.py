"""`build.py bench`: speed, best of five, as ratios to baselines of the same run; with --accuracy, errors;
with --checks, what holds beside the table; with --feet, how feet stand; with --hands, fingers; with --window,
how Blender feels meanwhile; with --shape, a body model's shape; with --against, beside another
build; with --batch, many files in one process and in two."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from addon import formats
from addon.motion import Motion

ROUNDS = 5


def main(argv: list[str] | None = None) -> int:
    """Measures and prints."""
    words = sys.argv[1:] if argv is None else argv
    parser = _parser()
    if not {"--accuracy", "--checks", "--feet"} & set(words):
        return _without_torch(parser.parse_args(words))
    if find_spec("torch") is None:
        print("The table of accuracy needs torch: run it under Python 3.11.", file=sys.stderr)
        return 1
    return _errors(parser, words)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="build.py bench", description=__doc__)
    parser.add_argument("--accuracy", action="store_true", help="the table of accuracy in place of speed")
    parser.add_argument("--checks", action="store_true", help="calibration, faults, seams, rates, captures")
    parser.add_argument("--feet", action="store_true", help="contacts, slide and floor of feet, held and not")
    parser.add_argument("--hands", action="store_true", help="fingers of synthetic hands: errors and time")
    parser.add_argument(
        "--shape", action="store_true", help="fits of a body model's shape, beside other packages'"
    )
    parser.add_argument("--window", action="store_true", help="a run in a Blender with a window")
    parser.add_argument(
        "--against", type=Path, metavar="CHECKOUT", help="refining beside another build of this project"
    )
    parser.add_argument(
        "--batch", type=int, metavar="FILES", help="so many files with --jobs 1 and --jobs 2, on two cores"
    )
    return parser


def _without_torch(args: argparse.Namespace) -> int:
    """One of the measures that need no torch, or speed. Each imports what it needs itself."""
    if args.window:
        from .responsiveness import measure

        return measure()
    if args.shape:
        from .shape_bench import shape

        return shape()
    if args.hands:
        from bundled_model.training.benchmark.hands import hands

        hands()
        return 0
    if args.against is not None:
        from .against import against

        return against(args.against)
    if args.batch is not None:
        from .batch import batch

        return batch(args.batch)
    for measured in (enabling, keys, retargeting, clicking, refining, opening, opening_large):
        measured()
    return 0


def _errors(parser: argparse.ArgumentParser, words: list[str]) -> int:
    """Accuracy, checks or feet, which have arguments of their own."""
    from bundled_model.training.benchmark.checks import checks
    from bundled_model.training.benchmark.command import accuracy, add_arguments
    from bundled_model.training.benchmark.feet import feet

    add_arguments(parser)
    parser.add_argument(
        "--picture", type=Path, metavar="SVG", help="with --feet: draw their paths from above"
    )
    parser.add_argument("--captures", action="store_true", help="with --feet: of the bundled recordings")
    parser.add_argument(
        "--planted", action="store_true", help="with --feet: of motion whose feet were made to stand"
    )
    args = parser.parse_args(words)
    if args.captures:
        from bundled_model.training.benchmark.feet_captures import feet_captures

        for line in feet_captures():
            print(line, flush=True)
        return 0
    if args.picture is not None:
        from bundled_model.training.benchmark.feet_picture import draw

        draw(args.picture)
        return 0
    if args.feet:
        return feet(args)
    status = accuracy(args, words) if args.accuracy else 0
    return checks(args) if args.checks else status


def best(work: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """Seconds of the fastest of five rounds; what comes before each of them does not count."""
    seconds = []
    for _ in range(ROUNDS):
        before()
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def enabling() -> None:
    """What the extension adds to Blender's start."""
    from .enabling import WANTED, seconds_to_enable

    seconds = seconds_to_enable(ROUNDS)
    held = "holds" if seconds < WANTED else "MISSED"
    print(
        f"Enabling the extension: {1000 * seconds:.0f} ms"
        f" ({held}: under {1000 * WANTED:.0f} ms, best of {ROUNDS} Blenders).",
        flush=True,
    )


def keys() -> None:
    """Writing keys beside keyframe_insert."""
    from tests.scene.key_speed import keys as number
    from tests.scene.key_speed import seconds_to_insert, seconds_to_write

    ours, theirs = seconds_to_write(), seconds_to_insert()
    ratio = (theirs / number(300)) / (ours / number(5000))
    print(f"Keys of 24 bones: 5,000 frames in {ours:.3f} s; keyframe_insert: 300 frames in {theirs:.3f} s.")
    print(f"  {ratio:.0f} times as fast per key as keyframe_insert.")


def retargeting() -> None:
    """Retargeting to a character with twist bones and fingers, beside constraints that are baked."""
    from .retargeting import BAKED, BONES, FRAMES, seconds_to_bake, seconds_to_retarget

    ours, theirs = seconds_to_retarget(best), seconds_to_bake()
    ratio = (theirs / BAKED) / (ours / FRAMES)
    print(
        f"Retargeting {BONES} bones: {FRAMES:,} frames in {ours:.2f} s; nla.bake: {BAKED} in {theirs:.1f} s."
    )
    print(f"  {ratio:.0f} times as fast per frame as nla.bake with constraints.")


def clicking() -> None:
    """From a click on Refine Pose to keys, with each engine that is there."""
    from .click import FRAMES, WANTED, seconds_to_keys

    for engine in ("numpy", "torch") if find_spec("torch") is not None else ("numpy",):
        with tempfile.TemporaryDirectory() as folder:
            seconds = seconds_to_keys(best, engine, Path(folder))
        held = "holds" if seconds < WANTED else "MISSED"
        print(
            f"From click to keys for {FRAMES:,} frames, {engine}: {seconds:.2f} s"
            f" ({held}: under {WANTED:g} s, best of {ROUNDS}).",
            flush=True,
        )


def refining() -> None:
    """Refining with each engine, beside SMPLify as published and the paper's network."""
    if find_spec("torch") is None:
        print("Refining: left out, what it is compared with needs torch (Python 3.11).")
        return
    from .speed import measure

    print(f"Refining, one thread, best of {ROUNDS}:")
    for text in measure(best).lines():
        print(f"  {text}", flush=True)


def opening() -> None:
    """Opening an AMASS-style file of 10,000 frames."""
    motion = _still(10_000)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "amass.npz"
        formats.write_npz(motion, path)
        print(f"Opening an AMASS-style file of 10,000 frames: {best(lambda: formats.read(path)):.2f} s.")


def opening_large() -> None:
    """Opening results of 100 MB with meshes and masks inside."""
    from .large_results import opening_takes, write_phalp, write_wham

    with tempfile.TemporaryDirectory() as folder:
        for tool, write in (("WHAM", write_wham), ("PHALP", write_phalp)):
            path = write(Path(folder) / f"{tool}.pkl", 100)
            seconds, memory = opening_takes(path)
            size = path.stat().st_size >> 20
            print(f"Opening a {tool} result of {size} MB: {seconds:.1f} s, {memory:.0f} MB of memory.")


def _still(frames: int) -> Motion:
    from addon.body.skeleton import REST_OFFSETS

    nothing = np.full((frames, 24), np.nan)
    turns = np.broadcast_to(np.eye(3), (frames, 24, 3, 3))
    return Motion(turns, np.zeros((frames, 3)), REST_OFFSETS, 30.0, np.arange(frames), nothing[:, 0], nothing)


if __name__ == "__main__":
    sys.exit(main())
