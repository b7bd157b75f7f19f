"""Suppressing comments written and removed, whatever the text around them."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.drawing import steady
from taskleash.source.comments import Unused, WantedComment, with_noqa, without
from taskleash.source.directives import directives
from taskleash.source.suppressions import suppressions


def noqa(text: str, *lines: int, code: str = "TL001") -> str:
    return with_noqa(text, [WantedComment(code, lines or (1,))])


def cleaned(text: str, *codes: str) -> str:
    """The text without these codes, and without directives that have none."""
    found = []
    for directive in directives(text):
        unused = tuple(code for code in directive.codes or () if code.name in codes)
        if unused or directive.codes is None:
            found.append(Unused(directive, unused))
    return without(text, found)


class TestAdding:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("go()\n", "go()  # noqa: TL001\n"),
            ("go()", "go()  # noqa: TL001"),
            ("go()  \t\r\nx\r\n", "go()  # noqa: TL001\r\nx\r\n"),
            ("go()\rx\r", "go()  # noqa: TL001\rx\r"),
            ("go()  # why\n", "go()  # why  # noqa: TL001\n"),
            ("go()  # type: ignore\n", "go()  # type: ignore  # noqa: TL001\n"),
            ("go()  # noqa: E501\n", "go()  # noqa: E501, TL001\n"),
            ("go()  # noqa:E501,W2\n", "go()  # noqa:E501,W2, TL001\n"),
            ("go()  # noqa: E501 too long\n", "go()  # noqa: E501, TL001 too long\n"),
            ("go()  # noqa: E501 -- why # x\n", "go()  # noqa: E501, TL001 -- why # x\n"),
            ("go()  # noqa: E501, # x\n", "go()  # noqa: E501, TL001, # x\n"),
            ("go()  # noqa:\n", "go()  # noqa: TL001\n"),
            ("go()  # noqa: TL001\n", "go()  # noqa: TL001\n"),
            ("go()  # taskleash: ignore[TL002]\n",
             "go()  # taskleash: ignore[TL002]  # noqa: TL001\n"),
            ("go('# noqa: E501')\n", "go('# noqa: E501')  # noqa: TL001\n"),
            ("go('ä\u2028')\n", "go('ä\u2028')  # noqa: TL001\n"),
        ],
    )  # fmt: skip
    def test_to_a_line(self, before: str, after: str) -> None:
        assert noqa(before) == after

    def test_several_codes_join_in_one_list(self) -> None:
        wanted = [
            WantedComment("TL011", (1,)),
            WantedComment("TL001", (1,)),
            WantedComment("TL001", (1, 2)),
        ]
        assert with_noqa("go()\n", wanted) == "go()  # noqa: TL001, TL011\n"

    @pytest.mark.parametrize(
        ("text", "lines", "line"),
        [
            ("go(\n    x,\n)\n", (1, 2, 3), 1),
            ("go('''\n''')\n", (1, 2), 2),
            ("x = go('''\n''', '''\n'''\n)\n", (1, 2, 3, 4), 3),
            ("asyncio.\\\n    go()\n", (1, 2), 2),
            ("x = 1  # \\\n", (1,), 1),
            ("go('a\\\nb')\n", (1, 2), 2),
        ],
    )
    def test_to_the_first_line_that_can_have_one(
        self, text: str, lines: tuple[int, ...], line: int
    ) -> None:
        after = noqa(text, *lines)
        changed = [
            number
            for number, (one, other) in enumerate(
                zip(text.split("\n"), after.split("\n"), strict=True), start=1
            )
            if one != other
        ]
        assert changed == [line]
        assert ast.dump(ast.parse(after)) == ast.dump(ast.parse(text))

    def test_to_no_line_where_none_can_have_one(self) -> None:
        assert noqa("'''\ngo()\n'''\n", 1, 2) == "'''\ngo()\n'''\n"


class TestRemoving:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("go()  # noqa: TL001\n", "go()\n"),
            ("go()\t# noqa:TL001", "go()"),
            ("go()  # noqa: TL001 -- it ends, see #12\r\nx\r\n", "go()\r\nx\r\n"),
            ("go()  # noqa: TL001 and more\n", "go()  # and more\n"),
            ("go()  # noqa: TL001, E501\n", "go()  # noqa: E501\n"),
            ("go()  # noqa: E501, TL001\n", "go()  # noqa: E501\n"),
            ("go()  # noqa: E501,TL001,W2 -- why\n", "go()  # noqa: E501,W2 -- why\n"),
            ("go()  # noqa: TL001, E501, TL002\n", "go()  # noqa: E501\n"),
            ("go()  # noqa: TL001, TL002\n", "go()\n"),
            ("go()  # noqa: E501TL001\n", "go()  # noqa: E501\n"),
            ("go()  # noqa: TL001  # type: ignore\n", "go()  # type: ignore\n"),
            ("go()  # type: ignore  # noqa: TL001\n", "go()  # type: ignore\n"),
            ("go()  # noqa: TL001 -- why  # type: ignore\n", "go()  # type: ignore\n"),
            ("go()  # noqa: TL001 # taskleash: ignore[TL002] # x\n", "go()  # x\n"),
            ("go()  # taskleash: ignore[TL001]\n", "go()\n"),
            ("go()  # taskleash: ignore[TL001, TL003] -- y\n",
             "go()  # taskleash: ignore[TL003] -- y\n"),
            ("go()  # taskleash: ignore -- why\n", "go()\n"),
            ("# taskleash: skip-file\nx = 1\n", "x = 1\n"),
            ("if x:\n    # noqa: TL001\n    y\n", "if x:\n    y\n"),
            ("x\n  # noqa: TL001", "x\n"),
            ("# noqa: TL001", ""),
            ("# noqa: TL001\r\n# noqa: TL002\r\nx\r\n", "x\r\n"),
            ("x = '# noqa: TL001'\n", "x = '# noqa: TL001'\n"),
        ],
    )  # fmt: skip
    def test_takes_what_is_unused_and_nothing_else(self, before: str, after: str) -> None:
        assert cleaned(before, "TL001", "TL002") == after
        assert cleaned(after, "TL001", "TL002") == after


LINES = st.sampled_from(
    ["x = 1", "go(", ")", "'''", '"', "# why", "# noqa: E501", "# noqa: TL002", "\\", "", "  ",
     "go('''a", "b''')", "# taskleash: ignore[TL003] -- why", "é = f'{x!r}'", "# noqa"]
)  # fmt: skip
TEXTS = st.tuples(st.lists(LINES, max_size=8), st.sampled_from(["\n", "\r\n", "\r"])).map(
    lambda parts: parts[1].join(parts[0])
)


def tree(text: str) -> str | None:
    try:
        return ast.dump(ast.parse(text))
    except SyntaxError:
        return None


@steady(200)
@given(TEXTS, st.integers(1, 9))
def test_a_comment_changes_no_code_and_silences_what_it_is_for(text: str, line: int) -> None:
    after = noqa(text, line, code="TL014")
    if tree(text) is not None:
        assert tree(after) == tree(text)
    if after != text:
        assert suppressions(after).covers("TL014", [line])
        assert noqa(after, line, code="TL014") == after


@steady(200)
@given(TEXTS, st.integers(1, 9))
def test_what_was_added_is_removed_again(text: str, line: int) -> None:
    added = noqa(text, line, code="TL014")
    found = [
        Unused(directive, codes)
        for directive in directives(added)
        if (codes := tuple(c for c in directive.codes or () if c.name == "TL014"))
    ]
    assert _without_blanks(without(added, found)) == _without_blanks(text)


def _without_blanks(text: str) -> str:
    """The text without what may differ: blanks at the ends of lines, lines of nothing."""
    lines = (line.rstrip() for line in text.replace("\r", "\n").split("\n"))
    return "\n".join(line for line in lines if line)
