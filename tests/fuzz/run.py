"""Coverage-guided fuzzing of every container reader: `python -m tests.fuzz.run --seconds 60`.

Needs requirements/fuzz.txt. What crashes is kept in `crashes/`, where `test_kept_inputs.py` repeats it;
the inputs tried so far are counted in `inputs_tried.json`.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CORPUS, CRASHES, COUNTER = HERE / "corpus", HERE / "crashes", HERE / "inputs_tried.json"
_OPTIONS = ("-print_final_stats=1", "-timeout=30", "-rss_limit_mb=1024", "-max_len=60000", "-reload=0")
_EXECUTED = re.compile(r"stat::number_of_executed_units:\s*(\d+)")


def main() -> int:
    """Fuzz each target for its share of the time; 1 when something crashed."""
    parser = argparse.ArgumentParser(prog="build.py fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for all targets together")
    parser.add_argument("--target", action="append", help="one of the folders in corpus; all by default")
    parser.add_argument("--found", type=Path, help="folder in which new inputs stay for the next run")
    arguments = parser.parse_args()
    targets = arguments.target or sorted(folder.name for folder in CORPUS.iterdir())
    share, failed = max(1, arguments.seconds // len(targets)), []
    with tempfile.TemporaryDirectory() as temporary:
        for target in targets:
            found = Path(arguments.found or temporary, target)
            tried, ended_well = fuzz(target, share, found)
            total = count(target, tried)
            print(f"{target}: {tried:,} inputs tried now, {total:,} so far", flush=True)
            failed += [] if ended_well else [target]
    if failed:
        print(f"Crashed: {', '.join(failed)}; see {CRASHES}.")
    return 1 if failed else 0


def fuzz(target: str, seconds: int, found: Path) -> tuple[int, bool]:
    """(inputs tried, whether none of them crashed) within about this many seconds."""
    found.mkdir(parents=True, exist_ok=True)
    CRASHES.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "tests.fuzz.harness", target, str(found), str(CORPUS / target)]
    command += [*_OPTIONS, f"-max_total_time={seconds}", f"-artifact_prefix={CRASHES}/{target}-"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    executed = _EXECUTED.search(result.stderr)
    if result.returncode != 0 or executed is None:
        print(result.stdout[-4000:], result.stderr[-4000:], sep="\n")
    return int(executed[1]) if executed else 0, result.returncode == 0


def count(target: str, tried: int) -> int:
    """Adds to the counter file and gives the inputs tried so far of this target."""
    counts = json.loads(COUNTER.read_text("utf-8")) if COUNTER.exists() else {}
    counts[target] = counts.get(target, 0) + tried
    COUNTER.write_text(json.dumps(dict(sorted(counts.items())), indent=2) + "\n", "utf-8")
    return int(counts[target])


if __name__ == "__main__":
    sys.exit(main())
