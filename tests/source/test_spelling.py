"""Names in letters that Python takes for others are found as what they are to Python."""

from __future__ import annotations

import ast
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from support.command import taskleash
from taskleash.ir.prefilter import may_spawn
from taskleash.source.spelling import may_be_respelt, name_of, searchable

#: letters with which names can be written, among them those that join with the one before
LETTERS = st.sampled_from(
    "aeZ_1é\u0301\u0327ªºĲǆſﬁ𝐚ｃ１٣ß＿‿\u1112\u1161\u11ab한\u09c7\u09beΩ\u2126測豈"
)
NAMES = st.text(LETTERS, min_size=1, max_size=6).filter(str.isidentifier)
SPELT = "ｃreate_task"


@given(NAMES)
@example("e\u0301")
@example("\u1112\u1161\u11ab")
@example("ﬁ")
@example("x́ª")
def test_a_name_is_what_python_takes_it_for(word: str) -> None:
    (statement,) = ast.parse(f"_.{word}").body
    assert isinstance(statement, ast.Expr)
    assert isinstance(statement.value, ast.Attribute)
    assert name_of(word) == statement.value.attr
    assert name_of(word) == word or may_be_respelt(word)
    assert name_of(word).encode() in searchable(f"x = _.{word}\n".encode())


@pytest.mark.parametrize("text", ["…", "（", "x—y", "½", "1ª"])
def test_what_is_no_name_stays_as_it_is(text: str) -> None:
    assert name_of(text) == text
    assert searchable(f"# {text}\n".encode()) == f"# {text}\n".encode()


@pytest.mark.parametrize("text", ["x = 'größer … “als”'\n", "# 这是一个测试（文件），用于测试\n"])
def test_the_bytes_of_a_usual_file_are_searched_as_they_are(text: str) -> None:
    data = text.encode()
    assert searchable(data) is data


def test_names_of_another_encoding_are_searched_in_utf_8() -> None:
    data = "# coding: latin-1\ncaf\xe9\n".encode("latin-1")
    assert searchable(data) == "# coding: latin-1\ncafé\n".encode()


def test_bytes_that_are_no_text_are_searched_as_they_are() -> None:
    assert searchable(b"\xff create_task") == b"\xff create_task"
    assert may_spawn(b"\xff create_task")


def test_every_letter_that_stands_for_one_of_ascii_is_noticed() -> None:
    others = [
        chr(code)
        for code in range(128, 0x110000)
        if unicodedata.normalize("NFKC", chr(code)).isascii() and f"a{chr(code)}".isidentifier()
    ]
    assert len(others) > 900
    assert all(may_be_respelt(f"x = a{letter}\n") for letter in others)


@pytest.mark.parametrize("text", ["'⚠️ no route'", "# ❤️", "'x²'", "f'{speed} km²'", "'नमस्ते'"])
def test_signs_and_other_scripts_in_strings_make_no_name_another_one(text: str) -> None:
    assert not may_be_respelt(f"value = {text}\n")


@given(NAMES, st.sampled_from(["f'⚠️{{{}}}'", "'⚠️' + {}", "[1for {} in y]", "{}if'é'else(2)"]))
def test_a_name_is_noticed_whatever_stands_around_it(word: str, code: str) -> None:
    assert may_be_respelt(code.format(word)) == (name_of(word) != word)


def test_a_hidden_spawn_is_found(tmp_path: Path) -> None:
    text = f"import asyncio\n\n\nasync def work():\n    asyncio.{SPELT}(work())\n"
    (tmp_path / "app.py").write_text(text, "utf-8")
    ran = taskleash("check", "--isolated", "--no-cache", "--format", "concise", cwd=tmp_path)
    assert ran.status == 1
    assert ran.out.startswith("app.py:5:5: TL001")


def test_a_file_with_such_names_is_not_fixed(tmp_path: Path) -> None:
    text = f"import asyncio\n\n\nasync def work():\n    asyncio.{SPELT}(work())\n"
    (tmp_path / "app.py").write_text(text, "utf-8")
    ran = taskleash("check", "--isolated", "--no-cache", "--fix", "--show-fixes", cwd=tmp_path)
    assert ran.status == 1
    assert "names in letters that Python takes for others" in ran.out
    assert (tmp_path / "app.py").read_text("utf-8") == text
