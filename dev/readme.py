"""`build.py readme`: the table of formats in README.md, from the readers themselves."""

from __future__ import annotations

import re
import sys

from addon import formats

from .processes import ROOT

README = ROOT / "README.md"
SECTION = re.compile(r"(<!-- formats: [^\n]*-->\n).*?(<!-- end of formats -->)", re.DOTALL)


def with_table(text: str) -> str:
    """The README with the table as it must be."""
    return SECTION.sub(lambda found: found[1] + formats.table().strip() + "\n" + found[2], text)


def main(argv: list[str] | None = None) -> int:
    """Writes README.md."""
    README.write_text(with_table(README.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
