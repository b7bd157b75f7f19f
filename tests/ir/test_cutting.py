"""A module that is parsed in parts has the facts of the whole."""

from __future__ import annotations

import libcst as cst
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.programs import fixture_programs
from taskleash.ir.lowering.cutting import WrongCut, cut
from taskleash.ir.lowering.extract import ModuleLowering, extract
from taskleash.ir.model import ModuleFacts
from taskleash.source.loading import InvalidSource, Source

TEXTS = [text for program in fixture_programs() for text in program.files.values()]
#: each has a long function, in a place or with contents that a careless cut would get wrong
ODD = {
    "a function quoted in a string": (
        'def f():\n    x = """\ndef g():\n    a()\n    b()\n"""\n    c()\n'
    ),
    "a string that ends where a function begins": ('s = """\n"""\ndef f():\n    a()\n    b()\n'),
    "quotes of one kind in those of the other": (
        "def f():\n    a('\"')\n    b(\"it's\")\n    c()\n"
    ),
    "quotes in a comment": ("def f():\n    a()  # it's\n    b()\n    c()\n"),
    "a comment further out": (
        "def f():\n    a()\n# why\n    b()\n# what comes\ndef g():\n    c()\n    d()\n"
    ),
    "a body that ends in a comment": ("def f():\n    a()\n    b()\n    # done\n\nx = f()\n"),
    "an argument further out": ("def f():\n    a(\nx,\n)\n    b()\n    c()\n"),
    "a line that goes on further out": ("def f():\n    a = \\\n1\n    b(a)\n    c()\n"),
    "a comment that ends in a backslash": (
        "def f():\n    a()\n    b()  # \\\ndef g():\n    c()\n    d()\n"
    ),
    "a header of several lines": (
        "def f(\n    a=lambda x: x,\n    b={1: 2},\n) -> 'A[int]':  # why\n    a()\n    b()\n"
    ),
    "a body in the line of the header": ("def f(): a()\ndef g():\n    b()\n    c()\n"),
    "methods": (
        "class A:\n"
        "    @wraps\n"
        "    async def f(self):\n"
        "        await self.g()\n"
        "        self.x: int = 1\n"
        "\n"
        "    def g(self):\n"
        "        yield 1\n"
        "        return 2\n"
    ),
    "functions in branches": (
        "if a:\n"
        "    def f():\n"
        "        a()\n"
        "        b()\n"
        "else:\n"
        "    def f():\n"
        "        c()\n"
        "        d()\n"
    ),
    "functions in a function": (
        "def f():\n    def g():\n        a()\n        b()\n    return g\n\n\ndef h(): return f\n"
    ),
    "names of the module": ("def f():\n    global x\n    x = y\n    z()\n\n\ny = 1\n"),
    "one name for two functions": (
        "def f():\n    a(lambda: 1)\n    b()\n\n\ndef f():\n    c(lambda: 2)\n    d()\n"
    ),
    "a string that is joined": ('def f():\n    a(f"{x!r:>{y}} {{")\n    b(rb"\\\\")\n    c()\n'),
    "no line end at the end": ("def f():\n    a()\n    b()"),
    "code in a class in a function": (
        "def f():\n"
        "    class A:\n"
        "        def g(self):\n"
        "            a()\n"
        "            b()\n"
        "    return A\n"
    ),
}


def in_parts(text: str) -> ModuleFacts | None:
    """The facts of a text that is cut wherever it can be, None where it is to be read whole."""
    parts = cut(text, large=0, long=2)
    if parts is None:
        return None
    source = Source("module.py", "module", text)
    try:
        return ModuleLowering(source, text, parts).lowered().facts
    except (cst.ParserSyntaxError, WrongCut):
        return None


def whole(text: str) -> ModuleFacts:
    return extract(Source("module.py", "module", text))


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_odd_code_has_the_facts_of_the_whole(text: str) -> None:
    assert in_parts(text) in (None, whole(text))


def test_every_fixture_has_the_facts_of_the_whole() -> None:
    found = [(in_parts(text), text) for text in TEXTS]
    assert all(facts == whole(text) for facts, text in found if facts is not None)
    assert sum(facts is not None for facts, _ in found) > len(TEXTS) / 2


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n\ta()\n    \tb()\n",
        "def f():\r\n    a()\r\n    b()\r\n",
        "def f():\n    a()\n    b('\n    c()\n",
        "def f():\n    a()\n",
    ],
    ids=["tabs", "carriage returns", "an open string", "short"],
)
def test_what_is_unusual_or_short_is_not_cut(text: str) -> None:
    assert cut(text, large=0, long=2) is None


def test_a_long_body_is_left_out_of_the_outline() -> None:
    parts = cut("x = 1\nasync def f(a):  # why\n    # first\n    b()\n    c()\n\n\ny = 2\n", 0, 2)

    assert parts is not None
    assert parts.outline == 'x = 1\nasync def f(a):  # why\n    """\n\n"""\n\n\ny = 2\n'
    assert parts.bodies[2].text == "if 1:\n    # first\n    b()\n    c()\n"
    assert parts.bodies[2].before == 1


FRAGMENTS = (
    "def f():", "async def g(a,", "b=1):", "class A:", "if x:", "else:", "try:", "finally:",
    "a()", "await b()", "return c", "yield", "x = [", "]", "d(", ")", "{", "}", '"', "'", '"""',
    "'''", "\\", "#", ";", ":", "lambda: 1", "@d", 'f"{x}"', "global y", "pass",
)  # fmt: skip


@st.composite
def modules(draw: st.DrawFn) -> str:
    """Lines of fragments of code, indented anyhow."""
    lines = []
    for _ in range(draw(st.integers(3, 14))):
        indent = " " * draw(st.sampled_from((0, 0, 2, 4, 4, 8)))
        lines.append(indent + " ".join(draw(st.lists(st.sampled_from(FRAGMENTS), max_size=3))))
    return "\n".join(lines)


@given(modules())
def test_no_text_comes_out_otherwise_than_the_whole(text: str) -> None:
    facts = in_parts(text)
    if facts is not None:
        assert facts == whole(text)


@given(st.sampled_from(TEXTS), st.data())
def test_no_damaged_text_comes_out_otherwise_than_the_whole(text: str, data: st.DataObject) -> None:
    lines = text.split("\n")
    for _ in range(data.draw(st.integers(1, 3))):
        number = data.draw(st.integers(0, len(lines) - 1))
        if data.draw(st.booleans()):
            del lines[number : number + data.draw(st.integers(1, 4))]
        else:
            lines.insert(number, data.draw(st.sampled_from(FRAGMENTS)))
        lines = lines or [""]
    damaged = "\n".join(lines)
    facts = in_parts(damaged)
    if facts is not None:
        try:
            assert facts == whole(damaged)
        except InvalidSource as error:
            raise AssertionError(f"the whole is invalid: {error.message}") from None
