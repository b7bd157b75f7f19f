"""What other linters find of the leaks in the fixtures, and what they report that is sound.

    python tests/peers/compare.py            # prints the table
    python tests/peers/compare.py --write    # and writes compared.json, for docs/peers.md

flake8-async is installed into the user's cache folder; ruff and mypy are among what development
needs.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections import Counter
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.expectations import expectations
from support.others import FLAKE8, Place, flake8_async, mypy, ruff
from support.packages import scanned
from taskleash import __version__

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
WRITTEN = Path(__file__).resolve().parent / "compared.json"
#: what says something of fixes, of flags, or of what comes out wrong
_LEFT_OUT = {"fixes", "flags", "limits", "lowering", "voice_assistant", "voice_assistant_fixed"}


def copied(folder: Path) -> dict[Place, str]:
    """Copy the fixtures that Python reads; the rule of each site, "" for a sound one, by place."""
    found: dict[Place, str] = {}
    for path in sorted(FIXTURES.rglob("*.py")):
        name = path.relative_to(FIXTURES)
        if name.parts[0] in _LEFT_OUT:
            continue
        try:
            text = path.read_text(encoding="utf-8")
            compile(text, path.name, "exec")
        except (SyntaxError, UnicodeDecodeError, ValueError):
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / name)
        for line, comments in expectations(text, path.name).items():
            rules = [each.rule for each in comments if each.rule != "-"]
            found[name.as_posix(), line] = rules[0] if rules else ""
    return found


def compared() -> dict[str, object]:
    """For each rule, how many sites there are and how many of them each tool reports."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        wanted = copied(folder)
        own = {(each.path, each.line) for each in scanned(folder) if each.rule is not None}
        said = {
            f"taskleash {__version__}": own,
            f"ruff {version('ruff')} RUF006": ruff(folder),
            f"{FLAKE8[1].replace('==', ' ')} ASYNC300": flake8_async(folder),
            f"mypy {version('mypy')}": mypy(folder),
        }
    sites = Counter(wanted.values())
    return {
        "sites": dict(sorted(sites.items())),
        "tools": {
            tool: dict(sorted(Counter(wanted[place] for place in places & wanted.keys()).items()))
            for tool, places in said.items()
        },
    }


def main() -> None:
    """Compare, print, and write where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    text = json.dumps(compared(), indent=1) + "\n"
    print(text, end="")
    if options.write:
        WRITTEN.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
