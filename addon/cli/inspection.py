"""`inspect`: what a file holds, for people and for programs."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ..recording import Recording
from ..safe_read import FormatError
from ..words import plural
from .inputs import gather_take, read


def inspect(args: argparse.Namespace) -> int:
    """Says what each file holds; 1 where one can't be read."""
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
    lines = [f"{Path(recording.path).name}: {recording.kind}"]
    for one in facts["people"]:
        held = [f"keypoints ({one['keypoints']})"] if one["keypoints"] else []
        held += ["poses"] if one["poses"] else []
        missing = f", {one['missing']} missing" if one["missing"] else ""
        frames = f"{plural(one['frames'], 'frame')} from {one['first_frame']}{missing}"
        lines.append(f"  person {one['id']}: {' and '.join(held)}, {frames}")
    for label, known in (("frame rate", recording.fps), ("up axis", recording.up), ("unit", recording.units)):
        sure = "" if known.confidence is None else f", {known.confidence:.0%} sure"
        lines.append(f"  {label}: {known.value} ({known.how}{sure})")
    lines += [f"  warning: {warning}" for warning in recording.warnings]
    use = (
        "can be refined" if facts["can_refine"] else "one pose: give keypoints with --keypoints to refine it"
    )
    return [*lines, f"  {use}"]
