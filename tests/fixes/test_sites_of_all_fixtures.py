"""Every fixture of the analysis is mended too: nothing that is fixed is reported again."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest

from support.python import is_read_like
from support.sweeps import swept
from taskleash.fixes.choice import FixChoice
from taskleash.fixes.mend import mend
from taskleash.fixes.model import Target
from taskleash.ir.lowering.extract import extract
from taskleash.rules.registry import all_rules, diagnose
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge
from taskleash.verdict.model import Site

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures"
FOLDERS = ("rules", "spawns", "lifetimes", "real", "sound", "not_a_spawn")
FILES = sorted(path for folder in FOLDERS for path in (FIXTURES / folder).rglob("*.py"))
ENABLED = frozenset(rule.code for rule in all_rules()) - {"TL020", "TL021", "TL030"}
ROUNDS = 4


def label(path: Path) -> str:
    return path.relative_to(FIXTURES).with_suffix("").as_posix()


@lru_cache(maxsize=1024)
def sites(path: Path, text: str) -> tuple[Site, ...]:
    # The last round leaves the text as it was, and so do all where nothing can be mended.
    return tuple(judge([extract(Source(path.name, path.stem, text))]))


def targets(path: Path, text: str, choice: FixChoice) -> list[Target]:
    found = []
    for site in sites(path, text):
        diagnostic = diagnose(site, ENABLED)
        if diagnostic is not None:
            offers = choice.offers(diagnostic.code, diagnostic.fixes)
            found.append(choice.target(site, diagnostic.code, offers))
    return found


def places(found: list[Target]) -> Counter[tuple[str, str]]:
    return Counter((target.site.scope, target.rule) for target in found)


def key(site: Site) -> tuple[str, str]:
    return site.scope, site.code


def is_now_kept(target: Target, fixed: set[tuple[str, str]]) -> bool:
    return target.rule == "TL010" and any(scope == target.site.scope for scope, _ in fixed)


@pytest.mark.parametrize("is_unsafe", [False, True], ids=["safe", "unsafe"])
@pytest.mark.parametrize("path", swept(FILES), ids=label)
def test_rounds_end_with_nothing_that_was_fixed(path: Path, is_unsafe: bool) -> None:
    choice = FixChoice(unsafe=is_unsafe)
    text = path.read_text(encoding="utf-8")
    before = targets(path, text, choice)
    fixed: set[tuple[str, str]] = set()
    for _ in range(ROUNDS):
        result = mend(text, [target for target in targets(path, text, choice) if target.kinds])
        if not result.applied:
            break
        fixed |= {key(each.site) for each in result.applied}
        text = result.text
    else:
        pytest.fail("the rounds do not end")
    assert is_read_like(text, path.read_text(encoding="utf-8"))
    # A task that never ends is kept, where it was dropped; nothing ends it as nothing did before.
    after = [target for target in targets(path, text, choice) if not is_now_kept(target, fixed)]
    assert not places(after) - places(before)
    assert [key(t.site) for t in after if key(t.site) in fixed] == []
