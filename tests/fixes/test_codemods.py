"""Every fix against its fixtures: the text before, the text after, and what the scan then says.

A file ``fixtures/fixes/<kind>/<case>.py`` is mended by that kind of fix; the result stands beside
it as ``<case>.fixed.py``. A comment ``# fix: own, track`` in its first lines gives other kinds, in
the order in which they are tried; ``# python: 3.8`` the oldest version that the file must run on;
``# unasked: own`` those that nobody asks for by name.
A file ``untouched_<case>.py`` must not change; a comment ``# left: …`` in the line of a call gives
the reason.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.python import is_read_like
from support.sweeps import swept
from taskleash.fixes.choice import FixChoice
from taskleash.fixes.mend import let_go, mend
from taskleash.fixes.model import Manner, Mended, Target
from taskleash.fixes.syntax import unparsed
from taskleash.fixes.text.idle import without_idle
from taskleash.ir.lowering.extract import extract
from taskleash.rules.offers import objection_to
from taskleash.rules.registry import all_rules, diagnose
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge
from taskleash.verdict.model import Site

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures" / "fixes"
FIXED = ".fixed.py"
ENABLED = frozenset(rule.code for rule in all_rules())
ALL = sorted(FIXTURES.rglob("*.py"))
UNTOUCHED = [path for path in ALL if path.name.startswith("untouched_")]
CASES = [path for path in ALL if path not in UNTOUCHED and not path.name.endswith(FIXED)]
KINDS = ("track", "await", "own", "cancel-previous", "log", "taskgroup")
_OPTION = re.compile(r"^# (fix|python|unasked): (.+)$", re.MULTILINE)
_LEFT = re.compile(r"# left: (.+)$")

#: rules beside the verdict, and those that say worse of what they find
OFF = frozenset({"TL020", "TL021", "TL030"})
WORSE = frozenset({"TL010", "TL011", "TL012", "TL013"})


def label(path: Path) -> str:
    return path.relative_to(FIXTURES).with_suffix("").as_posix()


def fixed(path: Path) -> Path:
    return path.with_suffix("").with_suffix(FIXED)


def options(path: Path) -> dict[str, str]:
    return dict(_OPTION.findall(path.read_text(encoding="utf-8")))


def kinds(path: Path) -> tuple[str, ...]:
    given = options(path).get("fix", path.relative_to(FIXTURES).parts[0])
    return tuple(kind.strip() for kind in given.split(","))


def findings(path: Path, text: str) -> list[tuple[str, Site, tuple[str, ...]]]:
    """Each reported site with the code of its rule and the kinds of fixes that it offers."""
    sites = judge([extract(Source(path.name, path.stem, text))])
    found = [(diagnose(site, wanted(path)), site) for site in sites]
    style = FixChoice(True, "taskgroup" if "taskgroup" in kinds(path) else "auto")
    return [
        (d.code, s, tuple(offer.kind for offer in style.offers(d.code, d.fixes)))
        for d, s in found
        if d is not None
    ]


def wanted(path: Path) -> frozenset[str]:
    return ENABLED - WORSE if "log" in kinds(path) else ENABLED - OFF


def mended(path: Path, text: str) -> Mended:
    unasked = frozenset(options(path).get("unasked", "").split(", "))
    targets = [
        Target(site, code, tuple(kind for kind in kinds(path) if kind in offered), unasked)
        for code, site, offered in findings(path, text)
    ]
    version = (
        options(path).get("python", "3.11" if "taskgroup" in kinds(path) else "3.10").split(".")
    )
    return mend(text, [t for t in targets if t.kinds], Manner((int(version[0]), int(version[1]))))


def comments(path: Path) -> Counter[str]:
    with path.open("rb") as file:
        tokens = tokenize.tokenize(file.readline)
        return Counter(token.string for token in tokens if token.type == tokenize.COMMENT)


@pytest.fixture(params=["as usual", "in parts"])
def _parsed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Small files are parsed as a whole: what a fix sees must not hang on that."""
    let_go()
    if request.param == "in parts":
        monkeypatch.setattr(unparsed, "LARGE_MODULE", 0)
        monkeypatch.setattr(unparsed, "LONG_BODY", 1)
    yield
    let_go()


@pytest.mark.usefixtures("_parsed")
@pytest.mark.parametrize("path", UNTOUCHED, ids=label)
def test_what_no_fix_is_sure_for_stays_as_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    result = mended(path, text)
    assert result.text == text
    reasons = {left.site.span.line: str(left.reason) for left in result.left}
    lines = enumerate(text.splitlines(), start=1)
    wanted = {line: m[1] for line, code in lines if (m := _LEFT.search(code))}
    for code, site, _ in findings(path, text):
        # What is not offered is not tried: the verdict tells why.
        if site.span.line in wanted.keys() - reasons.keys():
            said = [objection_to(kind, code, site) for kind in kinds(path)]
            reasons[site.span.line] = str(next(filter(None, said), ""))
    assert reasons == wanted


@pytest.mark.parametrize("path", UNTOUCHED, ids=label)
def test_an_untouched_file_has_a_finding_or_is_sound(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert findings(path, text) or "# sound" in text


@pytest.mark.usefixtures("_parsed")
@pytest.mark.parametrize("path", CASES, ids=label)
def test_the_text_becomes_the_one_beside_it(path: Path) -> None:
    result = mended(path, path.read_text(encoding="utf-8"))
    assert result.text == fixed(path).read_text(encoding="utf-8")
    assert result.applied
    assert {applied.kind for applied in result.applied} <= set(kinds(path))
    # What was done is said of each.
    assert all(str(applied.note) not in ("", "None") for applied in result.applied)


@pytest.mark.parametrize("path", swept(CASES), ids=label)
def test_the_result_is_python_and_reports_nothing(path: Path) -> None:
    text = fixed(path).read_text(encoding="utf-8")
    assert is_read_like(text, path.read_text(encoding="utf-8"))
    # What is kept and never ends was never ended before either.
    reported = [
        (code, site.span.line, site.scope)
        for code, site, _ in findings(path, text)
        if (code, kinds(path)) != ("TL010", ("track",))
    ]
    assert reported == []


@pytest.mark.parametrize("path", swept(CASES, 1), ids=label)
def test_no_comment_is_lost(path: Path) -> None:
    wanted = Counter(map(without_idle, comments(path).elements()))
    del wanted[""]
    kept = Counter(part for each in wanted.elements() for part in each.split("  "))
    found = comments(fixed(path))
    assert (
        kept - Counter(part for each in found.elements() for part in each.split("  ")) == Counter()
    )


@pytest.mark.parametrize("path", swept(CASES, 2), ids=label)
def test_a_second_run_changes_nothing(path: Path) -> None:
    text = fixed(path).read_text(encoding="utf-8")
    assert mended(path, text) == Mended(text, (), ())


def test_every_case_has_its_result_and_every_result_its_case() -> None:
    results = {path for path in ALL if path.name.endswith(FIXED)}
    assert results == {fixed(path) for path in CASES}


def test_every_kind_has_cases_and_files_that_it_leaves_alone() -> None:
    assert {path.relative_to(FIXTURES).parts[0] for path in CASES} == set(KINDS)
    assert {path.relative_to(FIXTURES).parts[0] for path in UNTOUCHED} == set(KINDS)


RUFF = {
    "format": ("format", "--check", "--output-format", "concise", "--preview"),
    "imports": ("check", "--select", "I,F401,F821,F841", "--output-format", "concise"),
}


@pytest.fixture(scope="module")
def complaints() -> dict[str, set[str]]:
    """The files of which ruff would change the layout, or the imports."""
    files = [path.relative_to(FIXTURES).as_posix() for path in ALL if path not in UNTOUCHED]
    found = {}
    for what, options in RUFF.items():
        command = [sys.executable, "-m", "ruff", *options, "--isolated", "--no-cache", *files]
        ran = subprocess.run(command, cwd=FIXTURES, capture_output=True, text=True, check=False)
        assert ran.returncode in (0, 1), ran.stderr
        found[what] = {name.removesuffix(".py") for name in files if f"{name}:" in ran.stdout}
    return found


@pytest.mark.parametrize("what", ["format", "imports"])
def test_a_formatter_and_a_linter_leave_the_result_alone(
    what: str, complaints: dict[str, set[str]]
) -> None:
    before = {label(path) for path in CASES} - complaints[what]
    assert {name for name in before if f"{name}.fixed" in complaints[what]} == set()
    assert len(before) > 0.8 * len(CASES)
