"""The command `smpl-pose-refiner`: `inspect` and `refine`, as `--help` tells."""

import os
import sys

from .addon.one_thread import hold_to_one_thread


def main() -> int:
    """Runs a command line; 0 done, 1 the input can't be used, 2 wrong arguments."""
    hold_to_one_thread()
    from .addon.cli import main as command_line

    try:
        status = command_line(sys.argv[1:], program="smpl-pose-refiner")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what Python flushes as it ends
        return 128 + 13  # who reads has gone, as `head` does
    return status


if __name__ == "__main__":
    sys.exit(main())
