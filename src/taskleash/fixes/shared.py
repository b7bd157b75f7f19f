"""Functions for other files: one keeps their tasks, one logs how their futures failed."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from taskleash.fixes.kinds.log import logger_in
from taskleash.fixes.model import Manner
from taskleash.fixes.syntax.keepers import MODULE, keeper_in
from taskleash.fixes.syntax.work import Work

_KEEPERS = ("keep_task", "keep_background_task")
_LOGGERS = ("log_failure", "log_future_failure")


def with_keeper(text: str, manner: Manner) -> tuple[str, str] | None:
    """A file with a public function that keeps a task and gives it back, and its name.

    The text is the same where it has one. None where the file cannot be changed.
    """
    return _with(text, manner, lambda work: keeper_in(work, MODULE, _KEEPERS))


def with_logger(text: str, manner: Manner) -> tuple[str, str] | None:
    """The same with a done callback that logs the failure of a future."""
    return _with(text, manner, lambda work: logger_in(work, _LOGGERS))


def _with(text: str, manner: Manner, make: Callable[[Work], str]) -> tuple[str, str] | None:
    try:
        work = Work(text, manner)
    except (cst.ParserSyntaxError, cst.CSTValidationError):
        return None
    name = make(work)
    return work.rendering.code(work.finished()), name
