#!/usr/bin/env bash
# Blender's Python (bpy 4.5.15) cuts bytes off at their first zero where they are written over bytes that a custom
# property holds already; the same bytes in a new property stay whole. No error, no warning. Whoever keeps a table or an
# archive on an object or action (motion, contacts, a rig's settings) has it whole after the first run of a tool and
# loses all but some letters of it in the second.
#
# An archive of NumPy's with a table of five rows is kept twice, then with the property taken out in between. Printed:
#   written first: all of 310 bytes come back
#   written over others: 5 of 310 bytes come back
#   written after it was taken out: all of 310 bytes come back
# Expected: all of them every time. Fails if bytes that are written over others come back whole.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export BLENDER_USER_RESOURCES="$folder/user"
python3.11 -m venv env
env/bin/pip install --quiet bpy==4.5.15
cat > look.py <<'PY'
import io

import bpy
import numpy as np

archive = io.BytesIO()
np.savez(archive, contacts=np.arange(5.0))
whole = archive.getvalue()
action = bpy.data.actions.new("walk")


def keep(how):
    action["contacts"] = whole
    back = action["contacts"]
    print(f"{how}: {'all' if back == whole else len(back)} of {len(whole)} bytes come back")
    return back


first = keep("written first")
over = keep("written over others")
del action["contacts"]
again = keep("written after it was taken out")
assert first == again == whole
assert over == whole[: whole.index(0)]
PY
env/bin/python look.py
