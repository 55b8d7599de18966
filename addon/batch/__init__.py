"""Many recordings at once: which there are, which are done already, and what came of each.

What refines them and writes the results is the command line's and the panel's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..on_demand import on_demand

if TYPE_CHECKING:
    from .clips import Clip, find_clips, told_of_others
    from .fingerprint import clip_print, relative, settings_print
    from .ledger import LEDGER, Ledger
    from .leftovers import remove_leftovers
    from .record import DONE, FAILED, LEFT_OUT, Figures, Record, finite
    from .summary import Pace, record_line, roughly, table, totals

__all__ = [
    "DONE",
    "FAILED",
    "LEDGER",
    "LEFT_OUT",
    "Clip",
    "Figures",
    "Ledger",
    "Pace",
    "Record",
    "clip_print",
    "find_clips",
    "finite",
    "record_line",
    "relative",
    "remove_leftovers",
    "roughly",
    "settings_print",
    "table",
    "told_of_others",
    "totals",
]
_PLACES = {
    "Clip": "clips",
    "find_clips": "clips",
    "told_of_others": "clips",
    "clip_print": "fingerprint",
    "relative": "fingerprint",
    "settings_print": "fingerprint",
    "LEDGER": "ledger",
    "Ledger": "ledger",
    "remove_leftovers": "leftovers",
    "DONE": "record",
    "FAILED": "record",
    "LEFT_OUT": "record",
    "Figures": "record",
    "Record": "record",
    "finite": "record",
    "Pace": "summary",
    "record_line": "summary",
    "roughly": "summary",
    "table": "summary",
    "totals": "summary",
}
if not TYPE_CHECKING:  # which would take any name for one of the package's
    __getattr__ = on_demand(__name__, _PLACES)
