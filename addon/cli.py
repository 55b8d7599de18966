"""The command line: `inspect` and `refine`, the same in a terminal and in `blender --command`.

Exit status: 0 done; 1 the input can't be used (one plain sentence on stderr); 2 wrong arguments.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from . import formats
from .body.body_model import BodyModel
from .cli_body import add_body, own_body
from .cli_controls import add_controls, controls_of, people_in_range
from .cli_inputs import add_sides, chosen, gather_take, inputs, read, shift, targets_of
from .formats.file_names import shared_name
from .motion import Motion
from .recording import Person, Recording
from .safe_read import FormatError

KINDS = ("npz", "fbx", "blend")
_AXES = ("+x", "-x", "+y", "-y", "+z", "-z", "x", "y", "z")
_MAY_BE_NEGATIVE = ("--up", "--keypoints-offset", "--person", "--frames")


@dataclass(frozen=True)
class _Job:
    """Input files that become one output file (or one .npz for each person)."""

    sources: tuple[Path, ...]
    output: Path

    @property
    def kind(self) -> str:
        return self.output.suffix.lower().removeprefix(".")


@dataclass(frozen=True)
class _Result:
    """One refined person, what it was refined from, and how long that took. shake: jitter in m/s^2 before and
    after, of poses that were refined on their own."""

    name: str
    person: Person
    motion: Motion
    seconds: float
    body_model: BodyModel | None
    shake: tuple[float, float] | None = None


class _UsageError(Exception):
    """Arguments that do not fit together; the message is one sentence."""


def main(argv: Sequence[str]) -> int:
    """Runs one command and returns its exit status; never raises for bad input or arguments."""
    try:
        args = _parser().parse_args(_joined(argv))
        return int(args.run(args))
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 2
    except _UsageError as error:
        print(error, file=sys.stderr)
        return 2
    except FormatError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; unfinished files were not written.", file=sys.stderr)
        return 1


def _joined(argv: Sequence[str]) -> list[str]:
    """`--up -y` as `--up=-y`, which argparse would take for two options."""
    words: list[str] = []
    for word in argv:
        if words and words[-1] in _MAY_BE_NEGATIVE and word.startswith("-") and not word.startswith("--"):
            words[-1] += f"={word}"
        else:
            words.append(word)
    return words


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="smpl_pose_refiner", description="From 3D keypoints or SMPL poses to clean SMPL animation."
    )
    commands = parser.add_subparsers(required=True, metavar="inspect|refine")
    inspect = commands.add_parser("inspect", help="say what a file holds")
    inspect.add_argument("files", metavar="FILE", type=Path, nargs="+")
    inspect.add_argument("--json", action="store_true", help="print one JSON object a file")
    _add_hints(inspect)
    inspect.set_defaults(run=_inspect)
    refine = commands.add_parser("refine", help="refine files and write the animation")
    refine.add_argument("files", metavar="FILE", type=Path, nargs="+")
    refine.add_argument(
        "--output", required=True, metavar="OUT", help="an .npz, .fbx or .blend file, or a folder"
    )
    refine.add_argument("--to", choices=KINDS, help="kind of file for a folder (default npz)")
    refine.add_argument("--keypoints", type=Path, metavar="FILE", help="targets from another file")
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
    refine.add_argument(
        "--fbx-preset",
        choices=("plain", "unity", "unreal"),
        default="plain",
        help="what an .fbx file is for: unity (Humanoid names, metres, Y up), unreal (mannequin names,"
        " root bone, centimetres, Z up, a file for each person)",
    )
    refine.add_argument(
        "--keep-bone-names", action="store_true", help="SMPL's bone names in every .fbx preset"
    )
    refine.add_argument(
        "--in-place",
        action="store_true",
        help="without the way over the floor (.fbx); height and turning stay",
    )
    refine.add_argument("--engine", choices=("auto", "numpy", "torch"), default="auto")
    refine.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    refine.set_defaults(run=_refine)
    return parser


def _add_hints(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--layout", metavar="NAME", help="keypoint layout, such as coco17 or body25")
    parser.add_argument("--fps", type=_positive, metavar="F", help="frames per second of the file")
    parser.add_argument("--up", choices=_AXES, metavar="+x|-x|+y|-y|+z|-z", help="axis that points up")
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
    if not np.isfinite(value):
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


def _inspect(args: argparse.Namespace) -> int:
    gather_take(args)
    status = 0
    for path in args.files:
        try:
            recording = read(path, args)
        except FormatError as error:
            print(error, file=sys.stderr)
            status = 1
            continue
        summary = json.dumps(recording.summary(), ensure_ascii=False)
        print(summary if args.json else "\n".join(_described(recording)))
    return status


def _described(recording: Recording) -> list[str]:
    facts = recording.summary()
    lines = [f"{Path(recording.path).name}: {recording.format}, {recording.tool}"]
    for one in facts["people"]:
        held = [f"keypoints ({one['keypoints']})"] if one["keypoints"] else []
        held += ["poses"] if one["poses"] else []
        missing = f", {one['missing']} missing" if one["missing"] else ""
        frames = f"{one['frames']} frames from {one['first_frame']}{missing}"
        lines.append(f"  person {one['id']}: {' and '.join(held)}, {frames}")
    for label, known in (("frame rate", recording.fps), ("up axis", recording.up), ("unit", recording.units)):
        sure = "" if known.confidence is None else f", {known.confidence:.0%} sure"
        lines.append(f"  {label}: {known.value} ({known.how}{sure})")
    lines += [f"  warning: {warning}" for warning in recording.warnings]
    use = (
        "can be refined" if facts["can_refine"] else "one pose: give keypoints with --keypoints to refine it"
    )
    return [*lines, f"  {use}"]


def _refine(args: argparse.Namespace) -> int:
    gather_take(args)
    jobs = _jobs(args)
    args.own_body = own_body(args)
    if any(job.kind != "npz" for job in jobs):
        _scene()
    status = 0
    for job in jobs:
        try:
            _run(job, args)
        except FormatError as error:
            print(error, file=sys.stderr)
            status = 1
    return status


def _jobs(args: argparse.Namespace) -> list[_Job]:
    """What becomes of each input file. Raises _UsageError."""
    sources, output = tuple(args.files), Path(args.output)
    if output.suffix.lower().removeprefix(".") in KINDS and not output.is_dir():
        if args.to and args.to != output.suffix.lower().removeprefix("."):
            raise _UsageError(f"--to {args.to} does not fit {output.name}; leave it out or name a folder.")
        if output.suffix.lower() == ".npz" and len(sources) > 1:
            raise _UsageError("Several files need a folder as --output for .npz, or one .fbx or .blend.")
        jobs = [_Job(sources, output)]
    elif output.suffix and not output.is_dir() and not args.to:
        raise _UsageError(
            f"--output {output.name} is not an .npz, .fbx or .blend file; use one of these endings."
        )
    else:
        jobs = _folder_jobs(sources, output, args.to or "npz")
    named = (*sources, *map(Path, args.also), args.keypoints, args.smpl_model)
    inputs = {path.resolve() for path in named if path is not None}
    if any(job.output.resolve() in inputs for job in jobs):
        raise _UsageError("The output would overwrite an input file; choose another name.")
    return jobs


def _folder_jobs(sources: tuple[Path, ...], folder: Path, kind: str) -> list[_Job]:
    names: list[str] = []
    for source in sources:
        stem, number = source.stem, 2
        while stem in names:
            stem, number = f"{source.stem}_{number}", number + 1
        names.append(stem)
    return [_Job((source,), folder / f"{name}.{kind}") for source, name in zip(sources, names, strict=True)]


def _run(job: _Job, args: argparse.Namespace) -> None:
    """Refines all people of a job and writes its output. Raises FormatError."""
    started = time.perf_counter()
    warnings: list[str] = []
    results = [result for source in job.sources for result in _refined(source, args, warnings)]
    _make_folder(job.output.parent)
    written = _write_npz(job.output, results) if job.kind == "npz" else _write_scene(job, results, args)
    for warning in dict.fromkeys(warnings):
        print(f"Warning: {warning}", file=sys.stderr)
    for result in results:
        print(_result_line(result))
    print(f"Wrote {', '.join(map(str, written))} in {time.perf_counter() - started:.1f} s.")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FormatError(f"The folder {folder} can't be made ({error.strerror}); choose another.") from error


def _refined(source: Path, args: argparse.Namespace, warnings: list[str]) -> list[_Result]:
    recording, targets = inputs(source, args)
    asked = recording.people if args.person is None else (chosen(recording, args.person),)
    warnings += recording.warnings
    people = people_in_range(asked, args, warnings)
    belonging = targets_of(people, targets, len(asked) == 1)
    offset = shift(people, belonging, args.keypoints_offset, warnings)
    stem = shared_name([source, *map(Path, args.also)]) if args.also else ""
    stem = stem or source.stem
    results = []
    for number, (one, target) in enumerate(zip(people, belonging, strict=True)):
        label = f"person {one.id} of {source.name}" if len(people) > 1 else source.name
        started = time.perf_counter()
        motion, model = _refine_person(one, target, offset, args, label)
        warnings += motion.warnings
        name = stem if len(people) == 1 else f"{stem} {one.id}"
        seconds = time.perf_counter() - started
        alone = one.keypoints is None and target is None and args.mode in ("auto", "poses")
        shake = _shake(one, motion) if alone else None
        results.append(_Result(name, people[number], motion, seconds, model, shake))
    if targets is not None:
        warnings += targets.warnings
    return results


def _refine_person(
    one: Person, target: Person | None, offset: float, args: argparse.Namespace, label: str
) -> tuple[Motion, BodyModel | None]:
    """The motion, and the user's body model where it is to be used. Raises FormatError."""
    from . import refiner

    try:
        motion = refiner.refine(
            one,
            targets=target,
            targets_offset=offset,
            mode=args.mode,
            controls=controls_of(args),
            engine=args.engine,
            device=args.device,
            progress=_progress(label),
            body=args.own_body,
        )
    except refiner.RefineError as error:
        raise FormatError(str(error)) from error
    return motion, None if motion.shape is None else args.own_body.model


def _shake(one: Person, motion: Motion) -> tuple[float, float] | None:
    """Jitter before and after; None where there are too few frames to tell."""
    from . import refiner

    before = refiner.jitter(refiner.refine(one, mode="none"))
    return (before, refiner.jitter(motion)) if np.isfinite(before) else None


def _progress(label: str) -> Callable[[float, str], None]:
    """A bar on a terminal, silence elsewhere."""
    if not sys.stderr.isatty():
        return lambda fraction, message: None

    full, empty = ("█", "·") if (sys.stderr.encoding or "").lower().startswith("utf") else ("#", ".")

    def show(fraction: float, message: str) -> None:
        filled = int(30 * min(max(fraction, 0.0), 1.0))
        bar = full * filled + empty * (30 - filled)
        end = "\n" if fraction >= 1.0 else ""
        print(f"\r{bar} {fraction:4.0%} {label}: {message}\033[K", end=end, file=sys.stderr, flush=True)

    return show


def _result_line(result: _Result) -> str:
    error = result.motion.fit_error_mm
    frames = f"{result.name}: {result.motion.frames} frames"
    rate = f"{result.motion.frames / max(result.seconds, 1e-9):.0f} frames per second"
    if np.isfinite(error).any():
        return f"{frames}, {np.nanmean(error):.1f} mm from the keypoints, {rate}"
    if result.shake is None:
        return f"{frames}, converted without refining"
    before, after = result.shake
    return f"{frames}, refined on their own, jitter {before:.1f} → {after:.1f} m/s², {rate}"


def _write_npz(output: Path, results: list[_Result]) -> list[Path]:
    """OUT.npz, or OUT_<id>.npz for each of several people."""
    written: list[Path] = []
    for result in results:
        safe = re.sub(r"[^\w.+-]", "_", result.person.id)
        target = output if len(results) == 1 else output.with_name(f"{output.stem}_{safe}{output.suffix}")
        formats.write_npz(result.motion, target)
        written.append(target)
    return written


def _scene() -> ModuleType:
    """The scene package. Raises FormatError where Blender's Python module is missing."""
    try:
        from . import scene
        from .scene import empty  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name != "bpy":
            raise
        raise FormatError(
            "Only Blender writes .fbx and .blend files; run `python3 build.py refine …`,"
            " or in Blender `blender --command smpl_pose_refiner refine …`."
        ) from error
    return scene


def _write_scene(job: _Job, results: list[_Result], args: argparse.Namespace) -> list[Path]:
    scene = _scene()
    from .scene.empty import start_empty

    try:
        start_empty()
        origin = min(float(result.motion.times[0]) for result in results)
        armatures = [
            scene.write_motion(
                result.motion, name=result.name, origin=origin, body_model=result.body_model, gaps=args.gaps
            )
            for result in results
        ]
        if job.kind == "fbx":
            return _export(scene, job.output, armatures, args)
        scene.save_blend(job.output)
    except scene.SceneError as error:
        raise FormatError(str(error)) from error
    return [job.output]


def _export(scene: ModuleType, output: Path, armatures: list[Any], args: argparse.Namespace) -> list[Path]:
    written = scene.export_fbx(
        output,
        armatures,
        preset=args.fbx_preset,
        rename=not args.keep_bone_names,
        in_place=args.in_place,
    )
    return [output] if len(written) == 1 else list(written)
