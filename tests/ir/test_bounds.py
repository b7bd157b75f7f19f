from __future__ import annotations

import ast

import pytest

from taskleash.ir.lowering.parser_bounds import check_depth, without_data
from taskleash.source.loading import TOO_DEEP, InvalidSource


def refused(text: str) -> int | None:
    """The line that a text is refused at."""
    try:
        check_depth(text)
    except InvalidSource as error:
        return error.line if error.message == TOO_DEEP else -1
    return None


def nested(opening: str, closing: str, depth: int) -> str:
    return opening * depth + "a" + closing * depth


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("(", ")"), ("[", "]"), ("{1: ", "}"), ("f(a=", ")"), ("(\n", ")"), ("f'' + g(", ")")],
)
def test_brackets_are_bounded_as_in_python(opening: str, closing: str) -> None:
    assert refused("\nx = " + nested(opening, closing, 200) + "\n") is None
    assert refused("\nx = " + nested(opening, closing, 201) + "\n") is not None


def test_blocks_are_bounded_as_in_python() -> None:
    blocks = ["    " * depth + "if a:\n" for depth in range(101)]
    assert refused("".join(blocks[:99]) + "    " * 99 + "a\n") is None
    assert refused("".join(blocks) + "    " * 101 + "a\n") == 101


@pytest.mark.parametrize(
    "link", ["not ", "-", "a + ", "lambda: ", "a if b else ", "a ** ", "a.", "'' "]
)
def test_chains_are_bounded(link: str) -> None:
    assert refused("x = " + link * 600 + "a\n") is None
    assert refused("x = " + link * 5000 + "a\n") == 1


def test_what_stands_side_by_side_is_no_chain() -> None:
    assert refused("x = [" + "-a + b.c, " * 5000 + "]\n") is None
    assert refused("x = [" + "f(a + b), " * 5000 + "]\n") is None


def test_what_stands_in_strings_and_comments_is_not_nested() -> None:
    brackets = "(" * 500
    assert refused(f"# {brackets}\nx = '{brackets}'\ny = '''\n{brackets}\n'''\n") is None
    assert refused(f'x = rb"{brackets}\\"{brackets}"\n') is None


def test_the_fields_of_an_f_string_are_nested() -> None:
    assert refused(f"x = f'{{{nested('(', ')', 201)}}}'\n") == 1


@pytest.mark.parametrize(
    ("opening", "closing"), [("A(", ")"), ("{1: ", "}"), ("(1, ", ")"), ("[*_, ", "]"), ("(", ",)")]
)
def test_patterns_are_bounded_earlier(opening: str, closing: str) -> None:
    def matching(depth: int) -> str:
        return f"match x:\n    case {nested(opening, closing, depth)}:\n        pass\n"

    assert refused(matching(6)) is None
    assert refused(matching(11)) == 2


def test_many_patterns_of_some_depth_are_bounded_together() -> None:
    case = f"    case {nested('A(', ')', 8)}:\n        pass\n"
    assert refused("match x:\n" + case * 5) is None
    assert refused("match x:\n" + case * 50) is not None


def test_what_is_called_case_is_no_pattern() -> None:
    assert refused(f"case({nested('f(', ')', 20)})\n") is None


def test_runs_of_values_are_blank_in_a_large_text() -> None:
    values = ["    'a' : 1,\n", "    1,\n", "    -1.5e3 , True,\n", '    "\\",",\n']
    text = "x = {\n" + "".join(value * 60_000 for value in values) + "}\ny = f()\n"
    found = without_data(text)
    assert len(found) == len(text)
    assert [index for index, char in enumerate(found) if char == "\n"] == [
        index for index, char in enumerate(text) if char == "\n"
    ]
    assert found.split() == ["x", "=", "{", "'a'", ":", "1,", "}", "y", "=", "f()"]


def test_a_short_text_and_short_runs_stay() -> None:
    run = "x = [" + "1, " * 1000 + "]\n"
    assert without_data(run * 10) == run * 10
    assert without_data(run * 200) == run * 200


def test_a_value_before_a_colon_keeps_what_follows() -> None:
    text = "x = {name: 1, " + "'a': 2, " * 100_000 + "'z': f()}\n"
    found = without_data(text)
    assert found.split() == ["x", "=", "{name:", "1,", "'z':", "f()}"]
    assert found.index("'z'") == text.index("'z'")


def test_rows_of_plain_values_go_too() -> None:
    rows = "".join(f"    ({n}, 'a\\'b', -{n}.5),\n" for n in range(40_000))
    text = f"x = [\n{rows}]\ny = {{\n" + "    'k': [1, {'a': None}],\n" * 3 + "}\nz = f()\n"
    found = without_data(text)
    assert len(found) == len(text)
    assert found.count("\n") == text.count("\n")
    assert ast.parse(found).body[0].lineno == 1
    assert " ".join(found.split()) == (
        "x = [ (0, 'a\\'b', -0.5), ] y = { 'k': [1, {'a': None}], 'k': [1, {'a': None}], "
        "'k': [1, {'a': None}], } z = f()"
    )


def test_a_row_with_a_call_stays() -> None:
    text = "x = [" + "(1, 2), " * 1000 + "(f(), 2), " + "(1, 2), " * 100_000 + "]\n"
    assert " ".join(without_data(text).split()) == "x = [(1, 2), (f(), 2), (1, 2), ]"


@pytest.mark.parametrize("unit", ["1", "a1.1", ".1", "( ", "(1, ", "'", "{1:", "-+"])
def test_what_only_begins_as_a_run_is_passed_over_at_once(unit: str) -> None:
    assert without_data(unit * 300_000) == unit * 300_000
