"""Names are looked for in the form in which they matter."""

from __future__ import annotations

import pytest

from taskleash.link.demand import Search


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
