"""`build.py inspect` and `refine`: the extension's own command line, in a process that starts quickly."""

from __future__ import annotations

import gc
import signal
from importlib import import_module
from typing import TYPE_CHECKING

from .environments.envs import call, prepare
from .lean import import_numpy

if TYPE_CHECKING:
    from .hands import Hands

_READ = ("addon.cli.command", "addon.cli.inputs", "addon.formats.registry")
_REFINE = (*_READ, "addon.cli.refinement", "addon.cli.refine_arguments", "addon.refiner.pipeline")
"""What a command needs in any case."""
_SHARE = (*_READ, "addon.cli.refine_arguments", "addon.cli.many")
"""What one needs whose files other processes refine."""
_DASK = """
many machines, with a folder as --output:
  --dask SCHEDULER|local:N
                        refine on the machines of a Dask scheduler, or in N
                        processes here"""


def main(argv: list[str]) -> int:
    """The command line; its exit status."""
    if argv[0] == "inspect":
        _import(_READ)
        from addon.cli import main as inspect

        return inspect(argv, program="python3 build.py")
    hands = _early(argv)
    _import(_SHARE if hands else _REFINE)
    from .workers import main as refine

    try:
        status = refine(argv, hands)
    finally:
        if hands:
            hands.end()
    if {"-h", "--help"} & set(argv):
        print(_DASK)
    return status


def inspect(argv: list[str]) -> int:
    """`inspect` in the process of build.py; of files that only Blender opens in one that can start it."""
    _import(_READ)
    from addon.formats.rig_files import RIG_ENDINGS

    words = ["inspect", *argv]
    if any(word.lower().endswith(RIG_ENDINGS) for word in argv):
        return call(prepare("main"), "dev.command_line:main", words)
    return main(words)


def _early(argv: list[str]) -> Hands | None:
    """The processes of --jobs, where they are sure to be needed: they start while this one does."""
    from .early import processes

    count = processes(argv)
    if count < 2:
        return None
    from .hands import Hands

    return Hands(argv, count)


def serve(argv: list[str]) -> int:
    """One of the processes that `refine --jobs N` starts. Ctrl-C is for who started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _import((*_REFINE, "addon.cli.many"))
    from .workers import serve

    return serve(argv)


def _import(modules: tuple[str, ...]) -> None:
    """What is imported stays: to look for garbage in it, again and again, takes a tenth of a short command's
    time."""
    gc.disable()
    import_numpy()
    for name in modules:
        import_module(name)
    gc.freeze()
    gc.enable()
