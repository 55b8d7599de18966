"""Calls a function and ends the process with its status, without Python's teardown.

The bpy module's own teardown crashes now and then, and was seen to wait for itself for ever (4.5).
"""

from __future__ import annotations

import os
import sys
from importlib import import_module


def call_and_end(target: str, arguments: list[str] | None = None) -> None:
    """Calls `module:function` with these arguments, or the process's own."""
    module, function = target.split(":")
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
    """The folder for temporary files that bpy makes as it is imported, and removes in its teardown."""
    bpy = sys.modules.get("bpy")
    if bpy is not None:
        from shutil import rmtree

        rmtree(bpy.app.tempdir, ignore_errors=True)


def _told(error: BaseException) -> str | int:
    """A refusal's sentence, and of any other error 1 once it is shown."""
    import traceback  # takes longer to import than all else here

    from .processes import refusal_of

    sentence = refusal_of(error)
    if sentence is None:
        traceback.print_exc()
    return sentence or 1
