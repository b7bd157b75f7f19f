"""A function that keeps the tasks of other files."""

from __future__ import annotations

import libcst as cst

from taskleash.fixes.keepers import MODULE, keeper_in
from taskleash.fixes.model import Manner
from taskleash.fixes.work import Work

_NAMES = ("keep_task", "keep_background_task")


def with_keeper(text: str, manner: Manner) -> tuple[str, str] | None:
    """A file with a public function that keeps a task and gives it back, and its name.

    The text is the same where it has one. None where the file cannot be changed.
    """
    try:
        work = Work(text, manner)
    except (cst.ParserSyntaxError, cst.CSTValidationError):
        return None
    name = keeper_in(work, MODULE, _NAMES)
    return work.rendering.code(work.finished()), name
