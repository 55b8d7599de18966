"""The one door for people: run it without arguments for the list of commands."""
# This file must be readable by any Python, however old, so that the version check can speak.

import sys

if sys.version_info[:2] not in ((3, 11), (3, 13)):
    sys.exit(
        "SMPL Pose Refiner is built with Python 3.11 or 3.13, and this is Python %d.%d: "
        "run python3.11 build.py, or python3.13 build.py." % sys.version_info[:2]
    )

from dev.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
