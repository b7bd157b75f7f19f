"""A tree whose long bodies wait to be parsed says what the whole one says."""

from __future__ import annotations

import random
from collections.abc import Iterator

import libcst as cst
import pytest

from support.programs import fixture_programs
from taskleash.fixes.syntax import unparsed
from taskleash.fixes.syntax.rendering import Rendering
from taskleash.fixes.syntax.tree import Tree, inside
from taskleash.fixes.syntax.unparsed import Unparsed
from taskleash.verdict.model import Span

TEXTS = sorted({text for program in fixture_programs() for text in program.files.values()})
BODY = "".join(f"        line_{n} = call_{n}(self)  # {n}\n" for n in range(9))
CLASS = (
    f"class A:\n    def f(self):\n{BODY}        # below\n    # outside\n\n    def g(self): pass\n"
)
LAYOUTS = {
    "in a class": CLASS,
    "without a newline at the end": CLASS.partition("        # below")[0].rstrip("\n"),
    "with another indent": f"if x:\n  y\n\n\n{CLASS}",
    "with lines that hang": CLASS.replace("call_3(self)", "call_3(\n    self,\n        1,\n)"),
    "with a text": CLASS.replace("call_3(self)", '"""\n    def f():\n"""'),
    "with a comment beside its header": CLASS.replace("f(self):", "f(self):  # beside\n"),
    "with one in another": CLASS.replace("line_3 =", "def h():\n            return 1\n        x ="),
    "with an empty text of as many lines": CLASS.replace(BODY, f'        """{chr(10) * 8}"""\n', 1),
}


@pytest.fixture(autouse=True)
def _cuts_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unparsed, "LARGE_MODULE", 0)
    monkeypatch.setattr(unparsed, "LONG_BODY", 2)


def waiting(tree: Tree) -> Iterator[Unparsed]:
    return (each for each in inside(tree.module, "no word of it") if isinstance(each, Unparsed))


def kinds_around(tree: Tree, call: cst.Call) -> list[str]:
    return [type(each).__name__ for each, _ in tree.around(call)]


def trees(text: str) -> tuple[Tree, Tree] | None:
    """The tree of a text and the whole one, where the parser reads it."""
    try:
        return Tree(text), Tree(text, is_whole=True)
    except cst.ParserSyntaxError:
        return None


@pytest.mark.parametrize("text", [*TEXTS, *LAYOUTS.values()])
def test_it_becomes_the_whole_tree(text: str) -> None:
    if (found := trees(text)) is None:
        return
    tree, whole = found
    assert tree.module.code == Rendering(tree).code(tree.module) == text
    functions = [each.name.value for each in tree.of(cst.FunctionDef)]
    assert functions == [each.name.value for each in whole.of(cst.FunctionDef)]
    assert not list(waiting(tree))
    assert tree.module.deep_equals(whole.module)
    assert tree.module.code == Rendering(tree).code(tree.module) == text


@pytest.mark.parametrize("text", [*TEXTS, *LAYOUTS.values()])
def test_a_call_is_found_by_its_place_whatever_was_parsed_before(text: str) -> None:
    if (found := trees(text)) is None:
        return
    tree, whole = found
    calls = [(Span(*whole.positions.of(call)), call) for call in whole.of(cst.Call)]
    random.Random(0).shuffle(calls)
    for span, expected in calls:
        call = tree.call_at(span)
        assert call is not None
        assert tree.code(call) == whole.code(expected)
        assert kinds_around(tree, call) == kinds_around(whole, expected)
