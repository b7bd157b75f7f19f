"""Real packages fixed: what comes out must parse, be mended, and differ nowhere else.

    python tests/corpus/fix.py [PACKAGE…]

Each of the pinned packages is copied and fixed twice, with the safe fixes and with all of them.
Prints, for both, how many files and findings there are, what was fixed and how, how many of the
dropped tasks (TL001 to TL003) are mended, what was left and why, and counts that have to be 0:

- files that Python no longer compiles,
- findings that were fixed and that a new scan reports all the same, or reports anew,
- files that a second run changes,
- findings whose fix was announced and then not made,
- lines that are gone or changed though no fixed statement is on them,
- what `ruff check --select E9,F,RUF006,RUF100` and mypy say of the fixed files, and not before,
- files that passed `ruff format --check` before and do not now.

Exits with 0 where all are, else with 1, and with 2 where a package cannot be had.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ecosystem.check import CheckError, cache_folder, sources
from taskleash.driver.fixing.fix import Fixing, fixing
from taskleash.driver.run import run
from taskleash.driver.settings import Settings
from taskleash.fixes.choice import FixChoice
from taskleash.fixes.model import Left
from taskleash.reporters.report import Entry, Report
from taskleash.source.loading import decode

PACKAGES = (
    "aiocoap==0.4.17",
    "aiogram==3.31.0",
    "asyncssh==2.21.0",
    "chainlit==2.12.0",
    "discord.py==2.7.1",
    "nats-py==2.16.0",
    "pyrogram==2.0.106",
    "sanic==25.12.1",
    "telethon==1.45.0",
    "tornado==6.6.1",
)


@dataclass
class Tally:
    """What was counted for one package, or for all."""

    files: int = 0
    changed: int = 0
    findings: int = 0
    dropped: int = 0
    mended: int = 0
    fixed: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    details: list[str] = field(default_factory=list)

    def __iadd__(self, other: Tally) -> Tally:
        self.files += other.files
        self.changed += other.changed
        self.findings += other.findings
        self.dropped += other.dropped
        self.mended += other.mended
        self.fixed += other.fixed
        self.left += other.left
        self.faults += other.faults
        return self

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in self.fixed.most_common())
        counts = ", ".join(f"{self.faults[fault]} {fault}" for fault in FAULTS)
        return (
            f"{self.files} files, {self.findings} findings, {self.fixed.total()} fixed"
            f" in {self.changed} files ({kinds or 'none'}), {self.left.total()} left,"
            f" {self.mended} of {self.dropped} dropped tasks mended; {counts}"
        )


NOT_VALID = "do not compile"
AGAIN = "reported again"
NOT_STABLE = "changed by a second run"
NOT_MADE = "announced and not made"
OUTSIDE = "lines changed outside"
LINTED = "new for ruff"
TYPED = "new for mypy"
UNFORMATTED = "no longer formatted"
FAULTS = (NOT_VALID, AGAIN, NOT_STABLE, NOT_MADE, OUTSIDE, LINTED, TYPED, UNFORMATTED)
DROPPED = frozenset({"TL001", "TL002", "TL003"})

#: each prints a line for what it finds, and exits with 1 then
CHECKERS = {
    LINTED: (
        "ruff",
        "check",
        "--isolated",
        "--no-cache",
        "--select=E9,F,RUF006,RUF100",
        "--output-format=concise",
    ),
    TYPED: (
        "mypy",
        "--no-incremental",
        "--no-error-summary",
        "--ignore-missing-imports",
        "--follow-imports=skip",
        "--explicit-package-bases",
        "--check-untyped-defs",
    ),
    UNFORMATTED: ("ruff", "format", "--isolated", "--no-cache", "--check"),
}
#: of the complaint itself, and of what it names
_LINE = re.compile(r"(?<=:)\d+(:\d+)?(?=:)|(?<= on line )\d+")
_COMPLAINT = re.compile(r"^\S+:: |^Would reformat: ")

Key = tuple[str, str, str]


def tried(package: Path, unsafe: bool) -> Tally:
    """Fix a copy of the package, and count."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch, "package")
        shutil.copytree(package, copy)
        before = os.getcwd()
        os.chdir(copy)
        try:
            return counted(Settings(fixes=FixChoice(unsafe=unsafe)))
        finally:
            os.chdir(before)


def counted(settings: Settings) -> Tally:
    """Fix the current folder, and count."""
    old = run(settings).findings()
    made = fixing(settings)
    paths = [file.path for file in made.files]
    said_before = {kind: complaints(command, paths) for kind, command in CHECKERS.items()}
    done, failures = made.write()
    new = run(settings).findings()
    dropped = [sum(entry.rule in DROPPED for entry in each.entries) for each in (old, new)]
    tally = Tally(old.files, len(done.files), len(old.entries), dropped[0], dropped[0] - dropped[1])
    tally.details += failures
    for file in done.files:
        tally.fixed.update(place.applied.kind for place in file.places)
    _, report = done.report()
    tally.left.update(str(left.reason) for left in report.left)
    faults = {
        NOT_VALID: invalid(done),
        AGAIN: again(old, done, new),
        NOT_STABLE: [file.path for file in fixing(settings).files],
        NOT_MADE: list(not_made(old, report.left)),
        OUTSIDE: list(outside(old, done)),
        **{
            kind: sorted((complaints(command, paths) - said_before[kind]).elements())
            for kind, command in CHECKERS.items()
        },
    }
    for fault, places in faults.items():
        tally.faults[fault] = len(places)
        tally.details += [f"{fault}: {place}" for place in places]
    return tally


def complaints(command: Sequence[str], paths: Sequence[str]) -> Counter[str]:
    """What a checker says of the files, without the lines, which move."""
    if not paths:
        return Counter()
    ran = subprocess.run([sys.executable, "-m", *command, *paths], capture_output=True, text=True)
    if ran.returncode not in (0, 1):
        raise CheckError(f"{command[0]}: {ran.stdout[-500:]}{ran.stderr[-500:]}")
    lines = [_LINE.sub("", line) for line in ran.stdout.splitlines()]
    return Counter(line for line in lines if _COMPLAINT.search(line))


def invalid(done: Fixing) -> list[str]:
    """The files that compiled before and do not now."""
    return [
        file.path
        for file in done.files
        if compiles(done.program.analysis.asked[file.path].read())
        and not compiles(Path(file.path).read_bytes())
    ]


def compiles(data: bytes) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(data, "<file>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
    return True


def again(old: Report, done: Fixing, new: Report) -> list[str]:
    """The findings of which there are more than what was fixed leaves over."""
    over = Counter(map(_key, new.entries))
    over.subtract(Counter(map(_key, old.entries)))
    for file in done.files:
        for place in file.places:
            site = place.applied.site
            over[site.path, site.scope, site.code] += 1
    return [f"{path}: {scope}: {code}" for (path, scope, code), n in over.items() if n > 0]


def not_made(old: Report, left: Sequence[Left]) -> Iterator[str]:
    """The findings that were reported as fixable and that are left."""
    announced = {_key(entry) for entry in old.entries if any(fix.allowed for fix in entry.fixes)}
    for each in left:
        if (each.site.path, each.site.scope, each.site.code) in announced:
            yield f"{each.site.path}:{each.site.span.line}: {each.reason}"


def _key(entry: Entry) -> Key:
    return entry.site.path, entry.site.scope, entry.site.code


def outside(old: Report, done: Fixing) -> Iterator[str]:
    """The lines of the original that are gone or changed, and in no reported statement.

    An import statement may import more, or be gone where nothing uses it any longer.
    """
    for file in done.files:
        inside = {
            line
            for entry in old.entries
            if entry.site.path == file.path
            for line in range(entry.site.statement.line, entry.site.statement.end_line + 1)
        }
        before = file.before.split("\n")
        after = decode(Path(file.path).read_bytes()).split("\n")
        matcher = SequenceMatcher(None, before, after, autojunk=False)
        for tag, first, last, start, end in matcher.get_opcodes():
            if tag not in ("replace", "delete"):
                continue
            for number in range(first, last):
                line = before[number]
                unused = _is_unused_import(line, after) or _is_moved_import(line, after)
                if number + 1 not in inside and not (
                    unused or _is_import_in(after[start:end], line)
                ):
                    yield f"{file.path}:{number + 1}: {line.strip()}"


def _is_unused_import(line: str, after: Sequence[str]) -> bool:
    """Whether the line imports a module that the mended file has no use for."""
    found = re.fullmatch(r"import (\w+)\s*", line)
    return found is not None and not any(re.search(rf"\b{found[1]}\b", new) for new in after)


def _is_moved_import(line: str, after: Sequence[str]) -> bool:
    """Whether a line in a block imports a module that the mended file imports at its top."""
    found = re.fullmatch(r"\s+(import [\w.]+)\s*", line)
    return found is not None and found[1] in after


def _is_import_in(lines: Sequence[str], line: str) -> bool:
    """Whether the line imports something, and one of the lines the same and more."""
    names = set(re.findall(r"\w+", line))
    return "import" in names and any(names < set(re.findall(r"\w+", new)) for new in lines)


def main() -> int:
    """Try the packages; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("packages", nargs="*", help="requirements; the pinned ones if left out")
    parser.add_argument("--why", action="store_true", help="count the reasons of what was left")
    options = parser.parse_args()
    totals = {False: Tally(), True: Tally()}
    for requirement in options.packages or PACKAGES:
        try:
            package = sources(requirement, cache_folder())
        except CheckError as error:
            print(f"fix: {error}", file=sys.stderr)
            return 2
        for unsafe, total in totals.items():
            tally = tried(package, unsafe)
            total += tally
            print(f"{requirement}, {'all' if unsafe else 'safe'} fixes: {tally}", flush=True)
            for line in tally.details:
                print(f"  {line}", flush=True)
            if options.why:
                for reason, count in tally.left.most_common():
                    print(f"  {count} left: {reason}", flush=True)
    for unsafe, total in totals.items():
        print(f"all packages, {'all' if unsafe else 'safe'} fixes: {total}")
    return 1 if any(total.faults.total() for total in totals.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
