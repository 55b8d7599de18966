"""Files that are complete or absent."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import SceneError


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
        reason = str(error).strip().removeprefix("Error: ")
        raise SceneError(f"{path} can't be written: {reason}") from error
    finally:
        temporary.unlink(missing_ok=True)
