"""Files of Blender's own operators, complete or absent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..whole_file import whole_file
from .errors import SceneError

_SYSTEM_ERROR = re.compile(r"\[Errno \d+\] ([^:\n]+)")


@contextmanager
def replaced_when_done(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` to write to; it takes the place of `path` when nothing was raised.

    SceneError when the file can't be written there.
    """
    if not path.parent.is_dir():
        raise SceneError(f"There is no folder {path.parent}; create it or choose another place.")
    try:
        with whole_file(path) as temporary:
            temporary.write_bytes(b"\0")  # Blender's own words for a place that refuses are no help
            temporary.unlink()
            yield temporary
    except OSError as error:
        raise SceneError(f"{path} can't be written ({error.strerror}); choose another place.") from error
    except RuntimeError as error:  # how Blender's operators fail
        raise SceneError(f"{path} can't be written{_reason(str(error))}; choose another place.") from error


def _reason(report: str) -> str:
    """What an operator's report tells, which may hold a whole traceback, in brackets."""
    system = _SYSTEM_ERROR.search(report)
    if system is not None:
        return f" ({system[1].strip()})"
    lines = [line.strip() for line in report.strip().splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(("Location:", "File "))]
    return f" ({told[-1].removeprefix('Error: ').rstrip('.')})" if told else ""
