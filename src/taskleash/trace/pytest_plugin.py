"""`pytest --taskleash`: fails a test that leaves a task behind, named by where it was started.

Without the option nothing of it is imported.
"""

from __future__ import annotations

import pytest

_MARKER = (
    "allow_tasks(*names): the test may leave tasks behind; names are those of coroutines, or of "
    "places as path:line, none for all"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("taskleash", "tasks that tests leave behind")
    group.addoption(
        "--taskleash",
        action="store_true",
        help="fail tests whose tasks are pending or failed unseen afterwards",
    )
    group.addoption(
        "--taskleash-warn", action="store_true", help="warn of such tests, and pass them"
    )
    group.addoption(
        "--taskleash-baseline", metavar="FILE", help="pass what this file knows: ignore current"
    )
    group.addoption(
        "--taskleash-write-baseline", metavar="FILE", help="write what is found there, and pass"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARKER)
    warns = config.getoption("--taskleash-warn")
    writes = config.getoption("--taskleash-write-baseline")
    if config.getoption("--taskleash") or warns or writes:
        # Imported here because every run of pytest in this environment comes by.
        from taskleash.trace.pytest_checks import Checks

        config.pluginmanager.register(Checks(config, warns, writes), "taskleash-tasks")
