"""Names are looked for in the form in which they matter."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskleash.demand.wanted_names import Search


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (b"start", b"from work import start as begin"),
        (b"start", b"self.start()"),
        (b".task", b"self.task"),
        (b".task", b"hub().task.cancel()"),
        (b".task", b"owner\n    .task(1)"),
        (b"start(", b"x = start(work())"),
        (b"start(", b"hub.start(work())"),
        (b"Hub .task", b"class Heir(Hub):\n    def close(self): self.task.cancel()"),
        (b"(Hub", b"class Heir(Hub):"),
        (b"? start", b"start"),
        ("größe".encode(), "x.größe(1)".encode()),
    ],
)
def test_a_name_is_found(name: bytes, text: bytes) -> None:
    assert Search([name, b"other"]).found(text) == (name,)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (b"start", b"restart(starts)"),
        (b".task", b"task = self.tasks"),
        (b"start(", b"from work import start"),
        (b"(Hub", b"class Heir(HubLike, Hub):"),
        (b"Hub .task", b"self.task.cancel()"),
        (b"Hub .task", b"class Heir(Hub):\n    task = None"),
        (b"str", "straße".encode()),
        (b"stra", "straße".encode()),
    ],
)
def test_another_word_or_form_is_not(name: bytes, text: bytes) -> None:
    assert Search([name]).found(text) == ()


def test_nothing_is_found_where_nothing_is_asked_for() -> None:
    assert Search([]).found(b"start()") == ()


WORD = st.text("ab_", min_size=1, max_size=5)
FORM = st.tuples(
    st.sampled_from(["", ".", "(", "a.", "_b."]), WORD, st.sampled_from(["", "("])
).map("".join)


@given(st.sets(FORM, max_size=6), st.lists(st.one_of(FORM, st.sampled_from(" .(ab_")), max_size=9))
def test_names_that_begin_or_end_alike_do_not_hide_each_other(
    forms: set[str], parts: list[str]
) -> None:
    text = "".join(parts)
    expected = sorted(form for form in forms if is_in(form, text))
    assert Search(form.encode() for form in forms).found(text.encode()) == tuple(
        form.encode() for form in expected
    )


def is_in(form: str, text: str) -> bool:
    """Whether a text has the form, not as a part of a longer name."""
    before = "" if form.startswith((".", "(")) else r"(?<!\w)"
    return bool(
        re.search(before + re.escape(form) + ("" if form.endswith("(") else r"(?!\w)"), text)
    )
