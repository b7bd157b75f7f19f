"""The quick look at raw bytes says the same as a search by the whole pattern."""

from __future__ import annotations

import pytest

from taskleash.ir.prefilter import may_spawn
from taskleash.models.table import MODELS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = 1\n",
        "recreate_tasks()\n",
        "task: Task = None\n",
        "subTask(1)\n",
        "found = gather(a, b)\n",
        "regather(a)\n",
    ],
)
def test_no_spawning_word(text: str) -> None:
    assert not may_spawn(text.encode())


@pytest.mark.parametrize("word", sorted(MODELS.spawn_words))
def test_a_spawning_word_anywhere(word: str) -> None:
    assert may_spawn(f"x = loop.{word}\n".encode())


@pytest.mark.parametrize("word", sorted(MODELS.spawn_classes))
def test_a_class_that_is_called(word: str) -> None:
    assert may_spawn(f"x = asyncio.{word}(beat())\n".encode())


@pytest.mark.parametrize("word", sorted(MODELS.dropped_words))
def test_a_statement_that_drops_a_result(word: str) -> None:
    assert may_spawn(f"def f():\n    asyncio.{word}(a())\n".encode())


def test_a_name_that_the_settings_give() -> None:
    assert may_spawn(b"launch(beat())\n", frozenset({"launch"}))
    assert not may_spawn(b"lunch(beat())\n", frozenset({"launch"}))
