"""One command line from its words to its exit status.

Exit status: 0 done; 1 the input can't be used (one plain sentence on stderr); 2 wrong arguments.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ..safe_read import FormatError
from .arguments import build_parser, joined
from .inspection import inspect
from .jobs import UsageError
from .many import Workers
from .refinement import refine


def main(argv: Sequence[str], workers: Workers | None = None) -> int:
    """Runs one command and returns its exit status; never raises for bad input or arguments. workers: does
    the work of --jobs."""
    try:
        args = build_parser().parse_args(joined(argv))
        return inspect(args) if args.command == "inspect" else refine(args, workers)
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
