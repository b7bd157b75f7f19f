"""No text makes the analysis raise anything but InvalidSource."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.drawing import steady
from support.programs import Program, fixture_programs
from taskleash.demand.undecided import demand
from taskleash.ir.lowering.extract import extract
from taskleash.ir.model import ModuleFacts
from taskleash.ir.prefilter import may_spawn
from taskleash.rules.registry import all_rules, diagnose
from taskleash.source.loading import InvalidSource
from taskleash.verdict.fingerprint import fingerprints
from taskleash.verdict.judge import judge

PROGRAMS = fixture_programs()
TEXTS = [text for program in PROGRAMS for text in program.files.values()]
CODES = frozenset(rule.code for rule in all_rules())
KEYWORDS = (
    "async", "def f():", "class A(B):", "if", "else:", "for", "in", "while True:", "try:",
    "finally:", "except E as e:", "with", "as", "await", "yield", "return", "lambda:", "nonlocal",
    "global", "del", "match x:", "case _:", "=", ":=", "-=", ".", ",", ":", "(", ")", "[", "]",
    "{", "}", "*", "**", "->", "@", "\\", ";", "\n", "\n    ", "\n        ", "\t", "'", '"', "f'{",
    "#", "\0", "\f", "\ufeff", "é", "0x", "...", "self._task", "asyncio.create_task(f())", "x",
    "asyncio.gather(x)", "x.cancel()", "x.add_done_callback(y.discard)", "import asyncio",
)  # fmt: skip


def analyse(program: Program) -> None:
    """Everything that is done with source text; a file that is no Python is left out."""
    facts: list[ModuleFacts] = []
    for source in program.sources():
        may_spawn(source.text.encode("utf-8", "replace"))
        try:
            facts.append(extract(source))
        except InvalidSource:
            continue
    demand(facts)
    found = [(site, diagnose(site, CODES)) for site in judge(facts)]
    fingerprints([(diagnostic.code if diagnostic else "", site) for site, diagnostic in found])


def words(text: str) -> list[str]:
    """The tokens of a text that are written, without layout and comments."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [t.string for t in tokens if t.string.strip() and t.type != tokenize.COMMENT]


WORDS = sorted({word for text in TEXTS for word in words(text)})


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """The text with up to three lines deleted, swapped, repeated, cut, moved in, or cut off."""
    lines = text.split("\n")
    for _ in range(draw(st.integers(1, 3))):
        one = draw(st.integers(0, len(lines) - 1))
        two = draw(st.integers(0, len(lines) - 1))
        kind = draw(st.sampled_from(["delete", "swap", "repeat", "cut", "indent", "word", "end"]))
        if kind == "delete" and len(lines) > 1:
            del lines[one]
        elif kind == "swap":
            lines[one], lines[two] = lines[two], lines[one]
        elif kind == "repeat":
            lines.insert(one, lines[two])
        elif kind == "cut":
            lines[one] = lines[one][: draw(st.integers(0, len(lines[one])))]
        elif kind == "indent":
            margin = len(lines[two]) - len(lines[two].lstrip())
            lines[one] = " " * margin + lines[one].lstrip()
        elif kind == "word" and lines[one].split():
            old = draw(st.sampled_from(lines[one].split()))
            lines[one] = lines[one].replace(old, draw(st.sampled_from(WORDS)), 1)
        elif kind == "end":
            lines = lines[: one + 1]
    return "\n".join([*lines, ""])


@steady(200)
@given(st.lists(st.sampled_from(KEYWORDS), max_size=30), st.sampled_from(["", " "]))
def test_tokens_in_any_order(tokens: list[str], between: str) -> None:
    analyse(Program("soup", {"soup.py": between.join(tokens)}))


@steady(100)
@given(st.text(max_size=60))
def test_any_characters(text: str) -> None:
    analyse(Program("text", {"text.py": text}))


@steady(150)
@given(st.sampled_from(PROGRAMS), st.data())
def test_damaged_fixtures(program: Program, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(program.files)), label="path")
    text = data.draw(damaged(program.files[path]), label="text")
    analyse(program.with_file(path, text))


def endings_of_files() -> Iterator[object]:
    for statement in (
        "x = f()",
        "f();",
        "@d\ndef g(): f()",
        "while x: f()",
        "with x: f()",
        "if x:\n    f()",
    ):
        for end in ("", "\n", "\r\n", "    ", "\n\n    # the end", "\f", "\\\n"):
            yield pytest.param(statement, end)


@pytest.mark.parametrize(("statement", "end"), list(endings_of_files()))
def test_any_end_of_a_file(statement: str, end: str) -> None:
    analyse(Program("end", {"end.py": f"import asyncio\n\n{statement}{end}"}))


@pytest.mark.parametrize("depth", [20, 80, 400, pytest.param(1000, marks=pytest.mark.sweep)])
@pytest.mark.parametrize(
    ("before", "layer", "after"),
    [
        ("x = y", ".a", ""),
        ("x = y", "()", ""),
        ("x = y", " + y", ""),
        ("if x", " and x", ": pass"),
        ("x = ", "lambda: ", "y"),
        ("if x: pass\n", "elif x: f()\n", ""),
        ("t = asyncio.create_task(f())\n", "t = g(t)\n", ""),
        ("t = asyncio.create_task(f())\n", "if t: t.cancel()\n", ""),
    ],
)
def test_any_depth(before: str, layer: str, after: str, depth: int) -> None:
    analyse(Program("deep", {"deep.py": f"import asyncio\n{before}{layer * depth}{after}\n"}))


@pytest.mark.parametrize("size", [5, 60, 300])
@pytest.mark.parametrize(
    ("first", "link"),
    [
        ("def f0(c): return asyncio.create_task(c)", "def f{}(c): return f{}(c)"),
        ("async def f0(c): await asyncio.sleep(1)", "async def f{}(c): await f{}(c)"),
        ("class f0: pass", "class f{}(f{}): pass"),
    ],
)
def test_any_length_of_a_chain(first: str, link: str, size: int) -> None:
    chain = [link.format(number, number - 1) for number in range(1, size)]
    last = f"def start(): asyncio.create_task(f{size - 1}(1))"
    analyse(Program("chain", {"chain.py": "\n".join(["import asyncio", first, *chain, last])}))


@pytest.mark.parametrize(
    "text",
    [
        "import asyncio\nclass A(A): t = asyncio.create_task(f())",
        "import asyncio\nclass A(B): pass\nclass B(A):\n    def f(self): self.t = asyncio.Task(x)",
        "import asyncio\ndef f(): return asyncio.create_task(f())",
        "import asyncio\ndef f(): return g()\ndef g(): return f() or asyncio.create_task(h())",
        "import asyncio\nx = y = asyncio.create_task(x)\ny = x\nx = y",
        "from a import *\nfrom a import b as a\nimport a.b as asyncio\nasyncio.create_task(a)",
    ],
)
def test_what_refers_to_itself(text: str) -> None:
    analyse(Program("circle", {"a.py": text}))
