"""Parses files with libcst and nothing else: what is below any run that parses them.

The argument is a file with their paths, one a line. What libcst cannot parse takes part with the
time until it says so.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

import libcst as cst

if __name__ == "__main__":
    for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        with suppress(cst.ParserSyntaxError):
            cst.parse_module(Path(line).read_bytes())
