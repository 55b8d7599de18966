"""Child processes, and the one kind of error that a person reads."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Variables of a process whose matrices are too small to be shared: more threads double its CPU time.
They are read when NumPy is first imported."""


class Refusal(Exception):
    """The command cannot go on. The message is one plain sentence: what is wrong and what to do."""


def refusal_of(error: BaseException) -> str | None:
    """Its sentence, or that of a place of the person's choice that can't be used; None for other errors."""
    if isinstance(error, Refusal):
        return str(error)
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{os.fspath(error.filename)} can't be used ({error.strerror}); choose another place."
    return None


def say(message: str) -> None:
    """Tell the person what is going on, apart from the output proper."""
    print(message, file=sys.stderr, flush=True)


def clean_environment() -> dict[str, str]:
    """This process's environment without what would redirect another Python's imports, or have every process
    compile anew what it imports."""
    unwanted = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if name not in unwanted}


def run(
    command: Sequence[str | Path],
    environment: Mapping[str, str],
    cwd: Path | None = None,
    output: IO[bytes] | None = None,
) -> int:
    """Run a command on the person's own terminal, or with all that it says in a file, and return its exit
    status.

    Ctrl-C reaches the child as well; it gets to finish, and its status counts.
    """
    import subprocess  # takes as long to import as all else here

    words = [str(part) for part in command]
    child = subprocess.Popen(words, env=dict(environment), cwd=cwd, stdout=output, stderr=output)
    return _status(child.pid, child.wait)


def run_python(python: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """The same for a Python on the person's own terminal."""
    words = [str(python), *arguments]
    if os.name != "posix":
        return run(words, environment)
    child = os.posix_spawn(words[0], words, environment)
    return _status(child, lambda: os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _status(child: int, wait: Callable[[], int]) -> int:
    """What a shell would call the status that a program ends with."""
    with _ending_with_us(child):
        while True:
            try:
                status = wait()
            except KeyboardInterrupt:
                continue
            return status if status >= 0 else 128 - status


@contextmanager
def _ending_with_us(child: int) -> Iterator[None]:
    """Who ends this process, as `kill` does or a terminal that closes, means the child, which would go on
    alone."""
    if os.name != "posix":
        yield
        return

    def pass_on(number: int, _frame: object) -> None:
        with suppress(ProcessLookupError):
            os.kill(child, number)

    numbers = (signal.SIGTERM, signal.SIGHUP)
    try:
        before = [signal.signal(number, pass_on) for number in numbers]
    except ValueError:  # only the main thread hears of it, and suites run side by side in others
        yield
        return
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file: two commands at a time must not make the same thing."""
    with path.open("w") as lock:
        if os.name != "nt":
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
