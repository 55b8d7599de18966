"""Calls a function and ends the process with its status, without Python's teardown.

The bpy module's own teardown crashes now and then, and was seen to wait for itself for ever (4.5).
"""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module

RESOURCES = "BLENDER_USER_RESOURCES"
"""The variable that tells Blender's user folder."""


def own_resources() -> str:
    """How the name of such a folder begins that this process made before it became what it is."""
    return f"smpl_pose_refiner_{os.getpid()}_"


def call_and_end(target: str, arguments: list[str] | None = None) -> None:
    """Calls `module:function` with these arguments, or the process's own."""
    module, function = target.split(":")
    _clear_up_when_ended()
    try:
        status = getattr(import_module(module), function)(sys.argv[1:] if arguments is None else arguments)
    except SystemExit as end:
        status = end.code
    except BrokenPipeError:
        _clear_up()
        os._exit(128 + 13)  # who reads has gone, as `head` does
    except BaseException as error:  # noqa: BLE001  (shown in full, as Python itself would)
        status = _told(error)
    if isinstance(status, str):
        print(status, file=sys.stderr)
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    _clear_up()
    os._exit(int(status or 0))


def _clear_up() -> None:
    """Blender's user folder, where it is ours alone, and the one for temporary files that bpy makes as it is
    imported, and removes in its teardown."""
    bpy = sys.modules.get("bpy")
    folders = [] if bpy is None else [bpy.app.tempdir]
    if _has_resources():
        folders.append(os.environ[RESOURCES])
    if folders:
        from shutil import rmtree

        for folder in folders:
            rmtree(folder, ignore_errors=True)


def _has_resources() -> bool:
    return os.path.basename(os.environ.get(RESOURCES, "")).startswith(own_resources())  # noqa: PTH119


def _clear_up_when_ended() -> None:
    """Also by `kill`, or by a terminal that closes."""

    def end(number: int, _frame: object) -> None:
        _clear_up()
        os._exit(128 + number)

    for name in ("SIGTERM", "SIGHUP") if _has_resources() else ():
        if signal.getsignal(number := getattr(signal, name)) == signal.SIG_DFL:
            signal.signal(number, end)


def _told(error: BaseException) -> str | int:
    """A refusal's sentence, and of any other error 1 once it is shown."""
    import traceback  # takes longer to import than all else here

    from .processes import refusal_of

    sentence = refusal_of(error)
    if sentence is None:
        traceback.print_exc()
    return sentence or 1
