"""The evidence of real packages against the code that it cites, with the counts of each claim.

    python tests/corpus/witnesses.py [PACKAGE…]

The pinned packages are downloaded once into the user's cache folder. Prints how often each claim
was made, how often the cited code does not have it, and each such step. Exits with 0 where there is
none, else with 1, and with 2 where a package cannot be had. Files with syntax that is newer than
this Python are left out.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import taskleash
from benchmarks.corpora import Corpus, unpacked
from benchmarks.measure import BenchmarkError
from support.witnesses import File, claims, is_borne_out
from taskleash.sentences import Sentence
from taskleash.verdict.model import Site

PACKAGES = (
    "aiohttp==3.14.5",
    "aiokafka==0.14.0",
    "bubus==1.5.6",
    "crawlee==1.11.0",
    "discord.py==2.7.1",
    "livekit==1.2.1",
    "mitmproxy==12.3.1",
    "nats-py==2.16.0",
    "playwright==1.65.2",
    "python-telegram-bot==22.8",
    "sanic==25.12.1",
    "saq==0.26.4",
    "telethon==1.45.0",
    "uiprotect==25.0.0",
    "xknx==4.0.0",
    "zigpy==2.4.0",
)
_PYTHON = "3.12"


class Files(dict[str, File]):
    """The files that are cited, by their paths."""

    def read(self, path: str) -> None:
        """Take a file, unless this Python cannot parse it."""
        file = File(Path(path).read_text(encoding="utf-8", errors="replace"))
        with suppress(SyntaxError, ValueError):
            ast.parse(file.text)
            self[path] = file


def _helpers(sites: Iterable[Site]) -> Iterator[str]:
    """The files that define what evidence names as helpers."""
    helpers = {
        str(where.values[0][1])
        for site in sites
        for _, _, values in claims(site)
        if isinstance(where := values.get("where"), Sentence) and where.values[0][0] == "helper"
    }
    defined = re.compile(rf"def ({'|'.join(map(re.escape, sorted(helpers)))})\b")
    for path in Path().rglob("*.py") if helpers else ():
        if defined.search(path.read_text(encoding="utf-8", errors="replace")):
            yield path.as_posix()


def looked_at(folder: Path, made: Counter[str], wrong: Counter[str]) -> None:
    """Count the claims about a package, and print those that its code does not bear out."""
    os.chdir(folder)
    sites = [entry.site for entry in taskleash.scan(["."]).entries]
    files = Files()
    cited = {path for site in sites for path in (site.path, *(s.path for s in site.evidence))}
    for path in sorted(cited | set(_helpers(sites))):
        files.read(path)
    for site in sites:
        for step, text, values in claims(site):
            if step.path not in files:
                continue
            made[text] += 1
            if not is_borne_out(site, step, text, values, files):
                wrong[text] += 1
                print(f"  {site.path}:{site.span.line}: {step.path}:{step.line}: {step.message}")


def main() -> int:
    """Look at the packages; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("packages", nargs="*", help="requirements; the pinned ones if left out")
    made: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for requirement in parser.parse_args().packages or PACKAGES:
        try:
            (folder,) = unpacked(Corpus(requirement, (requirement,), _PYTHON))
        except BenchmarkError as error:
            print(f"witnesses: {error}", file=sys.stderr)
            return 2
        print(requirement, flush=True)
        looked_at(folder, made, wrong)
    for text, count in made.most_common():
        print(f"{count:6} {wrong[text]:4} {text}")
    print(f"{made.total():6} {wrong.total():4} in all")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
