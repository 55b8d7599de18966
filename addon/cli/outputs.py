"""The files that a job writes."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from .. import formats
from ..safe_read import FormatError
from .jobs import Job
from .results import Result
from .retarget import on_characters, write_characters

NO_BLENDER = (
    "Only Blender writes .fbx and .blend files; run `python3 build.py refine …`,"
    " or in Blender `blender --command smpl_pose_refiner refine …`."
)


def write(job: Job, results: list[Result], args: argparse.Namespace) -> list[Path]:
    """Writes a job's people; the files that came of it. Raises FormatError."""
    _make_folder(job.output.parent)
    if job.kind == "npz":
        return _write_npz(job.output, results)
    with _blender_on_stderr():
        return _write_scene(job, results, args)


@contextmanager
def _blender_on_stderr() -> Iterator[None]:
    """Blender tells what it saves, by Python and (4.2) by itself: not among the results."""
    sys.stdout.flush()
    ours = os.dup(1)
    os.dup2(2, 1)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(ours, 1)
        os.close(ours)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FormatError(f"The folder {folder} can't be made ({error.strerror}); choose another.") from error


def _write_npz(output: Path, results: list[Result]) -> list[Path]:
    """OUT.npz, or OUT_<id>.npz for each of several people."""
    written: list[Path] = []
    for result in results:
        safe = re.sub(r"[^\w.+-]", "_", result.person.id)
        target = output if len(results) == 1 else output.with_name(f"{output.stem}_{safe}{output.suffix}")
        formats.write_npz(result.motion, target)
        written.append(target)
    return written


def scene_package() -> ModuleType:
    """The scene package. Raises FormatError where Blender's Python module is missing, or as in the wheel of
    the library the package itself."""
    own = f"{__package__.removesuffix('.cli')}.scene"
    try:
        import_module(f"{own}.empty")  # which imports bpy
    except ModuleNotFoundError as error:
        if error.name not in ("bpy", own):
            raise
        raise FormatError(NO_BLENDER) from error
    return import_module(own)


def _write_scene(job: Job, results: list[Result], args: argparse.Namespace) -> list[Path]:
    scene = scene_package()
    from ..scene.empty import start_empty

    try:
        start_empty()
        origin = min(float(result.motion.times[0]) for result in results)
        armatures = [
            scene.write_motion(
                result.motion, name=result.name, origin=origin, body_model=result.body_model, gaps=args.gaps
            )
            for result in results
        ]
        if args.retarget is not None:
            characters, told = on_characters(armatures, args)
            for sentence in told:
                print(f"Warning: {sentence}", file=sys.stderr)
            return write_characters(job.output, characters, args)
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
