"""`build.py refine`: the extension's own command line, and with --jobs N the processes that share its files.

Each process is the same command once more. They are started here and not in the extension, which starts no
programs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from addon.cli import main as command_line

if TYPE_CHECKING:  # one file needs nothing of this
    from addon.batch import Clip, Record

    from .hands import Hands


def main(argv: list[str], hands: Hands | None = None) -> int:
    """The command line, with processes for --jobs, which may have been started; its exit status."""
    return command_line(argv, partial(_shared, argv, hands), "python3 build.py")


def _shared(argv: Sequence[str], hands: Hands | None, clips: Sequence[Clip], count: int) -> Iterator[Record]:
    from .hands import Hands  # its imports take as long as all others together

    return (hands or Hands(argv)).shared(clips, count)


def serve(argv: list[str]) -> int:
    """One of the processes: clips from standard input, records to what was standard output.

    What Blender and others print goes to standard error. That the arguments make sense is known when a clip
    comes, and only then.
    """
    first = sys.stdin.readline()
    if not first:
        return 0
    from addon.batch import Clip
    from addon.cli.arguments import build_parser, joined
    from addon.cli.inputs import gather_take
    from addon.cli.many import prepare, refine_clip

    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        args = build_parser().parse_args(joined(argv))
        gather_take(args)
        prepare(args)
        for line in chain([first], sys.stdin):
            record = refine_clip(Clip.from_json(line), args, lambda label, fraction, message: None)
            print(record.to_json(), file=answers, flush=True)
    return 0
