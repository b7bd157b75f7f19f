"""Whatever rules and fixes are asked for, no file of the fixtures ends a run that fixes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support.sweeps import parted
from support.workers import kept_workers
from taskleash.driver.analysis import Analysis
from taskleash.driver.cache.verdicts import Verdicts
from taskleash.driver.config.inline import configs
from taskleash.driver.fixing.fix import Fixing
from taskleash.driver.fixing.fixed_program import FixedProgram
from taskleash.driver.fixing.patches import with_patches
from taskleash.driver.fixing.remove_unused import remove_unused
from taskleash.driver.fixing.rounds import fixed
from taskleash.driver.joined import analyse_roots
from taskleash.driver.settings import Settings
from taskleash.fixes.choice import STYLES, FixChoice
from taskleash.reporters.diff import shown_diff

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
#: each folder in these is one program; elsewhere each file is one
PROGRAMS = ("linked", "flags", "voice_assistant", "voice_assistant_fixed")
#: together these have findings of every rule, few enough to try all there is on them
OF_ALL_RULES = ("rules", "flags")
EVERY = ("ALL",)
SAFE, UNSAFE, *OF_STYLES = (
    FixChoice(), *(FixChoice(unsafe=True, style=style) for style in STYLES)
)  # fmt: skip


def units() -> list[tuple[str, list[Path]]]:
    """The programs that the fixtures are, those of one folder together."""
    files = sorted(path for path in FIXTURES.rglob("*.py") if ".fixed" not in path.suffixes)
    found: dict[str, list[Path]] = {}
    for path in files:
        kind, name, *_ = path.relative_to(FIXTURES).parts
        is_program = kind in PROGRAMS
        unit = FIXTURES / kind / name if is_program else path
        group = f"{kind}/{name}" if kind == "fixes" else kind
        if unit not in found.setdefault(group, []):
            found[group].append(unit)
    return list(found.items())


def selecting(selection: tuple[str, ...], settings: Settings) -> Settings:
    return replace(settings, configs=configs([], True, {"select": selection}))


def analysed(unit: Path, folder: Path) -> Analysis:
    # In a folder of its own, the rest of the fixtures are no evidence.
    if unit.is_dir():
        shutil.copytree(unit, folder)
    else:
        folder.mkdir()
        shutil.copy(unit, folder)
    settings = Settings(paths=(str(folder),), jobs=1)
    with kept_workers():
        found = analyse_roots(selecting(EVERY, settings), None, with_facts=True)
    # Whatever is selected and chosen, the program is the same: it is judged once.
    return replace(found, verdicts=Verdicts(tuple(found.sites), found.broken, found.parsed))


class Tried:
    """The runs on one program. What is parsed in one is known to the next."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._parsed = FixedProgram(analysis)._parsed
        self._done: set[object] = set()

    def fix(self, selection: tuple[str, ...], choice: FixChoice) -> None:
        """What a run makes of the program in memory, with its reports and its diff.

        A run that mends and removes the same in the same ways as an earlier one is that one.
        """
        settings = replace(selecting(selection, self._analysis.settings), fixes=choice)
        program = FixedProgram(replace(self._analysis, settings=settings), _parsed=self._parsed)
        report = program.analysis.report(0.0)
        wanted = program.scan(choice)
        asked = (wanted.targets, frozenset(wanted.counts.items()), report.errors)
        if asked in self._done:
            return
        self._done.add(asked)
        scan, outcome = fixed(program, choice)
        files = remove_unused(program, outcome.files, report.errors)
        made = Fixing(program, 0.0, len(scan.targets), files, {})
        made.report()
        shown_diff(files, color=False)


def parts() -> Iterator[object]:
    """Of the programs of each group those for the suite, then those for sweeps."""
    for group, programs in units():
        some, others = parted(programs)
        yield pytest.param(group, some, id=group)
        if others:
            yield pytest.param(group, others, id=f"{group}-others", marks=pytest.mark.sweep)


@pytest.mark.parametrize(("group", "programs"), parts())
def test_each_rule_alone_and_all_together(
    group: str, programs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a codemod stumbles over is raised, too, in place of being a reason to leave a file alone.
    monkeypatch.setenv("TASKLEASH_DEBUG", "1")
    for number, unit in enumerate(programs):
        analysis = analysed(unit, tmp_path / str(number))
        report = analysis.report(0.0)
        tried = Tried(analysis)
        tried.fix(EVERY, UNSAFE)
        tried.fix(EVERY, SAFE)
        if any("TL020" in (e.rule, *e.also) for e in report.entries):
            tried.fix(("TL020",), UNSAFE)
        if group in OF_ALL_RULES:
            for code in sorted({e.rule for e in report.entries if e.fixes} | {"TL100"}):
                tried.fix((code,), UNSAFE)
            for choice in OF_STYLES:
                tried.fix(EVERY, choice)
            with_patches(analysis, report, (UNSAFE, SAFE))
