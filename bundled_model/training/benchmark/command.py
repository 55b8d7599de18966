"""`build.py bench --accuracy`: errors of every method in every case, and what must hold of them."""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from pathlib import Path

from addon.body.body_model import load_body_model
from addon.safe_read import FormatError

from ..pairwise.network import WEIGHTS
from .bars import summary, verdicts
from .data import clips_from
from .methods import PAIRWISE, available
from .run import MOTIONS, Row, Settings, Store, evaluate, wanted_cases
from .table import HEADER, line, markdown, write_card, write_csv

RESULTS = Path("training_output/accuracy.json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    parser.add_argument("--split", choices=("val", "test"), default="test", help="subjects; tune on val only")
    parser.add_argument("--frames", type=int, default=200, help="longest clip of a subject")
    parser.add_argument("--seeds", type=int, default=3, help="draws of noise, proportions and added motion")
    parser.add_argument(
        "--case",
        default="",
        help="only cases whose names hold this, or end in it: A;B$; card: those of the model card",
    )
    parser.add_argument("--method", default="", help="only methods whose names hold this; A;B")
    parser.add_argument("--motion", choices=(*MOTIONS, "all"), default="all")
    parser.add_argument("--data", type=Path, help="folder of AMASS, 3DPW or EMDB files in place of CMU's")
    parser.add_argument("--smpl-model", type=Path, help="your SMPL, SMPL-H or SMPL-X file, for its surface")
    parser.add_argument(
        "--json", type=Path, default=RESULTS, help="results so far; what it holds is not run again"
    )
    parser.add_argument("--again", action="store_true", help="run everything again")
    parser.add_argument("--jobs", type=int, default=1, help="processes, one core each")
    parser.add_argument("--write", action="store_true", help="put the table into MODEL_CARD.md")


def accuracy(args: argparse.Namespace, argv: list[str]) -> int:
    """Runs what is missing, prints the table and what must hold of it; 1 where the given files can't be used.

    Its last two columns are milliseconds of one core for a frame, of whole clips and of one frame alone.
    """
    if PAIRWISE not in [method.name for method in available()]:
        print(f"The {PAIRWISE} is left out: {WEIGHTS} is made by python3 build.py train --pairwise.")
    try:
        settings = _settings(args)
    except FormatError as problem:
        print(problem, file=sys.stderr)
        return 1
    motions = list(MOTIONS) if args.motion == "all" else [args.motion]
    store = Store(args.json)
    if args.again:
        store.rows.clear()
    count = sum(len(wanted_cases(motion, args.case)) for motion in motions)
    print(f"{count} cases of {' and '.join(motions)} motion.\n{HEADER}", flush=True)
    began = time.time()
    rows = evaluate(store, settings, motions, args.case, args.method, args.jobs, _say)
    print(f"\n{len(rows)} rows, {(time.time() - began) / 60:.1f} minutes.\n\n{summary(verdicts(rows))}")
    if args.write:
        kept = [word for word in argv if word != "--write"]
        write_card(markdown(rows), shlex.join(["python3", "build.py", "bench", *kept]))
        write_csv(rows)
    return 0


def _settings(args: argparse.Namespace) -> Settings:
    """Raises FormatError when the given files can't be used."""
    extra = tuple(clips_from(args.data)) if args.data else ()
    source = args.data.name if args.data else "CMU"
    body = load_body_model(args.smpl_model) if args.smpl_model else None
    return Settings(args.split, args.frames, args.seeds, extra, source, body)


def _say(row: Row) -> None:
    print(line(row), flush=True)
