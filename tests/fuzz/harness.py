"""One target under atheris: `python -m tests.fuzz.harness TARGET FOLDER… [libFuzzer's options]`."""

from __future__ import annotations

import importlib
import sys
import zipfile
from typing import Any


def main() -> None:
    """Feed inputs until libFuzzer's limits; it ends the process itself."""
    # Only requirements/fuzz.txt has it, not the environment in which types are checked.
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["addon"]):
        targets = importlib.import_module("tests.fuzz.targets")
    # A checksum would stop nearly every changed archive before its content is looked at.
    unchecked: Any = zipfile.ZipExtFile
    unchecked._update_crc = lambda self, data: None
    target = sys.argv.pop(1)
    atheris.Setup(sys.argv, lambda data: targets.feed(target, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
