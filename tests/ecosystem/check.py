"""What a change does to the findings in real packages: two revisions over the same sources.

    python tests/ecosystem/check.py BASE [HEAD]

BASE and HEAD are git revisions of this repository, or folders that hold the package (a clone, its
``src``, a ``site-packages``). HEAD is the working tree where it is left out. The packages are
pinned and downloaded once, into the user's cache folder.

Prints the findings that are added (``+``) and removed (``-``), and the verdicts that changed
otherwise (``~``), by package. Exits with 0 whatever it finds, and with 2 where a revision does not
exist or cannot be run, or a package cannot be had.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "aiohttp==3.14.5",
    "asyncssh==2.21.0",
    "chainlit==2.12.0",
    "discord.py==2.7.1",
    "kopf==1.37.4",
    "nats-py==2.16.0",
    "pymodbus==3.8.3",
    "sanic==25.12.1",
    "telethon==1.45.0",
    "websockets==15.0.1",
)
_CONCISE = re.compile(r"(?P<path>.+?):(?P<line>\d+):(?P<column>\d+): TL\d{3} (?P<message>.*)")

Place = tuple[str, int, int]


class CheckError(Exception):
    """Why the comparison cannot be made."""


@dataclass(frozen=True)
class Verdict:
    """What one revision says of a site; ``rule`` is empty for a sound one."""

    rule: str
    risk: str
    state: str
    message: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.rule, self.risk, self.message or self.state)))

    @property
    def decided(self) -> tuple[str, str, str]:
        """The verdict without its wording."""
        return self.rule, self.risk, self.state


@dataclass(frozen=True)
class Changes:
    """The lines to print for one package, by kind."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]

    def __str__(self) -> str:
        return f"{len(self.added)} added, {len(self.removed)} removed, {len(self.changed)} changed"

    def __add__(self, other: Changes) -> Changes:
        return Changes(
            self.added + other.added, self.removed + other.removed, self.changed + other.changed
        )


# -- the packages


def cache_folder() -> Path:
    """The folder that the unpacked packages are kept in."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "taskleash" / "ecosystem"


def sources(requirement: str, cache: Path) -> Path:
    """The folder with a package's sources, downloaded where it is not there yet."""
    folder = cache / requirement.replace("==", "-")
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        downloads, unpacked = Path(scratch, "downloads"), Path(scratch, "unpacked")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        run([*pip, "--only-binary", ":all:", "--dest", str(downloads), requirement], requirement)
        (wheel,) = downloads.iterdir()
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(unpacked)
        # Renamed at last, so that a download that was interrupted is not taken for a whole one.
        unpacked.rename(folder)
    return folder


# -- the revisions


@contextmanager
def importable(revision: str | None) -> Iterator[Path]:
    """The folder to import taskleash from, for a revision, a folder, or the working tree."""
    if revision is None:
        yield ROOT / "src"
    elif (folder := package_folder(Path(revision))) is not None:
        yield folder
    else:
        with tempfile.TemporaryDirectory() as scratch:
            tree = Path(scratch, "tree")
            git = ["git", "-C", str(ROOT), "worktree"]
            run([*git, "add", "--quiet", "--detach", str(tree), revision], revision)
            try:
                yield tree / "src"
            finally:
                run([*git, "remove", "--force", str(tree)], revision)


def package_folder(path: Path) -> Path | None:
    """The folder of the import path that holds taskleash, in or below the given one."""
    found = (folder for folder in (path, path / "src") if (folder / "taskleash").is_dir())
    return next((folder.resolve() for folder in found), None)


def verdicts(package: Path, importing: Path) -> dict[Place, Verdict]:
    """What a revision says of every site of a package, and of files that it cannot analyse."""
    report = json.loads(taskleash(package, importing, "scan", "--format", "json"))
    messages = {}
    for line in taskleash(package, importing, "check", "-e", "--format", "concise").splitlines():
        if found := _CONCISE.fullmatch(line):
            messages[found["path"], int(found["line"]), int(found["column"])] = found["message"]
    result = {place(site): verdict(site, messages.get(place(site), "")) for site in report["sites"]}
    for error in report["errors"]:
        result[place(error)] = Verdict(error["code"], "high", "", error["message"])
    return result


def taskleash(package: Path, importing: Path, command: str, *options: str) -> str:
    """The output of one run over a package, in the folder around it: paths begin with its name."""
    environment = {**os.environ, "PYTHONPATH": str(importing), "NO_COLOR": "1"}
    arguments = [sys.executable, "-m", "taskleash", command, *options, package.name]
    return run(arguments, str(importing), cwd=package.parent, env=environment)


def place(entry: dict[str, object]) -> Place:
    return str(entry["path"]), int(str(entry["line"])), int(str(entry["column"]))


def verdict(site: dict[str, object], message: str) -> Verdict:
    state = f"{site['handle']}/{site['ending']} {site['lifetime']}"
    return Verdict(str(site["rule"] or ""), str(site["risk"]), state, message)


def run(
    command: Sequence[str],
    subject: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> str:
    """The output of a command; raises CheckError, naming the subject, where it fails."""
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=cwd, env=env)
    if ran.returncode:
        raise CheckError(f"{subject}: `{' '.join(command)}` failed:\n{ran.stderr.strip()}")
    return ran.stdout


# -- the comparison


def compare(base: dict[Place, Verdict], head: dict[Place, Verdict]) -> Changes:
    """What is different in the second; a wording alone is no difference."""
    added, removed, changed = [], [], []
    for where in sorted(base.keys() | head.keys()):
        old, new = base.get(where), head.get(where)
        if old and new and old.decided == new.decided:
            continue
        spot = f"{where[0].partition('/')[2]}:{where[1]}:"
        if new and new.rule and not (old and old.rule):
            added.append(f"+ {spot} {new} (was {in_full(old)})")
        elif old and old.rule and not (new and new.rule):
            removed.append(f"- {spot} {old} (now {in_full(new)})")
        else:
            changed.append(f"~ {spot} {in_full(old)} -> {in_full(new)}")
    return Changes(tuple(added), tuple(removed), tuple(changed))


def in_full(verdict: Verdict | None) -> str:
    if verdict is None:
        return "no site"
    return " ".join(filter(None, (verdict.rule or "sound", verdict.risk, verdict.state)))


def main() -> int:
    """Run the comparison; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("base", help="a git revision, or a folder with the package")
    parser.add_argument("head", nargs="?", help="another one; the working tree where left out")
    options = parser.parse_args()
    total = Changes((), (), ())
    try:
        with ExitStack() as stack:
            old = stack.enter_context(importable(options.base))
            new = stack.enter_context(importable(options.head))
            for requirement in PACKAGES:
                package = sources(requirement, cache_folder())
                base, head = verdicts(package, old), verdicts(package, new)
                found = compare(base, head)
                print(f"{requirement}: {len(head)} sites, {found}", flush=True)
                for line in (*found.added, *found.removed, *found.changed):
                    print(f"  {line}", flush=True)
                total += found
    except CheckError as error:
        print(f"check: {error}", file=sys.stderr)
        return 2
    print(f"{len(PACKAGES)} packages: {total}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
