"""What one of Dask's workers does: it hands clips to a process of its own, which is Blender where that is
asked for. A file that ends that process has failed, and the worker goes on."""

from __future__ import annotations

from addon.batch import Clip

from ..hands import Hand

_Job = tuple[tuple[str, ...], str]
_idle: dict[_Job, list[Hand]] = {}


async def refine(argv: tuple[str, ...], folder: str, line: str) -> str:
    """The record of a clip, as a line. folder: the one that paths start from."""
    job = (argv, folder)
    await _end_others(job)
    waiting = _idle.setdefault(job, [])
    hand = waiting.pop() if waiting else Hand(argv, folder)
    try:
        return (await hand.refine(Clip.from_json(line))).to_json()
    finally:
        waiting.append(hand)


async def _end_others(job: _Job) -> None:
    """The processes of earlier jobs."""
    for other in [other for other in _idle if other != job]:
        for hand in _idle.pop(other):
            await hand.end()
