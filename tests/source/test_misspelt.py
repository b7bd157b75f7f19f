"""Comments that mean this program and silence nothing: where they stand, and what is said."""

from __future__ import annotations

import pytest

from taskleash.source.misspelt import Misspelt, misspelt

CODES = ("TL001", "TL011")
NAMES = {"discarded-task": "TL001", "overwritten-task": "TL011"}


def found(comment: str) -> list[str]:
    return [each.message for each in misspelt(f"x = 1  {comment}\n", CODES, NAMES)]


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# taskleash: ignor[TL001]", "silences nothing, did you mean `ignore`?"),
        ("# taskleash: whatever", "silences nothing, expected ignore or skip-file"),
        ("# taskleash: ignore TL001", "silences nothing: write `ignore[TL001]`"),
        ("# taskleash: ignore: TL011", "silences nothing: write `ignore[TL011]`"),
        ("# taskleash: ignore[TL012]", "`TL012` is no rule, did you mean"),
        ("# taskleash: ignore[zzz]", "`zzz` is no rule"),
        ("# taskleash: ignore[TL001, discarded-tas]", "did you mean `discarded-task`?"),
    ],
)
def test_what_is_said(comment: str, message: str) -> None:
    (said,) = found(comment)
    assert message in said


@pytest.mark.parametrize(
    "comment",
    [
        "# taskleash: ignore[TL001]",
        "# taskleash: ignore[tl001, TL011]",
        "# taskleash: ignore[Discarded-Task]",
        "# taskleash: skip-file",
        "# ignore the leash",
    ],
)
def test_what_is_well_said(comment: str) -> None:
    assert found(comment) == []


def test_each_has_the_line_that_it_stands_in() -> None:
    text = "# taskleash: ignor[TL001]\nx = 1\n\ny = 2  # taskleash: ignor[TL001]\n"
    message = "`taskleash: ignor` silences nothing, did you mean `ignore`?"
    assert [*misspelt(text, CODES, NAMES)] == [Misspelt(1, message), Misspelt(4, message)]
