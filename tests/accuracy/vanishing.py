"""What is said of each dropped task of the labelled packages: can it vanish half-way?

    python tests/accuracy/vanishing.py [--set NAME] [PACKAGE…]

One line a task: what is known, its place, and the await that decides. Then how many there are of
each kind. Only *proven* and *excluded* are answers: what hangs on an object, or on code from
outside, is told with the reason, and is not known.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import taskleash
from accuracy.labels import SETS, packages
from accuracy.measure import sources
from taskleash.verdict.model import Defect, Vanishings
from taskleash.verdict.sites import DROPS


def main() -> int:
    """Print the table; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", choices=SETS, default=SETS[0], dest="name")
    parser.add_argument("packages", nargs="*", metavar="PACKAGE")
    options = parser.parse_args()
    found: Counter[Vanishings] = Counter()
    for package, release in sorted(packages(options.name).items()):
        if options.packages and package not in options.packages:
            continue
        os.chdir(sources(*release))
        for entry in taskleash.scan(["."], isolated=True).entries:
            site, known = entry.site, entry.site.vanishing
            if site.defect not in DROPS | {Defect.DROPPED_WRAPPER_RESULT}:
                continue
            found[known.state] += 1
            awaited = f"{known.path}:{known.line} `{known.what}`" if known.path else ""
            place = f"{package} {site.path}:{site.span.line}"
            print(f"{known.state:9} {place} {site.task}  {awaited}")
    whole = sum(found.values())
    for state in Vanishings:
        print(f"{state:9} {found[state]:4} of {whole}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
