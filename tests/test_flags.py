"""Fixtures under the flags that they state: which sites sleep, and what wakes them."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.drawing import steady
from support.expectations import observed
from taskleash.ir.feature_flags import FeatureFlag, FeatureFlags
from taskleash.ir.lowering.extract import extract
from taskleash.ir.model import ModuleFacts
from taskleash.rules.registry import diagnose
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge
from taskleash.verdict.model import Risk, Site
from test_fixtures import ENABLED, FIXTURES, differences, label, module_name, programs, stated

FLAGS = FIXTURES / "flags"
VOICE_ASSISTANT = FIXTURES / "voice_assistant"
_HEAD = re.compile(r"^# flags: (?P<flags>.+)$", re.MULTILINE)
LITERAL = {"False", "TYPE_CHECKING"}
RANK = (Risk.NONE, Risk.LOW, Risk.HIGH)


def cases() -> list[Path]:
    return sorted(path for path in FLAGS.iterdir() if path.is_dir() or path.suffix == ".py")


def files_of(case: Path) -> list[Path]:
    return sorted(case.rglob("*.py")) if case.is_dir() else [case]


@cache
def facts_of(case: Path) -> tuple[ModuleFacts, ...]:
    root = case if case.is_dir() else case.parent
    return tuple(
        extract(Source(label(path), module_name(path, root), path.read_text(encoding="utf-8")))
        for path in files_of(case)
    )


def flags_of(case: Path) -> dict[str, object]:
    """What the case's `# flags:` line gives: words as text, true, false and numbers as such."""
    texts = [path.read_text(encoding="utf-8") for path in files_of(case)]
    pairs = [pair for text in texts for head in _HEAD.findall(text) for pair in head.split()]
    return {name: _value(value) for name, _, value in (pair.partition("=") for pair in pairs)}


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def sites(case: Path, **flags: object) -> list[Site]:
    given = tuple(FeatureFlag(name, value, "in a test") for name, value in flags.items())
    return judge(facts_of(case), flags=FeatureFlags(given))


@pytest.mark.parametrize("case", cases(), ids=label)
def test_sites_sleep_as_the_comments_say(case: Path) -> None:
    seen: dict[tuple[str, int], list[object]] = {}
    for site in sorted(sites(case, **flags_of(case)), key=lambda site: site.span):
        diagnostic = diagnose(site, ENABLED)
        found = observed(site, diagnostic.code if diagnostic else "")
        seen.setdefault((site.path, site.span.line), []).append(found)
    wrong = differences(stated(files_of(case)), seen)
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


@pytest.mark.parametrize("case", [*cases(), *programs(), VOICE_ASSISTANT], ids=label)
def test_without_flags_only_literal_conditions_put_to_sleep(case: Path) -> None:
    assert {site.guard for site in sites(case) if site.dormant} <= LITERAL


names = sorted({name for case in cases() for name in flags_of(case)})
values = st.sampled_from([False, True, "off", "on", "", "server", 0, 1, None])


@steady(25)
@given(st.sampled_from(cases()), st.dictionaries(st.sampled_from(names), values), st.data())
def test_turning_a_flag_on_puts_no_site_to_sleep(
    case: Path, flags: dict[str, object], data: st.DataObject
) -> None:
    on = {**flags, data.draw(st.sampled_from(names)): True}
    before = {(site.path, site.span) for site in sites(case, **flags) if site.dormant}
    assert {(site.path, site.span) for site in sites(case, **on) if site.dormant} <= before


@steady(25)
@given(st.sampled_from(cases()), st.dictionaries(st.sampled_from(names), values))
def test_flags_change_nothing_but_the_risk_which_they_never_raise(
    case: Path, flags: dict[str, object]
) -> None:
    for plain, flagged in zip(sites(case), sites(case, **flags), strict=True):
        assert plain.span == flagged.span
        assert plain.defect == flagged.defect
        assert (flagged.would_be or flagged.risk) == (plain.would_be or plain.risk)
        assert RANK.index(flagged.risk) <= RANK.index(flagged.would_be or flagged.risk)
        assert flagged.dormant == (flagged.would_be is not None) == bool(flagged.guard)
        assert not flagged.dormant or flagged.risk is not Risk.HIGH
