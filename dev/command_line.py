"""`build.py inspect` and `refine`: the extension's own command line, in a process that starts quickly."""

from __future__ import annotations

from .lean import import_numpy


def main(argv: list[str]) -> int:
    """The command line; its exit status."""
    import_numpy()
    if argv[0] == "inspect":
        from addon.cli import main as inspect

        return inspect(argv)
    from .workers import main as refine

    return refine(argv)


def serve(argv: list[str]) -> int:
    """One of the processes that `refine --jobs N` starts."""
    import_numpy()
    from .workers import serve

    return serve(argv)
