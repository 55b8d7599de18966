"""`build.py formats`: the table in docs/formats.md, from the readers themselves."""

from __future__ import annotations

import argparse
import re
import sys

from addon import formats

from .processes import ROOT

PAGE = ROOT / "docs/formats.md"
SECTION = re.compile(r"(<!-- formats: [^\n]*-->\n).*?(<!-- end of formats -->)", re.DOTALL)


def with_table(text: str) -> str:
    """The page with the table as it must be."""
    return SECTION.sub(lambda found: found[1] + formats.table().strip() + "\n" + found[2], text)


def main(argv: list[str] | None = None) -> int:
    """Writes the page."""
    description = "Write the table of formats in docs/formats.md, from the readers themselves."
    argparse.ArgumentParser(prog="build.py formats", description=description).parse_args(argv)
    PAGE.write_text(with_table(PAGE.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
