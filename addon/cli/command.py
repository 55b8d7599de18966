"""One command line from its words to its exit status.

Exit status: 0 done; 1 the input can't be used (one plain sentence on stderr); 2 wrong arguments.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..safe_read import FormatError
from .arguments import IN_BLENDER, build_parser, joined
from .jobs import UsageError

if TYPE_CHECKING:
    from .many import Workers


def _run(args: argparse.Namespace, workers: Workers | None) -> int:
    """Each command imports what it needs itself: `inspect` needs no refiner."""
    if args.command == "inspect":
        from .inspection import inspect

        return inspect(args)
    from .refinement import refine

    return refine(args, workers)


def main(argv: Sequence[str], workers: Workers | None = None, program: str = IN_BLENDER) -> int:
    """Runs one command and returns its exit status; never raises for bad input or arguments. workers: does
    the work of --jobs. program: the words by which it is called."""
    try:
        args = build_parser("".join(argv[:1]), program).parse_args(joined(argv))
        return _run(args, workers)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 2
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    except FormatError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; unfinished files were not written.", file=sys.stderr)
        return 1
