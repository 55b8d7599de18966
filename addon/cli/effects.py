"""Options that change nothing beside the others or in the kind of file that is written: they are refused, not
left aside."""

from __future__ import annotations

import argparse

from .controls import controls_of
from .jobs import ANIMATION, UsageError

_NUMBERED = ("fbx", "glb", "usd")
_EXPORTED = tuple(kind for kind in ANIMATION if kind != "blend")
_USUAL = {
    "file_start": None,
    "in_place": False,
    "gaps": "hold",
    "fbx_preset": "plain",
    "keep_bone_names": False,
}
_OF_PERSON = {
    "file_start": _NUMBERED, "in_place": _EXPORTED, "gaps": ("blend",), "fbx_preset": _EXPORTED,
    "keep_bone_names": _EXPORTED,
}  # fmt: skip
"""The kinds of file in which an option has an effect."""
_OF_CHARACTER: dict[str, tuple[str, ...]] = {
    "file_start": _NUMBERED, "in_place": ANIMATION, "gaps": (), "fbx_preset": ("fbx",), "keep_bone_names": (),
}  # fmt: skip
"""The same with --retarget: a character has its own bones, and is not hidden."""


def check_effects(args: argparse.Namespace, kind: str) -> None:
    """Raises UsageError for an option without effect beside the others or in this kind of file."""
    if args.keypoints is None and args.keypoints_offset != 0.0:
        raise UsageError("--keypoints-offset has no effect without --keypoints; give that file, too.")
    if args.path == "steps" and controls_of(args).feet == 0.0:
        raise UsageError("--path steps has no effect while feet are not held; give --feet 1 with it.")
    for name, kinds in (_OF_PERSON if args.retarget is None else _OF_CHARACTER).items():
        if getattr(args, name) == _USUAL[name] or kind in kinds:
            continue
        option = name.replace("_", "-")
        if not kinds:
            raise UsageError(f"--{option} has no effect with --retarget; leave it out.")
        listed = ", .".join(kinds[:-1]) + (" or ." if kinds[1:] else "") + kinds[-1]
        raise UsageError(f"--{option} has no effect in .{kind}, but in .{listed}; leave it out.")
