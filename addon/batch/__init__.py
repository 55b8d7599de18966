"""Many recordings at once: which there are, which are done already, and what came of each.

What refines them and writes the results is the command line's and the panel's.
"""

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
