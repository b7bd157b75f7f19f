"""What changes nothing about a finding leaves its fingerprint as it is."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache

import black
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.drawing import steady
from support.programs import Program, each_file, fixture_programs, sites
from support.rewrites.layout import FILLERS, fill, gaps, spread
from support.sweeps import swept
from support.writing import written_programs
from taskleash.rules.registry import all_rules, diagnose
from taskleash.verdict.fingerprint import fingerprints

PROGRAMS = fixture_programs()
ALL = frozenset(rule.code for rule in all_rules())
FUNCTION = "import asyncio\n\n\nasync def main({}):\n    {}\n"


def blackened(text: str) -> str:
    return black.format_str(text, mode=black.Mode())


def ruffed(text: str, width: int = 88) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--isolated", f"--line-length={width}", "-"]
    return subprocess.run(
        command, input=text, check=True, stdout=subprocess.PIPE, encoding="utf-8"
    ).stdout


def windows(text: str) -> str:
    return text.replace("\n", "\r\n")


def edited(text: str) -> str:
    fillers = [(line, FILLERS[n % len(FILLERS)]) for n, line in enumerate(gaps(text))]
    return "import os\n\n\ndef first():\n    pass\n\n\n" + fill(text, fillers) + "\n\nLAST = 1\n"


@cache
def marks(program: Program) -> Counter[str]:
    """The fingerprints of a program, sound sites' too."""
    found = [(diagnose(site, ALL), site) for site in sites(program)]
    return Counter(fingerprints([(d.code if d else "", site) for d, site in found]))


def of(text: str) -> Counter[str]:
    found = marks(Program("one", {"m.py": text}))
    assert found
    return found


@pytest.mark.parametrize("rewrite", [edited, spread, blackened, ruffed, windows],
                         ids=lambda rewrite: rewrite.__name__)  # fmt: skip
@pytest.mark.parametrize("program", swept(PROGRAMS, 1), ids=lambda program: program.name)
def test_of_the_fixtures(program: Program, rewrite: Callable[[str], str]) -> None:
    assert marks(each_file(program, rewrite)) == marks(program)


@steady(15)
@given(written_programs())
def test_of_any_program(program: Program) -> None:
    before = marks(program)
    for rewrite in (edited, spread, blackened):
        assert marks(each_file(program, rewrite)) == before


@pytest.mark.parametrize(
    "program", swept([p for p in PROGRAMS if len(p.files) == 1]), ids=lambda program: program.name
)
def test_are_the_same_in_a_renamed_file(program: Program) -> None:
    ((_, text),) = program.files.items()
    assert marks(Program("renamed", {"other.py": text})) == marks(program)


def test_of_one_of_two_equal_sites_stays_when_the_other_goes() -> None:
    call = "asyncio.create_task(run())"
    one = of(FUNCTION.format("", call))
    assert of(FUNCTION.format("", f"{call}\n    {call}")) > one


WORDS = st.sampled_from(["x", "x.y", "run(x)", "x[0]", "not x", "x if y else z", "lambda: (x)"])
TEXTS = st.sampled_from(
    ["'a'", '"a"', "'it\\'s'", '"it\'s"', "'''a\"b'''", 'f"{x} #"', "F'{x}'", "B'\\x00'", "R'\\d'",
     "'a' 'b'", "'a,)'", "u'é'"]
)  # fmt: skip
NUMBERS = st.sampled_from(["0XfF", "1E5", "10_000J", ".5", "1.", "0B1", "0O7"])
VALUES = st.recursive(
    WORDS | TEXTS | NUMBERS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: f"({','.join(items)},)"),
        st.lists(inner, max_size=3).map(lambda items: f"f({' , '.join(items)})"),
        inner.map(lambda item: f"({item})"),
        inner.map(lambda item: f"{{ 'k' :{item},}}"),
        inner.map(lambda item: f"(await (f({item})))"),
    ),
    max_leaves=6,
)


@steady(15)
@given(st.lists(VALUES, min_size=1, max_size=3), st.integers(20, 120))
def test_of_any_arguments_whatever_formats_them(arguments: list[str], width: int) -> None:
    text = FUNCTION.format("run, x, y, z", f"asyncio.create_task(run({', '.join(arguments)}))")
    before = of(text)
    assert of(blackened(text)) == before
    assert of(black.format_str(text, mode=black.Mode(line_length=width))) == before
    assert of(ruffed(text, width)) == before


@pytest.mark.parametrize(
    "other",
    [
        "asyncio.create_task(run(y))",
        "asyncio.create_task(walk(x))",
        "asyncio.create_task(run(x, 'a'))",
        "asyncio.create_task(run(x), name='a')",
        "asyncio.ensure_future(run(x))",
    ],
)
def test_of_other_calls_differ(other: str) -> None:
    one = FUNCTION.format("run, walk, x, y", "asyncio.create_task(run(x))")
    assert not of(one) & of(FUNCTION.format("run, walk, x, y", other))


def test_of_other_functions_and_rules_differ() -> None:
    text = FUNCTION.format("run", "asyncio.create_task(run())")
    callback = text.replace("run())", "run()).add_done_callback(print)")
    assert not of(text) & of(text.replace("main", "other"))
    assert not of(text) & of(callback)
