"""Compiles a job as Flamenco's Manager does, in the environment that has an engine for its script.

python flamenco_manager.py SCRIPT SETTINGS      prints the job's type and tasks as JSON
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import quickjs

MANAGER = Path(__file__).with_suffix(".js")

if __name__ == "__main__":
    engine = quickjs.Context()
    engine.eval(MANAGER.read_text("utf-8"))
    engine.eval(Path(sys.argv[1]).read_text("utf-8"))
    print(engine.eval(f"compiled({json.dumps(json.loads(sys.argv[2]))})"))
