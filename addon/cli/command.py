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
from .refinement import refine

_COMMANDS = {"inspect": inspect, "refine": refine}


def main(argv: Sequence[str]) -> int:
    """Runs one command and returns its exit status; never raises for bad input or arguments."""
    try:
        args = build_parser().parse_args(joined(argv))
        return _COMMANDS[args.command](args)
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
