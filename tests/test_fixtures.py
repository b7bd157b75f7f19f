"""Every fixture gets the verdicts that its comments state: none missing, none surplus."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path

import pytest

from support.expectations import Expectation, expectations, observed
from taskleash.ir.lowering.extract import extract
from taskleash.ir.prefilter import may_spawn
from taskleash.models.table import MODELS
from taskleash.rules.registry import all_rules, diagnose
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
SINGLE = (
    "libraries", "lifetimes", "lowering", "not_a_spawn", "paths", "real", "rules", "sound",
    "spawns", "whole",
)  # fmt: skip
NOT_OF_ONE_SITE = frozenset({"TL000", "TL100"})
OFF_BY_DEFAULT = frozenset({"TL020", "TL021", "TL030", "TL100"})
ENABLED = frozenset(rule.code for rule in all_rules()) - OFF_BY_DEFAULT

Place = tuple[str, int]


def files_alone() -> list[Path]:
    return sorted(path for part in SINGLE for path in (FIXTURES / part).rglob("*.py"))


def programs() -> list[Path]:
    found = sorted((FIXTURES / "linked").iterdir())
    assert all(path.is_dir() for path in found), "a file by itself belongs to another folder"
    return found


def label(path: Path) -> str:
    return path.relative_to(FIXTURES).as_posix()


def stated(files: list[Path]) -> dict[Place, list[Expectation]]:
    return {
        (label(path), line): wanted
        for path in files
        for line, wanted in expectations(path.read_text(encoding="utf-8"), label(path)).items()
    }


def spawning_files() -> list[Path]:
    """Files with a site that the file itself shows; a dropped coroutine needs no spawn word."""
    return [
        path
        for path in files_alone()
        if {want.rule for wants in stated([path]).values() for want in wants} - {"TL006"}
    ]


def module_name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def found(files: list[Path], root: Path) -> dict[Place, list[Expectation]]:
    sources = [
        Source(label(path), module_name(path, root), path.read_text(encoding="utf-8"))
        for path in files
    ]
    result: dict[Place, list[Expectation]] = {}
    for site in sorted(judge([extract(source) for source in sources]), key=lambda s: s.span):
        diagnostic = diagnose(site, ENABLED)
        seen = observed(site, diagnostic.code if diagnostic else "")
        result.setdefault((site.path, site.span.line), []).append(seen)
    return result


def differences(
    wanted: dict[Place, list[Expectation]], seen: dict[Place, list[Expectation]]
) -> list[str]:
    lines = []
    for path, line in sorted(wanted.keys() | seen.keys()):
        pairs = zip_longest(wanted.get((path, line), ()), seen.get((path, line), ()))
        for want, got in pairs:
            if got is None:
                lines.append(f"{path}:{line}: missing: expected {want}, got no site")
            elif want is None:
                lines.append(f"{path}:{line}: surplus: expected no site, got {got}")
            elif wrong := want.mismatches(got):
                names = ", ".join(wrong)
                lines.append(f"{path}:{line}: wrong {names}: expected {want}, got {got}")
    return lines


def assert_verdicts(files: list[Path], root: Path) -> None:
    wrong = differences(stated(files), found(files, root))
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


@pytest.mark.parametrize("path", files_alone(), ids=label)
def test_a_file_alone(path: Path) -> None:
    assert_verdicts([path], path.parent)


@pytest.mark.parametrize("root", programs(), ids=label)
def test_a_program_of_several_files(root: Path) -> None:
    assert_verdicts(sorted(root.rglob("*.py")), root)


@pytest.mark.xfail(strict=True, reason="the file says what the analysis does not see yet")
@pytest.mark.parametrize("path", sorted((FIXTURES / "limits").glob("*.py")), ids=label)
def test_a_known_limit(path: Path) -> None:
    assert_verdicts([path], path.parent)


@pytest.mark.parametrize("path", spawning_files(), ids=label)
def test_the_prefilter_lets_spawning_files_through(path: Path) -> None:
    assert may_spawn(path.read_bytes(), MODELS.library_words(frozenset()))


@pytest.mark.parametrize("code", sorted(ENABLED - NOT_OF_ONE_SITE))
def test_each_rule_has_offending_and_sound_fixtures(code: str) -> None:
    folders = sorted((FIXTURES / "rules").glob(f"{code}_*"))
    assert len(folders) == 1
    rules = [w.rule for wants in stated(sorted(folders[0].rglob("*.py"))).values() for w in wants]
    assert code in rules
    assert "-" in rules


def test_rule_folders_belong_to_rules_that_exist() -> None:
    codes = {path.name.partition("_")[0] for path in (FIXTURES / "rules").iterdir()}
    assert codes <= ENABLED


def test_sound_fixtures_expect_silence_only() -> None:
    files = sorted((FIXTURES / "sound").rglob("*.py"))
    rules = [want.rule for wants in stated(files).values() for want in wants]
    assert set(rules) == {"-"}
    assert len(rules) >= 12


def test_differences_name_missing_surplus_and_wrong_sites() -> None:
    high, silent = Expectation("TL001", "high"), Expectation("-", "none", "local", "awaited")
    lines = differences(
        {("a.py", 1): [high], ("a.py", 2): [silent]},
        {("a.py", 2): [Expectation("-", "none", "local", "none")], ("a.py", 3): [silent]},
    )
    assert lines == [
        "a.py:1: missing: expected TL001 high, got no site",
        "a.py:2: wrong ending: expected - none local/awaited, got - none local/none",
        "a.py:3: surplus: expected no site, got - none local/awaited",
    ]
