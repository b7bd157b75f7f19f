"""A module that has changed has the facts of the whole, however much of it is taken again."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from support.programs import fixture_programs
from support.sweeps import parted
from taskleash.ir.lowering.bodies import Lowered
from taskleash.ir.lowering.extract import extract, lowered
from taskleash.ir.model import ModuleFacts
from taskleash.source.loading import InvalidSource, Source

SOME, OTHERS = parted([t for program in fixture_programs() for t in program.files.values()])
HEAD = "from a import b\n\n\nclass E(Exception):\n    x: int\n\n\n"
BODY = (
    "    one = b.first()\n    two = [each for each in one]\n    if two:\n        three(two)\n    "
)


def source(text: str) -> Source:
    return Source("package/module.py", "package.module", text)


def noted(text: str) -> Lowered:
    """A module that was looked at twice: by then there is a note of each body."""
    return lowered(source(text), lowered(source(text)))


def taken_again(before: Lowered, text: str) -> set[str]:
    """The functions of a text that are not parsed where it was another one before."""
    marked = {k: replace(f, is_decided=True) for k, f in before.facts.functions.items()}
    found = lowered(source(text), replace(before, facts=replace(before.facts, functions=marked)))
    return {function.qualname for function in found.facts.functions.values() if function.is_decided}


def same(first: ModuleFacts, second: ModuleFacts) -> bool:
    """Whether facts are the same, in the same order too."""
    in_order = list(first.functions) == list(second.functions)
    return first == second and in_order and list(first.classes) == list(second.classes)


# -- what is made of an edited text


def indent(line: str) -> str:
    return " " * (len(line) - len(line.lstrip()))


def doubled(lines: list[str], chance: random.Random) -> None:
    start = chance.randrange(len(lines))
    lines[start : start + chance.randrange(30)] *= 2


def swapped(lines: list[str], chance: random.Random) -> None:
    one = chance.randrange(len(lines))
    fitting = [n for n, line in enumerate(lines) if indent(line) == indent(lines[one])]
    other = chance.choice(fitting)
    lines[one], lines[other] = lines[other], lines[one]


def written(lines: list[str], chance: random.Random) -> None:
    at = chance.randrange(len(lines))
    lines.insert(at, f"{indent(lines[at])}value = compute(1)")


def removed(lines: list[str], chance: random.Random) -> None:
    del lines[chance.randrange(len(lines))]


def commented(lines: list[str], chance: random.Random) -> None:
    lines[chance.randrange(len(lines))] += "  # why"


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(SOME, id="some"),
        pytest.param(OTHERS, id="others", marks=pytest.mark.sweep),
    ],
)
@pytest.mark.parametrize("edit", [doubled, swapped, written, removed, commented])
def test_an_edited_text_has_the_facts_of_the_whole(
    texts: Sequence[str], edit: Callable[[list[str], random.Random], None]
) -> None:
    chance, compared = random.Random(0), 0
    for text in texts:
        try:
            before = noted(text)
        except InvalidSource:
            continue
        lines = text.split("\n")
        edit(lines, chance)
        edited = source("\n".join(lines))
        try:
            whole = extract(edited)
        except InvalidSource:
            with pytest.raises(InvalidSource):
                lowered(edited, before)
            continue
        assert same(lowered(edited, before).facts, whole), edited.text
        compared += 1
    assert compared > len(texts) / 4


# -- what is taken again


def test_other_functions_are_taken_again() -> None:
    text = f"{HEAD}def f(b):\n{BODY}return 1\n\n\nasync def g(a):\n{BODY}return 2\n"
    edited = text.replace("return 1", "\n    return 3")

    assert taken_again(noted(text), edited) == {"g"}
    assert taken_again(noted(text), f"\n# more\n{text}") == {"f", "g"}


@pytest.mark.parametrize(
    "edited",
    [
        pytest.param(("import b", "import c as b"), id="an import"),
        pytest.param(("(Exception)", "(OSError)"), id="a base"),
        pytest.param(("x: int", "y: int"), id="a field"),
        pytest.param(("def f(b", "def f(d"), id="a parameter"),
        pytest.param(("async def f", "def f"), id="a function of another kind"),
    ],
)
def test_a_function_is_lowered_anew_where_what_it_hangs_on_changed(edited: tuple[str, str]) -> None:
    method = "async def f(b, c=1):\n" + BODY + "raise E\n"
    text = HEAD + "class A:\n" + "".join(f"    {line}\n" for line in method.splitlines())
    changed = text.replace(*edited)

    assert changed != text
    assert not taken_again(noted(text), changed)
    assert same(lowered(source(changed), noted(text)).facts, extract(source(changed)))


def test_a_function_that_is_taken_again_has_its_new_header() -> None:
    text = f"def f(a, b=1):\n{BODY}return 1\n"
    changed = "@kept(1)\n" + text.replace("b=1):", "b: int = other()) -> int:")

    assert taken_again(noted(text), changed) == {"f"}
    assert same(lowered(source(changed), noted(text)).facts, extract(source(changed)))


def test_of_two_functions_of_one_name_the_first_may_go() -> None:
    first, second = f"def f():\n{BODY}return 1\n", f"def f():\n{BODY}return lambda: 2\n"
    after = source(f"{second}\n{first}")

    assert same(lowered(after, noted(f"{first}\n{second}")).facts, extract(after))


def test_an_attribute_that_a_method_annotates_stays_one_of_its_class() -> None:
    method = "    def f(self):\n        self.t: int = 1\n" + "        g()\n" * 5
    before = noted(f"class A:\n{method}")
    after = source(f"class A:\n    y: str\n\n{method}")

    assert same(lowered(after, before).facts, extract(after))
    assert lowered(after, before).facts.classes["A"].fields.keys() == {"y", "t"}


# -- what is found by the text alone, without a note


def kept(before: str, after: str) -> tuple[ModuleFacts, set[str]]:
    """The facts of a text that was another one before, and the functions that are not parsed."""
    facts = extract(source(before))
    marked = {k: replace(f, is_decided=True) for k, f in facts.functions.items()}
    found = lowered(source(after), Lowered(replace(facts, functions=marked), text=before)).facts
    own = extract(source(after)).functions
    taken = {
        f.qualname for k, f in found.functions.items() if f.is_decided and not own[k].is_decided
    }
    unmarked = lowered(source(after), Lowered(facts, text=before)).facts
    return unmarked, taken


def with_import(text: str) -> str:
    """The text with one more import after those that it begins with."""
    imports = [n for n in ast.parse(text).body if isinstance(n, ast.Import | ast.ImportFrom)]
    at = imports[-1].end_lineno if imports else 0
    lines = text.splitlines(keepends=True)
    return "".join([*lines[:at], "import added_here\n", *lines[at:]])


@pytest.mark.parametrize("text", SOME)
def test_a_text_with_more_in_it_has_the_facts_of_the_whole(text: str) -> None:
    try:
        edited = (f"# first\n\n{text}", f"{text}\n\nadded = {{}}\n", with_import(text))
    except SyntaxError:
        pytest.skip("it is written for a later Python")
    for after in edited:
        assert same(kept(text, after)[0], extract(source(after)))


CLASS = (
    HEAD
    + "class A(E):\n    def one(self):\n"
    + "".join(f"    {line}\n" for line in BODY.rstrip().splitlines())
    + "        self.at = b.at\n"
)


@pytest.mark.parametrize(
    ("before", "after", "taken"),
    [
        (CLASS, f"import c\n{CLASS}", {"A.one"}),
        (CLASS, f"import three\n{CLASS}", set()),
        (CLASS, CLASS.replace("from a", "from c"), set()),
        (CLASS, CLASS.replace("x: int", "y: int"), set()),
        (CLASS, CLASS.replace("E(Exception)", "E(ValueError)"), set()),
        (CLASS, CLASS.replace("def one", "async def one"), set()),
        (CLASS, CLASS.replace("one(self)", "one(self, two)"), set()),
        (CLASS, CLASS.replace("b.first()", "b.last()"), set()),
    ],
)
def test_a_body_is_found_by_its_text_where_nothing_that_it_asks_for_changed(
    before: str, after: str, taken: set[str]
) -> None:
    found, known = kept(before, after)
    assert same(found, extract(source(after)))
    assert known == taken


@pytest.mark.parametrize(
    "line",
    [
        "self.at: int = 1",
        "(self.at): int = 1",
        "if two: self.at: int = 1",
        "class G: pass",
    ],
)
def test_a_body_that_says_more_than_what_it_does_is_parsed(line: str) -> None:
    before = CLASS.replace("self.at = b.at", line)
    found, known = kept(before, f"{before}\n\nmore = 1\n")
    assert same(found, extract(source(f"{before}\n\nmore = 1\n")))
    assert not known & {"A.one"}


@pytest.mark.parametrize(
    ("line", "inner"),
    [
        ("global two", set[str]()),
        ("f = lambda: two", {"A.one.<lambda>"}),
        ("f = lambda: lambda: two", {"A.one.<lambda>", "A.one.<lambda>.<lambda>"}),
        ("f = [lambda: one, lambda: two]", {"A.one.<lambda>"}),
        ("def g(): pass", {"A.one.g"}),
    ],
)
def test_the_functions_in_a_body_are_found_with_it(line: str, inner: set[str]) -> None:
    before = CLASS.replace("self.at = b.at", line)
    found, known = kept(before, f"import c\n{before}")
    assert same(found, extract(source(f"import c\n{before}")))
    assert known == {"A.one"} | inner
