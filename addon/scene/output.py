"""Files that are complete or absent."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import SceneError

_SYSTEM_ERROR = re.compile(r"\[Errno \d+\] ([^:\n]+)")


@contextmanager
def replaced_when_done(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` to write to; it takes the place of `path` when nothing was raised.

    SceneError when the file can't be written there.
    """
    if not path.parent.is_dir():
        raise SceneError(f"There is no folder {path.parent}; create it or choose another place.")
    temporary = path.with_name(f".{path.stem}-{uuid.uuid4().hex[:8]}{path.suffix}")
    try:
        yield temporary
        temporary.replace(path)
    except OSError as error:
        raise SceneError(f"{path} can't be written ({error.strerror}); choose another place.") from error
    except RuntimeError as error:  # how Blender's operators fail
        raise SceneError(f"{path} can't be written{_reason(str(error))}") from error
    finally:
        temporary.unlink(missing_ok=True)


def _reason(report: str) -> str:
    """The end of the sentence, from an operator's report, which may hold a whole traceback."""
    system = _SYSTEM_ERROR.search(report)
    if system is not None:
        return f" ({system[1].strip()}); choose another place."
    lines = [line.strip() for line in report.strip().splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(("Location:", "File "))]
    return f": {told[-1].removeprefix('Error: ')}" if told else "."
