"""`build.py demo`: the product's main job on bundled recordings, from a file to keyframes, FBX, picture
and table."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from addon import formats
from addon.body.skeleton import REST_OFFSETS
from addon.motion import Motion
from addon.recording import Person
from addon.refiner import engine_name, refine
from bundled_model.training.metrics import Example, Posed, compare

from ..processes import ROOT
from .progress import Progress

CAPTURE = ROOT / "bundled_model/samples/pose2sim/S00_P00_T01_BalancingTrial_0-100.trc"
BROKEN = ROOT / "bundled_model/samples/pose2sim/S00_P01_T02_Participants1-2_P1_0-100.trc"
PLUGIN = ROOT / "bundled_model/samples/plugin"
PLUGIN_FILES = ("estimate", "keypoints", "truth")
WAVING = ROOT / "bundled_model/samples/waving/keypoints.npz"
SMPLIFY_FRAMES = 10


@dataclass(frozen=True)
class Row:
    """A line of the table; errors in mm, speed in frames per second, None where there is none."""

    what: str
    before: float | None
    after: float
    speed: float


def main(argv: list[str] | None = None) -> int:
    """Runs the demo; files go to demo_output/ or the folder given."""
    parser = argparse.ArgumentParser(prog="build.py demo", description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "demo_output", help="folder for what it makes")
    parser.add_argument("--quick", action="store_true", help="without SMPLify and without the picture")
    args = parser.parse_args(argv)
    args.output.mkdir(parents=True, exist_ok=True)
    progress = Progress(5 if args.quick else 10)
    print(f"Engine: {engine_name()}.")
    capture = formats.read(CAPTURE)
    person = capture.people[0]
    motion, row = _timed(person, "Real capture: keypoints only", progress)
    rows = [row]
    _refine_broken(progress)
    example, motion_plugin, row = _plugin(progress)
    rows.append(row)
    waving = formats.read(WAVING).people[0]
    motion_waving, row = _timed(waving, "Body and fingers: keypoints of a waving hand", progress)
    rows.append(row)
    people = [
        (person, motion, "Balancing"),
        (example.person, motion_plugin, "Plugin"),
        (waving, motion_waving, "Waving"),
    ]
    files = _write(args.output, people, progress)
    if not args.quick:
        rows += _smplify(example, progress)
        from .picture import draw

        files.append(args.output / "demo.png")
        draw(files[-1], person, motion, example, motion_plugin, motion_waving, progress)
    print_table(rows)
    print(
        "Wrote "
        + ", ".join(
            str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path) for path in files
        )
    )
    return 0


def _timed(person: Person, label: str, progress: Progress) -> tuple[Motion, Row]:
    """Refines a person; the error is the mean distance from the keypoints."""
    refine(replace_frames(person, 2))  # loads the weights, and torch where it is used
    began = time.perf_counter()
    motion = refine(person, progress=lambda share, message: progress(min(share, 0.99), f"{label}: {message}"))
    speed = person.frames / (time.perf_counter() - began)
    progress(1.0, label)
    return motion, Row(label, None, float(np.nanmean(motion.fit_error_mm)), speed)


def replace_frames(person: Person, count: int) -> Person:
    """The first frames of a person."""
    keypoints, poses = person.keypoints, person.poses
    if keypoints is not None:
        keypoints = replace(
            keypoints, positions=keypoints.positions[:count], confidence=keypoints.confidence[:count]
        )
    if poses is not None:
        poses = replace(poses, rotations=poses.rotations[:count], pelvis=poses.pelvis[:count])
    return replace(person, frame_ids=person.frame_ids[:count], keypoints=keypoints, poses=poses)


def _refine_broken(progress: Progress) -> None:
    """The companion track that hardly moves: said in a sentence, and refined all the same."""
    recording = formats.read(BROKEN)
    motion = refine(recording.people[0])
    progress(1.0, "A broken track")
    for warning in (*recording.warnings, *motion.warnings):
        print(f"{BROKEN.name}: {warning}")


def _plugin(progress: Progress) -> tuple[Example, Motion, Row]:
    """An estimator's poses from one file, refined toward the noisy keypoints of another."""
    estimate, targets, true = (formats.read(PLUGIN / f"{name}.npz").people[0] for name in PLUGIN_FILES)
    assert estimate.poses is not None and true.poses is not None and targets.keypoints is not None
    example = Example(
        replace(estimate, keypoints=targets.keypoints),
        Posed(true.poses.rotations, true.poses.pelvis, REST_OFFSETS),
    )
    motion, row = _timed(example.person, "Plug-in: an estimator's poses and noisy keypoints", progress)
    given = Posed(estimate.poses.rotations, estimate.poses.pelvis, REST_OFFSETS)
    before = compare(example.truth, given)
    after = compare(example.truth, Posed(motion.rotations, motion.pelvis, motion.bone_offsets))
    print(
        f"Plug-in, against the truth: joints {before.mpjpe:.0f} → {after.mpjpe:.0f} mm, surface "
        f"{before.pve:.0f} → {after.pve:.0f} mm, rotation {before.rotation:.1f} → {after.rotation:.1f}°."
    )
    return example, motion, replace(row, before=before.mpjpe, after=after.mpjpe)


def _write(folder: Path, people: list[tuple[Person, Motion, str]], progress: Progress) -> list[Path]:
    """Everything into one .blend and one .fbx, and each person into an .npz."""
    import bpy

    from addon import scene

    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    armatures = [
        scene.write_motion(motion, name=name, keypoints=person.keypoints) for person, motion, name in people
    ]
    files = [folder / "demo.blend", folder / "demo.fbx"]
    scene.save_blend(files[0])
    scene.export_fbx(files[1], armatures)
    for _, motion, name in people:
        files.append(folder / f"{name.lower()}.npz")
        formats.write_npz(motion, files[-1])
    progress(1.0, "Keyframes, .blend, .fbx, .npz")
    return files


def _smplify(example: Example, progress: Progress) -> list[Row]:
    """SMPLify as published on some frames of the plug-in clip, from the same keypoints."""
    label = f"SMPLify as published, {SMPLIFY_FRAMES} frames of the same"
    if find_spec("torch") is None:
        print(f"{label}: left out, it needs torch (Python 3.11).")
        return []
    from ..benchmarks.baseline import measure_smplify

    error, speed = measure_smplify(example, SMPLIFY_FRAMES, lambda share: progress(min(share, 0.99), label))
    progress(1.0, label)
    return [Row(label, None, error, speed)]


def print_table(rows: list[Row]) -> None:
    """The table of the demo."""
    print(f"\n{'':<52}{'error before':>14}{'after':>10}{'frames/s':>12}")
    for row in rows:
        before = "–" if row.before is None else f"{row.before:.1f} mm"
        print(f"{row.what:<52}{before:>14}{f'{row.after:.1f} mm':>10}{f'{row.speed:.3g}':>12}")
    print(
        "Real capture: mean distance from the detected keypoints; the others: mean distance of the joints"
        " from the truth.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
