"""Fails where a tag, the package and the changelog do not name the same version.

python .ci/released.py v0.1.0
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_VERSION = re.compile(r'^__version__ = "(.+)"$', re.MULTILINE)


def mistakes(tag: str, package: str, changelog: str) -> list[str]:
    """What is wrong; ``package`` and ``changelog`` are the texts of the two files."""
    version = tag.removeprefix("v")
    found = _VERSION.search(package)
    named = found[1] if found else "none"
    wrong = [] if named == version else [f"the package says {named}, the tag {version}"]
    heading = rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$"
    if not re.search(heading, changelog, re.MULTILINE):
        wrong.append(f"the changelog has no `## [{version}] - YYYY-MM-DD`")
    return wrong


def main(tag: str) -> int:
    """Say what is wrong; gives the exit status."""
    package = (ROOT / "src/taskleash/__init__.py").read_text(encoding="utf-8")
    wrong = mistakes(tag, package, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    print("\n".join(wrong))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
