#!/usr/bin/env bash
# trc-data-reader 0.4.1 gives a marker that was lost in a frame its neighbour's position, and all later markers that
# of the one behind them. TRC files leave the three cells of such a marker empty; it splits a line at runs of white
# space, where empty cells vanish, and calls the markers that are then missing at the end lost. No warning, no error:
# in the frame with the gap the hip is where the knee is, the knee where the ankle is.
#
# Four frames of hip, knee and ankle at heights of 900, 500 and 100 mm, the hip lost in the third.
# Expected: nothing for the hip, 502 and 102 for the others. OpenSim 4.6 reads that. Printed:
#   OpenSim: hip 900 901 nan 903, knee 500 501 502 503, ankle 100 101 102 103
#   trc-data-reader: hip 900 901 502 903, knee 500 501 102 503, ankle 100 101 nan 103
# Fails if the third frame's hip is no longer at 502.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3.11 -m venv env
env/bin/pip install --quiet trc-data-reader==0.4.1 opensim==4.6 numpy==2.4.6
cat > look.py <<'PY'
from pathlib import Path

import opensim
from trc import TRCData

HEIGHTS = {"hip": 900, "knee": 500, "ankle": 100}
LOST = ("hip", 2)


def cells(marker, frame):
    return ["", "", ""] if (marker, frame) == LOST else ["0.0", f"{HEIGHTS[marker] + frame:.1f}", "0.0"]


lines = [
    "PathFileType\t4\t(X/Y/Z)\tleg.trc",
    "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
    "100\t100\t4\t3\tmm\t100\t1\t4",
    "Frame#\tTime\t" + "\t\t\t".join(HEIGHTS) + "\t\t",
    "\t\t" + "\t".join(f"{axis}{number}" for number in (1, 2, 3) for axis in "XYZ"),
    "",
]
for frame in range(4):
    values = (cell for marker in HEIGHTS for cell in cells(marker, frame))
    lines.append("\t".join((str(frame + 1), f"{frame / 100:.2f}", *values)))
Path("leg.trc").write_text("\n".join(lines) + "\n")


def show(reader, heights):
    told = (f"{marker} {' '.join(f'{value:.0f}' for value in values)}" for marker, values in heights.items())
    print(f"{reader}: {', '.join(told)}")


table = opensim.TimeSeriesTableVec3("leg.trc")
columns = {marker: table.getDependentColumn(marker) for marker in HEIGHTS}
show("OpenSim", {marker: [column[frame][1] for frame in range(4)] for marker, column in columns.items()})
read = TRCData()
read.load("leg.trc")
heights = {marker: [place[1] for place in read[marker]] for marker in HEIGHTS}
show("trc-data-reader", heights)
assert heights["hip"][2] == 502, "the behaviour has changed"
PY
env/bin/python look.py 2> errors.txt | grep -v swig || { cat errors.txt; exit 1; }
