"""Work that a window takes in steps, or scripts and tests straight through."""

from __future__ import annotations

import time
import traceback
from collections.abc import Hashable, Iterable
from contextlib import suppress

import bpy

from ..refiner import RefineError
from ..safe_read import FormatError
from ..scene.errors import SceneError
from ..scene.rollback import keep, made_so_far
from ..steps import Steps, one_step
from .footing import LOST, footing

PACE_SECONDS, PACE_FRACTION = 0.5, 0.02
"""How much of the work has to be seen before its pace tells the rest."""


class SteppedJob:
    """Steps that are taken a few at a time (`advance`) or straight through (`run`).

    fraction and message tell how far they are. Once `running` is False: error (one sentence) when it failed,
    with details (a traceback) only when nobody expected that. writing: whether Blender's data is being
    changed, so that nothing else may change it.
    """

    def __init__(self, steps: Steps[None]) -> None:
        self.fraction = 0.0
        self.message = "Starting"
        self.error = ""
        self.details = ""
        self.running = True
        self.writing = False
        self.cancelled = False
        self.started = time.monotonic()
        self.seconds = 0.0
        self._moving: tuple[float, float] | None = None
        self._ground: frozenset[Hashable] = frozenset()
        self._made: set[int] = set()
        self._steps = steps

    @property
    def seconds_left(self) -> float | None:
        """Remaining time at the pace since the work began to move; None while that is a guess."""
        if self._moving is None:
            return None
        since, before = self._moving
        elapsed, done = time.monotonic() - since, self.fraction - before
        if elapsed < PACE_SECONDS or done < PACE_FRACTION:
            return None
        return elapsed * (1.0 - self.fraction) / done

    def run(self) -> None:
        """Do all that is left of it."""
        while self.running:
            self._step()

    def advance(self, seconds: float) -> None:
        """Take steps for so much time at most, as far as the last one tells how long the next one takes, and
        one at least; or until there is news that has to be seen before the work goes on. It ends where what
        it stands on is not as the time before has left it; what others have made since is theirs."""
        if self.running and self._ground - footing(self.stands_on()):
            self._close()
            self._end(LOST)
        else:
            keep(made_so_far() - self._made)
            self._advance(seconds)
            self._ground, self._made = footing(self.stands_on()), made_so_far()

    def stands_on(self) -> Iterable[bpy.types.Object]:
        """The objects that it is reading or writing just now."""
        return ()

    def _advance(self, seconds: float) -> None:
        began = time.monotonic()
        end = began + seconds
        while self.running and not self._step():
            done = time.monotonic()
            if 2 * done - began > end:
                return
            began = done

    def cancel(self) -> None:
        """Stop, and take back what was written."""
        if self.running:
            self.cancelled, self.running = True, False
            self._close()

    def _close(self) -> None:
        keep(made_so_far() - self._made)
        with suppress(ReferenceError):  # what it would tidy up is gone
            self._steps.close()

    def _step(self) -> bool:
        """Take one step; whether its news should be seen before the next one. Every way to end is left in the
        attributes, nothing is raised."""
        try:
            news = one_step(self._steps)
        except StopIteration:
            self._end()
        except (RefineError, FormatError, SceneError) as error:
            self._end(str(error))
        except ReferenceError:
            self._end(LOST)
        except Exception as error:  # noqa: BLE001 - a timer has nobody to raise to: the operator reports it
            what = "Nothing was written:" if self.writing else "Refining stopped on"
            self._end(f"{what} an error in the add-on ({type(error).__name__}).", traceback.format_exc())
        else:
            return news is not None and self._progress(news.fraction, news.message)
        return False

    def _end(self, error: str = "", details: str = "") -> None:
        self.error, self.details, self.running = error, details, False
        self.seconds = time.monotonic() - self.started

    def _progress(self, fraction: float, message: str) -> bool:
        """Take note; whether it is about something new."""
        known, self.message = self.message, message
        self.fraction = min(max(fraction, 0.0), 1.0)
        # What comes before, such as loading PyTorch, says nothing of the pace.
        if self._moving is None and fraction > 0.0:
            self._moving = time.monotonic(), self.fraction
        return message != known
