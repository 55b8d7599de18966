"""The files that a job writes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from .. import formats
from ..formats.file_names import names_of_people
from ..safe_read import FormatError, as_text
from ..whole_file import whole_file
from ..writers.presets import PRESETS, VRM_BONES
from .blender import blender_on_stderr, scene_package
from .jobs import Job, needs_blender
from .results import Result
from .retarget import on_character

_PRESET_OF = {"glb": "web", "usd": "usd", "bvh": "bvh", "vrma": "vrma"}
"""What a kind of file that is no FBX is for."""


def write(job: Job, results: list[Result], args: argparse.Namespace) -> list[Path]:
    """Writes a job's people; the files that came of it. Raises FormatError."""
    _make_folder(job.output.parent)
    if not needs_blender(job.kind, args):
        return _write_each(job, results, args)
    with blender_on_stderr():
        return _write_scene(job, results, args)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FormatError(f"The folder {folder} can't be made ({error.strerror}); choose another.") from error


def _write_each(job: Job, results: list[Result], args: argparse.Namespace) -> list[Path]:
    """OUT.npz, or OUT_<id>.npz for each of several people; .bvh and .vrma likewise."""
    output = job.output
    ids = [result.person.id for result in results]
    names = names_of_people(output.stem, ids, job.taken, job.others)
    written: list[Path] = []
    for result, name in zip(results, names, strict=True):
        target = output.with_name(f"{name}{output.suffix}")
        if job.kind == "npz":
            formats.write_npz(result.motion, target)
        else:
            _write_clip(target, result, args)
        written.append(target)
    return written


def _write_clip(target: Path, result: Result, args: argparse.Namespace) -> None:
    """A .bvh or .vrma file, whole or not at all."""
    from ..writers.bvh import write_bvh
    from ..writers.motion_clip import clip_of
    from ..writers.vrma import write_vrma

    names = {} if args.keep_bone_names else PRESETS[args.fbx_preset].bones
    clip = clip_of(result.motion, as_text(result.name), names, args.in_place)
    try:
        with whole_file(target) as temporary:
            if target.suffix.lower() == ".bvh":
                write_bvh(temporary, clip.placed(np.eye(3), 100.0))
            else:
                write_vrma(temporary, clip, {names.get(ours, ours): bone for ours, bone in VRM_BONES.items()})
    except OSError as error:
        raise FormatError(f"{target} can't be written ({error.strerror}); choose another place.") from error


def _write_scene(job: Job, results: list[Result], args: argparse.Namespace) -> list[Path]:
    scene = scene_package()
    from ..scene.empty import start_empty

    try:
        start_empty()
        armatures, motions = _in_scene(scene, job, results, args)
        if job.kind != "blend":
            return _export(scene, job, armatures, motions, args)
        scene.save_blend(job.output)
    except scene.SceneError as error:
        raise FormatError(str(error)) from error
    return [job.output]


def _in_scene(
    scene: ModuleType, job: Job, results: list[Result], args: argparse.Namespace
) -> tuple[list[Any], list[Any]]:
    """Armatures of all people, or of the characters in their place; and but for a .blend file what
    `motion_taken` gives of each, so that only one at a time has keys."""
    origin = min(float(result.motion.times[0]) for result in results)
    character = None if args.retarget is None else on_character(args)
    armatures: list[Any] = []
    motions: list[Any] = []
    for result in results:
        first = not armatures
        armature = scene.write_motion(
            result.motion, name=result.name, origin=origin, body_model=result.body_model, gaps=args.gaps,
            match_scene_rate=first, match_scene_range=first, mesh=character is None,
        )  # fmt: skip
        if character is not None:
            done = character(armature)
            for sentence in done.told:
                print(f"Warning: {sentence}", file=sys.stderr)
            armature = done.armature
        armatures.append(armature)
        if job.kind != "blend":
            motions.append(scene.motion_taken(armature))
    return armatures, motions


def _export(
    scene: ModuleType, job: Job, armatures: list[Any], motions: list[Any], args: argparse.Namespace
) -> list[Path]:
    ours = args.retarget is None
    written = scene.export_people(
        job.output,
        armatures,
        preset=_PRESET_OF.get(job.kind, args.fbx_preset),
        rename=ours and not args.keep_bone_names,
        in_place=ours and args.in_place,
        file_start=args.file_start,
        bones=PRESETS[args.fbx_preset].bones if ours else None,
        motions=motions,
    )
    return [job.output] if len(written) == 1 else list(written)
