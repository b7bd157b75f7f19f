"""Small programs, what the analysis says of them, and how to recognise a site in a changed text.

A mark is a comment ``# @7`` at the end of the line where a spawning call starts. It moves with the
code, so that a site keeps its mark however the program is rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from taskleash.demand.undecided import demand
from taskleash.demand.wanted_names import Search
from taskleash.ir.lowering.extract import extract
from taskleash.ir.model import ModuleFacts
from taskleash.ir.prefilter import may_spawn
from taskleash.rules.registry import all_rules, diagnose
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge
from taskleash.verdict.model import Site

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
_FILES_ALONE = ("rules", "sound", "whole")
_LINKED = "linked"
_WHOLE = ("voice_assistant",)
#: how often the driver asks the linker for further files
_ROUNDS = 3
_OFF_BY_DEFAULT = frozenset({"TL020", "TL021", "TL030", "TL100"})
_ENABLED = frozenset(rule.code for rule in all_rules()) - _OFF_BY_DEFAULT
_MARK = re.compile(r"# @(\d+)\s*$")


@dataclass(frozen=True, eq=False)
class Program:
    """The source texts of a program by path, relative to the folder that it is run from."""

    name: str
    files: Mapping[str, str]

    def with_file(self, path: str, text: str) -> Program:
        """The program with one file more, or another text for one."""
        return Program(self.name, {**self.files, path: text})

    def sources(self) -> list[Source]:
        """The files as the analysis takes them, sorted by path."""
        return [Source(path, module_name(path), self.files[path]) for path in sorted(self.files)]

    def __repr__(self) -> str:
        return "\n".join(f"#### {path}\n{text}" for path, text in self.files.items())


@dataclass(frozen=True, order=True)
class Verdict:
    """What is said of one site, apart from where it stands and how it is worded."""

    rule: str
    risk: str
    handle: str
    ending: str
    lifetime: str


def module_name(path: str) -> str:
    """The dotted name under which the file at the path is imported."""
    parts = path.removesuffix(".py").split("/")
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def fixture_programs() -> list[Program]:
    """Every fixture as a program of its own: files alone, linked ones, the voice assistant.

    They are the same objects each time, so that what is known of one is known to all tests.
    """
    return list(_fixture_programs())


@lru_cache(maxsize=1)
def _fixture_programs() -> tuple[Program, ...]:
    alone = [path for part in _FILES_ALONE for path in sorted((FIXTURES / part).rglob("*.py"))]
    folders = [path for path in sorted((FIXTURES / _LINKED).iterdir()) if path.is_dir()]
    folders += [FIXTURES / name for name in _WHOLE]
    programs = [_read([path], path.parent, path) for path in alone]
    programs += [_read(sorted(root.rglob("*.py")), root, root) for root in folders]
    return tuple(programs)


def _read(files: Sequence[Path], root: Path, label: Path) -> Program:
    name = label.relative_to(FIXTURES).with_suffix("").as_posix()
    texts = {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in files}
    return Program(name, texts)


@lru_cache(maxsize=1024)
def marked(program: Program) -> Program:
    """The program with a mark on each line where a site starts."""
    lines = {path: text.split("\n") for path, text in program.files.items()}
    places = sorted({(site.path, site.span.line) for site in sites(program)})
    for number, (path, line) in enumerate(places):
        lines[path][line - 1] += f"  # @{number}"
    return Program(program.name, {path: "\n".join(found) for path, found in lines.items()})


def sites(program: Program) -> list[Site]:
    """What the analysis finds in the program."""
    return judge([_extracted(source) for source in program.sources()])


@lru_cache(maxsize=1024)
def _extracted(source: Source) -> ModuleFacts:
    # Rewrites leave most files of a program as they are.
    return extract(source)


def sites_on_demand(program: Program) -> list[Site]:
    """The same from the files that spawn and those that the linker then asks for."""
    waiting = program.sources()
    taken = [source for source in waiting if may_spawn(source.text.encode())]
    wanted = taken
    for _ in range(_ROUNDS):
        waiting = [source for source in waiting if source not in wanted]
        ask = demand([_extracted(source) for source in taken])
        search = Search(ask.names | ask.calls)
        wanted = [s for s in waiting if s.module in ask.modules or search.found(s.text.encode())]
        taken = sorted([*taken, *wanted], key=lambda source: source.path)
    return judge([_extracted(source) for source in taken])


Finder = Callable[[Program], list[Site]]


@lru_cache(maxsize=1024)
def verdicts(program: Program, find: Finder = sites) -> dict[str, list[Verdict]]:
    """The verdicts by mark, those of one line in order; a site without a mark goes by its place."""
    found: dict[str, list[Verdict]] = {}
    lines = {path: text.splitlines() for path, text in program.files.items()}
    for site in sorted(find(program), key=lambda site: (site.path, site.span)):
        mark = _MARK.search(lines[site.path][site.span.line - 1])
        key = mark[1] if mark else f"{site.path}:{site.span.line}"
        found.setdefault(key, []).append(_verdict(site))
    return found


def _verdict(site: Site) -> Verdict:
    diagnostic = diagnose(site, _ENABLED)
    return Verdict(
        diagnostic.code if diagnostic else "-",
        str(site.risk),
        str(site.handle),
        str(site.ending),
        str(site.lifetime),
    )


def differences(before: Program, after: Program, find: Finder = sites) -> list[str]:
    """The marks whose verdicts differ between two states of a program, in words.

    ``find`` is how the sites of the second are found.
    """
    first, second = verdicts(before), verdicts(after, find)
    return [
        f"@{mark}: {_words(first.get(mark))} became {_words(second.get(mark))}"
        for mark in sorted(first.keys() | second.keys())
        if first.get(mark) != second.get(mark)
    ]


def _words(found: Sequence[Verdict] | None) -> str:
    return " + ".join(_word(verdict) for verdict in found) if found else "no site"


def _word(verdict: Verdict) -> str:
    return f"{verdict.rule} {verdict.risk} {verdict.handle}/{verdict.ending} {verdict.lifetime}"


def marks(code: str) -> Iterator[str]:
    """The marks in a piece of source."""
    for line in code.splitlines():
        if found := _MARK.search(line):
            yield found[1]


def each_file(program: Program, rewrite: Callable[[str], str]) -> Program:
    """The program with each of its texts rewritten."""
    files = {path: rewrite(text) for path, text in program.files.items()}
    return Program(program.name, files)
